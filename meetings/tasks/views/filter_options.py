"""What a filter of the list of tasks offers, once it is opened."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.core.text import parse_id
from meetings.models import Task
from meetings.tasks.filter_choices import FilterChoice, list_options
from meetings.tasks.filter_fields import SearchTextField
from meetings.tasks.filters import DUE_DAYS, FURTHER_FILTERS, TaskFilterSet
from meetings.tasks.listing import about_a_day, requested_day
from meetings.ui.http import Request, is_for_fragment, render_fragment
from meetings.ui.navigation import as_of_query

# Parameters of this page, beside those of the list that it leads back to.
OWN_PARAMETERS = ("find", "page", "done")


@require_safe
@about_a_day
def further_filters(request: Request) -> HttpResponse:
    """Show the filters behind one button.

    A part of the list where it is opened there; without scripts a page that leads to the list.
    """
    day, errors = requested_day(request)
    own = (*FURTHER_FILTERS, *DUE_DAYS, AS_OF, KNOWN_ON, "page", "after")
    filterset = TaskFilterSet(request.GET, Task.objects.none(), day=day)
    held = as_of_query(day)
    context = {
        "filterset": filterset,
        "days": [
            *((name, filterset.form[name].label, filterset.form[name].value() or "") for name in DUE_DAYS),
            (AS_OF, _("As of"), held.get(AS_OF, "")),
            (KNOWN_ON, _("As known on"), held.get(KNOWN_ON, "")),
        ],
        "errors": errors,
        "rest": [(key, value) for key, values in request.GET.lists() if key not in own for value in values if value],
    }
    return render_fragment(request, "tasks/_further_filters.html", "tasks/further_filters.html", context)


@require_safe
@about_a_day
def filter_options(request: Request, name: str) -> HttpResponse:
    """Show a slice of what a filter offers, with what is chosen in the list.

    A part of the list where it is opened there; without scripts a page that leads back (``done``).
    """
    if name not in TaskFilterSet.id_filters():
        raise Http404
    params = request.GET.copy()
    for own in OWN_PARAMETERS:
        params.pop(own, None)
    if "done" in request.GET:
        return redirect(f"{reverse('task_list')}?{params.urlencode()}")
    day, errors = requested_day(request)
    search_text, page = _requested_part(request, errors)
    filterset = TaskFilterSet(params, Task.objects.none(), day=day)
    field = filterset.form[name]
    id_filter = filterset.filters[name]
    continues = is_for_fragment(request) and page > 1
    options = list_options(
        id_filter.kind,
        day,
        chosen=[FilterChoice(*choice) for choice in field.field.choices],
        search_text=search_text,
        page=page,
        with_nobody=id_filter.with_nobody,
        continues=continues,
    )
    context = {
        "field": field,
        "chosen": field.value(),
        "options": options,
        "search_text": search_text,
        "page": page,
        # The button that fetched it goes, and the focus with it.
        "focus_key": f"options-{page}" if continues else "",
        "errors": errors,
        "rest": [(key, value) for key, values in params.lists() if key != name for value in values if value],
    }
    return render_fragment(request, "tasks/_filter_choices.html", "tasks/filter_choices.html", context)


def _requested_part(request: Request, errors: list[str]) -> tuple[str, int]:
    """Return the words to search for and the number of the slice."""
    try:
        search_text = SearchTextField(required=False, max_length=300).clean(request.GET.get("find", ""))
    except forms.ValidationError as error:
        errors += error.messages
        search_text = ""
    text = request.GET.get("page", "").strip()
    page = parse_id(text) or 0
    # No register has so many; what a database counts in has an end.
    if text and not 0 < page < 10**6:
        errors.append(_("“%(value)s” is not the number of a page.") % {"value": text})
        page = 1
    return search_text, page or 1
