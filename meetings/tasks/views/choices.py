"""The rows that a select of many does not hold, by kind."""

from collections.abc import Callable

from django import forms
from django.db.models import QuerySet
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.models import Account
from meetings.tasks.filter_choices import SLICE_LENGTH, search_rows
from meetings.tasks.filter_fields import SearchTextField
from meetings.ui.http import Request
from meetings.ui.navigation import today

# By the kinds of `SearchSelect`.
_ROWS: dict[str, Callable[[Account], QuerySet]] = {
    "department": lambda account: permissions.readable_departments(account).selectable(),
    "person": lambda account: permissions.readable_people(account).selectable_as_leaders(),
    "source": permissions.readable_suggesters,
    "meeting": lambda account: permissions.readable_meetings(account, today()),
    "liaison": permissions.liaisons_to_hand_over_to,
}


@require_safe
def choices(request: Request, kind: str) -> JsonResponse:
    """Return the first of those whose name, pinyin or initials hold all words."""
    if kind not in _ROWS:
        raise Http404
    try:
        words = SearchTextField(max_length=300).clean(request.GET.get("find", ""))
    except forms.ValidationError:
        return JsonResponse({"options": []})
    rows = search_rows(_ROWS[kind](request.user), kind, words)[:SLICE_LENGTH]
    options = [{"value": str(row.pk), "text": getattr(row, "name_and_username", str(row))} for row in rows]
    return JsonResponse({"options": options})
