"""Splitting and joining the rows and the tasks of a breakdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.services.ordering import join_lines, table_version_token
from meetings.breakdown.services.split_merge import merge_tasks, split_task
from meetings.breakdown.services.suggestions import MAX_NUMBER, merge_suggestions, split_suggestion
from meetings.breakdown.views.posted_values import parse_id, posted_id, service_arguments
from meetings.errors import InvalidInputError, ServiceError
from meetings.models import Suggestion, Task
from meetings.ui.http import Request
from meetings.ui.navigation import strip_nul


@dataclass(frozen=True, slots=True)
class FormState:
    """What was typed in a form of this part, and what became of sending it."""

    typed: Mapping[str, str]
    wrong: tuple[str, ...] = ()
    status: int = 200
    since: tuple = ()


def _error_state(values: Mapping[str, str], error: ServiceError) -> FormState:
    return FormState(values, (error.message,), error.status_code, tuple(getattr(error, "newer_entries", ())))


def _redirect_to_table(suggestion: Suggestion, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#{anchor}")


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_split(request: Request, pk: int) -> HttpResponse:
    """Make two rows of one: which tasks go to the new one, and what each suggests."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _show_suggestion_split(request, suggestion, FormState({"text": suggestion.text, "new_text": ""}))
    values = request.POST.dict()
    try:
        new = split_suggestion(
            suggestion_id=suggestion.pk,
            task_ids=[parse_id(task) for task in request.POST.getlist("go")],
            text=values.get("text", ""),
            new_text=values.get("new_text", ""),
            new_number=_parse_number(values.get("new_number", "")),
            reason=values.get("note", ""),
            **service_arguments(request),
        )
    except ServiceError as error:
        return _show_suggestion_split(request, suggestion, _error_state(values, error))
    messages.success(request, _("Saved: there are two rows now, with the same sources."))
    return _redirect_to_table(suggestion, f"suggestion-{new.pk}")


def _show_suggestion_split(request: Request, suggestion: Suggestion, form_state: FormState) -> HttpResponse:
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
def suggestion_merge(request: Request, pk: int) -> HttpResponse:
    """Merge two rows: the other's tasks and sources come behind this one's."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    others = list(suggestion.meeting.suggestions.exclude(pk=pk).select_related("aspect").order_by("position"))
    following = next((row for row in others if row.position > suggestion.position), others[-1] if others else None)
    asked = posted_id(request.POST or request.GET, "other")
    other = next((row for row in others if row.pk == asked), following)
    if request.method != "POST":
        lead_ins = (suggestion.lead_in, other.lead_in) if other else (suggestion.lead_in,)
        texts = (suggestion.text, other.text) if other else (suggestion.text,)
        values = {"text": join_lines(*texts), "lead_in": join_lines(*lead_ins)}
        return _show_suggestion_merge(request, suggestion, other, others, FormState(values))
    values = request.POST.dict()
    try:
        merge_suggestions(
            suggestion_id=suggestion.pk,
            other_id=asked,
            text=values.get("text", ""),
            lead_in=values.get("lead_in", ""),
            reason=values.get("note", ""),
            **service_arguments(request),
        )
    except ServiceError as error:
        return _show_suggestion_merge(request, suggestion, other, others, _error_state(values, error))
    messages.success(request, _("Saved: the two rows are one now. What the other said stays in the logs."))
    return _redirect_to_table(suggestion, f"suggestion-{suggestion.pk}")


def _show_suggestion_merge(
    request: Request,
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
def task_split(request: Request, pk: int) -> HttpResponse:
    """Make two tasks of one, alike in all but their texts."""
    task = permissions.editable_task(request.user, pk)
    if request.method != "POST":
        return _show_task_split(request, task, FormState({"text": task.text, "new_text": ""}))
    values = request.POST.dict()
    try:
        new = split_task(
            task_id=task.pk,
            version=posted_id(values, "version"),
            text=values.get("text", ""),
            new_text=values.get("new_text", ""),
            reason=values.get("note", ""),
            **service_arguments(request),
        )
    except ServiceError as error:
        return _show_task_split(request, task, _error_state(values, error))
    messages.success(request, _("Saved: there are two tasks now, with the same departments, leaders and deadline."))
    return _redirect_to_table(task.suggestion, f"task-{new.pk}")


def _show_task_split(request: Request, task: Task, form_state: FormState) -> HttpResponse:
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
def task_merge(request: Request, pk: int) -> HttpResponse:
    """Make one task of two of the same row; the first one's deadline counts."""
    task = permissions.editable_task(request.user, pk)
    others = list(task.suggestion.tasks.standing().exclude(pk=pk).order_by("number"))
    following = next((one for one in others if one.number > task.number), others[-1] if others else None)
    asked = posted_id(request.POST or request.GET, "other")
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
            version=posted_id(values, "version"),
            other_id=other.pk,
            other_version=posted_id(values, "other_version"),
            text=values.get("text", ""),
            reason=values.get("note", ""),
            **service_arguments(request),
        )
    except ServiceError as error:
        return _show_task_merge(request, task, other, others, _error_state(values, error))
    messages.success(request, _("Saved: the two tasks are one now. The other one's page says so, and keeps its log."))
    return _redirect_to_table(task.suggestion, f"task-{task.pk}")


def _show_task_merge(
    request: Request, task: Task, other: Task | None, others: Sequence[Task], form_state: FormState
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
