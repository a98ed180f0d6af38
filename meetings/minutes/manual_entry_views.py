"""A meeting, and the rows of its table, typed or corrected by hand: what was typed outlives every refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from meetings import permissions
from meetings.breakdown.services.meetings import MEETING_TEXTS, get_metadata, meeting_version_token
from meetings.breakdown.services.suggestions import suggestion_version_token
from meetings.errors import InvalidInputError, OutdatedFormError, ServiceError
from meetings.minutes.parser.messages import issue_message
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.models import Meeting, Person, Suggestion
from meetings.tasks.display import describe_deadline
from meetings.ui.navigation import strip_nul, today

from . import manual_entry
from .creation import AcceptBlockedError
from .draft import Draft
from .draft_page import NameCard, build_name_card, column_label
from .form_codec import format_names, format_people
from .matching import NEW, PERSON

_METADATA_FIELDS = (*MEETING_TEXTS, "held_on", "issued_on", "chair", "overall_lead", "leads", "attendees")
_SUGGESTION_FIELDS = ("number", "aspect", "suggestion", "lead_in", "sources")
_NAME_CHOICE_PREFIX = "who-"


# --- a meeting ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting by hand; its table is typed row by row afterwards."""
    permissions.require_secretariat(request.user)
    return _handle_meeting_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what the register says of a meeting around its table."""
    return _handle_meeting_form(request, permissions.editable_meeting(request.user, pk, today()))


def _handle_meeting_form(request: HttpRequest, meeting: Meeting | None) -> HttpResponse:
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


def _show_meeting_form(request: HttpRequest, meeting: Meeting | None, form_state: FormState) -> HttpResponse:
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
def suggestion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Type a row of the breakdown table as the annex prints it: the suggestion, its sources and its tasks."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_row_form(
            request, meeting, None, FormState(_initial_row_values(meeting, request.GET.get("aspect", "")))
        )
    return _save_row(request, meeting, None)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def task_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add tasks to a row of the table."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_row_form(request, suggestion.meeting, suggestion, FormState({}))
    return _save_row(request, suggestion.meeting, suggestion)


@require_POST
@strip_nul
def suggestion_preview(request: HttpRequest, pk: int) -> HttpResponse:
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


def _save_row(request: HttpRequest, meeting: Meeting, suggestion: Suggestion | None) -> HttpResponse:
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


def _parsed_form_state(request: HttpRequest, parsed: manual_entry.ParsedSuggestion) -> FormState:
    return FormState(
        request.POST.dict(), names=collect_name_matches(parsed.draft, parse_name_choices(request.POST)), read=parsed
    )


def _saved_message(parsed: manual_entry.ParsedSuggestion) -> str:
    tasks = len(parsed.row.tasks)
    said = ngettext("Saved: %(number)d task is in the register.", "Saved: %(number)d tasks are in the register.", tasks)
    said %= {"number": tasks}
    if parsed.problems:
        said = _("%(saved)s What is still to be confirmed is marked on its page.") % {"saved": said}
    if new := _new_names(parsed):
        said = _("%(saved)s New to the register: %(names)s") % {"saved": said, "names": "、".join(new)}
    return said


def _new_names(parsed: manual_entry.ParsedSuggestion) -> list[str]:
    return [match.name for match in parsed.matches.all() if match.known is None and not match.is_open]


def _initial_row_values(meeting: Meeting, aspect: str) -> dict[str, str]:
    """Return what the next row most likely begins with: the number after the last one, under the same aspect."""
    last = meeting.suggestions.aggregate(number=Max("number"))["number"]
    row = meeting.suggestions.select_related("aspect").order_by("position").last()
    if not aspect and row is not None and row.aspect:
        aspect = row.aspect.title
    return {"number": str((last or 0) + 1), "aspect": aspect}


def _show_row_form(
    request: HttpRequest, meeting: Meeting, suggestion: Suggestion | None, form_state: FormState
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


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """How one task of a typed row would be entered."""

    number: int
    text: str
    departments: str
    leaders: str
    printed: str
    deadline: str
    milestones: list[str]


@dataclass(frozen=True, slots=True)
class RowPreview:
    """How a typed row would be entered: its tasks, what would be left to confirm, and the names that are new."""

    tasks: list[TaskPreview]
    sources: list[PrintedPerson]
    issues: list[str]
    new_names: list[str]


def build_row_preview(parsed: manual_entry.ParsedSuggestion | None) -> RowPreview | None:
    """Return what the page says of a row that could be read."""
    if parsed is None:
        return None
    tasks = [
        TaskPreview(
            number=place,
            text=task.text,
            departments=departments,
            leaders=format_names(task.leaders),
            printed=task.deadline.text,
            deadline=describe_deadline(task.deadline) if task.deadline.text else "",
            milestones=[f"{milestone.text} → {describe_deadline(milestone)}" for milestone in task.milestones],
        )
        for place, (task, departments) in enumerate(
            zip(parsed.row.tasks, manual_entry.describe_departments(parsed.row), strict=True),
            start=parsed.last_number + 1,
        )
    ]
    is_begun = any(task.text for task in parsed.row.tasks) or bool(parsed.row.suggestion)
    to_confirm = [issue_message(problem) for problem in parsed.problems] if is_begun else []
    return RowPreview(tasks, list(parsed.row.sources), to_confirm, _new_names(parsed))


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_edit(request: HttpRequest, pk: int) -> HttpResponse:
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


def _show_suggestion_form(request: HttpRequest, suggestion: Suggestion, form_state: FormState) -> HttpResponse:
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


def parse_name_choices(posted: QueryDict) -> dict[str, str]:
    """Return what was answered about names: the names' keys with the ids chosen, or that they are new (of a unit)."""
    choices = {}
    for name, value in posted.items():
        if name.startswith(_NAME_CHOICE_PREFIX) and value:
            key = name.removeprefix(_NAME_CHOICE_PREFIX)
            unit = posted.get(f"unit-{key}", "").strip()[:200]
            choices[key] = f"{NEW}:{unit}" if value == NEW and unit else value
    return choices


