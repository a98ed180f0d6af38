"""The page that lists what was recorded for past days (补录)."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF
from meetings.exports.downloads import list_response
from meetings.tasks.back_dating import COLUMNS, find_back_dated, with_tasks
from meetings.ui.fields import DayField
from meetings.ui.http import Request
from meetings.ui.period import RecordedForm

ENTRIES_PER_PAGE = 50


class BackDatedForm(RecordedForm):
    """When it was recorded, and which day of the register it changed."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="back-dated-%s")
        self.fields[AS_OF] = DayField(label=gettext_lazy("Changes the register as of"), required=False)

    def find_beginning(self, data: dict[str, Any]) -> datetime.date:
        """Return the day of the register, after which its changes were recorded."""
        return data[AS_OF] or super().find_beginning(data)


@require_safe
def back_dated_list(request: Request) -> HttpResponseBase:
    """Show what was recorded for past days, or serve it as a file (``export=``)."""
    form = BackDatedForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, last, day = (form.cleaned_data[name] for name in ("from", "to", AS_OF))
        entries = find_back_dated(first, last, day)
        name = _("Back-dated entries from %(first)s to %(last)s") % {
            "first": first.isoformat(),
            "last": last.isoformat(),
        }
        if (ending := request.GET.get("export", "")) in ("xlsx", "csv"):
            lines = with_tasks(entries).iterator(chunk_size=1000)
            return list_response(ending, name=name, title=_("Back-dated"), columns=COLUMNS, lines=lines)
        page = Paginator(with_tasks(entries), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "first": first, "last": last}
    return _render(request, context, 200 if form.is_valid() else 422)


def _render(request: Request, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "meetings/tasks/back_dated.html", context, status=status)
