"""Editing a breakdown table: its rows in order with what can be done on each, splitting and joining."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.services.ordering import seen_of_table
from meetings.breakdown.services.split_merge import join_tasks, move_task, split_task
from meetings.breakdown.services.suggestions import (
    LARGEST_NUMBER,
    add_aspect,
    join_suggestions,
    move_aspect,
    move_suggestion,
    move_to_aspect,
    number_anew,
    remove_aspect,
    remove_suggestion,
    rename_aspect,
    split_suggestion,
)
from meetings.errors import Incomplete, Outdated, Refused, Stale
from meetings.models import Aspect, Meeting, Suggestion, SuggestionSource, Task, TaskDepartment, TaskLeader
from meetings.ui.navigation import today, without_nul


@dataclass(slots=True)
class ArrangedRow:
    """A row of the table with its tasks; first and last under its aspect it cannot be moved beyond."""

    suggestion: Suggestion
    is_first: bool
    is_last: bool
    tasks: list[Task] = field(default_factory=list)


@dataclass(slots=True)
class ArrangedAspect:
    """An aspect (none: rows without one) with its rows."""

    aspect: Aspect | None
    rows: list[ArrangedRow]
    is_first: bool = False
    is_last: bool = False


# --- the table ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def meeting_arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the table as the annex prints it, with what can be done on each thing; do what its small forms ask for."""
    meeting = permissions.governable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_table(request, meeting)
    do = _ACTIONS.get(request.POST.get("action", ""))
    if do is None:
        wrong = _("The page asked for something that does not exist. Nothing was changed.")
        return _show_table(request, meeting, wrong=[wrong], status=422)
    try:
        done, anchor = do(request, meeting)
    except (Aspect.DoesNotExist, Suggestion.DoesNotExist, Task.DoesNotExist):
        gone = _("What you wanted to change is not there any more. Look at the table as it is now.")
        return _show_table(request, meeting, wrong=[gone], status=409)
    except Outdated as outdated:
        return _show_table(request, meeting, wrong=[outdated.sentence], status=409)
    except Refused as refused:
        return _show_table(request, meeting, wrong=[refused.sentence], status=422)
    messages.success(request, done)
    return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}{anchor}")


def _show_table(
    request: HttpRequest, meeting: Meeting, *, wrong: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    aspects = list(meeting.aspects.order_by("position"))
    context = {
        "meeting": meeting,
        "blocks": _blocks(meeting, aspects),
        "aspects": aspects,
        "seen": seen_of_table(meeting),
        "wrong": list(wrong),
        "typed": request.POST,
    }
    return render(request, "meetings/breakdown/edit_table.html", context, status=status)


def _blocks(meeting: Meeting, aspects: Sequence[Aspect]) -> list[ArrangedAspect]:
    """Return the rows in order, by aspect, and behind them those of ``aspects`` that have none. Five queries."""
    rows = _rows(meeting)
    blocks = []
    for aspect, group in groupby(rows, key=lambda row: row.aspect):
        of_aspect = list(group)
        blocks.append(
            ArrangedAspect(
                aspect,
                [
                    ArrangedRow(row, row is of_aspect[0], row is of_aspect[-1], list(row.standing_tasks))
                    for row in of_aspect
                ],
            )
        )
    used = {block.aspect for block in blocks}
    blocks += [ArrangedAspect(aspect, []) for aspect in aspects if aspect not in used]
    named = sorted((block for block in blocks if block.aspect), key=lambda block: block.aspect.position)
    if named:
        named[0].is_first, named[-1].is_last = True, True
    return blocks


def _rows(meeting: Meeting):
    tasks = Task.objects.standing().order_by("number")
    tasks = tasks.prefetch_related(
        Prefetch("task_departments", TaskDepartment.objects.select_related("department")),
        Prefetch("task_leaders", TaskLeader.objects.select_related("person")),
    )
    return (
        meeting.suggestions.select_related("aspect")
        .prefetch_related(
            Prefetch("suggestion_sources", SuggestionSource.objects.select_related("person")),
            Prefetch("tasks", tasks, to_attr="standing_tasks"),
        )
        .order_by("position")
    )


# --- what the small forms of the table ask for ------------------------------------------------------


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "seen": request.POST.get("seen", "")}


def _number(posted: Mapping[str, str], name: str) -> int:
    return _id(posted.get(name, ""))


def _id(written: str) -> int:
    """Return the id that was sent; 0, which nothing has, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0


def _own(request: HttpRequest, meeting: Meeting, kind: str) -> dict[str, int]:
    """Return the thing of ``kind`` that a form is about, as the verbs take it; raises DoesNotExist for another's."""
    pk = _number(request.POST, kind)
    things = {
        "aspect": Aspect.objects.filter(meeting=meeting),
        "suggestion": Suggestion.objects.filter(meeting=meeting),
        "task": Task.objects.standing().filter(suggestion__meeting=meeting),
    }
    return {f"{kind}_id": things[kind].get(pk=pk).pk}


