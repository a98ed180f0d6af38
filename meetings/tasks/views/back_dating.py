"""The page that lists what was recorded for past days (补录)."""

import datetime
from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF
from meetings.jobs import job
from meetings.jobs.entry_lists import EntryList, entries_response, write_entries
from meetings.tasks.back_dating import COLUMNS, find_back_dated
from meetings.ui.fields import DayField
from meetings.ui.http import Request
from meetings.ui.period import RecordedForm


class BackDatedForm(RecordedForm):
    """When it was recorded, and which day of the register it changed."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="back-dated-%s")
        self.fields[AS_OF] = DayField(label=gettext_lazy("Changes the register as of"), required=False)

    def find_beginning(self, data: dict[str, Any]) -> datetime.date:
        """Return the day of the register, after which its changes were recorded."""
        return data[AS_OF] or super().find_beginning(data)


BACK_DATED = EntryList(
    "meetings/tasks/back_dated.html",
    BackDatedForm,
    lambda asked: find_back_dated(asked["from"], asked["to"], asked[AS_OF]),
    title=gettext_lazy("Back-dated"),
    file_title=gettext_lazy("Back-dated entries from %(first)s to %(last)s"),
    columns=COLUMNS,
)


@job(gettext_lazy("Write the back-dated entries as a file"))
def write_back_dated(**arguments: Any) -> None:
    """Write the file of the page of what was recorded for past days."""
    write_entries(BACK_DATED, **arguments)


@require_safe
def back_dated_list(request: Request) -> HttpResponseBase:
    """Show what was recorded for past days, or serve it as a file (``export=``)."""
    return entries_response(request, BACK_DATED, write_back_dated)
