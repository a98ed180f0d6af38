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
from meetings.breakdown.services.aspects import add_aspect, move_aspect, remove_aspect, rename_aspect
from meetings.breakdown.services.ordering import table_version_token
from meetings.breakdown.services.split_merge import move_task
from meetings.breakdown.services.suggestions import (
    move_suggestion,
    move_suggestion_to_aspect,
    remove_suggestion,
    renumber_suggestions,
)
from meetings.breakdown.views.posted_values import posted_id, service_arguments
from meetings.errors import ConflictError, ServiceError
from meetings.models import Aspect, Meeting, Suggestion, SuggestionSource, Task, TaskDepartment, TaskLeader
from meetings.ui.http import Request
from meetings.ui.navigation import strip_nul, today


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
@strip_nul
def meeting_breakdown(request: Request, pk: int) -> HttpResponse:
    """Show the table for editing, and do what its small forms ask."""
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
    except ConflictError as outdated:
        return _show_table(request, meeting, errors=[outdated.message], status=409)
    except ServiceError as error:
        return _show_table(request, meeting, errors=[error.message], status=422)
    messages.success(request, done)
    return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}{anchor}")


def _show_table(request: Request, meeting: Meeting, *, errors: Sequence[str] = (), status: int = 200) -> HttpResponse:
    aspects = list(meeting.aspects.order_by("position"))
    context = {
        "meeting": meeting,
        "blocks": _blocks(meeting, aspects),
        "aspects": aspects,
        "seen": table_version_token(meeting),
        "errors": list(errors),
        "typed": request.POST,
    }
    return render(request, "meetings/breakdown/edit_table.html", context, status=status)


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


def _subject_argument(request: Request, meeting: Meeting, kind: str) -> dict[str, Any]:
    """Return the id argument of a form's subject; raises DoesNotExist."""
    pk = posted_id(request.POST, kind)
    things: dict[str, QuerySet[Any]] = {
        "aspect": Aspect.objects.filter(meeting=meeting),
        "suggestion": Suggestion.objects.filter(meeting=meeting),
        "task": Task.objects.standing().filter(suggestion__meeting=meeting),
    }
    return {f"{kind}_id": things[kind].get(pk=pk).pk}


def _add_aspect(request: Request, meeting: Meeting) -> tuple[str, str]:
    aspect = add_aspect(meeting_id=meeting.pk, title=request.POST.get("title", ""), **service_arguments(request))
    return _("Saved: the aspect stands at the end of the table."), f"#aspect-{aspect.pk}"


def _rename_aspect(request: Request, meeting: Meeting) -> tuple[str, str]:
    texts: dict[str, Any] = {"title": request.POST.get("title", ""), "reason": request.POST.get("note", "")}
    aspect = rename_aspect(**_subject_argument(request, meeting, "aspect"), **texts, **service_arguments(request))
    return _("Saved: what was printed stays in the meeting's change log."), f"#aspect-{aspect.pk}"


def _remove_aspect(request: Request, meeting: Meeting) -> tuple[str, str]:
    remove_aspect(**_subject_argument(request, meeting, "aspect"), **service_arguments(request))
    return _("Removed: the aspect. That it was here stays in the meeting's change log."), ""


def _move_aspect(request: Request, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "aspect")
    move_aspect(**own, up=_is_up(request), **service_arguments(request))
    return _("Moved: the aspect with its rows."), f"#aspect-{own['aspect_id']}"


def _move_suggestion(request: Request, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "suggestion")
    move_suggestion(**own, up=_is_up(request), **service_arguments(request))
    return _("Moved: the row. The number that was printed stays in the log."), f"#suggestion-{own['suggestion_id']}"


def _move_to_aspect(request: Request, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "suggestion")
    move_suggestion_to_aspect(**own, aspect_id=posted_id(request.POST, "to") or None, **service_arguments(request))
    return _("Moved: the row stands at the end of its new aspect."), f"#suggestion-{own['suggestion_id']}"


def _remove_suggestion(request: Request, meeting: Meeting) -> tuple[str, str]:
    remove_suggestion(**_subject_argument(request, meeting, "suggestion"), **service_arguments(request))
    return _("Removed: the row. That it was here stays in the meeting's change log."), ""


def _move_task(request: Request, meeting: Meeting) -> tuple[str, str]:
    own = _subject_argument(request, meeting, "task")
    move_task(**own, up=_is_up(request), **service_arguments(request))
    return _("Moved: the task. The number that was printed stays in the log."), f"#task-{own['task_id']}"


def _renumber(request: Request, meeting: Meeting) -> tuple[str, str]:
    within = request.POST.get("within") == "aspects"
    number = renumber_suggestions(meeting_id=meeting.pk, within_aspects=within, **service_arguments(request))
    message = ngettext("Numbered anew: %(number)d row changed.", "Numbered anew: %(number)d rows changed.", number)
    return message % {"number": number}, ""


def _is_up(request: Request) -> bool:
    return request.POST.get("way") == "up"


_ACTIONS: dict[str, Callable[[Request, Meeting], tuple[str, str]]] = {
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
