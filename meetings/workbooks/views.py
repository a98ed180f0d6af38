"""Excel out, Excel in: fill-in workbooks for departments, and what they send back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.errors import Refused
from meetings.minutes.documents import Unreadable, UnreadableDocument
from meetings.minutes.documents.errors import MAX_FILE_BYTES, MEGABYTE
from meetings.minutes.sandbox import read_sheets_bounded
from meetings.models import FillInUpload, TaskLog
from meetings.tasks.views.batches import undo_tag
from meetings.ui.navigation import today
from meetings.workbooks import responses

from . import services
from .export import MOST_ROWS, MOST_ROWS_IN_FILE, NothingToFillIn, TooMuchToFillIn
from .forms import MOST_FILES, HandInForm, MakeForm
from .messages import notice_sentence, unreadable_sentence
from .parser import ReadWorkbook, Remark, read_workbook
from .review import Review, RowState, review_of

_RECENT = 20
#: Characters of one cell's text in a list of what was not read; the whole is in the file.
_LONGEST_VALUE = 200


# --- out ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request: HttpRequest) -> HttpResponse:
    """Offer the workbooks, and take those that come back."""
    permissions.require_fill_in(request.user)
    if request.method == "POST":
        return _hand_in(request)
    return _home(request, MakeForm(account=request.user, today=today()))


@require_safe
def fill_in_workbook(request: HttpRequest) -> HttpResponse:
    """Hand out the workbook, or the zip of them, that the address asks for."""
    permissions.require_fill_in(request.user)
    form = MakeForm(request.GET, account=request.user, today=today())
    if not form.is_valid():
        return _home(request, form, status=422)
    tasks = permissions.readable_tasks(request.user, today())
    if form.cleaned_data["meeting"] is not None:
        tasks = tasks.filter(suggestion__meeting=form.cleaned_data["meeting"])
    try:
        return responses.fill_in_response(
            form.departments, tasks, today(), form.errand, form=form.cleaned_data["form"] or "xlsx"
        )
    except NothingToFillIn:
        form.add_error(None, _("None of these departments has an open task there, so there is nothing to fill in."))
    except TooMuchToFillIn:
        form.add_error(
            None,
            _(
                "That is more than %(sheet)d rows in a sheet or %(file)d in a workbook. Choose one meeting, fewer "
                "departments, or a workbook for each department."
            )
            % {"sheet": MOST_ROWS, "file": MOST_ROWS_IN_FILE},
        )
    return _home(request, form, status=422)


def _home(
    request: HttpRequest, form: MakeForm, wrong: list[str] | tuple[()] = (), *, status: int = 200
) -> HttpResponse:
    waiting = list(permissions.own_fill_ins(request.user).waiting())
    context = {
        "form": form,
        "hand_in": HandInForm(),
        "wrong": wrong,
        "limits": {"files": MOST_FILES, "megabytes": MAX_FILE_BYTES // MEGABYTE},
        "waiting": [(upload, _rows_with_news(upload)) for upload in waiting],
        "recent": permissions.readable_fill_ins(request.user)
        .accepted()
        .defer("content", "decisions")
        .select_related("uploaded_by", "batch__made_by", "batch__undone_by")[:_RECENT],
    }
    return render(request, "meetings/workbooks/home.html", context, status=status)


def _rows_with_news(upload: FillInUpload) -> int:
    return sum(bool(row["written"]) for row in upload.content["rows"])


# --- in -------------------------------------------------------------------------------------------


def _hand_in(request: HttpRequest) -> HttpResponse:
    """Keep every file that is a workbook of ours; say of each of the others why it is not."""
    files = request.FILES.getlist("files")
    form = MakeForm(account=request.user, today=today())
    if not files:
        return _home(request, form, [_("Choose at least one workbook.")], status=422)
    if len(files) > MOST_FILES:
        sentence = _("At most %(most)d workbooks at a time.") % {"most": MOST_FILES}
        return _home(request, form, [sentence], status=422)
    kept, wrong = [], []
    for file in files:
        try:
            kept.append(_taken_in(request, file))
        except UnreadableDocument as error:
            wrong.append(_("%(file)s: %(sentence)s") % {"file": file.name, "sentence": unreadable_sentence(error)})
        except Refused as refused:
            wrong.append(_("%(file)s: %(sentence)s") % {"file": file.name, "sentence": refused.sentence})
    if not kept:
        return _home(request, form, wrong, status=422)
    for sentence in wrong:
        messages.error(request, sentence)
    first = next((upload for upload in kept if upload.is_waiting), None)
    return redirect("fill_in_upload", (first or kept[0]).pk)


def _taken_in(request: HttpRequest, file: UploadedFile) -> FillInUpload:
    """Return the upload of a file: the one of before, where the same was handed in and is accepted or waits."""
    if file.size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        raise UnreadableDocument(Unreadable.TOO_BIG, megabytes=-(-file.size // MEGABYTE), limit=limit)
    content = file.read()
    before = services.same_before(request.user, content)
    if before is not None and not before.is_waiting:
        if not permissions.readable_fill_ins(request.user).filter(pk=before.pk).exists():
            raise services.DecidedAlready(services.accepted_before(before), before)
        messages.info(request, f"{before}: {services.accepted_before(before)}")
        return before
    if before is not None:
        messages.info(request, _("%(file)s waits for you already. This is it, as you left it.") % {"file": before})
        return before
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook"
        path.write_bytes(content)
        read = read_workbook(read_sheets_bounded(path))
    _require_a_sheet(read)
    return services.keep_upload(read=read, content=content, name=file.name, account=request.user)


def _require_a_sheet(read: ReadWorkbook) -> None:
    for notice in read.notices:
        if notice.remark is Remark.NO_SHEET:
            raise Refused(notice_sentence(notice))


@require_safe
def fill_in_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a workbook as it was handed in."""
    upload = permissions.readable_fill_in(request.user, pk)
    return FileResponse(
        upload.file.open(), as_attachment=True, filename=upload.original_name, content_type=responses.WORKBOOK
    )


