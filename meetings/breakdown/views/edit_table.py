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
from meetings.breakdown.services.aspects import add_aspect, move_aspect, remove_aspect, rename_aspect
from meetings.breakdown.services.ordering import table_version_token
from meetings.breakdown.services.split_merge import merge_tasks, move_task, split_task
from meetings.breakdown.services.suggestions import (
    MAX_NUMBER,
    merge_suggestions,
    move_suggestion,
    move_suggestion_to_aspect,
    remove_suggestion,
    renumber_suggestions,
    split_suggestion,
)
from meetings.errors import ConflictError, InvalidInputError, OutdatedFormError, ServiceError
from meetings.models import Aspect, Meeting, Suggestion, SuggestionSource, Task, TaskDepartment, TaskLeader
from meetings.ui.navigation import strip_nul, today


@dataclass(slots=True)
class EditableRow:
    """A row of the table with its tasks; first and last under its aspect it cannot be moved beyond."""

    suggestion: Suggestion
    is_first: bool
    is_last: bool
    tasks: list[Task] = field(default_factory=list)


@dataclass(slots=True)
class EditableAspect:
    """An aspect (none: rows without one) with its rows."""

    aspect: Aspect | None
    rows: list[EditableRow]
    is_first: bool = False
    is_last: bool = False


# --- the table ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def meeting_breakdown(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the table as the annex prints it, with what can be done on each thing; do what its small forms ask for."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_table(request, meeting)
    do = _ACTIONS.get(request.POST.get("action", ""))
    if do is None:
        message = _("The page asked for something that does not exist. Nothing was changed.")
        return _show_table(request, meeting, errors=[message], status=422)
    try:
        done, anchor = do(request, meeting)
    except (Aspect.DoesNotExist, Suggestion.DoesNotExist, Task.DoesNotExist):
        gone = _("What you wanted to change is not there any more. Look at the table as it is now.")
        return _show_table(request, meeting, errors=[gone], status=409)
    except OutdatedFormError as outdated:
        return _show_table(request, meeting, errors=[outdated.message], status=409)
    except ServiceError as error:
        return _show_table(request, meeting, errors=[error.message], status=422)
    messages.success(request, done)
    return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}{anchor}")


def _show_table(
    request: HttpRequest, meeting: Meeting, *, errors: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    aspects = list(meeting.aspects.order_by("position"))
    context = {
        "meeting": meeting,
        "blocks": _blocks(meeting, aspects),
        "aspects": aspects,
        "seen": table_version_token(meeting),
        "wrong": list(errors),
        "typed": request.POST,
    }
    return render(request, "meetings/breakdown/edit_table.html", context, status=status)


def _blocks(meeting: Meeting, aspects: Sequence[Aspect]) -> list[EditableAspect]:
    """Return the rows in order, by aspect, and behind them those of ``aspects`` that have none. Five queries."""
    rows = _rows(meeting)
    blocks = []
    for aspect, group in groupby(rows, key=lambda row: row.aspect):
        of_aspect = list(group)
        blocks.append(
            EditableAspect(
                aspect,
                [
                    EditableRow(row, row is of_aspect[0], row is of_aspect[-1], list(row.standing_tasks))
                    for row in of_aspect
                ],
            )
        )
    used = {block.aspect for block in blocks}
    blocks += [EditableAspect(aspect, []) for aspect in aspects if aspect not in used]
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


def _service_arguments(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "version_token": request.POST.get("seen", "")}


def _posted_id(posted: Mapping[str, str], name: str) -> int:
    return _parse_id(posted.get(name, ""))


def _parse_id(written: str) -> int:
    """Return the id that was sent; 0, which nothing has, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0


def _subject_argument(request: HttpRequest, meeting: Meeting, kind: str) -> dict[str, int]:
    """Return the thing of ``kind`` that a form is about, as the verbs take it; raises DoesNotExist for another's."""
    pk = _posted_id(request.POST, kind)
    things = {
        "aspect": Aspect.objects.filter(meeting=meeting),
        "suggestion": Suggestion.objects.filter(meeting=meeting),
        "task": Task.objects.standing().filter(suggestion__meeting=meeting),
    }
    return {f"{kind}_id": things[kind].get(pk=pk).pk}


def _add_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    aspect = add_aspect(meeting_id=meeting.pk, title=request.POST.get("title", ""), **_service_arguments(request))
    return _("Saved: the aspect stands at the end of the table."), f"#aspect-{aspect.pk}"


def _rename_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    texts = {"title": request.POST.get("title", ""), "reason": request.POST.get("note", "")}
    aspect = rename_aspect(**_subject_argument(request, meeting, "aspect"), **texts, **_service_arguments(request))
    return _("Saved: what was printed stays in the meeting's change log."), f"#aspect-{aspect.pk}"


def _remove_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    remove_aspect(**_subject_argument(request, meeting, "aspect"), **_service_arguments(request))
    return _("Removed: the aspect. That it was here stays in the meeting's change log."), ""


def _move_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "aspect")
    move_aspect(**own, up=_is_up(request), **_service_arguments(request))
    return _("Moved: the aspect with its rows."), f"#aspect-{own['aspect_id']}"


