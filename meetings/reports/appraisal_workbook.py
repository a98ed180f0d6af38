"""考评 as Excel: the departments, the tasks that their figures count, and how."""

import datetime
from collections.abc import Iterator, Sequence
from functools import partial
from operator import attrgetter, itemgetter
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise
from meetings.exports.columns import CellKind, Column, Value
from meetings.exports.list_sheet import add_list_sheet
from meetings.exports.progress import note_progress
from meetings.exports.register import CHUNK_SIZE, load_portion
from meetings.exports.task_columns import TASK_COLUMNS
from meetings.exports.workbook import new_workbook
from meetings.models import Task
from meetings.models.task import TaskQuerySet
from meetings.tasks.appraisal import COLUMNS, FIGURES, SHARES, DepartmentAppraisal, Part, explain_figures

from .official import Table


class Line(NamedTuple):
    """A department's part in a task, as it stood at the end of the period."""

    department: DepartmentAppraisal
    part: Part
    task: Task


def write_appraisal(
    file: BinaryIO, title: str, departments: Sequence[DepartmentAppraisal], tasks: TaskQuerySet, last: datetime.date
) -> None:
    """Write the appraisal of ``tasks`` at the end of ``last`` as .xlsx into ``file``."""
    workbook = new_workbook(title, write_only=True)
    add_list_sheet(workbook, title=title, columns=department_columns(28, 12), lines=departments)
    lines = _iterate_lines(departments, tasks, last)
    add_list_sheet(workbook, title=_("Tasks"), columns=_task_columns(), lines=lines)
    explained: tuple[Column[tuple[StrOrPromise, str]], ...] = (
        Column(_("Figure"), 24, itemgetter(0)),
        Column(_("How it is computed"), 100, itemgetter(1)),
    )
    add_list_sheet(workbook, title=_("How it is computed"), columns=explained, lines=explain_figures())
    workbook.save(file)


def _iterate_lines(
    departments: Sequence[DepartmentAppraisal], tasks: TaskQuerySet, last: datetime.date
) -> Iterator[Line]:
    """Yield the parts of each department, with the tasks of a portion at a time."""
    parts = [(department, part) for department in departments for part in department.parts]
    for start in range(0, len(parts), CHUNK_SIZE):
        portion = parts[start : start + CHUNK_SIZE]
        tasks_by_id = load_portion(tasks, last, {part.task_id for _department, part in portion})
        yield from (Line(department, part, tasks_by_id[part.task_id]) for department, part in portion)
        note_progress(start + len(portion), len(parts))


def department_columns(name_width: float, width: float) -> tuple[Column[DepartmentAppraisal], ...]:
    """Return the columns of a table of departments."""

    def value(name: str, department: DepartmentAppraisal) -> Value:
        return department.values[name]

    return (
        Column(_("Department"), name_width, attrgetter("label")),
        *(
            # A share is not to break before its sign.
            Column(head, width * 1.4 if name in SHARES else width, partial(value, name), is_centred=True)
            for name, head in COLUMNS.items()
        ),
    )


def department_table(departments: Sequence[DepartmentAppraisal]) -> Table[DepartmentAppraisal]:
    """Return the table of an official document."""
    return Table(_("Appraisal of the departments"), department_columns(22, 11), departments)


def _task_columns() -> tuple[Column[Line], ...]:
    names = ("meeting", "number", "task_number", "text", "due_date", "closed_on", "extension_count", "extension_days")

    def of_task(name: str, line: Line) -> Value:
        return TASK_COLUMNS[name].value(line.task)

    columns = {name: TASK_COLUMNS[name] for name in names}
    return (
        Column(_("Department"), 16, lambda line: line.department.label),
        *(
            Column(column.head, column.width, partial(of_task, name), column.kind, is_long=column.is_long)
            for name, column in columns.items()
        ),
        Column(_("Counted as"), 16, lambda line: line.part.task.outcome),
        Column(FIGURES["late"].label, 9, lambda line: line.part.task.late_days, CellKind.INTEGER),
        Column(FIGURES["silent"].label, 9, lambda line: line.part.silent_days, CellKind.INTEGER),
    )
