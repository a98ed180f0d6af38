"""The page that lists what was recorded for past days (补录)."""

import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF
from meetings.exports.downloads import download_response
from meetings.tasks.back_dating import USUAL_DAYS, find_back_dated, with_tasks, write_csv_file, write_workbook
from meetings.ui.fields import DayField
from meetings.ui.http import Request
from meetings.ui.navigation import today

ENTRIES_PER_PAGE = 50


class BackDatedForm(forms.Form):
    """When it was recorded, and which day of the register it changed."""

    # By name: "from" is no name of a variable.
    fields: dict[str, Any]

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="back-dated-%s")
        self.fields["from"] = DayField(label=gettext_lazy("Recorded from"), required=False)
        self.fields["to"] = DayField(label=gettext_lazy("to"), required=False)
        self.fields[AS_OF] = DayField(label=gettext_lazy("Changes the register as of"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or {}
        if not self.errors:
            data["to"] = data["to"] or today()
            since = data[AS_OF] or min(today(), data["to"]) - datetime.timedelta(days=USUAL_DAYS)
            data["from"] = data["from"] or since
            if data["to"] < data["from"]:
                message = _("The period ends before it begins. Choose a later day, or an earlier beginning.")
                self.add_error("to", message)
        return data


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
        match request.GET.get("export"):
            case "xlsx":
                return download_response(lambda file: write_workbook(file, entries, _("Back-dated")), name, "xlsx")
            case "csv":
                return download_response(lambda file: write_csv_file(file, entries), name, "csv")
        page = Paginator(with_tasks(entries), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "first": first, "last": last}
    return _render(request, context, 200 if form.is_valid() else 422)


def _render(request: Request, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "meetings/tasks/back_dated.html", context, status=status)
