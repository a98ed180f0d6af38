"""Reports as downloads, each made of what its form was told."""

from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.exports.downloads import download_response
from meetings.models import Account
from meetings.reports.bulletin_document import write_bulletin
from meetings.reports.progress_document import write_meeting_report
from meetings.reports.register_workbook import write_register_with_summary
from meetings.reports.replies_document import write_reply_sheet


def meeting_report_response(account: Account, data: dict[str, Any]) -> FileResponse:
    """Hand out the report on a meeting to the next one."""
    meeting, day = data["meeting"], data[AS_OF]
    name = _("%(title)s, report as of %(day)s") % {"title": meeting.title, "day": day.isoformat()}
    return download_response(lambda file: write_meeting_report(file, meeting, day), name, "docx")


def bulletin_response(account: Account, data: dict[str, Any]) -> FileResponse:
    """Hand out the bulletin about a period."""
    first, last = data["from"], data["to"]
    name = _("Bulletin from %(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
    return download_response(lambda file: write_bulletin(file, first, last), name, "docx")


def reply_sheet_response(account: Account, data: dict[str, Any]) -> FileResponse:
    """Hand out the reply sheet for a member."""
    person, day = data["person"], data[AS_OF]
    name = _("Reply to %(name)s as of %(day)s") % {"name": person.name, "day": day.isoformat()}
    return download_response(lambda file: write_reply_sheet(file, person, day), name, "docx")


def register_summary_response(account: Account, data: dict[str, Any]) -> FileResponse:
    """Hand out the register with its summary sheet."""
    day = data[AS_OF]
    tasks = permissions.readable_tasks(account, day).in_printed_order()
    states = permissions.readable_states(account, {})
    name = _("Register with summary as of %(day)s") % {"day": day.isoformat()}
    return download_response(lambda file: write_register_with_summary(file, tasks, states, day), name, "xlsx")
