"""A point in time that a mark stands for, and the days it is counted from."""

import datetime
from dataclasses import dataclass
from enum import Enum, auto

from meetings.deadlines.grammar import Mark
from meetings.deadlines.kinds import Precision, ProblemCode


class Role(Enum):
    """What happens at the point: due, started by then (启动), or not before (起, 以后)."""

    DUE = auto()
    START = auto()
    NOT_BEFORE = auto()


@dataclass(frozen=True, slots=True)
class MeetingDates:
    """The document's issue day and its meeting's day, each None where unknown."""

    issued_on: datetime.date | None
    held_on: datetime.date | None


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
