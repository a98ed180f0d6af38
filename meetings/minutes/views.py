"""Minutes in: handing in a file, its draft, and what is done to the draft."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.breakdown.views.posted_values import posted_id
from meetings.core.text import parse_id
from meetings.errors import ConflictError, InvalidInputError, ServiceError
from meetings.minutes.documents.errors import MAX_FILE_BYTES, MAX_PAGES, MAX_SECONDS, MAX_TABLE_ROWS, MEGABYTE
from meetings.minutes.parser.messages import unreadable_document_message
from meetings.models import DocumentFormat, MinutesDocument
from meetings.ui.http import Request
from meetings.ui.navigation import strip_nul

from . import accept, draft_services, issue_answers
from .creation import AcceptBlockedError
from .documents import UnreadableDocumentError, UnreadableReason
from .draft_page import DraftPage, RowCard, build_draft_page
from .forms import MAX_PASTED_CHARACTERS, MinutesUploadForm
from .sandbox import parse_in_sandbox

_RECENT_COUNT = 10
_CONTENT_TYPES: dict[str, str] = {
    DocumentFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.TEXT: "text/plain; charset=utf-8",
}


# --- handing in -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def minutes_import(request: Request) -> HttpResponse:
    """Import a file or pasted text; show the account's drafts and recent imports."""
    permissions.require_secretariat(request.user)
    form = MinutesUploadForm(request.POST, request.FILES) if request.method == "POST" else MinutesUploadForm()
    if form.is_bound and form.submit(
        lambda: _create_draft(request, form.cleaned_data["file"], form.cleaned_data["text"])
    ):
        return redirect("draft", form.result.pk)
    return _render_home(request, form)


