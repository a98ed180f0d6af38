"""Workbooks as downloads."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import BinaryIO

from django.http import FileResponse
from django.utils.translation import gettext as _

from meetings.exports.responses import ARCHIVE, WORKBOOK, download_response
from meetings.models import Department
from meetings.models.task import TaskQuerySet
from meetings.workbooks import export


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

        return download_response(write, name, "zip", ARCHIVE)
    return download_response(lambda file: export.write_fill_in_workbook(file, **common), name, "xlsx", WORKBOOK)


def _workbook_of(department: Department, day: datetime.date) -> str:
    return _("Fill-in workbook of %(department)s %(day)s") % {"department": department, "day": day.isoformat()}
