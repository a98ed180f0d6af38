"""A meeting, and the rows of its table, typed or corrected by hand: what was typed outlives every refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from meetings import permissions
from meetings.breakdown.services.meetings import MEETING_TEXTS, get_metadata, meeting_version_token
from meetings.breakdown.services.suggestions import suggestion_version_token
from meetings.display.fields import label
from meetings.errors import InvalidInputError, ServiceError
from meetings.minutes.name_choices import FormNameMatches, build_name_choices, collect_name_matches, parse_name_choices
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.minutes.row_preview import build_row_preview, new_names
from meetings.models import Meeting, Suggestion
from meetings.ui.http import Request
from meetings.ui.navigation import strip_nul, today

from . import manual_entry
from .creation import AcceptBlockedError
from .draft import Draft
from .form_codec import format_names, format_people

_METADATA_FIELDS = (*MEETING_TEXTS, "held_on", "issued_on", "chair", "overall_lead", "leads", "attendees")
_SUGGESTION_FIELDS = ("number", "aspect", "suggestion", "lead_in", "sources")


# --- a meeting ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def meeting_new(request: Request) -> HttpResponse:
    """Enter a meeting by hand; its table is typed row by row afterwards."""
    permissions.require_secretariat(request.user)
    return _handle_meeting_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def meeting_edit(request: Request, pk: int) -> HttpResponse:
    """Correct what the register says of a meeting around its table."""
    return _handle_meeting_form(request, permissions.editable_meeting(request.user, pk, today()))


def _handle_meeting_form(request: Request, meeting: Meeting | None) -> HttpResponse:
    if request.method != "POST":
        return _show_meeting_form(request, meeting, FormState(_metadata_values(meeting) if meeting else {}))
    form_data, draft = request.POST.dict(), None
    try:
        draft = manual_entry.parse_meeting(
            form_data, {**_meeting_name_choices(meeting), **parse_name_choices(request.POST)}
        )
        saved = manual_entry.save_meeting(
            meeting_id=meeting.pk if meeting else None,
            draft=draft,
            reason=form_data.get("note", ""),
            actor=request.user,
            version_token=form_data.get("seen"),
            today=today(),
        )
    except ServiceError as error:
        return _show_meeting_form(request, meeting, build_error_state(request, error, draft))
    if meeting is None:
        messages.success(request, _("Saved: the meeting is in the register. Now type the rows of its table."))
        return redirect("suggestion_new", saved.pk)
    messages.success(request, _("Saved: what was there before stays in the meeting's change log."))
    return redirect(saved)


def _show_meeting_form(request: Request, meeting: Meeting | None, form_state: FormState) -> HttpResponse:
    if meeting:
        meeting.refresh_from_db()
    context = {
        "meeting": meeting,
        "answer": form_state,
        "typed": form_state.typed,
        "now": form_state.conflicting_values(_metadata_values(meeting)) if meeting else {},
        "seen": meeting_version_token(meeting) if meeting else "",
        "bodies": Meeting.objects.exclude(body="").order_by("body").values_list("body", flat=True).distinct(),
        "has_tasks": bool(meeting) and meeting.suggestions.filter(tasks__isnull=False).exists(),
    }
    return render(request, "meetings/minutes/manual_entry/meeting.html", context, status=form_state.status)


def _meeting_name_choices(meeting: Meeting | None) -> dict[str, str]:
    """Return whom the names that the form shows mean, so that one of several namesakes is not asked about again."""
    if meeting is None:
        return {}
    metadata = get_metadata(meeting)
    known = (
        metadata.chair,
        metadata.overall_lead,
        *metadata.leads,
        *(person for person, _capacity in metadata.attendees),
    )
    return build_name_choices(person for person in known if person)


def _metadata_values(meeting: Meeting) -> dict[str, str]:
    metadata = get_metadata(meeting)
    shown = {name: str(getattr(metadata, name) or "") for name in _METADATA_FIELDS}
    shown |= {name: getattr(metadata, name).name for name in ("chair", "overall_lead") if getattr(metadata, name)}
    return {
        **shown,
        "leads": format_names([person.name for person in metadata.leads]),
        "attendees": format_people([PrintedPerson(person.name, capacity) for person, capacity in metadata.attendees]),
    }


# --- a row of the table ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_new(request: Request, pk: int) -> HttpResponse:
    """Type a row of the breakdown table as the annex prints it: the suggestion, its sources and its tasks."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_row_form(
            request, meeting, None, FormState(_initial_row_values(meeting, request.GET.get("aspect", "")))
        )
    return _save_row(request, meeting, None)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def task_new(request: Request, pk: int) -> HttpResponse:
    """Add tasks to a row of the table."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_row_form(request, suggestion.meeting, suggestion, FormState({}))
    return _save_row(request, suggestion.meeting, suggestion)


@require_POST
@strip_nul
def suggestion_preview(request: Request, pk: int) -> HttpResponse:
    """Say how what is typed would be entered: the part of the page that stands beside the form."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    form_data = request.POST.dict()
    try:
        read = manual_entry.parse_suggestion(form_data, meeting, parse_name_choices(request.POST))
        answer = _parsed_form_state(request, read)
    except InvalidInputError as error:
        answer = FormState(form_data, wrong=(error.message,))
    context = {"answer": answer, "reading": build_row_preview(answer.read), "out_of_band": True}
    return render(request, "meetings/minutes/manual_entry/_preview.html", context)


