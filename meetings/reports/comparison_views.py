"""The same matter raised again: two meetings side by side, and the page on which a suggestion is linked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.breakdown.comparison import Comparison, candidates, compare
from meetings.breakdown.services.related_suggestions import link_to_earlier
from meetings.errors import Outdated, Refused
from meetings.models import Suggestion
from meetings.reports.forms import CompareForm
from meetings.reports.progress import with_what_became
from meetings.tasks.listing import requested_day
from meetings.ui.navigation import as_of_query, today, way_back, without_nul

LONGEST_SEARCH = 100


@require_safe
def meeting_compare(request: HttpRequest) -> HttpResponse:
    """Show two meetings side by side, with what became of the earlier one's suggestions by the day asked for."""
    day, wrong = requested_day(request, today())
    asked = "a" in request.GET or "b" in request.GET
    form = CompareForm(request.GET if asked else None, account=request.user, day=day)
    comparison = None
    if asked and form.is_valid() and not wrong:
        comparison = compare(form.cleaned_data["a"], form.cleaned_data["b"])
    context = {
        "form": form,
        "wrong": wrong,
        "comparison": comparison,
        "day": day,
        "is_today": day == today(),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "may_link": permissions.is_secretariat(request.user) and day == today(),
        **(_both_sides(comparison, day) if comparison else {}),
    }
    status = 422 if asked and not comparison else 200
    return render(request, "meetings/reports/comparison.html", context, status=status)


def _both_sides(comparison: Comparison, day) -> dict:
    """Return the pairs with what became of the earlier, and of the earlier ones that were not raised again."""
    alone = [(of, of) for of in comparison.not_raised_again]
    told = with_what_became([*comparison.pairs, *alone], day)
    return {"pairs": told[: len(comparison.pairs)], "not_raised_again": told[len(comparison.pairs) :]}


@require_http_methods(["GET", "HEAD", "POST"])
@without_nul
def suggestion_raised_before(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a suggestion was raised before: the likest of earlier meetings, and a search for others."""
    suggestion = permissions.linkable_suggestion(request.user, pk, today())
    if request.method != "POST":
        return _ask(request, suggestion)
    chosen, was = request.POST.get("earlier", ""), request.POST.get("was", "")
    if chosen and not _is_id(chosen) or was and not _is_id(was):
        return _ask(request, suggestion, _("Choose one of the suggestions, or none."), status=422)
    try:
        link_to_earlier(
            suggestion_id=suggestion.pk,
            earlier_id=int(chosen) if chosen else None,
            actor=request.user,
            was=int(was) if was else None,
            note=request.POST.get("note", ""),
        )
    except Outdated as refused:
        return _ask(request, suggestion, refused.sentence, status=409)
    except Refused as refused:
        return _ask(request, suggestion, refused.sentence, status=422)
    if chosen:
        messages.success(request, _("Saved: the suggestion is linked to the earlier one."))
    else:
        messages.success(request, _("Saved: the suggestion is not linked to an earlier one any more."))
    return redirect(way_back(request) or f"{suggestion.meeting.get_absolute_url()}")


def _is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= 18


def _ask(request: HttpRequest, suggestion: Suggestion, wrong: str = "", *, status: int = 200) -> HttpResponse:
    words = (request.POST.get("q") or request.GET.get("q") or "")[:LONGEST_SEARCH].strip()
    found = candidates(suggestion, words)
    present = suggestion.raised_before
    chosen = request.POST.get("earlier", str(suggestion.raised_before_id or ""))
    context = {
        "suggestion": suggestion,
        "sources": suggestion.suggestion_sources.select_related("person"),
        "present": present,
        "candidates": [candidate for candidate in found if candidate.suggestion != present],
        "chosen": chosen,
        "words": words,
        "note": request.POST.get("note", ""),
        "wrong": [wrong] if wrong else [],
        "back": way_back(request) or reverse("meeting_detail", args=[suggestion.meeting_id]),
    }
    return render(request, "meetings/reports/related_suggestions.html", context, status=status)
