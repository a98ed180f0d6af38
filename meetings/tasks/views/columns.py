"""Which columns the list of tasks shows, and in which order."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.tasks.services import saved_views
from meetings.tasks.tables import COLUMNS_PARAMETER, TaskTable, validate_columns
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url


@require_POST
def choose_columns(request: Request) -> HttpResponse:
    """Keep the columns chosen for the account, and go back to the list with all that it was asked.

    Where the address itself names the columns, as that of a saved view does, they are changed there and nowhere else,
    unless ``remember`` says so. ``up`` and ``down`` move a column by one place, ``reset`` brings the usual ones back.
    """
    query = QueryDict(urlsplit(get_next_url(request)).query, mutable=True)
    columns, errors = validate_columns(_reordered_columns(request.POST))
    if "reset" in request.POST:
        columns, errors = list(TaskTable.DEFAULT_COLUMNS), []
    if errors:
        for sentence in errors:
            messages.error(request, sentence)
    elif COLUMNS_PARAMETER in query and not {"reset", "remember"} & request.POST.keys():
        query[COLUMNS_PARAMETER] = ",".join(columns)
        messages.success(request, _("The columns of this address are changed; your other lists show theirs as before."))
    else:
        query.pop(COLUMNS_PARAMETER, None)
        usual = columns == list(TaskTable.DEFAULT_COLUMNS)
        saved_views.choose_columns(account=request.user, columns=[] if usual else columns)
        messages.success(
            request,
            _("Saved: your lists show the usual columns.")
            if usual
            else _("Saved: your lists show these columns from now on."),
        )
    address = reverse("task_list") + (f"?{query.urlencode(safe=',')}" if query else "")
    # A place inside the list of columns opens it again; htmx gets it open.
    return redirect(address if request.htmx else f"{address}#columns-form")


def _reordered_columns(data: QueryDict) -> list[str]:
    """Return the columns that are ticked, in the order of the form but for the one that is to go up or down."""
    columns = list(dict.fromkeys(data.getlist("column")))
    for name, step in ((data.get("up"), -1), (data.get("down"), 1)):
        if name in columns:
            place = columns.index(name)
            columns.insert(max(place + step, 0), columns.pop(place))
    return columns
