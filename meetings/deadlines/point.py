"""A point in time that a mark stands for, and the days it is counted from."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from meetings.core.workdays import announced_working_days
from meetings.deadlines.grammar import Mark
from meetings.deadlines.kinds import Precision, ProblemCode

AddWorkingDays = Callable[[datetime.date, int], datetime.date | None]


class Role(Enum):
    """What happens at the point: due, started by then (启动), or not before (起, 以后)."""

    DUE = auto()
    START = auto()
    NOT_BEFORE = auto()


@dataclass(frozen=True, slots=True)
class MeetingDates:
    """The document's issue day and its meeting's day, each None where unknown.

    With the calendar of working days that the document counts by.
    """

    issued_on: datetime.date | None
    held_on: datetime.date | None
    #: The year of the table's title, by which a document without an issue day counts.
    year: int | None = None
    # The day so many working days later; None where the holidays of a year between are not announced.
    add_working_days: AddWorkingDays = announced_working_days


@dataclass(frozen=True, slots=True)
class Point:
    """One point in time.

    ``due`` and ``precision`` are both set or both None; None always has a ``code``.
    """

    mark: Mark
    due: datetime.date | None = None
    precision: Precision | None = None
    code: ProblemCode | None = None
    offered: datetime.date | None = None
    role: Role = Role.DUE
    year_printed: bool = False
