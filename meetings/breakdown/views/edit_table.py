"""Editing a breakdown table: its rows in order with what can be done on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.breakdown.comparison import with_sources
from meetings.breakdown.forms import TableActionForm
from meetings.breakdown.services.ordering import table_version_token
from meetings.models import Aspect, Meeting, Suggestion, Task, TaskDepartment, TaskLeader
from meetings.ui.http import Request
from meetings.ui.navigation import today


@dataclass(frozen=True, slots=True)
class EditableAspect:
    """An aspect (none: rows without one) with its rows."""

    aspect: Aspect | None
    rows: list[Suggestion]
    is_first: bool
    is_last: bool


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
    groups = [(aspect, list(rows)) for aspect, rows in groupby(_rows(meeting), key=lambda row: row.aspect)]
    used = {aspect for aspect, _of_aspect in groups}
    groups += [(aspect, []) for aspect in aspects if aspect not in used]
    return [EditableAspect(aspect, rows, aspect in aspects[:1], aspect in aspects[-1:]) for aspect, rows in groups]


def _rows(meeting: Meeting) -> QuerySet[Suggestion]:
    tasks = Task.objects.standing().order_by("number")
    tasks = tasks.prefetch_related(Prefetch("task_departments", TaskDepartment.objects.select_related("department")))
    tasks = tasks.prefetch_related(Prefetch("task_leaders", TaskLeader.objects.select_related("person")))
    rows = with_sources(meeting.suggestions.select_related("aspect").order_by("position"))
    return rows.prefetch_related(Prefetch("tasks", tasks))
