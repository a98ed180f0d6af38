"""Minutes in: handing in a file, its draft, and what is done to the draft."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.core.text import parse_id
from meetings.errors import InvalidInputError
from meetings.exports.downloads import CONTENT_TYPES, file_name, stored_file_response
from meetings.jobs.heartbeat import is_any_alive
from meetings.minutes.documents.errors import MAX_FILE_BYTES, MAX_PAGES, MAX_SECONDS, MAX_TABLE_ROWS, MEGABYTE
from meetings.models import DocumentFormat, DraftRow, MinutesDocument
from meetings.ui.http import Request

from . import draft_services, layouts, scans
from .creation import AcceptBlockedError, AcceptResult
from .documents import UnreadableDocumentError, is_recognition_installed
from .documents.conversion import find_converter
from .documents.detect import check_size
from .draft_actions import DRAFT_ACTIONS, DraftActionForm
from .draft_addresses import PageQuery, row_address
from .draft_page import DraftPage, RowCard
from .forms import MAX_PASTED_CHARACTERS, MinutesUploadForm
from .layouts import RereadResult
from .scan_sandbox import is_readable_scan

_RECENT_COUNT = 10
_DRAFTS_PER_PAGE = 25
#: Where a session keeps how it shows drafts: as a table, or row by row.
_VIEW = "draft_view"
_CONTENT_TYPES = CONTENT_TYPES | {
    str(DocumentFormat.PDF): "application/pdf",
    str(DocumentFormat.TEXT): "text/plain; charset=utf-8",
    str(DocumentFormat.DOC): "application/msword",
    str(DocumentFormat.XLS): "application/vnd.ms-excel",
    str(DocumentFormat.ODT): "application/vnd.oasis.opendocument.text",
    str(DocumentFormat.ODS): "application/vnd.oasis.opendocument.spreadsheet",
    str(DocumentFormat.RTF): "application/rtf",
    str(DocumentFormat.OFD): "application/ofd",
    str(DocumentFormat.JPEG): "image/jpeg",
    str(DocumentFormat.PNG): "image/png",
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
    return _render_import(request, form)


def _create_draft(request: Request, file: UploadedFile | None, text: str) -> MinutesDocument:
    """Return a draft of the upload, or the account's former one of the same file."""
    try:
        check_size((file.size or 0) if file is not None else 0)
        content = file.read() if file is not None else text.encode()
        if before := draft_services.find_unfinished_draft(request.user, content):
            messages.info(request, _("You have a draft of this file already. This is it, as you left it."))
            return before
        try:
            read, layout = layouts.read_file(content)
        except UnreadableDocumentError as error:
            if file is None or not is_readable_scan(error):
                raise
            return scans.create_scan(content=content, name=file.name or "", account=request.user)
    except UnreadableDocumentError as error:
        raise InvalidInputError(_name_refusal(file, error.message)) from error
    if layout is not None:
        messages.info(request, _("The columns were read as chosen for an earlier file with the same heads."))
    return draft_services.create_draft(
        parsed=read, content=content, name=(file.name or "") if file else "", account=request.user, layout=layout
    )


def _name_refusal(file: UploadedFile | None, message: str) -> str:
    """Say of which file it is."""
    if file is None or not (name := draft_services.display_name(file.name or "")):
        return message
    return _("“%(name)s”: %(message)s") % {"name": name, "message": message}


def _render_import(request: Request, form: MinutesUploadForm) -> HttpResponse:
    context = {
        "errors": form.error_messages,
        "text": form["text"].value() or "",
        "longest_text": MAX_PASTED_CHARACTERS,
        "limits": {
            "megabytes": MAX_FILE_BYTES // MEGABYTE,
            "rows": MAX_TABLE_ROWS,
            "pages": MAX_PAGES,
            "seconds": MAX_SECONDS,
            "has_converter": find_converter() is not None,
            "reads_scans": is_recognition_installed(),
        },
        "drafts": Paginator(permissions.own_drafts(request.user), _DRAFTS_PER_PAGE).get_page(request.GET.get("page")),
        "recent": permissions.readable_documents(request.user).select_related("meeting", "uploaded_by")[:_RECENT_COUNT],
    }
    return render(request, "meetings/minutes/import.html", context, status=form.status_code)


