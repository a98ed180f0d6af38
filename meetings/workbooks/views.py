"""Excel out, Excel in: fill-in workbooks for departments, and what they send back."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.text import parse_id, parse_ids
from meetings.errors import ServiceError
from meetings.exports.downloads import CONTENT_TYPES, stored_file_response
from meetings.faults import faults_in_words
from meetings.jobs import job
from meetings.jobs.files import file_response, write_file
from meetings.minutes.documents import UnreadableDocumentError
from meetings.minutes.documents.detect import check_size
from meetings.minutes.documents.errors import MAX_FILE_BYTES, MEGABYTE
from meetings.minutes.sandbox import read_sheets_in_sandbox
from meetings.models import Account, TaskLog, WorkbookUpload
from meetings.models.batch import count_standing_tasks
from meetings.tasks.views.batches import undo_tag
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, today
from meetings.workbooks.review import review_upload
from meetings.workbooks.reviewed_rows import ReviewedRow, RowState

from . import services
from .forms import (
    MAX_FILES,
    WorkbookExportForm,
    WorkbookReviewForm,
    WorkbookRowForm,
    WorkbookUploadForm,
)
from .keyless_rows import match_keyless_rows
from .messages import NoticeCode, unreadable_workbook_message
from .parser import parse_workbook

_RECENT_COUNT = 20
_UPLOADS_PER_PAGE = 25
_ROWS_PER_PAGE = 50
#: Characters of one cell's text in a list of what was not read; the whole is in the file.
_MAX_VALUE_LENGTH = 200


# --- out ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request: Request) -> HttpResponse:
    """Offer the workbooks, and take those that come back."""
    permissions.require_workbook_access(request.user)
    if request.method == "POST":
        return _save_uploads(request)
    return _render_fill_in(request, WorkbookExportForm(account=request.user, today=today()))


@require_safe
def workbook_export(request: Request) -> HttpResponseBase:
    """Hand out the workbook, or the zip of them, that the address asks for."""
    permissions.require_workbook_access(request.user)
    form = WorkbookExportForm(request.GET, account=request.user, today=today())
    if form.submit(lambda: _write_workbooks(request, form)):
        if request.method == "GET":
            services.record_handouts(form.departments, request.user)
        return form.result
    return _render_fill_in(request, form, status=form.status_code)


def _write_workbooks(request: Request, form: WorkbookExportForm) -> HttpResponseBase:
    departments = form.departments
    name = _("Fill-in workbooks %(day)s") % {"day": form.today.isoformat()}
    if len(departments) == 1:
        name = form.workbook_name(departments[0])
    return file_response(
        request,
        form.write,
        name=name,
        ending=form.ending,
        row_count=form.count_rows(),
        row_cost=2,
        writer=write_workbooks,
        query=request.GET.urlencode(),
        today=form.today.isoformat(),
    )


@job(gettext_lazy("Write fill-in workbooks"))
def write_workbooks(
    *, key: str, asked_by: int, language: str, name: str, row_count: int, query: str, today: str
) -> None:
    """Write the workbooks of a form that was valid on the day ``today``."""
    account, day = Account.objects.get(pk=asked_by), datetime.date.fromisoformat(today)
    form = WorkbookExportForm(QueryDict(query), account=account, today=day)
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    write_file(key, language, form.write)


def _render_fill_in(
    request: Request, form: WorkbookExportForm, errors: list[str] | tuple[()] = (), *, status: int = 200
) -> HttpResponse:
    page = Paginator(permissions.own_workbooks(request.user).waiting(), _UPLOADS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "hand_in": WorkbookUploadForm(),
        "makes_for_others": permissions.is_secretariat(request.user),
        "own": permissions.own_scope(request.user),
        "as_of": as_of_query(today()),
        "open_statuses": sorted(OPEN_STATUSES),
        "errors": errors,
        "limits": {
            "files": MAX_FILES,
            "megabytes": MAX_FILE_BYTES // MEGABYTE,
            "together": settings.UPLOAD_MAX_MEGABYTES,
        },
        "page": page,
        "waiting": [(upload, _count_filled_rows(upload)) for upload in page],
        "recent": permissions.readable_workbooks(request.user)
        .accepted()
        .defer("content", "decisions")
        .select_related("uploaded_by", "batch__made_by", "batch__undone_by")
        .annotate(standing_count=count_standing_tasks("batch"))[:_RECENT_COUNT],
    }
    return render(request, "meetings/workbooks/fill_in.html", context, status=status)


def _count_filled_rows(upload: WorkbookUpload) -> int:
    return sum(bool(row["written"]) for row in upload.content["rows"])


# --- in -------------------------------------------------------------------------------------------


def _save_uploads(request: Request) -> HttpResponse:
    """Save every file that is a workbook of ours; report each of the others."""
    uploads = WorkbookUploadForm(request.POST, request.FILES)
    form = WorkbookExportForm(account=request.user, today=today())
    if not uploads.is_valid():
        return _render_fill_in(request, form, uploads.error_messages, status=uploads.status_code)
    saved, errors = [], []
    for file in uploads.cleaned_data["files"]:
        try:
            with faults_in_words():
                saved.append(_save_upload(request, file))
        except (UnreadableDocumentError, ServiceError) as error:
            message = error.message if isinstance(error, ServiceError) else unreadable_workbook_message(error)
            errors.append(_("%(file)s: %(sentence)s") % {"file": file.name, "sentence": message})
    if not saved:
        return _render_fill_in(request, form, errors, status=422)
    for message in errors:
        messages.error(request, message)
    first = next((upload for upload in saved if upload.is_pending), None)
    return redirect("fill_in_upload", (first or saved[0]).pk)


def _save_upload(request: Request, file: UploadedFile) -> WorkbookUpload:
    """Return the upload of a file: a former one, if accepted or waiting, or a new one."""
    check_size(file.size or 0)
    content = file.read()
    before = services.find_same_upload(request.user, content)
    if before is not None and not before.is_pending:
        if not permissions.readable_workbooks(request.user).filter(pk=before.pk).exists():
            raise services.AlreadyDecidedError(services.already_accepted_message(before))
        messages.info(request, f"{before}: {services.already_accepted_message(before)}")
        return before
    if before is not None:
        messages.info(request, _("%(file)s waits for you already. This is it, as you left it.") % {"file": before})
        return before
    read = match_keyless_rows(parse_workbook(read_sheets_in_sandbox(content)), request.user)
    for notice in read.notices:
        if notice.code is NoticeCode.NO_SHEET:
            raise ServiceError(notice.message)
    return services.create_upload(parsed=read, content=content, name=file.name or "", account=request.user)


@require_safe
def workbook_file(request: Request, pk: int) -> HttpResponseBase:
    """Hand out a workbook as it was handed in."""
    upload = permissions.readable_workbook(request.user, pk)
    return stored_file_response(request, upload.file, upload.original_name, CONTENT_TYPES["xlsx"])


# --- the review -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def workbook_review(request: Request, pk: int) -> HttpResponse:
    """Show cell by cell what a workbook changes, and run a form's ``action``."""
    if request.method != "POST":
        return _render_review(request, permissions.readable_workbook(request.user, pk))
    upload = permissions.decidable_workbook(request.user, pk)
    form = WorkbookReviewForm(request.POST)
    if form.submit(lambda: _ACTIONS[form.cleaned_data["action"]](request, upload, form)):
        return form.result
    if "action" in form.errors:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return redirect("fill_in_upload", pk)
    if isinstance(form.service_error, services.AlreadyDecidedError):
        messages.info(request, form.service_error.message)
        return redirect("fill_in_upload", pk)
    newer_entries = form.conflict.newer_entries if form.conflict else ()
    return _render_review(request, upload, form.error_messages, later_entries=newer_entries, status=form.status_code)