def _move_suggestion(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "suggestion")
    move_suggestion(**own, up=_is_up(request), **_service_arguments(request))
    return _("Moved: the row. The number that was printed stays in the log."), f"#suggestion-{own['suggestion_id']}"


def _move_to_aspect(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "suggestion")
    move_suggestion_to_aspect(**own, aspect_id=_posted_id(request.POST, "to") or None, **_service_arguments(request))
    return _("Moved: the row stands at the end of its new aspect."), f"#suggestion-{own['suggestion_id']}"


def _remove_suggestion(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    remove_suggestion(**_subject_argument(request, meeting, "suggestion"), **_service_arguments(request))
    return _("Removed: the row. That it was here stays in the meeting's change log."), ""


def _move_task(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "task")
    move_task(**own, up=_is_up(request), **_service_arguments(request))
    return _("Moved: the task. The number that was printed stays in the log."), f"#task-{own['task_id']}"


def _renumber(request: HttpRequest, meeting: Meeting) -> tuple[str, str]:
    within = request.POST.get("within") == "aspects"
    number = renumber_suggestions(meeting_id=meeting.pk, within_aspects=within, **_service_arguments(request))
    message = ngettext("Numbered anew: %(number)d row changed.", "Numbered anew: %(number)d rows changed.", number)
    return message % {"number": number}, ""


def _is_up(request: HttpRequest) -> bool:
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
    "number-anew": _renumber,
}


# --- splitting and joining --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormState:
    """What was typed in a form of this part, and what became of sending it."""

    typed: Mapping[str, str]
    wrong: tuple[str, ...] = ()
    status: int = 200
    since: tuple = ()


def _error_state(values: Mapping[str, str], error: ServiceError) -> FormState:
    status = 409 if isinstance(error, (OutdatedFormError, ConflictError)) else 422
    return FormState(values, (error.message,), status, tuple(error.since) if isinstance(error, ConflictError) else ())


def _redirect_to_table(suggestion: Suggestion, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#{anchor}")


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two rows of one: which tasks go to the new one, and what each suggests."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_suggestion_split(request, suggestion, FormState({"text": suggestion.text, "new_text": ""}))
    values = request.POST.dict()
    try:
        new = split_suggestion(
            suggestion_id=suggestion.pk,
            task_ids=[_parse_id(task) for task in request.POST.getlist("go")],
            text=values.get("text", ""),
            new_text=values.get("new_text", ""),
            new_number=_parse_number(values.get("new_number", "")),
            reason=values.get("note", ""),
            **_service_arguments(request),
        )
    except ServiceError as error:
        return _show_suggestion_split(request, suggestion, _error_state(values, error))
    messages.success(request, _("Saved: there are two rows now, with the same sources."))
    return _redirect_to_table(suggestion, f"suggestion-{new.pk}")


def _show_suggestion_split(request: HttpRequest, suggestion: Suggestion, form_state: FormState) -> HttpResponse:
    suggestion.refresh_from_db()
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "tasks": suggestion.tasks.standing().order_by("number"),
        "go": request.POST.getlist("go"),
        "sent": form_state,
        "typed": form_state.typed,
        "seen": table_version_token(suggestion.meeting),
    }
    return render(request, "meetings/breakdown/split_suggestion.html", context, status=form_state.status)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one row of two: the other's tasks and sources come behind those of this one."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    others = list(suggestion.meeting.suggestions.exclude(pk=pk).select_related("aspect").order_by("position"))
    following = next((row for row in others if row.position > suggestion.position), others[-1] if others else None)
    asked = _posted_id(request.POST or request.GET, "other")
    other = next((row for row in others if row.pk == asked), following)
    if request.method != "POST":
        lead_ins = (suggestion.lead_in, other.lead_in) if other else (suggestion.lead_in,)
        texts = (suggestion.text, other.text) if other else (suggestion.text,)
        values = {"text": _join_lines(texts), "lead_in": _join_lines(lead_ins)}
        return _show_suggestion_merge(request, suggestion, other, others, FormState(values))
    values = request.POST.dict()
    try:
        merge_suggestions(
            suggestion_id=suggestion.pk,
            other_id=asked,
            text=values.get("text", ""),
            lead_in=values.get("lead_in", ""),
            reason=values.get("note", ""),
            **_service_arguments(request),
        )
    except ServiceError as error:
        return _show_suggestion_merge(request, suggestion, other, others, _error_state(values, error))
    messages.success(request, _("Saved: the two rows are one now. What the other said stays in the logs."))
    return _redirect_to_table(suggestion, f"suggestion-{suggestion.pk}")


