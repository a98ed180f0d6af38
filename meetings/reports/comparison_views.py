"""Two meetings side by side, and the page that links a suggestion to another."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.breakdown.comparison import MOST_COMPARED, Comparison, compare_meetings, find_candidates
from meetings.breakdown.services.suggestions import link_earlier_suggestion
from meetings.models import Suggestion
from meetings.reports.forms import CompareForm, RelatedSuggestionForm
from meetings.reports.progress import add_outcomes
from meetings.tasks.listing import about_a_day, requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import day_context, get_next_url, today

MAX_SEARCH_LENGTH = 100
# Of each list; the others come when they are asked for.
ROWS_SHOWN = 25


@require_safe
@about_a_day
def meeting_compare(request: Request) -> HttpResponse:
    """Show two meetings side by side, with the earlier one's outcomes by the day."""
    day, errors = requested_day(request)
    is_submitted = "a" in request.GET or "b" in request.GET
    form = CompareForm(request.GET if is_submitted else None, account=request.user, day=day)
    comparison = None
    if is_submitted and form.is_valid() and not errors:
        comparison = compare_meetings(form.cleaned_data["a"], form.cleaned_data["b"])
    context = {
        "form": form,
        "comparison": comparison,
        **day_context(request, day, errors),
        "may_link": permissions.is_secretariat(request.user) and day == today(),
        **(_comparison_context(comparison, day, request.GET.get("whole", "")) if comparison else {}),
    }
    status = 422 if is_submitted and not comparison else 200
    return render(request, "meetings/reports/comparison.html", context, status=status)


def _comparison_context(comparison: Comparison, day: datetime.date, whole: str) -> dict[str, Any]:
    """Return the first rows of the three lists, and all of the ``whole`` one."""
    limits = {name: None if name == whole else ROWS_SHOWN for name in ("raised-again", "new", "not-again")}
    pairs, new = comparison.pairs[: limits["raised-again"]], comparison.new[: limits["new"]]
    alone = comparison.not_raised_again[: limits["not-again"]]
    related = add_outcomes([*pairs, *((of, of) for of in alone)], day)
    return {
        "pairs": related[: len(pairs)],
        "further_pairs": len(comparison.pairs) - len(pairs),
        "new": comparison.match_likely(new),
        "further_new": len(comparison.new) - len(new),
        "not_raised_again": related[len(pairs) :],
        "further_not_raised_again": len(comparison.not_raised_again) - len(alone),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_related(request: Request, pk: int) -> HttpResponse:
    """Link a suggestion to an earlier one: the most similar, and a search."""
    suggestion = permissions.linkable_suggestion(request.user, pk, today())
    form = RelatedSuggestionForm(request.POST if request.method == "POST" else None, suggestion=suggestion)
    if not form.is_bound or not form.submit(lambda: link_earlier_suggestion(actor=request.user, **form.arguments())):
        return _render_form(request, suggestion, form)
    if form.cleaned_data["earlier"]:
        messages.success(request, _("Saved: the suggestion is linked to the earlier one."))
    else:
        messages.success(request, _("Saved: the suggestion is not linked to an earlier one any more."))
    return redirect(get_next_url(request) or f"{suggestion.meeting.get_absolute_url()}")


def _render_form(request: Request, suggestion: Suggestion, form: RelatedSuggestionForm) -> HttpResponse:
    search_text = (form.data.get("q") or request.GET.get("q") or "")[:MAX_SEARCH_LENGTH].strip()
    candidates, are_all = find_candidates(suggestion, search_text)
    current_link = suggestion.raised_before
    context = {
        "form": form,
        "suggestion": suggestion,
        "sources": suggestion.suggestion_sources.select_related("person"),
        "current_link": current_link,
        "candidates": [candidate for candidate in candidates if candidate.suggestion != current_link],
        "most_compared": None if are_all else MOST_COMPARED,
        "chosen": str(form["earlier"].value() or ""),
        "search_text": search_text,
        "errors": form.error_messages,
        "back": get_next_url(request) or reverse("meeting_detail", args=[suggestion.meeting_id]),
    }
    return render(request, "meetings/reports/related_suggestions.html", context, status=form.status_code)