@require_safe
def minutes_file(request: Request, pk: int) -> HttpResponseBase:
    """Hand out the file a meeting was made of, under the name it came with."""
    document = permissions.readable_document(request.user, pk)
    if document.is_manual:
        raise Http404
    name = document.original_name or file_name(str(document.meeting or document), "txt")
    return stored_file_response(request, document.file, name, _CONTENT_TYPES[document.format])


# --- the draft ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: Request, pk: int) -> HttpResponse:
    """Show a draft beside its source, and run a form's ``action``."""
    document = permissions.writable_draft(request.user, pk)
    if document.meeting is not None:
        if request.method == "POST":
            messages.info(request, draft_services.AlreadyAcceptedError(document.meeting).message)
        return redirect(document.meeting)
    if (page := _page_without_action(request, document)) is not None:
        return page
    if request.POST.get("action") not in DRAFT_ACTIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return redirect("draft", pk)
    form = DraftActionForm(request.POST, document=document, account=request.user)
    if not form.submit(form.run):
        return _render_refusal(request, document, form)
    match form.cleaned_data["action"]:
        case "accept":
            return _show_meeting(request, document, form.result)
        case "discard":
            messages.success(request, _("The draft of “%(name)s” was thrown away.") % {"name": document})
            return redirect("import_home")
        case "row" | "add_row" if isinstance(form.result, DraftRow):
            return redirect(row_address(document, form.result.pk, f"row-{form.result.pk}-suggestion"))
        case "row" if form.result is not None:
            return redirect(row_address(document, form.row_id, f"row-{form.row_id}-{form.result - 1}-text"))
        case "layout":
            _say_what_was_read(request, form.result)
            return redirect(f"{reverse('draft', args=[pk])}#tables")
        case "facts" if form.result and request.htmx:
            return HttpResponse(headers={"HX-Refresh": "true"})
    return _render_change(request, document, form)


def _page_without_action(request: Request, document: MinutesDocument) -> HttpResponse | None:
    """Return the page where nothing is done.

    With a scan that is not read yet there is nothing to do but to throw it away.
    """
    scan = document.unread_scan
    if scan is not None and request.POST.get("action") != "discard":
        context = {
            "document": document,
            "scan": scan,
            "problem": scans.describe_problem(scan),
            "has_worker": is_any_alive(),
        }
        return render(request, "meetings/minutes/scan.html", context)
    return None if request.method == "POST" else _render_draft(request, _load_page(request, document))


def _load_page(
    request: Request, document: MinutesDocument, refused: DraftActionForm | None = None, row_id: int | None = None
) -> DraftPage:
    if (view := request.GET.get("view")) in ("table", "rows"):
        request.session[_VIEW] = view
    row_id = row_id or parse_id(request.GET.get("row", ""))
    query = PageQuery(
        request.session.get(_VIEW, ""), request.GET.get("page", ""), row_id, request.GET.get("whole") == "difference"
    )
    return DraftPage(document, query, refused)


def _render_draft(request: Request, page: DraftPage, *, errors: Sequence[str] = (), status: int = 200) -> HttpResponse:
    context = {"page": page, "document": page.document, "errors": errors}
    return render(request, "meetings/minutes/draft.html", context, status=status)


def _render_refusal(request: Request, document: MinutesDocument, form: DraftActionForm) -> HttpResponse:
    """Come back with the message, and with what was typed still in its form."""
    if isinstance(form.service_error, draft_services.AlreadyAcceptedError):
        messages.info(request, form.service_error.message)
        address = form.service_error.meeting.get_absolute_url()
        return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)
    if isinstance(form.service_error, AcceptBlockedError):
        errors = form.service_error.blockers
        return _render_draft(request, _load_page(request, document), errors=errors, status=form.status_code)
    document.refresh_from_db()
    page = _load_page(request, document, form, form.row_id)
    if request.htmx:
        return _render_fragment(request, page, form)
    return _render_draft(request, page, errors=form.error_messages, status=form.status_code)


