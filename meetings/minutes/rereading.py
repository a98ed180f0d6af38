"""A file read anew: what was done to its draft is kept where it still fits.

Three readings meet: the draft as it stands (``mine``), what the file gave before anybody touched it (``before``), and
what it gives now (``after``). What differs between the first two was done by somebody.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import UNKNOWN_ORIGIN, ParsedMeeting, ParsedRow, ParsedTask

from .draft import Draft, DraftRowData, reparse_deadlines, unique_issues

_Of = TypeVar("_Of", ParsedMeeting, ParsedRow, ParsedTask)


@dataclass(frozen=True, slots=True)
class Reread:
    """A draft read anew; in how many rows work was kept, and in which it was not."""

    draft: Draft
    kept_count: int
    lost: tuple[str, ...]


def reread_draft(mine: Draft, before: Draft, after: Draft) -> Reread:
    """Return ``after`` with what somebody did to ``mine``."""
    facts = _merge(mine.facts, before.facts, after.facts)
    befores = [_settle(row, before.facts, mine.facts) for row in before.rows]
    afters = [_settle(row, after.facts, facts) for row in after.rows]
    mines = [_settle(row, mine.facts, mine.facts) for row in mine.rows]
    rows = _RowMerge(mines, befores, afters)
    changed = _list_changes(mine.facts, before.facts)
    problems = _merge_problems(mine.problems, before.problems, after.problems, changed)
    return Reread(replace(mine, facts=facts, rows=rows.merge(), problems=problems), rows.kept_count, tuple(rows.lost))


def _settle(row: DraftRowData, read: ParsedMeeting, now: ParsedMeeting) -> DraftRowData:
    """Return the row without its place, its deadlines read against the days of now."""
    problems = tuple(replace(problem, row=None) for problem in row.problems)
    row = replace(row, row=replace(row.row, origin=UNKNOWN_ORIGIN), problems=problems)
    are_same_days = (read.issued_on, read.held_on) == (now.issued_on, now.held_on)
    return row if are_same_days else reparse_deadlines(row, read, now)


def _merge(mine: _Of, before: _Of, after: _Of) -> _Of:
    """Return ``after`` with the fields that were changed in ``mine``."""
    changes: dict[str, Any] = {name: getattr(mine, name) for name in _list_changes(mine, before)}
    return replace(after, **changes)


def _list_changes(mine: _Of, before: _Of) -> set[str]:
    """Return the names of the fields that differ."""
    return {of.name for of in fields(before) if getattr(mine, of.name) != getattr(before, of.name)}


def _merge_problems(
    mine: Sequence[ParserIssue], before: Sequence[ParserIssue], after: Sequence[ParserIssue], changed: Iterable[str]
) -> tuple[ParserIssue, ...]:
    """Return the problems that are open: not those answered, nor of changed columns."""
    answered = [problem for problem in before if problem not in mine]
    remaining = [problem for problem in after if problem not in answered and problem.column not in changed]
    return unique_issues([*remaining, *(problem for problem in mine if problem not in before)])


class _RowMerge:
    """The rows of the three readings, each with those that are the same in the others."""

    def __init__(
        self, mine: Sequence[DraftRowData], before: Sequence[DraftRowData], after: Sequence[DraftRowData]
    ) -> None:
        self.mine, self.before, self.after = mine, before, after
        self.kept_count = 0
        self.lost: list[str] = []
        # By cells several rows of the draft may be of one: it was split.
        self.mine_of: dict[int, list[int]] = defaultdict(list)
        by_cells = _places(before, lambda row: row.source)
        seen: dict[Hashable, int] = defaultdict(int)
        self.others = []
        for at, row in enumerate(mine):
            if row.source and (places := by_cells.get(row.source)):
                self.mine_of[places[min(seen[row.source], len(places) - 1)]].append(at)
                seen[row.source] += 1
            else:
                self.others.append(at)
        self.before_of = _pair(after, before)

    def merge(self) -> tuple[DraftRowData, ...]:
        """Return the rows as they are now."""
        joined = {cell for at in self.others for cell in self.mine[at].source}
        rows: list[DraftRowData] = []
        places: dict[int, int] = {}
        for at, read in enumerate(self.after):
            if (place := self.before_of.get(at)) is None:
                rows.append(read)
                continue
            own = self.mine_of[place]
            if not own and not joined.issuperset(self.before[place].source):
                self.kept_count += 1  # somebody took the row out
                continue
            rows += self._merge_row([self.mine[number] for number in own], self.before[place], read)
            places |= dict.fromkeys(own, len(rows))
        gone = set(range(len(self.before))) - set(self.before_of.values())
        for place in sorted(gone):
            lost = [self.mine[at] for at in self.mine_of[place]]
            self._lose(*(row for row in lost if not _is_same(row, self.before[place])))
        return self._put_others(rows, places)

    def _merge_row(
        self, own: Sequence[DraftRowData], before: DraftRowData, after: DraftRowData
    ) -> Sequence[DraftRowData]:
        if len(own) == 1 and not _is_same(own[0], before):
            merged = self._merge_tasks(own[0], before, after)
            self.kept_count += not _is_same(merged, after)
            return [merged]
        if len(own) > 1 and after.row == before.row:
            self.kept_count += 1
            return own
        if len(own) > 1:
            self._lose(own[0])
        return [after]

    def _merge_tasks(self, mine: DraftRowData, before: DraftRowData, after: DraftRowData) -> DraftRowData:
        """Return the row with what was changed, task by task where there are as many."""
        row = _merge(*(replace(each.row, tasks=()) for each in (mine, before, after)))
        counts = {len(each.row.tasks) for each in (mine, before, after)}
        if len(counts) == 1:
            tasks = tuple(map(_merge, mine.row.tasks, before.row.tasks, after.row.tasks))
        elif after.row.tasks == before.row.tasks:
            tasks = mine.row.tasks
        else:
            tasks = after.row.tasks
            if mine.row.tasks != before.row.tasks:
                self._lose(mine)
                return replace(after, row=replace(row, tasks=tasks))
        changed = _list_changes(mine.row, before.row)
        for own, old in zip(mine.row.tasks, before.row.tasks, strict=False):
            changed |= _list_changes(own, old)
        problems = _merge_problems(mine.problems, before.problems, after.problems, changed)
        return replace(after, row=replace(row, tasks=tasks), problems=problems)

    def _put_others(self, rows: list[DraftRowData], places: dict[int, int]) -> tuple[DraftRowData, ...]:
        """Put the rows that were added by hand below the one they stood below."""
        for at in reversed(self.others):
            if self.mine[at].source:
                self._lose(self.mine[at])  # joined of several
                continue
            above = next((places[number] for number in range(at - 1, -1, -1) if number in places), None)
            rows.insert(len(rows) if above is None else above, self.mine[at])
            self.kept_count += 1
        return tuple(rows)

    def _lose(self, *rows: DraftRowData) -> None:
        self.lost += [heading for row in rows if (heading := _heading(row.row)) not in self.lost]


def _is_same(one: DraftRowData, other: DraftRowData) -> bool:
    return one.row == other.row and one.problems == other.problems


def _heading(row: ParsedRow) -> str:
    return row.suggestion or next((task.text for task in row.tasks if task.text), "")


def _places(rows: Sequence[DraftRowData], key: Callable[[DraftRowData], Hashable]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        places[key(row)].append(at)
    return places


def _pair(rows: Sequence[DraftRowData], others: Sequence[DraftRowData]) -> dict[int, int]:
    """Return by a row's place that of the other with its cells, or number and text."""
    paired: dict[int, int] = {}
    keys: tuple[Callable[[DraftRowData], Hashable], ...] = (
        lambda row: row.source,
        lambda row: (row.row.number, _heading(row.row)),
    )
    for key in keys:
        taken = set(paired.values())
        free = _places(others, key)
        for at, row in enumerate(rows):
            places = [place for place in free.get(key(row), ()) if place not in taken]
            if at not in paired and places:
                paired[at] = places[0]
                taken.add(places[0])
    return paired
