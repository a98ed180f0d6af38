"""The breakdown table as a download."""

import datetime

from django.http import FileResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from meetings.core.as_of import name_day
from meetings.exports.downloads import download_response
from meetings.models import Meeting

# What `export=` takes on a meeting: what writes it, and the ending of its file.
BREAKDOWN_FORMATS = {
    "breakdown": ("workbook.write_breakdown", "xlsx"),
    "status": ("workbook.write_breakdown_with_status", "xlsx"),
    "document": ("document.write_breakdown_document", "docx"),
}


def breakdown_response(meeting: Meeting, day: datetime.date, export_format: str) -> FileResponse:
    """Hand out the meeting's breakdown table in one of `BREAKDOWN_FORMATS`."""
    writer, ending = BREAKDOWN_FORMATS[export_format]
    write = import_string(f"meetings.breakdown.export.{writer}")
    name = meeting.breakdown_title or meeting.title
    if export_format == "status":
        name = _("%(title)s, status as of %(day)s") % {"title": name, "day": name_day(day)}
    return download_response(lambda file: write(file, meeting, day), name, ending)
