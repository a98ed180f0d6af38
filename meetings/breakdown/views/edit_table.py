"""Editing a breakdown table: its rows in order with what can be done on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.forms import TableActionForm
from meetings.breakdown.services.aspects import add_aspect, move_aspect, remove_aspect, rename_aspect
from meetings.breakdown.services.ordering import table_version_token
from meetings.breakdown.services.split_merge import move_task
from meetings.breakdown.services.suggestions import (
    move_suggestion,
    move_suggestion_to_aspect,
    remove_suggestion,
    renumber_suggestions,
)
from meetings.errors import ConflictError, InvalidInputError
from meetings.models import Account, Aspect, Meeting, Suggestion, SuggestionSource, Task, TaskDepartment, TaskLeader
from meetings.ui.http import Request
from meetings.ui.navigation import today


@dataclass(slots=True)
class EditableRow:
    """A row of the table with its tasks; whether it is first or last of its aspect."""

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
def meeting_breakdown(request: Request, pk: int) -> HttpResponse:
    """Show the table for editing, and do what its small forms ask."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return _show_table(request, meeting, TableActionForm())
    form = TableActionForm(request.POST)
    if form.submit(lambda: _run(form, meeting, request.user)):
        message, anchor = form.result
        messages.success(request, message)
        return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}{anchor}")
    return _show_table(request, meeting, form)


def _show_table(request: Request, meeting: Meeting, form: TableActionForm) -> HttpResponse:
    aspects = list(meeting.aspects.order_by("position"))
    context = {
        "meeting": meeting,
        "blocks": _blocks(meeting, aspects),
        "aspects": aspects,
        "seen": table_version_token(meeting),
        "errors": form.error_messages,
        "typed": form.data,
    }
    return render(request, "meetings/breakdown/edit_table.html", context, status=form.status_code)


def _blocks(meeting: Meeting, aspects: Sequence[Aspect]) -> list[EditableAspect]:
    """Return the rows by aspect, then ``aspects`` without rows. Five queries."""
    rows = _rows(meeting)
    blocks = []
    for aspect, group in groupby(rows, key=lambda row: row.aspect):
        of_aspect = list(group)
        blocks.append(
            EditableAspect(
                aspect,
                [
                    EditableRow(row, row is of_aspect[0], row is of_aspect[-1], list(row.tasks.all()))
                    for row in of_aspect
                ],
            )
        )
    used = {block.aspect for block in blocks}
    blocks += [EditableAspect(aspect, []) for aspect in aspects if aspect not in used]
    named = sorted(
        (block for block in blocks if block.aspect), key=lambda block: block.aspect.position if block.aspect else 0
    )
    if named:
        named[0].is_first, named[-1].is_last = True, True
    return blocks


def _rows(meeting: Meeting) -> QuerySet[Suggestion]:
    tasks = Task.objects.standing().order_by("number")
    tasks = tasks.prefetch_related(
        Prefetch("task_departments", TaskDepartment.objects.select_related("department"))
    ).prefetch_related(Prefetch("task_leaders", TaskLeader.objects.select_related("person")))
    return (
        meeting.suggestions.select_related("aspect")
        .prefetch_related(Prefetch("suggestion_sources", SuggestionSource.objects.select_related("person")))
        .prefetch_related(Prefetch("tasks", tasks))
        .order_by("position")
    )


# --- what the small forms of the table ask for ------------------------------------------------------


def _run(form: TableActionForm, meeting: Meeting, actor: Account) -> tuple[str, str]:
    """Do what is asked for; return what was done, and where the page goes on."""
    do = _ACTIONS.get(form.cleaned_data["action"])
    if do is None:
        raise InvalidInputError(_("The page asked for something that does not exist. Nothing was changed."))
    try:
        return do(form, meeting, {"actor": actor, "version_token": form.cleaned_data["seen"]})
    except (Aspect.DoesNotExist, Suggestion.DoesNotExist, Task.DoesNotExist) as gone:
        raise ConflictError(
            _("What you wanted to change is not there any more. Look at the table as it is now.")
        ) from gone


def _aspect_id(form: TableActionForm, meeting: Meeting) -> int:
    return meeting.aspects.get(pk=form.cleaned_data["aspect"]).pk


def _suggestion_id(form: TableActionForm, meeting: Meeting) -> int:
    return meeting.suggestions.get(pk=form.cleaned_data["suggestion"]).pk


def _is_up(form: TableActionForm) -> bool:
    return form.cleaned_data["way"] == "up"


def _add_aspect(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    aspect = add_aspect(meeting_id=meeting.pk, title=form.cleaned_data["title"], **common)
    return _("Saved: the aspect stands at the end of the table."), f"#aspect-{aspect.pk}"


def _rename_aspect(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    title, reason = form.cleaned_data["title"], form.cleaned_data["note"]
    aspect = rename_aspect(aspect_id=_aspect_id(form, meeting), title=title, reason=reason, **common)
    return _("Saved: what was printed stays in the meeting's change log."), f"#aspect-{aspect.pk}"


def _remove_aspect(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    remove_aspect(aspect_id=_aspect_id(form, meeting), **common)
    return _("Removed: the aspect. That it was here stays in the meeting's change log."), ""


def _move_aspect(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    aspect_id = _aspect_id(form, meeting)
    move_aspect(aspect_id=aspect_id, up=_is_up(form), **common)
    return _("Moved: the aspect with its rows."), f"#aspect-{aspect_id}"


def _move_suggestion(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    suggestion_id = _suggestion_id(form, meeting)
    move_suggestion(suggestion_id=suggestion_id, up=_is_up(form), **common)
    return _("Moved: the row. The number that was printed stays in the log."), f"#suggestion-{suggestion_id}"


def _move_to_aspect(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    suggestion_id = _suggestion_id(form, meeting)
    move_suggestion_to_aspect(suggestion_id=suggestion_id, aspect_id=form.cleaned_data["to"] or None, **common)
    return _("Moved: the row stands at the end of its new aspect."), f"#suggestion-{suggestion_id}"


def _remove_suggestion(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    remove_suggestion(suggestion_id=_suggestion_id(form, meeting), **common)
    return _("Removed: the row. That it was here stays in the meeting's change log."), ""


def _move_task(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    tasks = Task.objects.standing().filter(suggestion__meeting=meeting)
    task_id = tasks.get(pk=form.cleaned_data["task"]).pk
    move_task(task_id=task_id, up=_is_up(form), **common)
    return _("Moved: the task. The number that was printed stays in the log."), f"#task-{task_id}"


def _renumber(form: TableActionForm, meeting: Meeting, common: dict[str, Any]) -> tuple[str, str]:
    within_aspects = form.cleaned_data["within"] == "aspects"
    number = renumber_suggestions(meeting_id=meeting.pk, within_aspects=within_aspects, **common)
    message = ngettext("Numbered anew: %(number)d row changed.", "Numbered anew: %(number)d rows changed.", number)
    return message % {"number": number}, ""


_ACTIONS: dict[str, Callable[[TableActionForm, Meeting, dict[str, Any]], tuple[str, str]]] = {
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