def _add_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    aspect = add_aspect(meeting_id=meeting.pk, title=request.POST.get("title", ""), **_common(request))
    return _("Saved: the aspect stands at the end of the table."), f"#aspect-{aspect.pk}"


def _rename_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    said = {"title": request.POST.get("title", ""), "reason": request.POST.get("note", "")}
    aspect = rename_aspect(**_own(request, meeting, "aspect"), **said, **_common(request))
    return _("Saved: what was printed stays in the meeting's change log."), f"#aspect-{aspect.pk}"


def _remove_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    remove_aspect(**_own(request, meeting, "aspect"), **_common(request))
    return _("Removed: the aspect. That it was here stays in the meeting's change log."), ""


def _move_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _own(request, meeting, "aspect")
    move_aspect(**own, up=_up(request), **_common(request))
    return _("Moved: the aspect with its rows."), f"#aspect-{own['aspect_id']}"


def _move_suggestion(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _own(request, meeting, "suggestion")
    move_suggestion(**own, up=_up(request), **_common(request))
    return _("Moved: the row. The number that was printed stays in the log."), f"#suggestion-{own['suggestion_id']}"


def _move_to_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _own(request, meeting, "suggestion")
    move_to_aspect(**own, aspect_id=_number(request.POST, "to") or None, **_common(request))
    return _("Moved: the row stands at the end of its new aspect."), f"#suggestion-{own['suggestion_id']}"


def _remove_suggestion(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    remove_suggestion(**_own(request, meeting, "suggestion"), **_common(request))
    return _("Removed: the row. That it was here stays in the meeting's change log."), ""


def _move_task(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _own(request, meeting, "task")
    move_task(**own, up=_up(request), **_common(request))
    return _("Moved: the task. The number that was printed stays in the log."), f"#task-{own['task_id']}"


def _number_anew(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    within = request.POST.get("within") == "aspects"
    number = number_anew(meeting_id=meeting.pk, within_aspects=within, **_common(request))
    said = ngettext("Numbered anew: %(number)d row changed.", "Numbered anew: %(number)d rows changed.", number)
    return said % {"number": number}, ""


def _up(request: HttpRequest) -> bool:
    return request.POST.get("way") == "up"


_ACTIONS: dict[str, Callable[[HttpRequest, Meeting], tuple[str, str]]] = {
    "add-aspect": _add_aspect,
    "rename-aspect": _rename_aspect,
    "remove-aspect": _remove_aspect,
    "move-aspect": _move_aspect,
    "move-suggestion": _move_suggestion,
    "to-aspect": _move_to_aspect,
    "remove-suggestion": _remove_suggestion,
    "move-task": _move_task,
    "number-anew": _number_anew,
}


# --- splitting and joining --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """What was typed in a form of this part, and what became of sending it."""

    typed: Mapping[str, str]
    wrong: tuple[str, ...] = ()
    status: int = 200
    since: tuple = ()


def _refused(typed: Mapping[str, str], refused: Refused) -> Sent:
    status = 409 if isinstance(refused, (Outdated, Stale)) else 422
    return Sent(typed, (refused.sentence,), status, tuple(refused.since) if isinstance(refused, Stale) else ())


def _back(suggestion: Suggestion, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#{anchor}")


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def suggestion_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two rows of one: which tasks go to the new one, and what each suggests."""
    suggestion = permissions.arrangeable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_suggestion_split(request, suggestion, Sent({"text": suggestion.text, "new_text": ""}))
    typed = request.POST.dict()
    try:
        new = split_suggestion(
            suggestion_id=suggestion.pk,
            task_ids=[_id(task) for task in request.POST.getlist("go")],
            text=typed.get("text", ""),
            new_text=typed.get("new_text", ""),
            new_number=_typed_number(typed.get("new_number", "")),
            reason=typed.get("note", ""),
            **_common(request),
        )
    except Refused as refused:
        return _show_suggestion_split(request, suggestion, _refused(typed, refused))
    messages.success(request, _("Saved: there are two rows now, with the same sources."))
    return _back(suggestion, f"suggestion-{new.pk}")


def _show_suggestion_split(request: HttpRequest, suggestion: Suggestion, sent: Sent) -> HttpResponse:
    suggestion.refresh_from_db()
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "tasks": suggestion.tasks.standing().order_by("number"),
        "go": request.POST.getlist("go"),
        "sent": sent,
        "typed": sent.typed,
        "seen": seen_of_table(suggestion.meeting),
    }
    return render(request, "meetings/breakdown/split_suggestion.html", context, status=sent.status)


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def suggestion_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one row of two: the other's tasks and sources come behind those of this one."""
    suggestion = permissions.arrangeable_suggestion(request.user, pk)
    others = list(suggestion.meeting.suggestions.exclude(pk=pk).select_related("aspect").order_by("position"))
    following = next((row for row in others if row.position > suggestion.position), others[-1] if others else None)
    asked = _number(request.POST or request.GET, "other")
    other = next((row for row in others if row.pk == asked), following)
    if request.method != "POST":
        lead_ins = (suggestion.lead_in, other.lead_in) if other else (suggestion.lead_in,)
        texts = (suggestion.text, other.text) if other else (suggestion.text,)
        typed = {"text": _lines(texts), "lead_in": _lines(lead_ins)}
        return _show_suggestion_join(request, suggestion, other, others, Sent(typed))
    typed = request.POST.dict()
    try:
        join_suggestions(
            suggestion_id=suggestion.pk,
            other_id=asked,
            text=typed.get("text", ""),
            lead_in=typed.get("lead_in", ""),
            reason=typed.get("note", ""),
            **_common(request),
        )
    except Refused as refused:
        return _show_suggestion_join(request, suggestion, other, others, _refused(typed, refused))
    messages.success(request, _("Saved: the two rows are one now. What the other said stays in the logs."))
    return _back(suggestion, f"suggestion-{suggestion.pk}")


def _show_suggestion_join(
    request: HttpRequest, suggestion: Suggestion, other: Suggestion | None, others: Sequence[Suggestion], sent: Sent
) -> HttpResponse:
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "other": other,
        "others": others,
        "own_tasks": suggestion.tasks.standing().order_by("number"),
        "other_tasks": other.tasks.standing().order_by("number") if other else (),
        "sent": sent,
        "typed": sent.typed,
        "seen": seen_of_table(suggestion.meeting),
    }
    return render(request, "meetings/breakdown/merge_suggestions.html", context, status=sent.status)


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def task_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two tasks of one, alike in all but their texts."""
    task = permissions.arrangeable_task(request.user, pk)
    if request.method != "POST":
        return _show_task_split(request, task, Sent({"text": task.text, "new_text": ""}))
    typed = request.POST.dict()
    try:
        new = split_task(
            task_id=task.pk,
            version=_number(typed, "version"),
            text=typed.get("text", ""),
            new_text=typed.get("new_text", ""),
            reason=typed.get("note", ""),
            **_common(request),
        )
    except Refused as refused:
        return _show_task_split(request, task, _refused(typed, refused))
    messages.success(request, _("Saved: there are two tasks now, with the same departments, leaders and deadline."))
    return _back(task.suggestion, f"task-{new.pk}")


def _show_task_split(request: HttpRequest, task: Task, sent: Sent) -> HttpResponse:
    task.refresh_from_db()
    context = {
        "meeting": task.suggestion.meeting,
        "task": task,
        "sent": sent,
        "typed": sent.typed,
        "seen": seen_of_table(task.suggestion.meeting),
    }
    return render(request, "meetings/breakdown/split_task.html", context, status=sent.status)


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def task_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one task of two of the same row; the first one's deadline counts."""
    task = permissions.arrangeable_task(request.user, pk)
    others = list(task.suggestion.tasks.standing().exclude(pk=pk).order_by("number"))
    following = next((one for one in others if one.number > task.number), others[-1] if others else None)
    asked = _number(request.POST or request.GET, "other")
    other = next((one for one in others if one.pk == asked), following)
    if request.method != "POST":
        texts = (task.text, other.text) if other else (task.text,)
        return _show_task_join(request, task, other, others, Sent({"text": "；".join(texts)}))
    typed = request.POST.dict()
    try:
        if other is None or other.pk != asked:
            raise Incomplete(_("Choose another task of the same row."), field="other")
        join_tasks(
            task_id=task.pk,
            version=_number(typed, "version"),
            other_id=other.pk,
            other_version=_number(typed, "other_version"),
            text=typed.get("text", ""),
            reason=typed.get("note", ""),
            **_common(request),
        )
    except Refused as refused:
        return _show_task_join(request, task, other, others, _refused(typed, refused))
    messages.success(request, _("Saved: the two tasks are one now. The other one's page says so, and keeps its log."))
    return _back(task.suggestion, f"task-{task.pk}")


def _show_task_join(
    request: HttpRequest, task: Task, other: Task | None, others: Sequence[Task], sent: Sent
) -> HttpResponse:
    context = {
        "meeting": task.suggestion.meeting,
        "task": task,
        "other": other,
        "others": others,
        "sent": sent,
        "typed": sent.typed,
        "seen": seen_of_table(task.suggestion.meeting),
    }
    return render(request, "meetings/breakdown/merge_tasks.html", context, status=sent.status)


def _typed_number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= LARGEST_NUMBER:
        return int(text)
    raise Incomplete(
        _("“%(value)s” is not the number of a row. Write a whole number, or nothing.") % {"value": text[:40]},
        field="new_number",
    )


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))
