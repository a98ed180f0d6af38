"""Meetings, and one meeting's breakdown table as the annex has it."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from meetings import permissions
from meetings.breakdown.export import downloads
from meetings.breakdown.forms import LeaderAgreementForm, NextMeetingForm
from meetings.breakdown.services.meetings import record_next_meeting, set_leader_agrees
from meetings.breakdown.tables import MeetingTable
from meetings.models import Health
from meetings.tasks import statistics
from meetings.tasks.listing import about_a_day, requested_day
from meetings.tasks.time_axis import MAX_ROWS
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context, today

MEETINGS_PER_PAGE, TASKS_PER_PAGE = 25, 50


@require_safe
@about_a_day
def meeting_list(request: Request) -> HttpResponse:
    """Show the meetings with what became of their tasks."""
    day, errors = requested_day(request)
    meetings = permissions.readable_meetings(request.user, day).with_counts()
    search_text = request.GET.get("q", "").strip()[:200]
    table, errors = MeetingTable.build(request, meetings.matching(search_text), errors)
    table.show_page(request, per_page=MEETINGS_PER_PAGE)
    shown = [row.record.pk for row in table.paginated_rows]
    tasks = permissions.readable_tasks(request.user, day).filter(meeting__in=shown)
    [found] = statistics.count_by(tasks, "meeting")
    counts = {count.key: count for count in found}
    context = {
        "table": table,
        "search_text": search_text,
        "counts": counts,
        **_common_context(request, day, errors),
    }
    return render(request, "meetings/breakdown/meeting_list.html", context)


@require_safe
@about_a_day
def meeting_detail(request: Request, pk: int) -> HttpResponseBase:
    """Show the meeting and its breakdown table, or serve it as a file (``export=``)."""
    day, errors = requested_day(request)
    meeting = permissions.readable_meeting(request.user, pk, day)
    export_format = request.GET.get("export")
    if export_format and not errors:
        if export_format in downloads.BREAKDOWN_FORMATS:
            return downloads.breakdown_response(request, meeting, day, export_format)
        errors.append(_("There is no export “%(name)s”.") % {"name": export_format})
    tasks = permissions.readable_tasks(request.user, day).filter(meeting=meeting)
    counts = statistics.count_by_health(tasks)
    paginator = Paginator(
        tasks.for_listing()
        .prefetch_related("suggestion__suggestion_sources__person")
        .order_by("suggestion_position", "number", "pk"),
        TASKS_PER_PAGE,
    )
    paginator.count = counts.total
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    open_tasks = tasks.open().for_listing(()).order_by("next_day", "pk")
    context = {
        "meeting": meeting,
        "leads": meeting.meeting_leads.select_related("person"),
        "attendances": meeting.attendances.select_related("person"),
        # What was printed is today's on every day (docs/domain.md, As-of), and so are its corrections.
        "changes": meeting.change_log.select_related("actor") if day == today() else [],
        "tasks": shown,
        "page": page,
        # Once, for the axis and for the table, where that has them all.
        "axis_tasks": open_tasks[:MAX_ROWS] if page.has_other_pages() else shown,
        "counts": counts,
        "health_values": Health,
        "next_meeting_form": NextMeetingForm(auto_id="next-meeting-%s"),
        **_common_context(request, day, errors),
    }
    return render(request, "meetings/breakdown/meeting_detail.html", context, status=400 if export_format else 200)


def _common_context(request: Request, day: datetime.date, errors: list[str]) -> dict[str, Any]:
    return {**day_context(request, day, errors), "scope": as_of_query(day)}


@require_POST
def meeting_agreement(request: Request, pk: int) -> HttpResponse:
    """Set whether a supervising leader agrees before a task of the meeting is closed."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    form = LeaderAgreementForm(request.POST)
    agrees = form.is_valid() and form.cleaned_data["agrees"] == "yes"
    set_leader_agrees(meeting_id=meeting.pk, actor=request.user, agrees=agrees)
    if agrees:
        messages.success(request, _("Saved: a supervising leader agrees before a task of this meeting is closed."))
    else:
        messages.success(request, _("Saved: tasks of this meeting are closed without a leader's agreement."))
    return redirect(meeting)


@require_POST
def meeting_next_day(request: Request, pk: int) -> HttpResponse:
    """Give what is due at the next meeting the day of that meeting."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    form = NextMeetingForm(request.POST)
    if form.submit(
        lambda: record_next_meeting(meeting_id=meeting.pk, held_on=form.cleaned_data["held_on"], actor=request.user)
    ):
        number = len(form.result)
        messages.success(
            request,
            ngettext(
                "Saved: %(number)d task that is due at the next meeting has its day now.",
                "Saved: %(number)d tasks that are due at the next meeting have their day now.",
                number,
            )
            % {"number": number},
        )
    for error in form.error_messages:
        messages.error(request, error)
    return redirect(meeting)
