"""The deadlines of tasks on one axis of days: printed, extended, milestones, ends."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.lifecycle import ENDED_STATUSES
from meetings.core.types import StrOrPromise
from meetings.display.fields import join_items
from meetings.models import Status, Task
from meetings.tasks.statistics import PRESSING
from meetings.ui.pictures import DayScale

# The shape of a mark says what it is; its colour only repeats the task's health.
MARKS: dict[str, tuple[StrOrPromise, str]] = {
    "due": (gettext_lazy("Deadline"), "M0 -6L6 0L0 6L-6 0z"),
    "printed": (gettext_lazy("Deadline before it was extended"), "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"),
    "milestone": (gettext_lazy("Milestone"), "M0 -5L5.5 4.5H-5.5z"),
    "met": (gettext_lazy("Milestone met"), "M0 -5L5.5 4.5H-5.5z"),
    "review": (gettext_lazy("Next review"), "M-4.5 -4.5h9v9h-9z"),
    "closed": (gettext_lazy("Closed"), "M-5 0L-1.5 4L5.5 -4.5"),
}
# Beyond this many rows the list is the better view.
MAX_ROWS = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a day: its kind in `MARKS`, its position, its words."""

    kind: str
    day: datetime.date
    x: str
    words: str

    @property
    def path(self) -> str:
        """The drawing of its kind, around its place."""
        return MARKS[self.kind][1]


@dataclass(frozen=True, slots=True)
class AxisRow:
    """A task from the minutes to its last day, extended and late from which."""

    task: Task
    marks: list[Mark]
    begin: str
    end: str
    extended_from: str | None
    late_from: str | None

    @property
    def words(self) -> str:
        """What the marks say, in the order of their days."""
        return join_items(mark.words for mark in self.marks)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The rows, most urgent first, on one scale; ``hidden`` more are not drawn."""

    rows: list[AxisRow]
    ticks: list[tuple[str, str]]
    today: str
    hidden: int

    @property
    def legend(self) -> list[tuple[str, StrOrPromise, str]]:
        """The kinds of marks that are drawn."""
        drawn = {mark.kind for row in self.rows for mark in row.marks}
        return [(kind, *of_kind) for kind, of_kind in MARKS.items() if kind in drawn]


def build_time_axis(
    tasks: Iterable[Task], day: datetime.date, total: int | None = None, rows: int = MAX_ROWS
) -> TimeAxis | None:
    """Draw the most urgent ``rows`` of ``tasks`` (`TaskQuerySet.on`, with meetings).

    None without any.
    No query. ``total``: how many there are, where these are the most urgent of more.
    """
    in_order = sorted(tasks, key=_urgency)
    shown = in_order[:rows]
    dated = [(task, list(_days(task))) for task in shown]
    if not dated:
        return None
    begins = [task.suggestion.meeting.issued_on for task in shown]
    scale = DayScale.around([day, *begins, *(on for _task, days in dated for _kind, on in days)])
    ticks = [(scale.percent(tick), f"{tick:%Y-%m}") for tick in scale.ticks()]
    drawn = [_draw(task, days, scale) for task, days in dated]
    return TimeAxis(drawn, ticks, scale.percent(day), (total or len(in_order)) - len(shown))


def _urgency(task: Task) -> tuple[bool, datetime.date, int]:
    """Order what is open by its next day; what has ended comes behind."""
    return (task.day_status in ENDED_STATUSES, task.next_day or task.day_closed_on or datetime.date.max, task.pk)


def _days(task: Task) -> Iterator[tuple[str, datetime.date]]:
    if task.day_due_date:
        yield "due", task.day_due_date
        if task.original_due_date and task.day_extension_count and task.original_due_date != task.day_due_date:
            yield "printed", task.original_due_date
    for milestone in task.day_milestones:
        if milestone["due_date"]:
            kind = "met" if milestone.get("met_on") else "milestone"
            yield kind, datetime.date.fromisoformat(milestone["due_date"])
    if task.day_next_review:
        yield "review", task.day_next_review
    if task.day_status == Status.CLOSED and task.day_closed_on:
        yield "closed", task.day_closed_on


def _draw(task: Task, days: Sequence[tuple[str, datetime.date]], scale: DayScale) -> AxisRow:
    marks = [
        Mark(kind, on, scale.percent(on), _describe(kind, on)) for kind, on in sorted(days, key=lambda mark: mark[1])
    ]
    late = task.next_day if task.health in PRESSING else None
    last = max((on for _kind, on in days), default=task.suggestion.meeting.issued_on)
    printed = next((on for kind, on in days if kind == "printed"), None)
    return AxisRow(
        task=task,
        marks=marks,
        begin=scale.percent(task.suggestion.meeting.issued_on),
        end=scale.percent(last),
        extended_from=scale.percent(printed) if printed else None,
        late_from=scale.percent(late) if late else None,
    )


def _describe(kind: str, day: datetime.date) -> str:
    return _("%(what)s: %(day)s") % {"what": MARKS[kind][0], "day": date_format(day, "DATE_FORMAT")}
