"""How people, departments and deadlines are written in a cell, in every export."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _, pgettext

from meetings.display.department_reports import DepartmentReport
from meetings.models import DepartmentRole, Suggestion, SuggestionSource, Task, TaskDepartment

# Between several names in one line, whatever the reader's language: the names are Chinese.
ENUMERATION_COMMA = "、"

_BETWEEN_DATES = re.compile(r"[\s,，、;；]+")


def distinct(values: Iterable[str]) -> list[str]:
    """Return the values that are not empty, each once, in first-seen order."""
    return list(dict.fromkeys(value for value in values if value))


def parts_of(owner: Task | Suggestion, relation: str) -> Iterable[Any]:
    """Return what hangs on a task or a suggestion.

    `register.iterate_tasks` loads it as lists, because asking a manager takes longer than writing a row.
    """
    loaded = owner.__dict__.get(f"loaded_{relation}")
    return getattr(owner, relation).all() if loaded is None else loaded


def department_labels(task: Task) -> list[str]:
    """Return a task's departments in printed order, marked (牵头) or (配合)."""
    return [format_department(part) for part in parts_of(task, "task_departments")]


def format_department(part: TaskDepartment) -> str:
    """Return a department with its role, such that it can be read back."""
    if part.role == DepartmentRole.LEAD:
        return pgettext("printed department", "%(department)s (lead)") % {"department": part.department.name}
    if part.role == DepartmentRole.SUPPORTING:
        return pgettext("printed department", "%(department)s (supporting)") % {"department": part.department.name}
    return part.department.name


def leader_names(task: Task) -> list[str]:
    """Return the names of a task's supervising leaders in printed order."""
    return [part.person.name for part in parts_of(task, "task_leaders")]


def format_source(source: SuggestionSource) -> str:
    """Return a source as printed: the capacity, a blank, the name; or the name alone."""
    return f"{source.capacity} {source.person.name}".strip()


def format_report(report: DepartmentReport) -> str:
    """Return a report with its day and, where it has to be said, who gave it."""
    values = {"reporter": report.reporter, "day": report.day.isoformat(), "progress": report.note}
    if not report.reporter:
        return _("%(day)s: %(progress)s") % values
    return _("%(reporter)s (%(day)s): %(progress)s") % values


def deadline_lines(task: Task) -> list[str]:
    """Return the lines of a task's deadline on its day: milestones, then the deadline.

    ``task`` comes from `TaskQuerySet.on`. A milestone is left out where the deadline's own text names it, as it does
    where both were read from one cell.
    """
    named = set(_BETWEEN_DATES.split(task.day_deadline_text))
    before = [milestone["text"] for milestone in task.day_milestones if milestone["text"] not in named]
    return distinct([*before, *task.day_deadline_text.split("\n")])