def _save_row(request: Request, meeting: Meeting, suggestion: Suggestion | None) -> HttpResponse:
    form_data, read = request.POST.dict(), None
    try:
        read = manual_entry.parse_suggestion(form_data, meeting, parse_name_choices(request.POST))
        if form_data.get("do") in ("more", "read"):
            return _show_row_form(request, meeting, suggestion, _parsed_form_state(request, read))
        if suggestion is None:
            saved = manual_entry.create_suggestion(meeting_id=meeting.pk, parsed=read, actor=request.user)
        else:
            manual_entry.add_tasks(suggestion_id=suggestion.pk, parsed=read, actor=request.user)
            saved = suggestion
    except ServiceError as error:
        return _show_row_form(
            request, meeting, suggestion, build_error_state(request, error, read and read.draft, read)
        )
    messages.success(request, _saved_message(read))
    if form_data.get("do") == "next":
        aspect = {"aspect": saved.aspect.title} if saved.aspect else {}
        return redirect(f"{reverse('suggestion_new', args=[meeting.pk])}?{urlencode(aspect)}")
    return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}#suggestion-{saved.pk}")


def _parsed_form_state(request: Request, parsed: manual_entry.ParsedSuggestion) -> FormState:
    return FormState(
        request.POST.dict(), names=collect_name_matches(parsed.draft, parse_name_choices(request.POST)), read=parsed
    )


def _saved_message(parsed: manual_entry.ParsedSuggestion) -> str:
    tasks = len(parsed.row.tasks)
    said = ngettext("Saved: %(number)d task is in the register.", "Saved: %(number)d tasks are in the register.", tasks)
    said %= {"number": tasks}
    if parsed.problems:
        said = _("%(saved)s What is still to be confirmed is marked on its page.") % {"saved": said}
    if new := new_names(parsed):
        said = _("%(saved)s New to the register: %(names)s") % {"saved": said, "names": "、".join(new)}
    return said


def _initial_row_values(meeting: Meeting, aspect: str) -> dict[str, str]:
    """Return what the next row most likely begins with: the number after the last one, under the same aspect."""
    last = meeting.suggestions.aggregate(number=Max("number"))["number"]
    row = meeting.suggestions.select_related("aspect").order_by("position").last()
    if not aspect and row is not None and row.aspect:
        aspect = row.aspect.title
    return {"number": str((last or 0) + 1), "aspect": aspect}


def _show_row_form(
    request: Request, meeting: Meeting, suggestion: Suggestion | None, form_state: FormState
) -> HttpResponse:
    places = manual_entry.task_places(form_state.typed)
    count = min(max(_parse_task_count(form_state.typed), places[-1] + 1), manual_entry.MAX_TASKS)
    if form_state.typed.get("do") == "more":
        count = min(count + 1, manual_entry.MAX_TASKS)
    after = manual_entry.parse_last_number(form_state.typed)
    if suggestion is not None and "after" not in form_state.typed:
        after = manual_entry.last_task_number(suggestion)
    context = {
        "meeting": meeting,
        "suggestion": suggestion,
        "answer": form_state,
        "typed": form_state.typed,
        "after": after,
        "tasks": [_task_fields(form_state.typed, at, after) for at in range(count)],
        "new_place": count - 1 if form_state.typed.get("do") == "more" else None,
        "may_add": count < manual_entry.MAX_TASKS,
        "aspects": meeting.aspects.order_by("position"),
        "reading": build_row_preview(form_state.read),
    }
    return render(request, "meetings/minutes/manual_entry/row.html", context, status=form_state.status)


