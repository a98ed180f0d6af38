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
from meetings.breakdown.services.meetings import MEETING_TEXTS, facts_of, seen_of_facts
from meetings.breakdown.services.suggestions import seen_of_suggestion
from meetings.errors import Incomplete, Outdated, Refused
from meetings.minutes.parser.messages import sentence
from meetings.minutes.parser.person_names import Person as PrintedPerson
from meetings.models import Meeting, Person, Suggestion
from meetings.ui.navigation import today, without_nul

from . import manual_entry
from .creation import CannotAccept
from .draft import Draft
from .draft_page import NameCard, column_label, name_card, understood
from .form_codec import shown_leaders, shown_people
from .matching import NEW, PERSON

_FACTS = (*MEETING_TEXTS, "held_on", "issued_on", "chair", "overall_lead", "leads", "attendees")
_OF_SUGGESTION = ("number", "aspect", "suggestion", "lead_in", "sources")
_WHO = "who-"


# --- a meeting ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting by hand; its table is typed row by row afterwards."""
    permissions.require_secretariat(request.user)
    return _meeting_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what the register says of a meeting around its table."""
    return _meeting_form(request, permissions.governable_meeting(request.user, pk, today()))


def _meeting_form(request: HttpRequest, meeting: Meeting | None) -> HttpResponse:
    if request.method != "POST":
        return _show_meeting_form(request, meeting, Answer(_shown_facts(meeting) if meeting else {}))
    typed, draft = request.POST.dict(), None
    try:
        draft = manual_entry.read_facts(typed, {**_people_of(meeting), **chosen(request.POST)})
        saved = manual_entry.save_meeting(
            meeting_id=meeting.pk if meeting else None,
            draft=draft,
            reason=typed.get("note", ""),
            actor=request.user,
            seen=typed.get("seen"),
            today=today(),
        )
    except Refused as refused:
        return _show_meeting_form(request, meeting, refused_answer(request, refused, draft))
    if meeting is None:
        messages.success(request, _("Saved: the meeting is in the register. Now type the rows of its table."))
        return redirect("suggestion_new", saved.pk)
    messages.success(request, _("Saved: what was there before stays in the meeting's change log."))
    return redirect(saved)


def _show_meeting_form(request: HttpRequest, meeting: Meeting | None, answer: Answer) -> HttpResponse:
    if meeting:
        meeting.refresh_from_db()
    context = {
        "meeting": meeting,
        "answer": answer,
        "typed": answer.typed,
        "now": answer.now_beside(_shown_facts(meeting)) if meeting else {},
        "seen": seen_of_facts(meeting) if meeting else "",
        "bodies": Meeting.objects.exclude(body="").order_by("body").values_list("body", flat=True).distinct(),
        "has_tasks": bool(meeting) and meeting.suggestions.filter(tasks__isnull=False).exists(),
    }
    return render(request, "meetings/minutes/manual_entry/meeting.html", context, status=answer.status)


def _people_of(meeting: Meeting | None) -> dict[str, str]:
    """Return whom the names that the form shows mean, so that one of several namesakes is not asked about again."""
    if meeting is None:
        return {}
    facts = facts_of(meeting)
    known = (facts.chair, facts.overall_lead, *facts.leads, *(person for person, _capacity in facts.attendees))
    return known_choices(person for person in known if person)


def _shown_facts(meeting: Meeting) -> dict[str, str]:
    facts = facts_of(meeting)
    shown = {name: str(getattr(facts, name) or "") for name in _FACTS}
    shown |= {name: getattr(facts, name).name for name in ("chair", "overall_lead") if getattr(facts, name)}
    return {
        **shown,
        "leads": shown_leaders([person.name for person in facts.leads]),
        "attendees": shown_people([PrintedPerson(person.name, capacity) for person, capacity in facts.attendees]),
    }


# --- a row of the table ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def suggestion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Type a row of the breakdown table as the annex prints it: the suggestion, its sources and its tasks."""
    meeting = permissions.governable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_row_form(request, meeting, None, Answer(_next_row(meeting, request.GET.get("aspect", ""))))
    return _save_row(request, meeting, None)


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def task_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add tasks to a row of the table."""
    suggestion = permissions.arrangeable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_row_form(request, suggestion.meeting, suggestion, Answer({}))
    return _save_row(request, suggestion.meeting, suggestion)


@require_POST
@without_nul
def suggestion_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how what is typed would be entered: the part of the page that stands beside the form."""
    meeting = permissions.governable_meeting(request.user, pk, today())
    typed = request.POST.dict()
    try:
        read = manual_entry.read_suggestion(typed, meeting, chosen(request.POST))
        answer = _read_answer(request, read)
    except Incomplete as refused:
        answer = Answer(typed, wrong=(refused.sentence,))
    context = {"answer": answer, "reading": row_reading(answer.read), "out_of_band": True}
    return render(request, "meetings/minutes/manual_entry/_preview.html", context)