def build_name_choices(people: Iterable[Person]) -> dict[str, str]:
    """Return that the names of ``people`` mean just these; a name that two of them bear is left to be asked about."""
    by_name: dict[str, set[str]] = {}
    for person in people:
        by_name.setdefault(f"{PERSON}:{person.name}", set()).add(str(person.pk))
    return {key: next(iter(ids)) for key, ids in by_name.items() if len(ids) == 1}


@dataclass(frozen=True, slots=True)
class FormNameMatches:
    """The names of a form: whom somebody has to say, or has said, the meaning of, and those taken for known ones."""

    asked: tuple[NameCard, ...] = ()
    taken: tuple[NameCard, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)


def collect_name_matches(draft: Draft, choices: Mapping[str, str]) -> FormNameMatches:
    """Return the names of ``draft``; ``choices`` are what the form itself said of them."""
    matches = draft.matches
    asked = [match for match in matches.all() if match.is_open or match.key in choices]
    taken = [match for match in matches.all() if match not in asked and match.likeness and match.candidates]
    return FormNameMatches(
        tuple(build_name_card(match, matches) for match in asked),
        tuple(build_name_card(match, matches) for match in taken),
        {key: value.partition(":")[0] for key, value in choices.items()},
    )


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
            name: (column_label(name), value)
            for name, value in current_values.items()
            if value != self.typed.get(name, "").replace("\r\n", "\n")
        }


def build_error_state(
    request: HttpRequest, error: ServiceError, draft: Draft | None, parsed: manual_entry.ParsedSuggestion | None = None
) -> FormState:
    """Return the form as it comes back from a verb that refused: all that was missing is said at once."""
    sentences = (error.message,)
    if isinstance(error, AcceptBlockedError):
        sentences = tuple(blocker.message for blocker in error.blockers)
    return FormState(
        request.POST.dict(),
        sentences,
        error.field or "",
        409 if isinstance(error, OutdatedFormError) else 422,
        collect_name_matches(draft, parse_name_choices(request.POST)) if draft else FormNameMatches(),
        parsed,
    )