def _create_draft(request: Request, file: UploadedFile | None, text: str) -> MinutesDocument:
    """Return a draft of the upload, or the account's former one of the same file."""
    size = (file.size or 0) if file is not None else 0
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        too_big = UnreadableDocumentError(UnreadableReason.TOO_BIG, megabytes=-(-size // MEGABYTE), limit=limit)
        raise InvalidInputError(unreadable_document_message(too_big))
    content = file.read() if file is not None else text.encode()
    if before := draft_services.find_unfinished_draft(request.user, content):
        messages.info(request, _("You have a draft of this file already. This is it, as you left it."))
        return before
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minutes"
        path.write_bytes(content)
        try:
            read = parse_in_sandbox(path)
        except UnreadableDocumentError as error:
            raise InvalidInputError(unreadable_document_message(error)) from error
    return draft_services.create_draft(
        parsed=read, content=content, name=(file.name or "") if file else "", account=request.user
    )


def _render_home(request: Request, form: MinutesUploadForm) -> HttpResponse:
    context = {
        "errors": form.error_messages,
        "text": form["text"].value() or "",
        "longest_text": MAX_PASTED_CHARACTERS,
        "limits": {
            "megabytes": MAX_FILE_BYTES // MEGABYTE,
            "rows": MAX_TABLE_ROWS,
            "pages": MAX_PAGES,
            "seconds": MAX_SECONDS,
        },
        "drafts": permissions.own_drafts(request.user),
        "recent": permissions.readable_documents(request.user).select_related("meeting", "uploaded_by")[:_RECENT_COUNT],
    }
    return render(request, "meetings/minutes/home.html", context, status=form.status_code)


@require_safe
def minutes_file(request: Request, pk: int) -> FileResponse:
    """Hand out the file a meeting was made of, under the name it came with."""
    document = permissions.readable_document(request.user, pk)
    if document.is_manual:
        raise Http404
    name = document.original_name or f"{document.meeting or document}.txt"
    return FileResponse(
        document.file.open(), as_attachment=True, filename=name, content_type=_CONTENT_TYPES[document.format]
    )


# --- the draft ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def draft(request: Request, pk: int) -> HttpResponse:
    """Show a draft beside its source, and run a form's ``action``."""
    document = permissions.writable_draft(request.user, pk)
    if document.meeting is not None:
        if request.method == "POST":
            messages.info(request, draft_services.AlreadyAcceptedError(document.meeting).message)
        return redirect(document.meeting)
    if request.method != "POST":
        return _render_draft(request, build_draft_page(document))
    action = request.POST.get("action", "")
    if action not in _ACTIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return redirect("draft", pk)
    try:
        answer = _ACTIONS[action](request, document)
    except draft_services.AlreadyAcceptedError as error:
        messages.info(request, error.message)
        return _redirect_to(request, error.meeting.get_absolute_url())
    except AcceptBlockedError as cannot:
        page = build_draft_page(document)
        return _render_draft(request, page, errors=[blocker.message for blocker in cannot.blockers], status=422)
    except ServiceError as error:
        return _render_error(request, document, error)
    return answer or _render_change(request, document)


def _render_draft(request: Request, page: DraftPage, *, errors: Sequence[str] = (), status: int = 200) -> HttpResponse:
    context = {"page": page, "document": page.document, "errors": errors}
    return render(request, "meetings/minutes/draft.html", context, status=status)


def _redirect_to(request: Request, address: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _render_error(request: Request, document: MinutesDocument, error: ServiceError) -> HttpResponse:
    """Come back with the sentence, and with what was typed still in its form."""
    document.refresh_from_db()
    row_form = metadata_form = None
    if request.POST.get("action") == "facts":
        metadata_form = (request.POST.dict(), error.message)
    elif row_id := posted_id(request.POST, "row"):
        fields = request.POST.dict() if "number" in request.POST else {}
        row_form = (row_id, fields, error.message)
    page = build_draft_page(document, row_form=row_form, metadata_form=metadata_form)
    if request.htmx:
        return _render_fragment(request, page, status=error.status_code, error=error.message)
    return _render_draft(request, page, errors=[error.message], status=error.status_code)


def _render_change(request: Request, document: MinutesDocument) -> HttpResponse:
    """Render the changed pieces for htmx, else redirect to the next question."""
    document.refresh_from_db()
    page = build_draft_page(document)
    if request.htmx:
        return _render_fragment(request, page)
    card = page.row(posted_id(request.POST, "row"))
    stays = request.POST["action"] in ("save", "facts")
    anchor = f"row-{card.pk}" if card else "facts" if request.POST["action"] == "facts" else page.first_anchor
    if card and not stays:
        anchor = page.anchor_after(card.position) or anchor
    return redirect(f"{reverse('draft', args=[document.pk])}#{anchor}")


def _render_fragment(request: Request, page: DraftPage, *, status: int = 200, error: str = "") -> HttpResponse:
    row = page.row(posted_id(request.POST, "row"))
    is_outdated = row is not None and not error and _has_new_values(row, request.POST)
    saved_only = request.POST.get("action") in ("save", "facts") and not is_outdated
    template = "meetings/minutes/_save_response.html" if saved_only else "meetings/minutes/_resolution_response.html"
    context = {"page": page, "document": page.document, "row": row, "errors": error}
    response = render(request, template, context, status=status)
    if row is not None and is_outdated and request.POST.get("action") == "save":
        response["HX-Retarget"], response["HX-Reswap"] = f"#row-{row.pk}", "outerHTML"
    return response


def _has_new_values(row: RowCard, posted: QueryDict) -> bool:
    """Whether saving gave other fields of the row values, too."""
    unsent = "" if "task-0-text" in posted else "as it was"
    return any(
        getattr(task, name) and not posted.get(f"task-{task.at}-{name}", unsent).strip()
        for task in row.tasks
        for name in ("text", "departments", "leaders", "deadline")
    )


# --- what the forms of the page ask for -----------------------------------------------------------


def _row_arguments(request: Request, document: MinutesDocument) -> dict[str, int]:
    """Return the row arguments of a service; raises ConflictError for another draft's."""
    row_id = posted_id(request.POST, "row")
    if not document.rows.filter(pk=row_id).exists():
        raise ConflictError
    return {"row_id": row_id, "version": posted_id(request.POST, "version")}


def _document_arguments(request: Request, document: MinutesDocument) -> dict[str, int]:
    return {"document_id": document.pk, "version": posted_id(request.POST, "version")}


def _save_row(request: Request, document: MinutesDocument) -> None:
    draft_services.edit_row(**_row_arguments(request, document), form_data=request.POST.dict())


def _row_action(request: Request, document: MinutesDocument) -> HttpResponse | None:
    """Do what a button inside a row's form says: ``do`` is action, colon and place."""
    name, _colon, place = request.POST.get("do", "").partition(":")
    _save_row(request, document)
    row_arguments = _row_arguments(request, document)
    row_arguments["version"] = document.rows.values_list("version", flat=True).get(pk=row_arguments["row_id"])
    at = parse_id(place) or 0
    match name:
        case "add_task":
            count = draft_services.add_task(**row_arguments)
            return _redirect_to_field(document, f"row-{row_arguments['row_id']}-{count - 1}-text")
        case "remove_task":
            draft_services.remove_task(**row_arguments, place=at)
        case "split":
            draft_services.split_row(**row_arguments, after=at)
        case "join":
            draft_services.merge_with_next_row(**row_arguments)
        case "remove":
            draft_services.remove_row(**row_arguments)
        case "add_row":
            new = draft_services.add_row(document_id=document.pk, after=at)
            return _redirect_to_field(document, f"row-{new.pk}-suggestion")
    return None


def _add_row(request: Request, document: MinutesDocument) -> HttpResponse:
    new = draft_services.add_row(document_id=document.pk, after=document.rows.count())
    return _redirect_to_field(document, f"row-{new.pk}-suggestion")


def _redirect_to_field(document: MinutesDocument, field_id: str) -> HttpResponse:
    return redirect(f"{reverse('draft', args=[document.pk])}#{field_id}")


def _save_metadata(request: Request, document: MinutesDocument) -> HttpResponse | None:
    arguments = _document_arguments(request, document)
    are_rows_changed = draft_services.edit_metadata(**arguments, form_data=request.POST.dict())
    return HttpResponse(headers={"HX-Refresh": "true"}) if are_rows_changed and request.htmx else None


def _confirm(request: Request, document: MinutesDocument) -> None:
    place = posted_id(request.POST, "place")
    if "row" in request.POST:
        issue_answers.confirm_row_issue(**_row_arguments(request, document), place=place)
    else:
        issue_answers.confirm_document_issue(**_document_arguments(request, document), place=place)


def _accept_offered_day(request: Request, document: MinutesDocument) -> None:
    issue_answers.accept_offered_day(**_row_arguments(request, document), place=posted_id(request.POST, "place"))


def _assign_dates(request: Request, document: MinutesDocument) -> None:
    issue_answers.assign_dates(
        **_row_arguments(request, document),
        place=posted_id(request.POST, "place"),
        assignments=[
            [int(choice) for choice in choices if choice.isascii() and choice.isdecimal() and len(choice) < 5]
            for choices in _parse_assignments(request.POST)
        ],
    )


def _assign_names(request: Request, document: MinutesDocument) -> None:
    issue_answers.assign_names(
        **_row_arguments(request, document),
        place=posted_id(request.POST, "place"),
        assignments=_parse_assignments(request.POST),
    )


def _parse_assignments(posted: QueryDict) -> list[list[str]]:
    return [posted.getlist(f"share-{at}") for at in range(min(posted_id(posted, "tasks"), 999))]


def _resolve_name(request: Request, document: MinutesDocument) -> None:
    choice = request.POST.get("choice", "")
    if choice == "new" and request.POST.get("unit", "").strip():
        choice = f"new:{request.POST['unit'].strip()[:200]}"
    if choice == "other":
        choice = request.POST.get("other", "")
    issue_answers.resolve_name(document_id=document.pk, key=request.POST.get("key", ""), choice=choice)


def _discard(request: Request, document: MinutesDocument) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        raise InvalidInputError(_("Tick that the draft may be thrown away."))
    draft_services.discard_draft(document_id=document.pk)
    messages.success(request, _("The draft of “%(name)s” was thrown away.") % {"name": document})
    return redirect("import_home")


def _accept(request: Request, document: MinutesDocument) -> HttpResponse:
    entered = accept.accept_draft(
        document_id=document.pk,
        actor=request.user,
        version_token=request.POST.get("seen", ""),
        reason=request.POST.get("note", ""),
    )
    if document.corrects is not None:
        messages.success(request, _("Saved: what was there before stays in the log."))
        if not entered.suggestions:
            return redirect(entered.meeting)
        table = reverse("meeting_arrange", args=[entered.meeting.pk])
        return redirect(f"{table}#suggestion-{entered.suggestions[0].pk}")
    if entered.is_update:
        messages.success(
            request, _("“%(title)s” has been brought up to date from this file.") % {"title": entered.meeting.title}
        )
        return redirect(entered.meeting)
    number = len(entered.suggestions)
    messages.success(
        request,
        ngettext(
            "“%(title)s” is in the register with %(number)d row.",
            "“%(title)s” is in the register with %(number)d rows.",
            number,
        )
        % {"title": entered.meeting.title, "number": number},
    )
    return redirect(entered.meeting)


_ACTIONS: dict[str, Callable[[Request, MinutesDocument], HttpResponse | None]] = {
    "save": _save_row,
    "row": _row_action,
    "add_row": _add_row,
    "facts": _save_metadata,
    "confirm": _confirm,
    "offered": _accept_offered_day,
    "dates": _assign_dates,
    "names": _assign_names,
    "choose": _resolve_name,
    "discard": _discard,
    "accept": _accept,
}