def _save_row(request: HttpRequest, meeting: Meeting, suggestion: Suggestion | None) -> HttpResponse:
    typed, read = request.POST.dict(), None
    try:
        read = manual_entry.read_suggestion(typed, meeting, chosen(request.POST))
        if typed.get("do") in ("more", "read"):
            return _show_row_form(request, meeting, suggestion, _read_answer(request, read))
        if suggestion is None:
            saved = manual_entry.enter_suggestion(meeting_id=meeting.pk, typed=read, actor=request.user)
        else:
            manual_entry.add_tasks(suggestion_id=suggestion.pk, typed=read, actor=request.user)
            saved = suggestion
    except Refused as refused:
        return _show_row_form(request, meeting, suggestion, refused_answer(request, refused, read and read.draft, read))
    messages.success(request, _entered(read))
    if typed.get("do") == "next":
        aspect = {"aspect": saved.aspect.title} if saved.aspect else {}
        return redirect(f"{reverse('suggestion_new', args=[meeting.pk])}?{urlencode(aspect)}")
    return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}#suggestion-{saved.pk}")


def _read_answer(request: HttpRequest, read: manual_entry.TypedSuggestion) -> Answer:
    return Answer(request.POST.dict(), names=names_in(read.draft, chosen(request.POST)), read=read)


def _entered(read: manual_entry.TypedSuggestion) -> str:
    tasks = len(read.row.tasks)
    said = ngettext("Saved: %(number)d task is in the register.", "Saved: %(number)d tasks are in the register.", tasks)
    said %= {"number": tasks}
    if read.problems:
        said = _("%(saved)s What is still to be confirmed is marked on its page.") % {"saved": said}
    if new := _new_names(read):
        said = _("%(saved)s New to the register: %(names)s") % {"saved": said, "names": "、".join(new)}
    return said


def _new_names(read: manual_entry.TypedSuggestion) -> list[str]:
    return [match.name for match in read.matches.all() if match.known is None and not match.is_open]


def _next_row(meeting: Meeting, aspect: str) -> dict[str, str]:
    """Return what the next row most likely begins with: the number after the last one, under the same aspect."""
    last = meeting.suggestions.aggregate(number=Max("number"))["number"]
    row = meeting.suggestions.select_related("aspect").order_by("position").last()
    if not aspect and row is not None and row.aspect:
        aspect = row.aspect.title
    return {"number": str((last or 0) + 1), "aspect": aspect}


def _show_row_form(
    request: HttpRequest, meeting: Meeting, suggestion: Suggestion | None, answer: Answer
) -> HttpResponse:
    places = manual_entry.task_places(answer.typed)
    count = min(max(_count(answer.typed), places[-1] + 1), manual_entry.MOST_TASKS)
    if answer.typed.get("do") == "more":
        count = min(count + 1, manual_entry.MOST_TASKS)
    after = manual_entry.last_number(answer.typed)
    if suggestion is not None and "after" not in answer.typed:
        after = manual_entry.last_task_number(suggestion)
    context = {
        "meeting": meeting,
        "suggestion": suggestion,
        "answer": answer,
        "typed": answer.typed,
        "after": after,
        "tasks": [_task_fields(answer.typed, at, after) for at in range(count)],
        "new_place": count - 1 if answer.typed.get("do") == "more" else None,
        "may_add": count < manual_entry.MOST_TASKS,
        "aspects": meeting.aspects.order_by("position"),
        "reading": row_reading(answer.read),
    }
    return render(request, "meetings/minutes/manual_entry/row.html", context, status=answer.status)