def _show_suggestion_merge(
    request: HttpRequest,
    suggestion: Suggestion,
    other: Suggestion | None,
    others: Sequence[Suggestion],
    form_state: FormState,
) -> HttpResponse:
    context = {
        "meeting": suggestion.meeting,
        "suggestion": suggestion,
        "other": other,
        "others": others,
        "own_tasks": suggestion.tasks.standing().order_by("number"),
        "other_tasks": other.tasks.standing().order_by("number") if other else (),
        "sent": form_state,
        "typed": form_state.typed,
        "seen": table_version_token(suggestion.meeting),
    }
    return render(request, "meetings/breakdown/merge_suggestions.html", context, status=form_state.status)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def task_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two tasks of one, alike in all but their texts."""
    task = permissions.editable_task(request.user, pk)
    if request.method != "POST":
        return _show_task_split(request, task, FormState({"text": task.text, "new_text": ""}))
    values = request.POST.dict()
    try:
        new = split_task(
            task_id=task.pk,
            version=_posted_id(values, "version"),
            text=values.get("text", ""),
            new_text=values.get("new_text", ""),
            reason=values.get("note", ""),
            **_service_arguments(request),
        )
    except ServiceError as error:
        return _show_task_split(request, task, _error_state(values, error))
    messages.success(request, _("Saved: there are two tasks now, with the same departments, leaders and deadline."))
    return _redirect_to_table(task.suggestion, f"task-{new.pk}")


def _show_task_split(request: HttpRequest, task: Task, form_state: FormState) -> HttpResponse:
    task.refresh_from_db()
    context = {
        "meeting": task.suggestion.meeting,
        "task": task,
        "sent": form_state,
        "typed": form_state.typed,
        "seen": table_version_token(task.suggestion.meeting),
    }
    return render(request, "meetings/breakdown/split_task.html", context, status=form_state.status)


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def task_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one task of two of the same row; the first one's deadline counts."""
    task = permissions.editable_task(request.user, pk)
    others = list(task.suggestion.tasks.standing().exclude(pk=pk).order_by("number"))
    following = next((one for one in others if one.number > task.number), others[-1] if others else None)
    asked = _posted_id(request.POST or request.GET, "other")
    other = next((one for one in others if one.pk == asked), following)
    if request.method != "POST":
        texts = (task.text, other.text) if other else (task.text,)
        return _show_task_merge(request, task, other, others, FormState({"text": "；".join(texts)}))
    values = request.POST.dict()
    try:
        if other is None or other.pk != asked:
            raise InvalidInputError(_("Choose another task of the same row."), field="other")
        merge_tasks(
            task_id=task.pk,
            version=_posted_id(values, "version"),
            other_id=other.pk,
            other_version=_posted_id(values, "other_version"),
            text=values.get("text", ""),
            reason=values.get("note", ""),
            **_service_arguments(request),
        )
    except ServiceError as error:
        return _show_task_merge(request, task, other, others, _error_state(values, error))
    messages.success(request, _("Saved: the two tasks are one now. The other one's page says so, and keeps its log."))
    return _redirect_to_table(task.suggestion, f"task-{task.pk}")


def _show_task_merge(
    request: HttpRequest, task: Task, other: Task | None, others: Sequence[Task], form_state: FormState
) -> HttpResponse:
    context = {
        "meeting": task.suggestion.meeting,
        "task": task,
        "other": other,
        "others": others,
        "sent": form_state,
        "typed": form_state.typed,
        "seen": table_version_token(task.suggestion.meeting),
    }
    return render(request, "meetings/breakdown/merge_tasks.html", context, status=form_state.status)


def _parse_number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= MAX_NUMBER:
        return int(text)
    raise InvalidInputError(
        _("“%(value)s” is not the number of a row. Write a whole number, or nothing.") % {"value": text[:40]},
        field="new_number",
    )


def _join_lines(texts: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))
