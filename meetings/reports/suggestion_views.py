"""The page of one suggestion: who raised it, and what became of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.reports.progress import add_outcomes
from meetings.tasks.listing import about_a_day, requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import day_context, today


@require_safe
@about_a_day
def suggestion_detail(request: Request, pk: int) -> HttpResponse:
    """Show what became of a suggestion by the day, and where else it was raised."""
    day, errors = requested_day(request)
    suggestion = permissions.readable_suggestion(request.user, pk, day)
    raised_before = suggestion.raised_before
    # Others by the same day: a later meeting is not known of on an earlier one.
    others = [
        *([raised_before] if raised_before else []),
        *suggestion.raised_again.filter(meeting__issued_on__lte=day).select_related("meeting").order_by("meeting"),
    ]
    related, *other_related = add_outcomes([(suggestion, each) for each in (suggestion, *others)], day)
    context = {
        **day_context(request, day, errors),
        "suggestion": suggestion,
        "sources": suggestion.suggestion_sources.select_related("person"),
        "related": related,
        "before": other_related[:1] if raised_before else [],
        "again": other_related[1:] if raised_before else other_related,
        "may_link": permissions.is_secretariat(request.user) and day == today(),
    }
    return render(request, "meetings/reports/suggestion.html", context)