def _render_change(request: Request, document: MinutesDocument, form: DraftActionForm) -> HttpResponse:
    """Render the changed pieces for htmx, else redirect to the next question."""
    document.refresh_from_db()
    page = _load_page(request, document, row_id=form.row_id)
    if request.htmx:
        return _render_fragment(request, page, form)
    card = page.row(form.row_id)
    address = f"#row-{card.pk}" if card else "#facts" if request.POST["action"] == "facts" else page.first_issue
    if card and request.POST["action"] != "save":
        following = page.issue_after(card.position)
        # An answer leads on to another page; what was done to a row leaves the reader among the rows around it.
        if following.startswith("#") or (following and request.POST["action"] != "row"):
            address = following
    return redirect(f"{page.address}{address}" if address.startswith("#") else address or page.address)


def _say_what_was_read(request: Request, reread: RereadResult) -> None:
    """Say how many rows the file gave, and what became of the work on them."""
    count = reread.row_count
    message = ngettext("The file was read again: %(number)d row.", "The file was read again: %(number)d rows.", count)
    messages.success(request, message % {"number": count})
    if kept := reread.kept_count:
        message = ngettext(
            "What was done to %(number)d row was kept.", "What was done to %(number)d rows was kept.", kept
        )
        messages.info(request, message % {"number": kept})
    if reread.lost:
        message = _("What was done to these rows does not fit any more and was not kept: %(names)s")
        messages.warning(request, message % {"names": layouts.name_rows(reread.lost)})


def _render_fragment(request: Request, page: DraftPage, form: DraftActionForm) -> HttpResponse:
    if request.POST["action"] == "cells":
        return _render_cells(request, page, form)
    row, is_save = page.row(form.row_id), request.POST["action"] in ("save", "facts")
    part = "facts" if request.POST["action"] == "facts" else f"row-{row.pk}" if row else ""
    has_new_values = row is not None and form.status_code == 200 and _has_new_values(row, form.data)
    # The fields come with the version that they are on, and never the one without the other.
    is_outdated = bool(part) and (form.conflict is not None or has_new_values)
    template = "_save_response" if is_save and not is_outdated else "_resolution_response"
    context = {"page": page, "document": page.document, "row": row, "errors": form.error_messages}
    response = render(request, f"meetings/minutes/{template}.html", context, status=form.status_code)
    if is_outdated and is_save:
        response["HX-Retarget"], response["HX-Reswap"] = f"#{part}", "outerHTML"
    return response


def _render_cells(request: Request, page: DraftPage, form: DraftActionForm) -> HttpResponse:
    """Render the rows that were changed in the table, as they are now."""
    ids = {cell.row_id for cell in form.cleaned_data.get("cells") or ()}
    context = {
        "page": page,
        "document": page.document,
        "changed_rows": [row for row in map(page.row, sorted(ids)) if row],
        "errors": form.error_messages,
    }
    return render(request, "meetings/minutes/_grid_response.html", context, status=form.status_code)


def _has_new_values(row: RowCard, posted: QueryDict) -> bool:
    """Return whether saving gave other fields of the row values, too."""
    unsent = "" if "task-0-text" in posted else "as it was"
    return any(
        task[name] and not posted.get(f"task-{task['at']}-{name}", unsent).strip()
        for task in row.tasks
        for name in ("text", "departments", "leaders", "deadline")
    )


def _show_meeting(request: Request, document: MinutesDocument, entered: AcceptResult) -> HttpResponse:
    """Lead to what was entered, with a message."""
    if document.corrects is not None:
        messages.success(request, _("Saved: what was there before stays in the log."))
        if not entered.suggestions:
            return redirect(entered.meeting)
        table = reverse("meeting_arrange", args=[entered.meeting.pk])
        return redirect(f"{table}#suggestion-{entered.suggestions[0].pk}")
    number = len(entered.suggestions)
    if not entered.is_changed:
        message = _("The file is kept with “%(title)s”, and says nothing else than the register: no change.")
    elif entered.is_update:
        message = _("“%(title)s” has been brought up to date from this file.")
    else:
        message = ngettext(
            "“%(title)s” is in the register with %(number)d row.",
            "“%(title)s” is in the register with %(number)d rows.",
            number,
        )
    messages.success(request, message % {"title": entered.meeting.title, "number": number})
    return redirect(entered.meeting)
