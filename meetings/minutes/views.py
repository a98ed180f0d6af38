"""Minutes in: handing in a file, its draft, and what is done to the draft."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.errors import Incomplete, Refused
from meetings.minutes.documents.errors import MAX_FILE_BYTES, MAX_PAGES, MAX_SECONDS, MAX_TABLE_ROWS, MEGABYTE
from meetings.minutes.parser.messages import refusal
from meetings.models import DocumentFormat, MinutesDocument
from meetings.ui.navigation import without_nul

from . import accept, draft_services, issue_answers
from .creation import CannotAccept
from .documents import Unreadable, UnreadableDocument
from .draft_page import DraftPage, draft_page
from .sandbox import read_bounded

#: Characters of pasted text; a notice has some ten thousand. What is longer is a file.
LONGEST_TEXT = 500_000
_RECENT = 10
_CONTENT_TYPES = {
    DocumentFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.TEXT: "text/plain; charset=utf-8",
}


# --- handing in -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def import_home(request: HttpRequest) -> HttpResponse:
    """Take a file or pasted text, and show the account's drafts and what was accepted last."""
    permissions.require_secretariat(request.user)
    if request.method != "POST":
        return _home(request)
    text = request.POST.get("text", "")
    file = request.FILES.get("file")
    if file is None and not text.strip():
        return _home(request, _("Choose a file, or paste the text of the minutes."), text)
    if len(text) > LONGEST_TEXT:
        return _home(
            request,
            _("The text has more than %(limit)d characters. Save it as a file and hand that in.")
            % {"limit": LONGEST_TEXT},
            text,
        )
    try:
        document = _taken_in(request, file, text)
    except UnreadableDocument as error:
        return _home(request, refusal(error), text)
    except Refused as refused:
        return _home(request, refused.sentence, text)
    return redirect("draft", document.pk)


