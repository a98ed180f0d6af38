"""考评: what each department did in time in a period (docs/domain.md, Appraisal)."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.types import StrOrPromise
from meetings.core.workdays import ONE_DAY
from meetings.display.fields import join_items
from meetings.models import ANSWERABLE_ROLES, Status, TaskDepartment, TaskLog, TaskState
from meetings.models.choices import NOBODY
from meetings.models.task import TaskQuerySet

# First and last day, both included.
Days = tuple[datetime.date, datetime.date]


@dataclass(slots=True)
class TaskAppraisal:
    """The appraisal of one task in a period, for each of its departments.

    ``is_due`` and ``is_reviewed``: among those to be closed, or reviewed; ``open_days`` are of the period, in order.
    """

    is_due: bool = False
    is_closed: bool = False
    is_in_time: bool = False
    is_extended: bool = False
    is_reviewed: bool = False
    missed_days: int = 0
    overdue_days: int = 0
    open_days: list[Days] = field(default_factory=list)

    @property
    def late_days(self) -> int:
        """The days of the period on which it was overdue or its review missed."""
        return self.overdue_days + self.missed_days

    @property
    def outcome(self) -> str:
        """The label of what it counts as."""
        outcomes = []
        if self.is_due:
            late = _("Closed late") if self.is_closed else _("Due, not closed")
            outcomes.append(_("Closed in time") if self.is_in_time else late)
        elif self.is_closed:
            outcomes.append(_("Closed"))
        if self.is_reviewed:
            outcomes.append(_("Review missed") if self.missed_days else _("Reviewed in time"))
        return join_items(outcomes) or pgettext("appraisal", "Not due in the period")


class Part(NamedTuple):
    """A department's part in a task, and how long it was silent about it."""

    task_id: int
    task: TaskAppraisal
    silent_days: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its label, its formula in words, and which parts it counts."""

    label: StrOrPromise
    meaning: StrOrPromise
    counts: Callable[[Part], Any]


# By the names by which a page shows the tasks that a figure counts.
FIGURES = {
    "due": Figure(
        gettext_lazy("To be closed"),
        gettext_lazy(
            "of the tasks with a due day, those that were due by the end of the period and not closed before it began, "
            "that were due in it, or that were closed in it; an open task is due on the day of its first milestone not "
            "met, or of its deadline. No terminated task counts."
        ),
        lambda part: part.task.is_due,
    ),
    "in_time": Figure(
        gettext_lazy("Closed in time"),
        gettext_lazy(
            "of these, the tasks closed on or before the deadline in force on that day, as extended with consent; a "
            "milestone missed on the way counts among the days overdue."
        ),
        lambda part: part.task.is_in_time,
    ),
    "extended": Figure(
        gettext_lazy("After an extension"),
        gettext_lazy("of those closed in time, the tasks whose deadline had been extended with consent."),
        lambda part: part.task.is_in_time and part.task.is_extended,
    ),
    "reviews": Figure(
        gettext_lazy("To be reviewed"),
        gettext_lazy(
            "the tasks without a due day that were reported on in the period, or whose review was missed in it; no "
            "terminated task counts."
        ),
        lambda part: part.task.is_reviewed,
    ),
    "reviewed": Figure(
        gettext_lazy("Reviewed in time"),
        gettext_lazy("of these, the tasks whose review was missed on no day of the period."),
        lambda part: part.task.is_reviewed and not part.task.missed_days,
    ),
    "late": Figure(
        gettext_lazy("Days overdue or review missed"),
        gettext_lazy(
            "the calendar days of the period on which a task was overdue, by its deadline or a milestone, or its "
            "review missed, the day of a late closure included; added up over the department's tasks."
        ),
        lambda part: part.task.late_days,
    ),
    "silent": Figure(
        gettext_lazy("Longest silence in days"),
        gettext_lazy(
            "the most calendar days of the period in a row on which the department did not report on a task that was "
            "open."
        ),
        lambda part: part.silent_days,
    ),
}
# For each share, the figure and what it is divided by.
SHARES = {
    "in_time_share": (gettext_lazy("Share closed in time"), "in_time", "due"),
    "reviewed_share": (gettext_lazy("Share reviewed in time"), "reviewed", "reviews"),
}
# What tables show, in this order.
COLUMNS: dict[str, StrOrPromise] = {
    name: SHARES[name][0] if name in SHARES else FIGURES[name].label
    for name in (
        *("due", "in_time", "extended", "in_time_share"),
        *("reviews", "reviewed", "reviewed_share"),
        *("late", "silent"),
    )
}


def explain_figures() -> list[tuple[StrOrPromise, str]]:
    """Return each column with its formula in words."""
    meanings = {name: str(figure.meaning) for name, figure in FIGURES.items()}
    for name, (_label, part, whole) in SHARES.items():
        labels = {"part": FIGURES[part].label, "whole": FIGURES[whole].label}
        meanings[name] = _("“%(part)s” divided by “%(whole)s”; without any, there is no share.") % labels
    return [(label, meanings[name]) for name, label in COLUMNS.items()]


class Cell(NamedTuple):
    """A figure or share in a table; ``part`` names the figure whose tasks it leads to."""

    name: str
    label: StrOrPromise
    value: int | str
    part: str
    is_count: bool


@dataclass
class DepartmentAppraisal:
    """What a department did in the period; the tasks of nobody are under `NOBODY`."""

    key: int | str
    label: str
    parts: list[Part] = field(default_factory=list)
    # Whether all its tasks are of the demonstration.
    is_demonstration: bool = True

    def counted(self, name: str) -> list[Part]:
        """Return the parts that the figure ``name`` counts."""
        return [part for part in self.parts if FIGURES[name].counts(part)]

    @cached_property
    def values(self) -> dict[str, int | str]:
        """The figures and, as text, the shares, by name."""
        numbers = {name: len(self.counted(name)) for name in FIGURES}
        numbers["late"] = sum(part.task.late_days for part in self.parts)
        numbers["silent"] = max((part.silent_days for part in self.parts), default=0)
        shares = {name: format_share(numbers[part], numbers[whole]) for name, (_label, part, whole) in SHARES.items()}
        return {**numbers, **shares}

    @property
    def order(self) -> tuple[bool, int, int]:
        """The latest come first, then the most silent."""
        return self.is_demonstration, -int(self.values["late"]), -int(self.values["silent"])

    @property
    def cells(self) -> list[Cell]:
        """The values in the order of `COLUMNS`; days and shares count no tasks."""
        return [
            Cell(
                name, label, self.values[name], "" if name in SHARES else name, name not in {*SHARES, "late", "silent"}
            )
            for name, label in COLUMNS.items()
        ]


def format_share(part: int, whole: int) -> str:
    """Return ``part`` of ``whole`` in per cent; a dash where there is nothing."""
    if not whole:
        return "—"
    # Less than the whole is never rounded up to 100 %.
    return f"{100 if part == whole else min(99.9, round(100 * part / whole, 1)):g}%"


def appraise_departments(
    tasks: TaskQuerySet, first: datetime.date, last: datetime.date, today: datetime.date
) -> list[DepartmentAppraisal]:
    """Appraise departments from ``first`` to ``last``, the latest one first.

    Departments of the demonstration come after the others, tasks of nobody last. The state at the end of ``last``
    counts, except that a task due ``today`` is not late yet. Three queries.
    """
    ids = tasks.order_by().values("pk")
    reports = _report_days(ids, first, last)
    appraised = _appraise_tasks(ids, (first, last), min(last, today - ONE_DAY), reports)
    departments: dict[int, DepartmentAppraisal] = {}
    unassigned = set(appraised)
    rows = TaskDepartment.objects.filter(task__in=ids, role__in=ANSWERABLE_ROLES).order_by("department_id", "task_id")
    columns = ("task", "department", "department__name", "task__meeting__is_demonstration")
    for task_id, key, label, is_demonstration in rows.values_list(*columns):
        department = departments.get(key)
        if department is None:
            department = departments[key] = DepartmentAppraisal(key, label)
        department.is_demonstration &= is_demonstration
        unassigned.discard(task_id)
        if task := appraised.get(task_id):
            silent_days = _longest_silence(task.open_days, reports[task_id][key])
            department.parts.append(Part(task_id, task, silent_days))
    nobody = [
        Part(task_id, appraised[task_id], _longest_silence(appraised[task_id].open_days, reports[task_id][None]))
        for task_id in sorted(unassigned)
    ]
    ordered = sorted(departments.values(), key=lambda each: each.order)
    return [*ordered, *([DepartmentAppraisal(NOBODY, _("Nobody"), nobody)] if nobody else [])]


# By task and department, on which days it reported; under None, on which anybody did.
ReportDays = dict[int, dict[int | None, set[datetime.date]]]


def _report_days(ids: QuerySet[Any, Any], first: datetime.date, last: datetime.date) -> ReportDays:
    days: ReportDays = defaultdict(lambda: defaultdict(set))
    reports = TaskLog.objects.standing().filter(task__in=ids, is_report=True)
    in_period = reports.filter(effective_on__gte=first, effective_on__lte=last).order_by()
    reporter = Coalesce("department__merged_into", "department")
    for task_id, department, day in in_period.values_list("task", reporter, "effective_on"):
        days[task_id][department].add(day)
        days[task_id][None].add(day)
    return days


class _State(NamedTuple):
    """What of an interval is appraised."""

    task_id: int
    since: datetime.date
    until: datetime.date | None
    status: str
    closed_on: datetime.date | None
    due_date: datetime.date | None
    next_due: datetime.date | None
    next_review: datetime.date | None
    extension_count: int


def _appraise_tasks(
    ids: QuerySet[Any, Any], period: Days, last_over: datetime.date, reports: ReportDays
) -> dict[int, TaskAppraisal]:
    """Return the tasks that had to do with the period; none that was terminated."""
    states = TaskState.objects.overlapping(*period).filter(task__in=ids).order_by("task", "since")
    # Tasks that had ended before and are not due in the period are not read: most of a large register.
    is_due = Q(due_date__isnull=False, due_date__range=period)
    # Tasks that are not closed have no day of closure.
    is_over = Q(status=Status.TERMINATED) | Q(closed_on__lt=period[0]) & ~is_due
    states = states.exclude(is_over, since__lte=period[0])
    rows = map(_State._make, states.values_list(*_State._fields))
    appraised = {}
    for task_id, of_task in groupby(rows, key=lambda state: state.task_id):
        task = _appraise_states(list(of_task), period, last_over, reports[task_id][None])
        if task.is_due or task.open_days:
            appraised[task_id] = task
    return appraised


def _appraise_states(
    states: Sequence[_State], period: Days, last_over: datetime.date, report_days: Iterable[datetime.date]
) -> TaskAppraisal:
    """Appraise a task by its intervals of the period, the last of which holds its end."""
    (first, last), at_end = period, states[-1]
    task = TaskAppraisal(is_extended=at_end.extension_count > 0)
    if at_end.status == Status.CLOSED and at_end.closed_on:
        task.is_closed = True
        # Without a due day only its reviews count.
        if due := at_end.due_date:
            task.is_due = at_end.closed_on >= first or first <= due <= last
            is_late = at_end.closed_on > due
            task.is_in_time = task.is_due and not is_late
            task.overdue_days += is_late and at_end.closed_on >= first
    elif at_end.status in OPEN_STATUSES:
        task.is_due = bool(at_end.next_due and at_end.next_due <= last_over)
    else:
        return task
    for state in states:
        if state.status in OPEN_STATUSES:
            begin, end = max(state.since, first), min(state.until - ONE_DAY if state.until else last, last)
            _add_days(task.open_days, begin, end)
            let_pass = state.next_due or state.next_review
            late_days = max(0, (end - max(begin - ONE_DAY, let_pass)).days) if let_pass else 0
            if state.next_due:
                task.overdue_days += late_days
            else:
                task.missed_days += late_days
                task.is_reviewed |= late_days > 0 or any(begin <= day <= end for day in report_days)
    return task


def _add_days(days: list[Days], begin: datetime.date, end: datetime.date) -> None:
    """Add the days from ``begin`` to ``end``; with those just before, they are one."""
    if days and days[-1][1] + ONE_DAY == begin:
        begin = days.pop()[0]
    days.append((begin, end))


def _longest_silence(open_days: Sequence[Days], report_days: Iterable[datetime.date]) -> int:
    """Return the most ``open_days`` in a row without one of ``report_days``."""
    longest = 0
    for begin, end in open_days:
        breaks = [begin - ONE_DAY, *sorted(day for day in report_days if begin <= day <= end), end + ONE_DAY]
        longest = max(longest, *((later - earlier).days - 1 for earlier, later in pairwise(breaks)))
    return longest
