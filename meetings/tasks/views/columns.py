"""Which columns the list of tasks shows, and in which order."""

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.tasks.forms.saved_views import ColumnsForm
from meetings.tasks.services import saved_views
from meetings.tasks.tables import COLUMNS_PARAMETER, TaskTable, available_columns, shown_columns
from meetings.ui.http import Request, is_for_fragment, render_fragment
from meetings.ui.navigation import get_next_url


@require_http_methods(["GET", "HEAD", "POST"])
def choose_columns(request: Request) -> HttpResponse:
    """Show the columns to choose from, or save the chosen ones."""
    return _save(request) if request.method == "POST" else _show(request)


def _show(request: Request) -> HttpResponse:
    """Show the columns of the list at ``next``, a part of it or a page."""
    address = get_next_url(request) or reverse("task_list")
    params = QueryDict(urlsplit(address).query)
    context = {
        "is_in_list": is_for_fragment(request),
        "address": address,
        "names_columns": COLUMNS_PARAMETER in params,
        "available_columns": available_columns(shown_columns(request.user, params)[0]),
    }
    return render_fragment(request, "tasks/_columns_form.html", "tasks/columns.html", context)


def _save(request: Request) -> HttpResponse:
    """Save the chosen columns for the account, and go back to the same list.

    Where the address itself names the columns, as that of a saved view does, they are changed there and nowhere else,
    unless ``remember`` is sent. ``up`` and ``down`` move a column by one place, ``reset`` brings the usual ones back.
    """
    query = QueryDict(urlsplit(get_next_url(request)).query, mutable=True)
    form = ColumnsForm(request.POST)
    if not form.is_valid():
        for message in form.error_messages:
            messages.error(request, message)
    elif COLUMNS_PARAMETER in query and not (form.cleaned_data["reset"] or form.cleaned_data["remember"]):
        query[COLUMNS_PARAMETER] = ",".join(form.columns)
        messages.success(request, _("The columns of this address are changed; your other lists show theirs as before."))
    else:
        query.pop(COLUMNS_PARAMETER, None)
        usual = form.columns == list(TaskTable.DEFAULT_COLUMNS)
        saved_views.choose_columns(account=request.user, columns=[] if usual else form.columns)
        messages.success(
            request,
            _("Saved: your lists show the usual columns.")
            if usual
            else _("Saved: your lists show these columns from now on."),
        )
    address = reverse("task_list") + (f"?{query.urlencode(safe=',')}" if query else "")
    if request.htmx:
        return redirect(address)
    # Whoever moves a column moves it on; a place inside the list of columns opens it again.
    moves = form.data.get("up") or form.data.get("down")
    here = f"{reverse('choose_columns')}?{urlencode({'next': address})}"
    return redirect(here if moves else f"{address}#columns-form")
