"""The register as a download."""

from __future__ import annotations

import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.exports import register
from meetings.exports.responses import XLSX_CONTENT_TYPE, download_response
from meetings.models.task import TaskQuerySet

# What `export=` takes on the list of tasks.
REGISTER_FORMATS = {
    "xlsx": (register.write_register_workbook, "xlsx", XLSX_CONTENT_TYPE),
    "csv": (register.write_register_csv, "csv", "text/csv; charset=utf-8"),
}


def register_response(tasks: TaskQuerySet, day: datetime.date, export_format: str) -> FileResponse:
    """Hand out exactly ``tasks`` (found by the list, sorted as there) in one of `REGISTER_FORMATS`."""
    write, ending, content_type = REGISTER_FORMATS[export_format]
    name = _("Register as of %(day)s") % {"day": day.isoformat()}
    return download_response(lambda file: write(file, tasks, day), name, ending, content_type)
