"""The register as a download."""

import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.exports import register
from meetings.exports.downloads import download_response
from meetings.models.task import TaskQuerySet

# What `export=` takes on the list of tasks.
REGISTER_FORMATS = {
    "xlsx": register.write_register_workbook,
    "csv": register.write_register_csv,
}


def register_response(tasks: TaskQuerySet, day: datetime.date, export_format: str) -> FileResponse:
    """Serve exactly ``tasks``, sorted as in the list, in one of `REGISTER_FORMATS`."""
    name = _("Register as of %(day)s") % {"day": day.isoformat()}
    return download_response(lambda file: REGISTER_FORMATS[export_format](file, tasks, day), name, export_format)
