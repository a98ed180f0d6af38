"""Workbooks as downloads."""

import datetime
from collections.abc import Sequence
from typing import Any, BinaryIO

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.exports.downloads import download_response
from meetings.models import Department
from meetings.models.task import TaskQuerySet
from meetings.workbooks import export


def workbook_response(
    departments: Sequence[Department],
    tasks: TaskQuerySet,
    day: datetime.date,
    instructions: export.ReturnInstructions,
    *,
    form: str,
) -> FileResponse:
    """Serve the workbook of ``departments`` (form ``xlsx``), or one each (``zip``).

    Raises as `write_workbook` does.
    """
    common: dict[str, Any] = {"departments": departments, "tasks": tasks, "today": day, "instructions": instructions}
    name = (
        _workbook_name(departments[0], day)
        if len(departments) == 1
        else _("Fill-in workbooks %(day)s") % {"day": day.isoformat()}
    )
    if form == "zip":

        def write(file: BinaryIO) -> None:
            export.write_workbook_archive(file, **common, name_of=lambda department: _workbook_name(department, day))

        return download_response(write, name, "zip")
    return download_response(lambda file: export.write_workbook(file, **common), name, "xlsx")


def _workbook_name(department: Department, day: datetime.date) -> str:
    return _("Fill-in workbook of %(department)s %(day)s") % {"department": department, "day": day.isoformat()}
