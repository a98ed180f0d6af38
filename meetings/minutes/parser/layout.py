"""The layout of a table: which rows are its head, and what each column holds.

Each way to read a table is scored by the words of its heads and by what its cells hold; the best one is taken. The
points are in ``weights.py``; how a document becomes rows is told in docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from meetings.core.text import remove_whitespace
from meetings.minutes.documents.model import Cell

from .column_evidence import (
    NO_NAMES,
    ColumnEvidence,
    KnownNames,
    is_deadline,
    is_number,
    looks_like_department,
    measure_column,
)
from .column_headers import Column, Header, HeaderRows, Role, combine_head_rows, parse_header
from .column_points import score_column
from .row_kinds import find_note, fold_cells, is_column_count_row, list_filled
from .weights import WEIGHTS, Weights

#: Rows among which the head is looked for, and rows below it that show what the columns hold.
_HEAD_ROWS = 12
_BODY_ROWS = 200
_DEEPEST_HEAD = 3
_LONGEST_HEAD_CELL = 60
_AN_EARLY_DAY = 720_000
#: What a table has at most once; departments and remarks may stand in several columns.
_SINGLE = (
    Column.NUMBER,
    Column.ASPECT,
    Column.SUGGESTION,
    Column.TASKS,
    Column.DEADLINE,
    Column.LEADERS,
    Column.SOURCES,
)
_BIT = {column: 1 << at for at, column in enumerate(_SINGLE)}
_KINDS = (*_SINGLE, Column.DEPARTMENTS, Column.REMARKS)
_TEXTS = (Column.TASKS, Column.SUGGESTION)
_DUTIES = (Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE)


@dataclass(frozen=True, slots=True)
class Second:
    """The next best reading of a table: another column has the tasks.

    ``column``: its place among the printed columns; ``margin``: the points that the best reading has more.
    """

    column: int
    margin: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to read a table.

    ``head``: the rows of the head, None where there is none; ``columns``: the printed columns as measured, with
    ``kinds`` for each; ``points``: those of all columns and of the head; ``score``: those of what makes it a table of
    tasks, its text and its duties; ``is_of_tasks``: whether a column of texts and one of people or days are surely what
    they seem.
    """

    head: HeaderRows | None
    columns: tuple[ColumnEvidence, ...]
    kinds: tuple[Header | None, ...]
    points: float
    score: float
    is_of_tasks: bool
    row_count: int

    @property
    def headers(self) -> tuple[Header | None, ...]:
        """The kind at each position of a row."""
        by_position = {
            at: kind for evidence, kind in zip(self.columns, self.kinds, strict=True) for at in evidence.positions
        }
        return tuple(by_position[at] for at in range(len(by_position)))

    @property
    def has(self) -> set[Column]:
        """The kinds of columns it has."""
        return {kind.column for kind in self.kinds if kind}


class _State(NamedTuple):
    """Columns up to one assigned: the best way for a set of kinds already given."""

    points: float
    kinds: tuple[Column, ...]


def find_layout(
    rows: Sequence[Sequence[Cell]], known: KnownNames = NO_NAMES, weights: Weights = WEIGHTS
) -> Layout | None:
    """Return the best way to read ``rows``; None where no column could hold tasks."""
    scorer = LayoutScorer(rows, known, weights)
    layouts = [layout for head in scorer.list_heads() if (layout := scorer.score(head))]
    return max(layouts, key=lambda layout: layout.points, default=None)


