"""Splitting and joining the rows and the tasks of a breakdown table."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.forms import MergeSuggestionsForm, MergeTasksForm, SplitSuggestionForm, SplitTaskForm, TableForm
from meetings.breakdown.services.split_merge import merge_tasks, split_task
from meetings.breakdown.services.suggestions import merge_suggestions, split_suggestion
from meetings.core.text import parse_id
from meetings.models import Suggestion, Task
from meetings.ui.http import Request

_Part = TypeVar("_Part", Suggestion, Task)


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_split(request: Request, pk: int) -> HttpResponse:
    """Make two rows of one: which tasks go to the new one, and what each suggests."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    form = SplitSuggestionForm(_posted(request), suggestion=suggestion)
    if _submit(form, split_suggestion, suggestion_id=suggestion.pk, actor=request.user):
        messages.success(request, _("Saved: there are two rows now, with the same sources."))
        return _redirect_to_table(suggestion, f"suggestion-{form.result.pk}")
    return _render(request, "split_suggestion", form, suggestion)


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_merge(request: Request, pk: int) -> HttpResponse:
    """Merge two rows: the other's tasks and sources come behind this one's."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    others = list(suggestion.meeting.suggestions.exclude(pk=pk).select_related("aspect").order_by("position"))
    other = _choose_other(request, others, [row for row in others if row.position > suggestion.position])
    form = MergeSuggestionsForm(_posted(request), suggestion=suggestion, other=other or suggestion)
    if _submit(form, merge_suggestions, suggestion_id=suggestion.pk, actor=request.user):
        messages.success(request, _("Saved: the two rows are one now. What the other said stays in the logs."))
        return _redirect_to_table(suggestion, f"suggestion-{suggestion.pk}")
    context = {
        "target": suggestion,
        "other": other,
        "choices": [(row.pk, str(row)) for row in others],
        "own_tasks": suggestion.tasks.standing().order_by("number"),
        "other_tasks": other.tasks.standing().order_by("number") if other else (),
    }
    return _render(request, "merge_suggestions", form, suggestion, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_split(request: Request, pk: int) -> HttpResponse:
    """Make two tasks of one, alike in all but their texts."""
    task = permissions.editable_task(request.user, pk)
    form = SplitTaskForm(_posted(request), task=task)
    if _submit(form, split_task, task_id=task.pk, actor=request.user):
        messages.success(request, _("Saved: there are two tasks now, with the same departments, leaders and deadline."))
        return _redirect_to_table(task.suggestion, f"task-{form.result.pk}")
    return _render(request, "split_task", form, task.suggestion, task=task)


@require_http_methods(["GET", "HEAD", "POST"])
def task_merge(request: Request, pk: int) -> HttpResponse:
    """Make one task of two of the same row; the first one's deadline counts."""
    task = permissions.editable_task(request.user, pk)
    others = list(task.suggestion.tasks.standing().exclude(pk=pk).order_by("number"))
    other = _choose_other(request, others, [one for one in others if one.number > task.number])
    form = MergeTasksForm(_posted(request), task=task, other=other or task)
    if _submit(form, merge_tasks, task_id=task.pk, actor=request.user):
        messages.success(
            request, _("Saved: the two tasks are one now. The other one's page says so, and keeps its log.")
        )
        return _redirect_to_table(task.suggestion, f"task-{task.pk}")
    is_open = other is not None and other.import_issues.filter(answer__isnull=True).exists()
    context = {
        "task": task,
        "target": task,
        "other": other,
        "choices": [(one.pk, f"({one.number}) {one}") for one in others],
        "other_has_issues": is_open,
    }
    return _render(request, "merge_tasks", form, task.suggestion, **context)


def _choose_other(request: Request, others: Sequence[_Part], following: Sequence[_Part]) -> _Part | None:
    """Return the requested one of ``others``, else the next, else the one before."""
    requested_id = parse_id((request.POST or request.GET).get("other", ""))
    nearest = following[0] if following else others[-1] if others else None
    return next((one for one in others if one.pk == requested_id), nearest)


def _posted(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _submit(form: TableForm, service: Callable[..., Any], **arguments: Any) -> bool:
    return form.is_bound and form.submit(lambda: service(**arguments, **form.arguments))


def _redirect_to_table(suggestion: Suggestion, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#{anchor}")


def _render(request: Request, template: str, form: TableForm, suggestion: Suggestion, **context: Any) -> HttpResponse:
    suggestion.refresh_from_db()
    context |= {"form": form, "suggestion": suggestion, "meeting": suggestion.meeting}
    return render(request, f"meetings/breakdown/{template}.html", context, status=form.status_code)