def _count(typed: Mapping[str, str]) -> int:
    written = typed.get("tasks", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else 1


def _task_fields(typed: Mapping[str, str], at: int, after: int) -> dict[str, Any]:
    names = ("text", "departments", "leaders", "deadline")
    own = {name: typed.get(f"task-{at}-{name}", "") for name in names}
    return {**own, "at": at, "number": after + at + 1, "has_own": any(own[name] for name in names[1:])}


@dataclass(frozen=True, slots=True)
class TaskReading:
    """How one task of a typed row would be entered."""

    number: int
    text: str
    departments: str
    leaders: str
    printed: str
    deadline: str
    milestones: list[str]


@dataclass(frozen=True, slots=True)
class RowReading:
    """How a typed row would be entered: its tasks, what would be left to confirm, and the names that are new."""

    tasks: list[TaskReading]
    sources: list[PrintedPerson]
    to_confirm: list[str]
    new_names: list[str]


def row_reading(read: manual_entry.TypedSuggestion | None) -> RowReading | None:
    """Return what the page says of a row that could be read."""
    if read is None:
        return None
    tasks = [
        TaskReading(
            number=place,
            text=task.text,
            departments=departments,
            leaders=shown_leaders(task.leaders),
            printed=task.deadline.text,
            deadline=understood(task.deadline) if task.deadline.text else "",
            milestones=[f"{milestone.text} → {understood(milestone)}" for milestone in task.milestones],
        )
        for place, (task, departments) in enumerate(
            zip(read.row.tasks, manual_entry.roles_in_words(read.row), strict=True), start=read.after + 1
        )
    ]
    is_begun = any(task.text for task in read.row.tasks) or bool(read.row.suggestion)
    to_confirm = [sentence(problem) for problem in read.problems] if is_begun else []
    return RowReading(tasks, list(read.row.sources), to_confirm, _new_names(read))


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def suggestion_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a row of the table: its number, aspect, texts and sources."""
    suggestion = permissions.arrangeable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_suggestion_form(request, suggestion, Answer(_shown_suggestion(suggestion)))
    typed = request.POST.dict()
    sources = suggestion.suggestion_sources.select_related("person")
    known = known_choices(source.person for source in sources)
    people = manual_entry.sources_draft(typed.get("sources", ""), {**known, **chosen(request.POST)})
    try:
        manual_entry.correct_suggestion(
            suggestion_id=suggestion.pk,
            typed=typed,
            people=people,
            reason=typed.get("note", ""),
            actor=request.user,
            seen=typed.get("seen", ""),
        )
    except Refused as refused:
        return _show_suggestion_form(request, suggestion, refused_answer(request, refused, people))
    messages.success(request, _("Saved: what was printed stays in the log of the tasks of this row."))
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#suggestion-{suggestion.pk}")


def _show_suggestion_form(request: HttpRequest, suggestion: Suggestion, answer: Answer) -> HttpResponse:
    suggestion.refresh_from_db()
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "answer": answer,
        "typed": answer.typed,
        "now": answer.now_beside(_shown_suggestion(suggestion)),
        "seen": seen_of_suggestion(suggestion),
        "aspects": suggestion.meeting.aspects.order_by("position"),
    }
    return render(request, "meetings/minutes/manual_entry/suggestion.html", context, status=answer.status)


def _shown_suggestion(suggestion: Suggestion) -> dict[str, str]:
    sources = suggestion.suggestion_sources.select_related("person").order_by("position")
    return {
        "number": "" if suggestion.number is None else str(suggestion.number),
        "aspect": suggestion.aspect.title if suggestion.aspect else "",
        "suggestion": suggestion.text,
        "lead_in": suggestion.lead_in,
        "sources": shown_people([PrintedPerson(source.person.name, source.capacity) for source in sources]),
    }


# --- what all of these share ----------------------------------------------------------------------


def chosen(posted: QueryDict) -> dict[str, str]:
    """Return what was answered about names: the names' keys with the ids chosen, or that they are new (of a unit)."""
    choices = {}
    for name, value in posted.items():
        if name.startswith(_WHO) and value:
            key = name.removeprefix(_WHO)
            unit = posted.get(f"unit-{key}", "").strip()[:200]
            choices[key] = f"{NEW}:{unit}" if value == NEW and unit else value
    return choices


def known_choices(people: Iterable[Person]) -> dict[str, str]:
    """Return that the names of ``people`` mean just these; a name that two of them bear is left to be asked about."""
    by_name: dict[str, set[str]] = {}
    for person in people:
        by_name.setdefault(f"{PERSON}:{person.name}", set()).add(str(person.pk))
    return {key: next(iter(ids)) for key, ids in by_name.items() if len(ids) == 1}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a form: whom somebody has to say, or has said, the meaning of, and those taken for known ones."""

    asked: tuple[NameCard, ...] = ()
    taken: tuple[NameCard, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)


def names_in(draft: Draft, choices: Mapping[str, str]) -> Names:
    """Return the names of ``draft``; ``choices`` are what the form itself said of them."""
    matches = draft.matches
    asked = [match for match in matches.all() if match.is_open or match.key in choices]
    taken = [match for match in matches.all() if match not in asked and match.likeness and match.candidates]
    return Names(
        tuple(name_card(match, matches) for match in asked),
        tuple(name_card(match, matches) for match in taken),
        {key: value.partition(":")[0] for key, value in choices.items()},
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A form with what was typed in it, and what became of sending it."""

    typed: Mapping[str, str]
    wrong: tuple[str, ...] = ()
    field: str = ""
    status: int = 200
    names: Names = Names()
    read: manual_entry.TypedSuggestion | None = None

    def now_beside(self, now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Return what the register says by now where that is another thing than what was typed, by field: the field's
        name in words, and the value."""
        if self.status != 409:
            return {}
        return {
            name: (column_label(name), value)
            for name, value in now.items()
            if value != self.typed.get(name, "").replace("\r\n", "\n")
        }


def refused_answer(
    request: HttpRequest, refused: Refused, draft: Draft | None, read: manual_entry.TypedSuggestion | None = None
) -> Answer:
    """Return the form as it comes back from a verb that refused: all that was missing is said at once."""
    sentences = (refused.sentence,)
    if isinstance(refused, CannotAccept):
        sentences = tuple(blocker.sentence for blocker in refused.blockers)
    return Answer(
        request.POST.dict(),
        sentences,
        refused.field or "",
        409 if isinstance(refused, Outdated) else 422,
        names_in(draft, chosen(request.POST)) if draft else Names(),
        read,
    )
