"""Editing a breakdown table: its rows in order with what can be done on each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.forms import TableActionForm
from meetings.breakdown.services.ordering import table_version_token
from meetings.models import Aspect, Meeting, Suggestion, SuggestionSource, Task, TaskDepartment, TaskLeader
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
        return _show_table(request, meeting)
    form = TableActionForm(request.POST)
    if form.submit(lambda: form.run(meeting, actor=request.user)):
        messages.success(request, form.message)
        return redirect(f"{reverse('meeting_arrange', args=[meeting.pk])}{form.anchor}")
    return _show_table(request, meeting, form)


def _show_table(request: Request, meeting: Meeting, form: TableActionForm | None = None) -> HttpResponse:
    aspects = list(meeting.aspects.order_by("position"))
    context = {
        "meeting": meeting,
        "blocks": _blocks(meeting, aspects),
        "aspects": aspects,
        "seen": table_version_token(meeting),
        "errors": form.error_messages if form else [],
        "values": request.POST,
    }
    status = form.status_code if form else 200
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