def _parse_task_count(form_data: Mapping[str, str]) -> int:
    data = form_data.get("tasks", "")
    return int(data) if data.isascii() and data.isdecimal() and len(data) < 4 else 1


def _task_fields(form_data: Mapping[str, str], at: int, after: int) -> dict[str, Any]:
    names = ("text", "departments", "leaders", "deadline")
    own = {name: form_data.get(f"task-{at}-{name}", "") for name in names}
    return {**own, "at": at, "number": after + at + 1, "has_own": any(own[name] for name in names[1:])}


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_edit(request: Request, pk: int) -> HttpResponse:
    """Correct a row of the table: its number, aspect, texts and sources."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_suggestion_form(request, suggestion, FormState(_suggestion_values(suggestion)))
    form_data = request.POST.dict()
    sources = suggestion.suggestion_sources.select_related("person")
    known = build_name_choices(source.person for source in sources)
    people = manual_entry.build_sources_draft(
        form_data.get("sources", ""), {**known, **parse_name_choices(request.POST)}
    )
    try:
        manual_entry.correct_suggestion(
            suggestion_id=suggestion.pk,
            form_data=form_data,
            sources=people,
            reason=form_data.get("note", ""),
            actor=request.user,
            version_token=form_data.get("seen", ""),
        )
    except ServiceError as error:
        return _show_suggestion_form(request, suggestion, build_error_state(request, error, people))
    messages.success(request, _("Saved: what was printed stays in the log of the tasks of this row."))
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#suggestion-{suggestion.pk}")


def _show_suggestion_form(request: Request, suggestion: Suggestion, form_state: FormState) -> HttpResponse:
    suggestion.refresh_from_db()
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "answer": form_state,
        "typed": form_state.typed,
        "now": form_state.conflicting_values(_suggestion_values(suggestion)),
        "seen": suggestion_version_token(suggestion),
        "aspects": suggestion.meeting.aspects.order_by("position"),
    }
    return render(request, "meetings/minutes/manual_entry/suggestion.html", context, status=form_state.status)


def _suggestion_values(suggestion: Suggestion) -> dict[str, str]:
    sources = suggestion.suggestion_sources.select_related("person").order_by("position")
    return {
        "number": "" if suggestion.number is None else str(suggestion.number),
        "aspect": suggestion.aspect.title if suggestion.aspect else "",
        "suggestion": suggestion.text,
        "lead_in": suggestion.lead_in,
        "sources": format_people([PrintedPerson(source.person.name, source.capacity) for source in sources]),
    }


# --- what all of these share ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormState:
    """A form with what was typed in it, and what became of sending it."""

    typed: Mapping[str, str]
    wrong: tuple[str, ...] = ()
    field: str = ""
    status: int = 200
    names: FormNameMatches = FormNameMatches()
    read: manual_entry.ParsedSuggestion | None = None

    def conflicting_values(self, current_values: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Return what the register says by now where that is another thing than what was typed, by field: the field's
        name in words, and the value."""
        if self.status != 409:
            return {}
        return {
            name: (label(name), value)
            for name, value in current_values.items()
            if value != self.typed.get(name, "").replace("\r\n", "\n")
        }


def build_error_state(
    request: Request, error: ServiceError, draft: Draft | None, parsed: manual_entry.ParsedSuggestion | None = None
) -> FormState:
    """Return the form as it comes back from a verb that refused: all that was missing is said at once."""
    sentences = (error.message,)
    if isinstance(error, AcceptBlockedError):
        sentences = tuple(blocker.message for blocker in error.blockers)
    return FormState(
        request.POST.dict(),
        sentences,
        error.field or "",
        error.status_code,
        collect_name_matches(draft, parse_name_choices(request.POST)) if draft else FormNameMatches(),
        parsed,
    )
