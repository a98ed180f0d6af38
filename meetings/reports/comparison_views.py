"""The same matter raised again: two meetings side by side, and the page on which a suggestion is linked."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.breakdown.comparison import Comparison, compare_meetings, find_candidates
from meetings.breakdown.services.related_suggestions import link_earlier_suggestion
from meetings.errors import ServiceError
from meetings.models import Suggestion
from meetings.reports.forms import CompareForm
from meetings.reports.progress import add_outcomes
from meetings.tasks.listing import requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, get_next_url, strip_nul, today

MAX_SEARCH_LENGTH = 100


@require_safe
def meeting_compare(request: Request) -> HttpResponse:
    """Show two meetings side by side, with what became of the earlier one's suggestions by the day asked for."""
    day, errors = requested_day(request, today())
    asked = "a" in request.GET or "b" in request.GET
    form = CompareForm(request.GET if asked else None, account=request.user, day=day)
    comparison = None
    if asked and form.is_valid() and not errors:
        comparison = compare_meetings(form.cleaned_data["a"], form.cleaned_data["b"])
    context = {
        "form": form,
        "wrong": errors,
        "comparison": comparison,
        "day": day,
        "is_today": day == today(),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "may_link": permissions.is_secretariat(request.user) and day == today(),
        **(_comparison_context(comparison, day) if comparison else {}),
    }
    status = 422 if asked and not comparison else 200
    return render(request, "meetings/reports/comparison.html", context, status=status)


def _comparison_context(comparison: Comparison, day: datetime.date) -> dict[str, Any]:
    """Return the pairs with what became of the earlier, and of the earlier ones that were not raised again."""
    alone = [(of, of) for of in comparison.not_raised_again]
    related = add_outcomes([*comparison.pairs, *alone], day)
    return {"pairs": related[: len(comparison.pairs)], "not_raised_again": related[len(comparison.pairs) :]}


@require_http_methods(["GET", "HEAD", "POST"])
@strip_nul
def suggestion_related(request: Request, pk: int) -> HttpResponse:
    """Ask whether a suggestion was raised before: the likest of earlier meetings, and a search for others."""
    suggestion = permissions.linkable_suggestion(request.user, pk, today())
    if request.method != "POST":
        return _render_form(request, suggestion)
    chosen, was = request.POST.get("earlier", ""), request.POST.get("was", "")
    if chosen and not _is_id(chosen) or was and not _is_id(was):
        return _render_form(request, suggestion, _("Choose one of the suggestions, or none."), status=422)
    try:
        link_earlier_suggestion(
            suggestion_id=suggestion.pk,
            earlier_id=int(chosen) if chosen else None,
            actor=request.user,
            expected_earlier_id=int(was) if was else None,
            note=request.POST.get("note", ""),
        )
    except ServiceError as error:
        return _render_form(request, suggestion, error.message, status=error.status_code)
    if chosen:
        messages.success(request, _("Saved: the suggestion is linked to the earlier one."))
    else:
        messages.success(request, _("Saved: the suggestion is not linked to an earlier one any more."))
    return redirect(get_next_url(request) or f"{suggestion.meeting.get_absolute_url()}")


def _is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= 18


def _render_form(request: Request, suggestion: Suggestion, error: str = "", *, status: int = 200) -> HttpResponse:
    search_text = (request.POST.get("q") or request.GET.get("q") or "")[:MAX_SEARCH_LENGTH].strip()
    found = find_candidates(suggestion, search_text)
    current_link = suggestion.raised_before
    chosen = request.POST.get("earlier", str(suggestion.raised_before_id or ""))
    context = {
        "suggestion": suggestion,
        "sources": suggestion.suggestion_sources.select_related("person"),
        "present": current_link,
        "candidates": [candidate for candidate in found if candidate.suggestion != current_link],
        "chosen": chosen,
        "words": search_text,
        "note": request.POST.get("note", ""),
        "wrong": [error] if error else [],
        "back": get_next_url(request) or reverse("meeting_detail", args=[suggestion.meeting_id]),
    }
    return render(request, "meetings/reports/related_suggestions.html", context, status=status)