# --- the review -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def fill_in_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Show cell by cell what a workbook changes, and do what a form of the page asks for (``action``)."""
    if request.method != "POST":
        return _page(request, permissions.readable_fill_in(request.user, pk))
    upload = permissions.decidable_fill_in(request.user, pk)
    action = request.POST.get("action", "")
    if action not in _ACTIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return redirect("fill_in_upload", pk)
    try:
        return _ACTIONS[action](request, upload)
    except services.ChangedMeanwhile as changed:
        return _page(request, upload, [changed.sentence], since=changed.since, status=409)
    except services.DecidedAlready as decided:
        messages.info(request, decided.sentence)
        return redirect("fill_in_upload", pk)
    except Refused as refused:
        return _page(request, upload, [refused.sentence], status=422)


def _page(
    request: HttpRequest,
    upload: FillInUpload,
    wrong: list[str] | tuple[()] = (),
    *,
    since: list[TaskLog] | tuple[()] = (),
    status: int = 200,
) -> HttpResponse:
    following = (
        permissions.own_fill_ins(request.user).waiting().exclude(pk=upload.pk).order_by("uploaded_at", "pk").first()
    )
    context: dict[str, Any] = {"upload": upload, "wrong": wrong, "since": since, "following": following}
    if upload.is_waiting:
        # Another one's is waiting for its owner alone, so this is the account's own.
        context["seen_at"] = services.last_entry()
        context |= _shown(review_of(upload, request.user, today()))
    elif upload.batch is not None:
        entries = upload.batch.entries.select_related("task__suggestion__meeting", "department", "actor")
        context["entries"] = entries.order_by("pk")
        context["undone_by"] = getattr(upload.batch, "undone_by", None)
    return render(request, "meetings/workbooks/review.html", context, status=status)


def _shown(review: Review) -> dict[str, Any]:
    return {
        "review": review,
        "seen": services.what_is_seen(review),
        "stale": review.of(RowState.STALE),
        "wrong_rows": review.of(RowState.WRONG, RowState.REFUSED),
        "changes": review.of(RowState.CHANGES),
        "known": review.of(RowState.KNOWN),
        "unchanged": len(review.of(RowState.UNCHANGED)),
        "undecided": [row for row in review.rows if row.is_undecided],
        "longest_value": _LONGEST_VALUE,
    }


# --- what the forms of the page ask for -----------------------------------------------------------


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 18


def _number(written: str) -> int:
    return int(written) if _is_number(written) else 0


def _choose(request: HttpRequest, upload: FillInUpload) -> HttpResponse:
    """Choose for one row, or for all that are still to be chosen (``place=all``)."""
    written = request.POST.get("place", "")
    if written == "all":
        rows = [row.place for row in review_of(upload, request.user, today()).rows if row.is_undecided]
    else:
        rows = [_number(written)] if _is_number(written) else []
    services.choose(upload_id=upload.pk, places=rows, choice=request.POST.get("choice", ""))
    anchor = "accept" if written == "all" else f"row-{written}"
    return redirect(f"{reverse('fill_in_upload', args=[upload.pk])}#{anchor}")


def _set_aside(request: HttpRequest, upload: FillInUpload) -> HttpResponse:
    services.set_aside(upload_id=upload.pk)
    messages.success(request, _("“%(file)s” was set aside. Nothing of it was entered.") % {"file": upload})
    return redirect("fill_in")


def _accept(request: HttpRequest, upload: FillInUpload) -> HttpResponse:
    accepted = services.accept_upload(
        upload_id=upload.pk,
        actor=request.user,
        seen=request.POST.get("seen", ""),
        seen_at=_number(request.POST.get("seen_at", "")),
        leave_out=request.POST.get("leave_out") == "yes",
    )
    messages.success(
        request,
        ngettext(
            "%(number)d row of “%(file)s” is in the register.",
            "%(number)d rows of “%(file)s” are in the register.",
            accepted.number,
        )
        % {"number": accepted.number, "file": upload},
        extra_tags=undo_tag(accepted.batch),
    )
    for row in accepted.left:
        messages.warning(
            request, _("Left out: “%(task)s”. %(sentence)s") % {"task": row.task, "sentence": row.refusal.sentence}
        )
    return redirect("fill_in_upload", upload.pk)


_ACTIONS = {"choose": _choose, "set_aside": _set_aside, "accept": _accept}