class LayoutScorer:
    """The layouts of one table's rows, one for each head it may have."""

    def __init__(self, rows: Sequence[Sequence[Cell]], known: KnownNames, weights: Weights = WEIGHTS) -> None:
        self._rows = rows
        self._known = known
        self._weights = weights
        self._width = len(rows[0]) if rows else 0

    def list_heads(self) -> Iterator[HeaderRows | None]:
        """Yield the rows that may be the head, each as deep as it can be, and none."""
        yield None
        rows_with_cells = (at for at, cells in enumerate(self._rows) if len(list_filled(cells)) > 1)
        for first in islice(rows_with_cells, _HEAD_ROWS):
            filled = list_filled(self._rows[first])
            if any(len(cell.text) > _LONGEST_HEAD_CELL for cell in filled):
                continue
            for depth in range(1, _DEEPEST_HEAD + 1):
                if (head := combine_head_rows(self._rows, first, depth)) is None:
                    break
                yield head

    def body_below(self, head: HeaderRows | None) -> list[Sequence[Cell]]:
        """Return the first rows below ``head`` that are neither sections, notes nor heads."""
        body: list[Sequence[Cell]] = []
        own = head.folded_texts if head else None
        for at in range(head.last + 1 if head else 0, len(self._rows)):
            cells = self._rows[at]
            filled = list_filled(cells)
            if len(filled) < 2 or is_column_count_row(filled) or find_note(cells, filled) is not None:
                continue
            if own is not None and fold_cells(cells) == own:
                continue
            body.append(cells)
            if len(body) == _BODY_ROWS:
                break
        return body

    def measure(self, head: HeaderRows | None, body: Sequence[Sequence[Cell]]) -> tuple[ColumnEvidence, ...]:
        """Return the printed columns: positions that are one cell in each row are one."""
        columns: list[ColumnEvidence] = []
        heads = self._rows[head.first : head.last + 1] if head else []
        start = 0
        for at in range(1, self._width + 1):
            if at < self._width and all(row[at] is row[at - 1] for row in (*heads[-1:], *body)):
                continue
            positions = tuple(range(start, at))
            text = head.texts[start] if head else ""
            header = head.headers[start] if head else None
            columns.append(measure_column(positions, text, header, body, self._known))
            start = at
        return tuple(columns)

    def score(self, head: HeaderRows | None) -> Layout | None:
        """Return the best layout below ``head``; None where there are no rows or no texts."""
        body = self.body_below(head)
        if not body:
            return None
        columns = self.measure(head, body)
        if (best := self._assign(columns)) is None:
            return None
        w = self._weights
        kinds = _headers_of(columns, _name_group(columns, best.kinds, w), w)
        parts = [
            score_column(evidence, kind, self._weights) for evidence, kind in zip(columns, best.kinds, strict=True)
        ]
        points = best.points + self._head_points(head, columns, kinds)
        by_kind: dict[Column, float] = {}
        for part, kind in zip(parts, best.kinds, strict=True):
            by_kind[kind] = max(part, by_kind.get(kind, part))
        texts = max(by_kind[kind] for kind in _TEXTS if kind in by_kind)
        named = w.named_columns * sum(
            evidence.header is not None and kind is not None and kind.column is not Column.REMARKS
            for evidence, kind in zip(columns, kinds, strict=True)
        )
        duties = [by_kind[kind] for kind in _DUTIES if kind in by_kind]
        return Layout(
            head,
            columns,
            kinds,
            points,
            texts + sum(duties) + named,
            min(texts, max(duties, default=0.0)) >= w.least_points,
            self._count_rows(head),
        )

    def _count_rows(self, head: HeaderRows | None) -> int:
        return sum(len(list_filled(cells)) > 1 for cells in self._rows[head.last + 1 if head else 0 :])

    # --- columns ----------------------------------------------------------------------------------

    def find_second(self, layout: Layout) -> Second | None:
        """Return the best reading in which another column has the tasks."""
        tasks = next((at for at, kind in enumerate(layout.kinds) if kind and kind.column is Column.TASKS), None)
        if tasks is None:
            return None
        other = self._assign(layout.columns, no_tasks=tasks)
        if other is None or Column.TASKS not in other.kinds:
            return None
        points = layout.points - self._head_points(layout.head, layout.columns, layout.kinds)
        return Second(other.kinds.index(Column.TASKS), points - other.points)

    def _assign(self, columns: Sequence[ColumnEvidence], *, no_tasks: int | None = None) -> _State | None:
        """Give each column a kind so that the points are most, single kinds once.

        ``no_tasks``: a column that is not to have the tasks.
        """
        states = {0: _State(0.0, ())}
        for at, evidence in enumerate(columns):
            following: dict[int, _State] = {}
            anywhere = {kind: score_column(evidence, kind, self._weights) for kind in _KINDS}
            if at == no_tasks:
                del anywhere[Column.TASKS]
            # Many ways lead here, and a few of their traits say what a place among them is worth.
            places: dict[tuple[bool, bool], list[tuple[Column, int, float, float]]] = {}
            for mask, state in states.items():
                has_departments = Column.DEPARTMENTS in state.kinds
                has_duties = has_departments or bool(mask & _BIT[Column.DEADLINE])
                is_behind = has_departments or bool(mask & _BIT[Column.TASKS])
                if (has_duties, is_behind) not in places:
                    places[has_duties, is_behind] = [
                        (kind, _BIT.get(kind, 0), own, self._place_points(evidence, kind, has_duties, is_behind))
                        for kind, own in anywhere.items()
                    ]
                for kind, bit, own, place in places[has_duties, is_behind]:
                    if mask & bit:
                        continue
                    points = state.points + own + place
                    key = mask | bit
                    best = following.get(key)
                    if best is None or points > best.points:
                        following[key] = _State(points, (*state.kinds, kind))
            states = following
        complete = [state for mask, state in states.items() if mask & (_BIT[Column.TASKS] | _BIT[Column.SUGGESTION])]
        return max(complete, key=lambda state: state.points, default=None)

    def _place_points(self, evidence: ColumnEvidence, kind: Column, has_duties: bool, is_behind: bool) -> float:  # noqa: FBT001
        """Return the points for where a column stands among the others.

        Left of it are departments or a deadline (``has_duties``), tasks or departments (``is_behind``).
        """
        w = self._weights
        if kind not in _BIT:  # what may stand in several columns may stand anywhere
            return 0.0
        # Of two that are alike the left one is it, of two that are named as tasks the right one.
        is_named = evidence.header is not None and evidence.header.column is kind
        rightmost = kind is Column.TASKS and is_named
        place = w.further_right * evidence.positions[0] * (-1 if rightmost else 1)
        if kind is Column.DEADLINE and evidence.mean_day:  # of two days the later one is it, though by little
            place = w.later_day * (evidence.mean_day - _AN_EARLY_DAY) / 1_000
        is_text = evidence.header is not None and evidence.header.column in (*_TEXTS, Column.ASPECT)
        if kind is Column.TASKS and not is_text and has_duties:
            place += w.right_of_duties
        if kind not in (Column.NUMBER, Column.ASPECT, Column.SUGGESTION):
            return place
        if not is_behind:
            return place + w.left_of_tasks
        return place if is_named or kind is Column.SUGGESTION else place + w.right_of_tasks

    # --- heads ------------------------------------------------------------------------------------

    def _head_points(
        self, head: HeaderRows | None, columns: Sequence[ColumnEvidence], kinds: Sequence[Header | None]
    ) -> float:
        w = self._weights
        if head is None:
            return w.no_head
        above = sum(len(list_filled(self._rows[at])) > 2 for at in range(head.first))
        alike = sum(
            _reads_as(evidence.text, kind.column)
            for evidence, kind in zip(columns, kinds, strict=True)
            if kind and evidence.count
        )
        alike *= 1 + reads_as_row(columns, kinds)
        deeper = (head.last - head.first) * w.deeper_head
        return deeper + above * w.row_above_head + alike * w.head_reads_as_cells