def _render_review(
    request: Request,
    upload: WorkbookUpload,
    errors: Sequence[str] = (),
    *,
    later_entries: Sequence[TaskLog] = (),
    status: int = 200,
) -> HttpResponse:
    following = (
        permissions.own_workbooks(request.user).waiting().exclude(pk=upload.pk).order_by("uploaded_at", "pk").first()
    )
    context: dict[str, Any] = {
        "upload": upload,
        "errors": errors,
        "later_entries": later_entries,
        "next_upload": following,
    }
    if upload.is_pending:
        # Another one's is waiting for its owner alone, so this is the account's own.
        seen_at = services.last_entry_id()
        review = review_upload(upload, request.user)
        conflicts, invalid, changes = (
            review.of(*states)
            for states in ((RowState.CONFLICT,), (RowState.INVALID, RowState.REFUSED), (RowState.CHANGES,))
        )
        page = _open_page(request, [*conflicts, *invalid, *changes])
        context |= {
            "review": review,
            "page": page,
            "conflict_count": len(conflicts),
            "invalid_count": len(invalid),
            "first_invalid": invalid[0].place if invalid else None,
            "change_count": len(changes),
            "rivals": services.find_rivals(upload),
            "seen": services.review_version_token(review),
            "seen_at": seen_at,
            "conflicts": [row for row in page if row in conflicts],
            "invalid_rows": [row for row in page if row in invalid],
            "corrections": {row.place: WorkbookRowForm(row) for row in page if row.state is RowState.INVALID},
            "changes": [row for row in page if row in changes],
            "recorded_rows": review.of(RowState.RECORDED),
            "unchanged": len(review.of(RowState.UNCHANGED)),
            "undecided": [row for row in review.rows if row.is_undecided],
            "longest_value": _MAX_VALUE_LENGTH,
        }
    elif upload.batch is not None:
        entries = upload.batch.entries.select_related("task__suggestion__meeting", "department", "actor")
        context["page"] = Paginator(entries.order_by("pk"), _ROWS_PER_PAGE).get_page(request.GET.get("page"))
        context["undone_by"] = getattr(upload.batch, "undone_by", None)
        context["is_partly_undone"] = upload.batch.entries.standing().exists()
    return render(request, "meetings/workbooks/review.html", context, status=status)


