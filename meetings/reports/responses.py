"""Reports as downloads."""

from __future__ import annotations

import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.exports.responses import DOCX_CONTENT_TYPE, XLSX_CONTENT_TYPE, download_response
from meetings.models import Meeting, Person
from meetings.models.log import TaskStateQuerySet
from meetings.models.task import TaskQuerySet
from meetings.reports.bulletin_document import write_bulletin
from meetings.reports.progress_document import write_meeting_report
from meetings.reports.register_workbook import write_register_with_summary
from meetings.reports.replies_document import write_reply_sheet


def meeting_report_response(meeting: Meeting, day: datetime.date) -> FileResponse:
    """Hand out the report on ``meeting`` to the next one, as of ``day``."""
    name = _("%(title)s, report as of %(day)s") % {"title": meeting.title, "day": day.isoformat()}
    return download_response(lambda file: write_meeting_report(file, meeting, day), name, "docx", DOCX_CONTENT_TYPE)


def bulletin_response(first: datetime.date, last: datetime.date) -> FileResponse:
    """Hand out the bulletin about ``first`` to ``last``."""
    name = _("Bulletin from %(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
    return download_response(lambda file: write_bulletin(file, first, last), name, "docx", DOCX_CONTENT_TYPE)


def reply_sheet_response(person: Person, day: datetime.date) -> FileResponse:
    """Hand out the reply sheet for ``person``, as of ``day``."""
    name = _("Reply to %(name)s as of %(day)s") % {"name": person.name, "day": day.isoformat()}
    return download_response(lambda file: write_reply_sheet(file, person, day), name, "docx", DOCX_CONTENT_TYPE)


def register_summary_response(tasks: TaskQuerySet, states: TaskStateQuerySet, day: datetime.date) -> FileResponse:
    """Hand out the register of ``day`` with its summary sheet."""
    name = _("Register with summary as of %(day)s") % {"day": day.isoformat()}
    return download_response(
        lambda file: write_register_with_summary(file, tasks, states, day), name, "xlsx", XLSX_CONTENT_TYPE
    )