def _name_group(columns: Sequence[ColumnEvidence], kinds: tuple[Column, ...], w: Weights) -> tuple[Column, ...]:
    """Let texts left of the tasks, under unknown heads, be what the tasks are about."""
    if Column.TASKS not in kinds:
        return kinds
    named = list(kinds)
    for at in range(kinds.index(Column.TASKS) - 1, -1, -1):
        free = [kind for kind in (Column.ASPECT, Column.SUGGESTION) if kind not in named]
        if free and named[at] is Column.REMARKS and columns[at].header is None and columns[at].texts > w.least_group:
            named[at] = free[0]
    if Column.SUGGESTION in named and Column.ASPECT in named[: kinds.index(Column.TASKS)]:
        coarse, fine = named.index(Column.SUGGESTION), named.index(Column.ASPECT)
        # 一、学习不到位, merged over 1.调研不够 and 2.落实不力 beside it, is what those are about.
        if coarse < fine and columns[coarse].distinct < columns[fine].distinct:
            named[coarse], named[fine] = Column.ASPECT, Column.SUGGESTION
    return tuple(named)


def _headers_of(columns: Sequence[ColumnEvidence], kinds: Sequence[Column], w: Weights) -> tuple[Header | None, ...]:
    """Return the headers as understood; a role that no head says goes by the place."""
    named = {at for at, kind in enumerate(kinds) if kind is Column.DEPARTMENTS and columns[at].header}
    kinds = [
        Column.REMARKS if kind is Column.DEPARTMENTS and not _is_beside(at, named, columns, w) else kind
        for at, kind in enumerate(kinds)
    ]
    headers = [_header_of(evidence, kind) for evidence, kind in zip(columns, kinds, strict=True)]
    has_departments = False
    for at, header in enumerate(headers):
        if header is None or header.column is not Column.DEPARTMENTS:
            continue
        if header.role is None:
            headers[at] = replace(header, role=_guess_role(header.text, is_further=has_departments))
        has_departments = True
    return tuple(headers)


