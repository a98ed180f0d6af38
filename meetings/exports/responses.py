"""Handing out files: which forms there are, and what they are called."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from typing import BinaryIO

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.breakdown.export import document, workbook
from meetings.models import Department, Meeting, Person
from meetings.models.log import TaskStateQuerySet
from meetings.models.task import TaskQuerySet
from meetings.reports.bulletin_document import write_bulletin
from meetings.reports.progress_document import write_meeting_report
from meetings.reports.register_workbook import write_register_with_summary
from meetings.reports.replies_document import write_reply_sheet
from meetings.workbooks import export

from . import register

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE = "application/zip"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# What `export=` takes on the list of tasks.
REGISTER_FORMS = {
    "xlsx": (register.write_register_workbook, "xlsx", WORKBOOK),
    "csv": (register.write_register_csv, "csv", "text/csv; charset=utf-8"),
}
# What `export=` takes on a meeting.
BREAKDOWN_FORMS = {
    "breakdown": (workbook.write_breakdown, "xlsx", WORKBOOK),
    "status": (workbook.write_breakdown_with_status, "xlsx", WORKBOOK),
    "document": (document.write_breakdown_document, "docx", DOCUMENT),
}


def register_response(tasks: TaskQuerySet, day: datetime.date, form: str) -> FileResponse:
    """Hand out exactly ``tasks`` (found by the list, sorted as there) in one of `REGISTER_FORMS`."""
    write, ending, content_type = REGISTER_FORMS[form]
    name = _("Register as of %(day)s") % {"day": day.isoformat()}
    return _handed_out(lambda file: write(file, tasks, day), name, ending, content_type)


def breakdown_response(meeting: Meeting, day: datetime.date, form: str) -> FileResponse:
    """Hand out the meeting's breakdown table in one of `BREAKDOWN_FORMS`."""
    write, ending, content_type = BREAKDOWN_FORMS[form]
    name = meeting.breakdown_title or meeting.title
    if form == "status":
        name = _("%(title)s, status as of %(day)s") % {"title": name, "day": day.isoformat()}
    return _handed_out(lambda file: write(file, meeting, day), name, ending, content_type)


def fill_in_response(
    departments: Sequence[Department], tasks: TaskQuerySet, day: datetime.date, errand: export.Errand, *, form: str
) -> FileResponse:
    """Hand out the fill-in workbook of ``departments`` (form ``xlsx``), or one each (``zip``).

    Raises as `fill_in.write_fill_in_workbook` does.
    """
    common = {"departments": departments, "tasks": tasks, "today": day, "errand": errand}
    name = (
        _workbook_of(departments[0], day)
        if len(departments) == 1
        else _("Fill-in workbooks %(day)s") % {"day": day.isoformat()}
    )
    if form == "zip":

        def write(file: BinaryIO) -> None:
            export.write_fill_in_archive(file, **common, name_of=lambda department: _workbook_of(department, day))

        return _handed_out(write, name, "zip", ARCHIVE)
    return _handed_out(lambda file: export.write_fill_in_workbook(file, **common), name, "xlsx", WORKBOOK)


def _workbook_of(department: Department, day: datetime.date) -> str:
    return _("Fill-in workbook of %(department)s %(day)s") % {"department": department, "day": day.isoformat()}


def meeting_report_response(meeting: Meeting, day: datetime.date) -> FileResponse:
    """Hand out the report on ``meeting`` to the next one, as of ``day``."""
    name = _("%(title)s, report as of %(day)s") % {"title": meeting.title, "day": day.isoformat()}
    return _handed_out(lambda file: write_meeting_report(file, meeting, day), name, "docx", DOCUMENT)


def bulletin_response(first: datetime.date, last: datetime.date) -> FileResponse:
    """Hand out the bulletin about ``first`` to ``last``."""
    name = _("Bulletin from %(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
    return _handed_out(lambda file: write_bulletin(file, first, last), name, "docx", DOCUMENT)


def reply_sheet_response(person: Person, day: datetime.date) -> FileResponse:
    """Hand out the reply sheet for ``person``, as of ``day``."""
    name = _("Reply to %(name)s as of %(day)s") % {"name": person.name, "day": day.isoformat()}
    return _handed_out(lambda file: write_reply_sheet(file, person, day), name, "docx", DOCUMENT)


def register_summary_response(tasks: TaskQuerySet, states: TaskStateQuerySet, day: datetime.date) -> FileResponse:
    """Hand out the register of ``day`` with its summary sheet."""
    name = _("Register with summary as of %(day)s") % {"day": day.isoformat()}
    return _handed_out(lambda file: write_register_with_summary(file, tasks, states, day), name, "xlsx", WORKBOOK)


def _handed_out(write: Callable[[BinaryIO], None], name: str, ending: str, content_type: str) -> FileResponse:
    # On disk once it is large: a register of ten thousand tasks is not to be held in memory by every reader.
    file = tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024)  # noqa: SIM115 - the response closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{ending}", content_type=content_type)
