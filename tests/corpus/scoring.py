"""How well a file was read: its cells that are right, and the faults that nobody would be asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from meetings.minutes.parser.schema import ParsedMinutes, ParsedRow, ParsedTask
from tests.corpus.paper import ExpectedTask, fold


@dataclass
class Score:
    """What of a file was read right; ``faults`` names what was not, the grave ones with an exclamation mark."""

    cells: int = 0
    right: int = 0
    grave: int = 0
    faults: list[str] = field(default_factory=list)

    def judge(self, is_right: bool, fault: str, *, is_grave: bool = False) -> None:
        self.cells += 1
        self.right += is_right
        if not is_right:
            self.report(fault, is_grave=is_grave)

    def report(self, fault: str, *, is_grave: bool) -> None:
        self.grave += is_grave
        self.faults.append(("! " if is_grave else "  ") + fault)


@dataclass(frozen=True)
class FoundTask:
    """A task as read, with its row."""

    position: int
    row: ParsedRow
    task: ParsedTask

    @cached_property
    def text(self) -> str:
        return fold(self.task.text or self.row.suggestion)

    @property
    def units(self) -> dict[str, bool]:
        """Each unit's name, and whether it only supports."""
        return {fold(each.name): str(each.role) == "supporting" for each in self.task.departments}

    @property
    def days(self) -> frozenset[str]:
        """Every day of the deadline and its milestones; else what kind it is."""
        deadlines = [self.task.deadline, *self.task.milestones]
        days = frozenset(each.due_date.isoformat() for each in deadlines if each.due_date)
        return days or frozenset([str(self.task.deadline.kind)] if self.task.deadline.text.strip() else [])

    @property
    def everything(self) -> str:
        row = self.row
        return fold("".join([row.aspect or "", row.suggestion or "", row.lead_in, self.task.text]))


def score_refusal(expected: tuple[ExpectedTask, ...]) -> Score:
    """Return the score of a file of which nothing was read."""
    return Score(cells=sum(1 for task in expected for _ in _judged_fields(task)))


def score_minutes(minutes: ParsedMinutes, expected: tuple[ExpectedTask, ...]) -> Score:
    score = Score()
    found = [FoundTask(position, row, task) for position, row in enumerate(minutes.rows, start=1) for task in row.tasks]
    asked = _Questions(minutes)
    pairs = _pair(expected, found)
    for wanted, task in zip(expected, pairs, strict=True):
        if task is None:
            score.cells += sum(1 for _ in _judged_fields(wanted))
            score.report(f"lost: {wanted.text[:30]}", is_grave=True)
        else:
            _judge_task(score, wanted, task, asked)
    for each in found:
        if not any(each is task for task in pairs):
            score.report(f"no task: {(each.task.text or each.row.suggestion or '')[:30]!r}", is_grave=True)
    return score


class _Questions:
    """Which cells somebody is asked about."""

    def __init__(self, minutes: ParsedMinutes) -> None:
        self._problems = minutes.problems

    def include(self, task: FoundTask, column: str, names: Iterable[str] = ()) -> bool:
        """Whether a problem of the row, of the whole column, or with one of ``names`` is about the cell."""
        return any(
            problem.column == column
            and (problem.row == task.position or (problem.row is None and _concerns(fold(problem.value), names)))
            for problem in self._problems
        )


def _concerns(value: str, names: Iterable[str]) -> bool:
    return not value or any(name in value for name in names)


def _pair(expected: tuple[ExpectedTask, ...], found: list[FoundTask]) -> list[FoundTask | None]:
    """Return for each expected task the first one not yet taken that has its text, by number before by text."""
    free = list(found)
    pairs: list[FoundTask | None] = []
    for wanted in expected:
        matching = [task for task in free if fold(wanted.text) in task.text]
        numbered = [task for task in matching if wanted.number is not None and task.row.number == wanted.number]
        pairs.append(next(iter(numbered or matching), None))
        free = [task for task in free if task is not pairs[-1]]
    return pairs


def _judged_fields(wanted: ExpectedTask) -> Iterator[str]:
    yield "text"
    for name in ("number", "aspect", "group", "responsible", "deadline", "leaders"):
        if getattr(wanted, name) is not None:
            yield name
    if wanted.remarks:
        yield "remarks"


def _judge_task(score: Score, wanted: ExpectedTask, found: FoundTask, asked: _Questions) -> None:
    row = found.row
    at = f"{wanted.text[:12]!r}"
    # A text that has its neighbour's in it, or the whole row, is no text of one task.
    room = 2 * len(fold(wanted.text)) + 40
    score.judge(len(found.text) <= room, f"{at}: text {found.text[:60]!r}")
    if wanted.number is not None:
        score.judge(row.number == wanted.number, f"{at}: number {row.number}, not {wanted.number}")
    if wanted.aspect is not None:
        # A finer group may follow behind the aspect: 一、环境 / 垃圾.
        is_right = fold(row.aspect) == fold(wanted.aspect) or (row.aspect or "").startswith(f"{wanted.aspect} / ")
        score.judge(is_right, f"{at}: aspect {row.aspect!r}, not {wanted.aspect!r}")
    if wanted.group is not None:
        is_kept = fold(wanted.group) in found.everything
        score.judge(is_kept, f"{at}: group {wanted.group!r} is in none of {row.aspect!r}, {row.suggestion!r}")
    if wanted.responsible is not None:
        names = {fold(name): False for name in wanted.responsible} | {fold(name): True for name in wanted.supporting}
        is_grave = not asked.include(found, "departments", found.units)
        score.judge(found.units == names, f"{at}: units {found.units}", is_grave=is_grave)
    if wanted.deadline is not None:
        # An undecided day is a wrong cell that somebody sees; another day is not.
        is_grave = not asked.include(found, "deadline") and found.days != {"undecided"}
        is_right = found.days == wanted.deadline
        score.judge(is_right, f"{at}: deadline {found.task.deadline.text!r} {sorted(found.days)}", is_grave=is_grave)
    if wanted.leaders is not None:
        names_read = {fold(name) for name in found.task.leaders}
        is_grave = not asked.include(found, "leaders", names_read)
        is_right = names_read == {fold(name) for name in wanted.leaders}
        score.judge(is_right, f"{at}: leaders {list(found.task.leaders)}", is_grave=is_grave)
    if wanted.remarks:
        sources = "".join(f"{each.name}{each.capacity or ''}" for each in row.sources)
        is_kept = all(fold(piece) in found.everything + fold(row.remarks + sources) for piece in wanted.remarks)
        score.judge(is_kept, f"{at}: remarks {row.remarks[:60]!r}")