def _is_beside(at: int, named: set[int], columns: Sequence[ColumnEvidence], w: Weights) -> bool:
    """Return whether a column stands by one whose head names departments, if any does."""
    return not named or at in named or bool({at - 1, at + 1} & named) or columns[at].known_departments > w.least_known


def _guess_role(text: str, *, is_further: bool) -> Role:
    """Guess what the departments under an unknown head do: 主攻单位 lead, 助攻单位 support."""
    if re.search("[助协配辅参会]", text):
        return Role.SUPPORTING
    if re.search("[牵主]", text):
        return Role.LEAD
    return Role.SUPPORTING if is_further else Role.RESPONSIBLE


def _header_of(evidence: ColumnEvidence, kind: Column) -> Header | None:
    """Return a column's header as understood; None for one with nothing in it."""
    if kind is Column.REMARKS and not evidence.count and not evidence.text.strip():
        return None
    role = evidence.header.role if evidence.header and evidence.header.column is kind else None
    return Header(kind, remove_whitespace(evidence.text), role)


def reads_as_row(columns: Sequence[ColumnEvidence], kinds: Sequence[Header | None]) -> bool:
    """Return whether the heads read as a row: a number or a day, and something more."""
    reads = [
        kind.column
        for evidence, kind in zip(columns, kinds, strict=True)
        if kind and _reads_as(evidence.text, kind.column)
    ]
    is_dated = Column.NUMBER in reads or Column.DEADLINE in reads
    return is_dated and len(reads) > 1 and 2 * len(reads) > sum(evidence.header is not None for evidence in columns)


def _reads_as(text: str, kind: Column) -> bool:
    """Return whether a head reads as a cell of this kind."""
    text = text.strip()
    if kind is Column.NUMBER:
        return is_number(text)
    if kind is Column.DEADLINE:
        return is_deadline(text) and parse_header(text) is None
    if kind is Column.DEPARTMENTS:
        return parse_header(text) is None and looks_like_department(text)
    return kind in _TEXTS and bool(re.search(r"[。；;]", text))
