"""The breakdown table as a download."""

from __future__ import annotations

import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.breakdown.export import document, workbook
from meetings.exports.responses import DOCUMENT, WORKBOOK, download_response
from meetings.models import Meeting

# What `export=` takes on a meeting.
BREAKDOWN_FORMS = {
    "breakdown": (workbook.write_breakdown, "xlsx", WORKBOOK),
    "status": (workbook.write_breakdown_with_status, "xlsx", WORKBOOK),
    "document": (document.write_breakdown_document, "docx", DOCUMENT),
}


def breakdown_response(meeting: Meeting, day: datetime.date, form: str) -> FileResponse:
    """Hand out the meeting's breakdown table in one of `BREAKDOWN_FORMS`."""
    write, ending, content_type = BREAKDOWN_FORMS[form]
    name = meeting.breakdown_title or meeting.title
    if form == "status":
        name = _("%(title)s, status as of %(day)s") % {"title": name, "day": day.isoformat()}
    return download_response(lambda file: write(file, meeting, day), name, ending, content_type)