def _taken_in(request: HttpRequest, file: UploadedFile | None, text: str) -> MinutesDocument:
    """Return the draft of what was handed in: the one of before, where the account has one of the same file."""
    if file is not None and file.size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        raise UnreadableDocument(Unreadable.TOO_BIG, megabytes=-(-file.size // MEGABYTE), limit=limit)
    content = file.read() if file is not None else text.encode()
    if before := draft_services.unfinished_draft(request.user, content):
        messages.info(request, _("You have a draft of this file already. This is it, as you left it."))
        return before
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minutes"
        path.write_bytes(content)
        read = read_bounded(path)
    return draft_services.keep_draft(read=read, content=content, name=file.name if file else "", account=request.user)


def _home(request: HttpRequest, wrong: str = "", text: str = "") -> HttpResponse:
    context = {
        "wrong": [wrong] if wrong else [],
        "text": text,
        "longest_text": LONGEST_TEXT,
        "limits": {
            "megabytes": MAX_FILE_BYTES // MEGABYTE,
            "rows": MAX_TABLE_ROWS,
            "pages": MAX_PAGES,
            "seconds": MAX_SECONDS,
        },
        "drafts": permissions.own_drafts(request.user),
        "recent": permissions.readable_documents(request.user).select_related("meeting", "uploaded_by")[:_RECENT],
    }
    return render(request, "meetings/minutes/home.html", context, status=422 if wrong else 200)


@require_safe
def minutes_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the file a meeting was made of, under the name it came with."""
    document = permissions.readable_document(request.user, pk)
    name = document.original_name or f"{document.meeting or document}.txt"
    return FileResponse(
        document.file.open(), as_attachment=True, filename=name, content_type=_CONTENT_TYPES[document.format]
    )


# --- the draft ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft beside its source, and do to it what a form of the page asks for (``action``)."""
    document = permissions.writable_draft(request.user, pk)
    if document.meeting is not None:
        if request.method == "POST":
            messages.info(request, draft_services.AlreadyAccepted(document.meeting).sentence)
        return redirect(document.meeting)
    if request.method != "POST":
        return _render(request, draft_page(document))
    action = request.POST.get("action", "")
    if action not in _ACTIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return redirect("draft", pk)
    try:
        answer = _ACTIONS[action](request, document)
    except draft_services.AlreadyAccepted as told:
        messages.info(request, told.sentence)
        return _gone_to(request, told.meeting.get_absolute_url())
    except CannotAccept as cannot:
        page = draft_page(document)
        return _render(request, page, wrong=[blocker.sentence for blocker in cannot.blockers], status=422)
    except Refused as refused:
        return _refused(request, document, refused)
    return answer or _changed(request, document)


def _render(request: HttpRequest, page: DraftPage, *, wrong=(), status: int = 200) -> HttpResponse:
    context = {"page": page, "document": page.document, "wrong": wrong}
    return render(request, "meetings/minutes/draft.html", context, status=status)


def _gone_to(request: HttpRequest, address: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _refused(request: HttpRequest, document: MinutesDocument, refused: Refused) -> HttpResponse:
    """Come back with the sentence, and with what was typed still in its form."""
    document.refresh_from_db()
    status = 409 if isinstance(refused, (draft_services.StaleDraft, accept.ChangedMeanwhile)) else 422
    typed_row = typed_facts = None
    if request.POST.get("action") == "facts":
        typed_facts = (request.POST.dict(), refused.sentence)
    elif row_id := _number(request.POST, "row"):
        fields = request.POST.dict() if "number" in request.POST else {}
        typed_row = (row_id, fields, refused.sentence)
    page = draft_page(document, typed_row=typed_row, typed_facts=typed_facts)
    if request.htmx:
        return _fragment(request, page, status=status, wrong=refused.sentence)
    return _render(request, page, wrong=[refused.sentence], status=status)


def _changed(request: HttpRequest, document: MinutesDocument) -> HttpResponse:
    """Answer a change: the pieces of the page that differ for htmx, else the page at the next thing to answer."""
    document.refresh_from_db()
    page = draft_page(document)
    if request.htmx:
        return _fragment(request, page)
    card = page.row(_number(request.POST, "row") or 0)
    stays = request.POST["action"] in ("save", "facts") or card is None
    anchor = f"row-{card.pk}" if card else "facts" if request.POST["action"] == "facts" else page.first_anchor
    if not stays:
        anchor = page.anchor_after(card.position) or anchor
    return redirect(f"{reverse('draft', args=[document.pk])}#{anchor}")


def _fragment(request: HttpRequest, page: DraftPage, *, status: int = 200, wrong: str = "") -> HttpResponse:
    row = page.row(_number(request.POST, "row") or 0)
    saved_only = request.POST.get("action") in ("save", "facts")
    template = "meetings/minutes/_save_response.html" if saved_only else "meetings/minutes/_resolution_response.html"
    context = {"page": page, "document": page.document, "row": row, "wrong": wrong}
    return render(request, template, context, status=status)


# --- what the forms of the page ask for -----------------------------------------------------------


def _number(posted: QueryDict, name: str) -> int:
    written = posted.get(name, "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0


def _row(request: HttpRequest, document: MinutesDocument) -> dict[str, int]:
    """Return the row a form is about, as the verbs take it; raises StaleDraft for one that is not of this draft."""
    row_id = _number(request.POST, "row")
    if not document.rows.filter(pk=row_id).exists():
        raise draft_services.StaleDraft
    return {"row_id": row_id, "version": _number(request.POST, "version")}


def _document(request: HttpRequest, document: MinutesDocument) -> dict[str, int]:
    return {"document_id": document.pk, "version": _number(request.POST, "version")}


def _save_row(request: HttpRequest, document: MinutesDocument) -> None:
    draft_services.edit_row(**_row(request, document), typed=request.POST.dict())


def _row_action(request: HttpRequest, document: MinutesDocument) -> None:
    """Do what a button inside a row's form says: ``do`` is the verb, behind a colon the place it is about."""
    name, _colon, place = request.POST.get("do", "").partition(":")
    _save_row(request, document)
    about = _row(request, document)
    about["version"] = document.rows.values_list("version", flat=True).get(pk=about["row_id"])
    at = int(place) if place.isascii() and place.isdecimal() and len(place) < 5 else 0
    match name:
        case "add_task":
            draft_services.add_task(**about)
        case "remove_task":
            draft_services.remove_task(**about, place=at)
        case "split":
            draft_services.split_row(**about, after=at)
        case "join":
            draft_services.join_with_next(**about)
        case "remove":
            draft_services.remove_row(**about)
        case "add_row":
            draft_services.add_row(document_id=document.pk, after=at)


def _add_row(request: HttpRequest, document: MinutesDocument) -> None:
    draft_services.add_row(document_id=document.pk, after=document.rows.count())


def _save_facts(request: HttpRequest, document: MinutesDocument) -> None:
    draft_services.edit_facts(**_document(request, document), typed=request.POST.dict())


def _confirm(request: HttpRequest, document: MinutesDocument) -> None:
    place = _number(request.POST, "place")
    if "row" in request.POST:
        issue_answers.confirm_problem(**_row(request, document), place=place)
    else:
        issue_answers.confirm_whole(**_document(request, document), place=place)


def _take_offered(request: HttpRequest, document: MinutesDocument) -> None:
    issue_answers.take_offered_day(**_row(request, document), place=_number(request.POST, "place"))


def _share_dates(request: HttpRequest, document: MinutesDocument) -> None:
    issue_answers.share_dates(
        **_row(request, document),
        place=_number(request.POST, "place"),
        shares=[
            [int(choice) for choice in choices if choice.isascii() and choice.isdecimal() and len(choice) < 5]
            for choices in _shares(request.POST)
        ],
    )


def _share_names(request: HttpRequest, document: MinutesDocument) -> None:
    issue_answers.share_names(
        **_row(request, document), place=_number(request.POST, "place"), shares=_shares(request.POST)
    )


def _shares(posted: QueryDict) -> list[list[str]]:
    return [posted.getlist(f"share-{at}") for at in range(min(_number(posted, "tasks"), 999))]


def _choose(request: HttpRequest, document: MinutesDocument) -> None:
    choice = request.POST.get("choice", "")
    if choice == "new" and request.POST.get("unit", "").strip():
        choice = f"new:{request.POST['unit'].strip()[:200]}"
    if choice == "other":
        choice = request.POST.get("other", "")
    issue_answers.choose_name(document_id=document.pk, key=request.POST.get("key", ""), choice=choice)


def _discard(request: HttpRequest, document: MinutesDocument) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        raise Incomplete(_("Tick that the draft may be thrown away."))
    draft_services.discard(document_id=document.pk)
    messages.success(request, _("The draft of “%(name)s” was thrown away.") % {"name": document})
    return redirect("import_home")


def _accept(request: HttpRequest, document: MinutesDocument) -> HttpResponse:
    entered = accept.accept_draft(document_id=document.pk, actor=request.user, seen=request.POST.get("seen", ""))
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


_ACTIONS: dict[str, Callable[[HttpRequest, MinutesDocument], HttpResponse | None]] = {
    "save": _save_row,
    "row": _row_action,
    "add_row": _add_row,
    "facts": _save_facts,
    "confirm": _confirm,
    "offered": _take_offered,
    "dates": _share_dates,
    "names": _share_names,
    "choose": _choose,
    "discard": _discard,
    "accept": _accept,
}
