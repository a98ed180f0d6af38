"""The breakdown table as a download."""

import datetime
from collections.abc import Callable
from typing import BinaryIO

from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.as_of import known_day, name_day
from meetings.jobs import job
from meetings.jobs.files import file_response, write_file
from meetings.models import Account, Meeting
from meetings.models.day_of_knowledge import known_on
from meetings.ui.http import Request

# What `export=` takes on a meeting: what writes it, the ending of its file, and what a task costs (`file_response`).
BREAKDOWN_FORMATS = {
    "breakdown": ("workbook.write_breakdown", "xlsx", 2),
    "status": ("workbook.write_breakdown_with_status", "xlsx", 4),
    "document": ("document.write_breakdown_document", "docx", 4),
}


def breakdown_response(request: Request, meeting: Meeting, day: datetime.date, export_format: str) -> HttpResponseBase:
    """Hand out the meeting's breakdown table in one of `BREAKDOWN_FORMATS`."""
    _writer, ending, row_cost = BREAKDOWN_FORMATS[export_format]
    name, known = meeting.breakdown_title or meeting.title, known_day()
    if export_format == "status":
        name = _("%(title)s, status as of %(day)s") % {"title": name, "day": name_day(day)}
    return file_response(
        request,
        _writer_of(meeting, day, export_format),
        name=name,
        ending=ending,
        row_count=permissions.readable_tasks(request.user, day).filter(meeting=meeting).order_by().count(),
        row_cost=row_cost,
        writer=write_breakdown_file,
        meeting=meeting.pk,
        day=day.isoformat(),
        known=known and known.isoformat(),
        export_format=export_format,
    )


@job(gettext_lazy("Write a breakdown table"))
def write_breakdown_file(
    *,
    key: str,
    asked_by: int,
    language: str,
    name: str,
    row_count: int,
    meeting: int,
    day: str,
    known: str | None,
    export_format: str,
) -> None:
    """Write the file of a meeting's table as of ``day``, as it was ``known``."""
    account, as_of = Account.objects.get(pk=asked_by), datetime.date.fromisoformat(day)
    with known_on(datetime.date.fromisoformat(known) if known else None):
        readable = permissions.readable_meeting(account, meeting, as_of)
        write_file(key, language, _writer_of(readable, as_of, export_format))


def _writer_of(meeting: Meeting, day: datetime.date, export_format: str) -> Callable[[BinaryIO], None]:
    write = import_string(f"meetings.breakdown.export.{BREAKDOWN_FORMATS[export_format][0]}")
    return lambda file: write(file, meeting, day)