def _open_page(request: Request, rows: Sequence[ReviewedRow]) -> Page:
    """Return the page of ``rows`` that the address names by a ``row`` or ``page``."""
    paginator = Paginator(rows, _ROWS_PER_PAGE)
    places = [row.place for row in rows]
    place = parse_id(request.GET.get("row", ""))
    if place in places:
        return paginator.page(places.index(place) // _ROWS_PER_PAGE + 1)
    return paginator.get_page(request.GET.get("page"))


# --- what the forms of the page ask for -----------------------------------------------------------


def _choose(request: Request, upload: WorkbookUpload, form: WorkbookReviewForm) -> HttpResponse:
    """Choose for one row, or for all that are still to be chosen (``place=all``)."""
    place = form.cleaned_data["place"]
    if place == "all":
        rows = [row.place for row in review_upload(upload, request.user).rows if row.is_undecided]
    else:
        rows = list(parse_ids([place]))
    services.decide_rows(upload_id=upload.pk, places=rows, choice=form.cleaned_data["choice"])
    where = "#accept" if place == "all" else f"?row={place}#row-{place}"
    return redirect(f"{reverse('fill_in_upload', args=[upload.pk])}{where}")


def _correct(request: Request, upload: WorkbookUpload, form: WorkbookReviewForm) -> HttpResponse:
    """Correct the cells of one row, or take the correction back (``as_filed``)."""
    texts = form.texts if form.cleaned_data["action"] == "correct" else None
    services.correct_row(upload_id=upload.pk, place=form.place_number, texts=texts)
    where = f"?row={form.place_number}#row-{form.place_number}"
    return redirect(f"{reverse('fill_in_upload', args=[upload.pk])}{where}")


def _decide_offer(request: Request, upload: WorkbookUpload, form: WorkbookReviewForm) -> HttpResponse:
    is_taken = form.cleaned_data["action"] == "take"
    services.decide_offer(upload_id=upload.pk, key=form.cleaned_data["offer"], is_taken=is_taken)
    return redirect(f"{reverse('fill_in_upload', args=[upload.pk])}?whole=offers#offers")


def _set_aside(request: Request, upload: WorkbookUpload, form: WorkbookReviewForm) -> HttpResponse:
    services.set_aside(upload_id=upload.pk)
    messages.success(request, _("“%(file)s” was set aside. Nothing of it was entered.") % {"file": upload})
    return redirect("fill_in")


def _accept(request: Request, upload: WorkbookUpload, form: WorkbookReviewForm) -> HttpResponse:
    batch, number = services.accept_upload(
        upload_id=upload.pk,
        actor=request.user,
        version_token=form.cleaned_data["seen"],
        seen_entry_id=form.cleaned_data["seen_at"],
        leave_out=form.cleaned_data["leave_out"],
    )
    message = ngettext(
        "%(number)d row of “%(file)s” is in the register.",
        "%(number)d rows of “%(file)s” are in the register.",
        number,
    )
    messages.success(request, message % {"number": number, "file": upload}, extra_tags=undo_tag(batch))
    return redirect("fill_in_upload", upload.pk)


_ACTIONS = {
    "choose": _choose,
    "correct": _correct,
    "as_filed": _correct,
    "take": _decide_offer,
    "leave": _decide_offer,
    "set_aside": _set_aside,
    "accept": _accept,
}
