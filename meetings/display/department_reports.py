"""Reports of progress: each department's own last one, by name where it matters."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.models import Task


@dataclass(frozen=True, slots=True)
class DepartmentReport:
    """A department's last report on a task; ``reporter`` is empty if nobody is named.

    ``is_own_word``: the department wrote it, not the secretariat.
    """

    reporter: str
    day: datetime.date
    note: str
    is_own_word: bool


def department_reports(task: Task, *, is_each_named: bool = False) -> list[DepartmentReport]:
    """Return each department's own last report, newest first, without empty ones.

    The secretariat's notes come after them, for they only add to what departments report.
    ``task`` comes from `TaskQuerySet.with_department_reports`. Nobody is named where the task has one department, whose
    report is the only one, unless ``is_each_named``.
    """
    reports = [entry for entry in task.department_reports if entry.note]
    reports.sort(key=lambda entry: entry.living_department is None)
    is_each_named = is_each_named or len(reports) > 1
    named = []
    for entry in reports:
        if (department := entry.living_department) is not None:
            reporter = department.name if is_each_named or entry.is_shared else ""
        else:
            reporter = _("The secretariat") if is_each_named else ""
        named.append(DepartmentReport(reporter, entry.effective_on, entry.note, is_own_word=department is not None))
    return named
