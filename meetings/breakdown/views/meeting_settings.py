"""Settings of a meeting on its page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from meetings import permissions
from meetings.breakdown.forms import LeaderAgreementForm, NextMeetingForm
from meetings.breakdown.services.meeting_settings import record_next_meeting, set_leader_agrees
from meetings.ui.http import Request
from meetings.ui.navigation import today


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
