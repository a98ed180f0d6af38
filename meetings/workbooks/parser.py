"""From the cells of a workbook to the rows a department filled in, and all else that was done to it.

Columns are found by the hidden row, and by their heads where that is gone; rows by their hidden keys. So rows and
columns may stand anywhere. What is not in an open column of a row with a key is never taken over, and always said.
No database is asked.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils import translation

from meetings.minutes.documents.sheets import Sheet, SheetCell
from meetings.minutes.parser.text import folded

from .export import COLUMNS
from .format import (
    COLUMN_MARK,
    LOCKED_COLUMNS,
    OPEN_COLUMNS,
    ROW_MARK,
    SHEET_MARK,
    FillInColumn,
    RowKey,
    SheetKey,
    column_of,
    digest,
    row_key_of,
    sheet_key_of,
)

_LANGUAGES = ("zh-hans", "en")
# A row is recognised as that of the heads, and a sheet without its hidden row as one of ours, by so many of them.
_ENOUGH_HEADS = 3


class Remark(StrEnum):
    """What is said about a workbook besides its rows. The sentences are in ``wording``."""

    OTHER_SHEET = "other_sheet"
    NO_SHEET = "no_sheet"
    FOREIGN_KEY = "foreign_key"
    SEVERAL_KEYS = "several_keys"
    NO_KEY = "no_key"
    HEAD_CHANGED = "head_changed"
    HEADING_CHANGED = "heading_changed"
    OUTSIDE = "outside"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    ROWS_MISSING = "rows_missing"
    ROW_TWICE = "row_twice"


class Refusal(StrEnum):
    """Why nothing of a row is taken over, as far as the file alone shows it."""

    ALTERED = "altered"
    TWICE = "twice"


# By these one sees which task a row is about.
_IDENTITY = (
    FillInColumn.MEETING,
    FillInColumn.NUMBER,
    FillInColumn.SUGGESTION,
    FillInColumn.TASK_NUMBER,
    FillInColumn.TASK,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is said: where (``sheet``, ``place``: a cell or a row), about which ``column``, and the value."""

    remark: Remark
    sheet: str = ""
    place: str = ""
    column: FillInColumn | None = None
    value: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a cell."""

    reference: str
    text: str
    day: datetime.date | None = None
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row with a key of ours, and what was written in its open cells (the empty ones are left out).

    ``changed`` are the locked cells that hold something else than when the workbook was written.
    """

    sheet: str
    row: int
    key: RowKey
    written: dict[FillInColumn, Written]
    changed: dict[FillInColumn, Written] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def said(self) -> tuple[tuple[FillInColumn, str], ...]:
        """What was written, for comparing with another row."""
        return tuple((column, self.written[column].text) for column in OPEN_COLUMNS if column in self.written)


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """All that was found in one file."""

    rows: tuple[ReadRow, ...]
    notices: tuple[Notice, ...]


def read_workbook(sheets: Iterable[Sheet]) -> ReadWorkbook:
    """Read the sheets of one file."""
    rows: list[ReadRow] = []
    notices: list[Notice] = []
    expected: dict[int, set[int]] = {}
    is_ours = False
    for sheet in sheets:
        found = _ReadSheet(sheet)
        if not found.is_ours:
            if any(sheet.rows.values()):
                notices.append(Notice(Remark.OTHER_SHEET, sheet.name))
            continue
        is_ours = True
        rows += found.rows
        notices += found.notices
        if found.key is not None:
            expected.setdefault(found.key.department_id, set()).update(found.key.task_ids)
    if not is_ours:
        return ReadWorkbook((), (Notice(Remark.NO_SHEET),))
    found_rows, doubled = _without_doubles(_without_displaced(rows))
    there = {(row.key.department_id, row.key.task_id) for row in rows}
    missing = sum((department, task) not in there for department, tasks in expected.items() for task in tasks)
    if missing:
        notices.append(Notice(Remark.ROWS_MISSING, number=missing))
    return ReadWorkbook(tuple(found_rows), (*notices, *doubled))


class _ReadSheet:
    """One sheet while it is read."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.notices: list[Notice] = []
        self.rows: list[ReadRow] = []
        self.key, self._keys_row = self._find_keys()
        self._columns = self._find_columns()
        self._head_row = self._find_head_row()
        has_rows = any(_keys_in(cells) for cells in sheet.rows.values())
        self.is_ours = self._keys_row is not None or has_rows
        if self.is_ours:
            self._read()

    def _find_keys(self) -> tuple[SheetKey | None, int | None]:
        for number, cells in self.sheet.rows.items():
            marked = [cell for cell in cells.values() if cell.text.strip().startswith((COLUMN_MARK, SHEET_MARK))]
            if marked:
                keys = [key for cell in marked if (key := sheet_key_of(cell.text))]
                return (keys[0] if keys else None), number
        return None, None

    def _find_columns(self) -> dict[FillInColumn, int]:
        """Return where each column is; where one is there twice, none of it is read."""
        if self._keys_row is not None:
            pairs = [
                (key, cell.column)
                for cell in self.sheet.rows[self._keys_row].values()
                if (key := column_of(cell.text)) is not None
            ]
        else:
            pairs = max((_heads_in(cells) for cells in self.sheet.rows.values()), key=len, default=[])
        times = Counter(key for key, _column in pairs)
        for key, number in times.items():
            if number > 1:
                self._remark(Remark.COLUMN_TWICE, column=key)
        columns = {key: column for key, column in pairs if times[key] == 1}
        for key in FillInColumn:
            if pairs and key not in times:
                self._remark(Remark.COLUMN_MISSING, column=key)
        return columns

    def _find_head_row(self) -> int | None:
        """Return the row of the heads: the one below the hidden row, or the first that looks like it."""
        if self._keys_row is not None:
            below = min((number for number in self.sheet.rows if number > self._keys_row), default=None)
            if below is not None and not _keys_in(self.sheet.rows[below]):
                return below
        by_heads = (number for number, cells in self.sheet.rows.items() if len(_heads_in(cells)) >= _ENOUGH_HEADS)
        return next(by_heads, None)

    def _read(self) -> None:
        heading = []
        before = self._keys_row or self._head_row or 0
        for number, cells in self.sheet.rows.items():
            if number == self._keys_row:
                continue
            keys = _keys_in(cells)
            if number == self._head_row and not keys:
                self._read_heads(cells)
            elif keys:
                self._read_row(number, cells, keys)
            elif number < before:
                heading += [cell.text for cell in _distinct(cells.values())]
            else:
                self._read_foreign_row(number, cells)
        if self.key is not None and self.key.heading != digest("\n".join(heading)):
            self._remark(Remark.HEADING_CHANGED)

    def _read_heads(self, cells: dict[int, SheetCell]) -> None:
        for key, column in self._columns.items():
            text = cells[column].text if column in cells else ""
            if folded(text) not in _heads_of(key):
                self._remark(Remark.HEAD_CHANGED, _place(self._head_row, column), key, text)
        self._remark_outside(cells)

    def _read_row(self, number: int, cells: dict[int, SheetCell], keys: list[SheetCell]) -> None:
        key = row_key_of(keys[0].text)
        if key is None or len(key.digests) != len(LOCKED_COLUMNS):
            self._remark(Remark.FOREIGN_KEY, str(number), value=_shown(self._open_texts(cells)))
            return
        if len({cell.text.strip() for cell in keys}) > 1:
            self._remark(Remark.SEVERAL_KEYS, str(number), value=_shown(self._open_texts(cells)))
            return
        self._remark_outside(cells)
        self.rows.append(
            ReadRow(
                sheet=self.sheet.name,
                row=number,
                key=key,
                written={
                    column: Written(cell.reference, cell.text, cell.day, cell.is_merged)
                    for column in OPEN_COLUMNS
                    if (cell := cells.get(self._columns.get(column, 0))) is not None
                },
                changed=self._changed(number, cells, key),
            )
        )

    def _changed(self, number: int, cells: dict[int, SheetCell], key: RowKey) -> dict[FillInColumn, Written]:
        changed = {}
        for column, was in zip(LOCKED_COLUMNS, key.digests, strict=True):
            at = self._columns.get(column)
            text = _text_at(cells, at)
            if at is not None and digest(text) != was:
                changed[column] = Written(_place(number, at), text)
        return changed

    def _read_foreign_row(self, number: int, cells: dict[int, SheetCell]) -> None:
        texts = [cell.text for cell in _distinct(cells.values())]
        if texts:
            self._remark(Remark.NO_KEY, str(number), value=_shown(self._open_texts(cells) or texts))

    def _open_texts(self, cells: dict[int, SheetCell]) -> list[str]:
        at = (self._columns.get(column, 0) for column in OPEN_COLUMNS)
        return [cells[column].text for column in at if column in cells]

    def _remark_outside(self, cells: dict[int, SheetCell]) -> None:
        known = set(self._columns.values())
        for cell in cells.values():
            is_doubled = column_of(_text_at(self.sheet.rows.get(self._keys_row or 0, {}), cell.column)) is not None
            if cell.column not in known and not cell.text.strip().startswith(ROW_MARK) and not is_doubled:
                self._remark(Remark.OUTSIDE, cell.reference, value=cell.text)

    def _remark(self, remark: Remark, place: str = "", column: FillInColumn | None = None, value: str = "") -> None:
        self.notices.append(Notice(remark, self.sheet.name, place, column, value))


# --- rows that stand in the wrong place, or twice -------------------------------------------------


def _without_displaced(rows: list[ReadRow]) -> list[ReadRow]:
    """Refuse the rows that say that they are another task than their key does: a sort may have left the keys behind.

    Such a row has become another one of the same file, or most of its locked cells hold something else.
    """
    identities: dict[tuple[str, ...], set[int]] = {}
    texts: dict[str, set[int]] = {}
    for row in rows:
        was = dict(zip(LOCKED_COLUMNS, row.key.digests, strict=True))
        identities.setdefault(tuple(was[column] for column in _IDENTITY), set()).add(row.key.task_id)
        texts.setdefault(was[FillInColumn.TASK], set()).add(row.key.task_id)
    kept = []
    for row in rows:
        now = dict(zip(LOCKED_COLUMNS, row.key.digests, strict=True))
        now.update({column: digest(cell.text) for column, cell in row.changed.items()})
        others = identities.get(tuple(now[column] for column in _IDENTITY), set())
        if FillInColumn.TASK in row.changed:
            others = others | texts.get(now[FillInColumn.TASK], set())
        is_another = bool(row.changed) and bool(others - {row.key.task_id})
        if is_another or len(row.changed) * 2 > len(LOCKED_COLUMNS):
            row = replace(row, refusal=Refusal.ALTERED)
        kept.append(row)
    return kept


def _without_doubles(rows: list[ReadRow]) -> tuple[list[ReadRow], list[Notice]]:
    """Return the rows, each key once, and what is said of those that were there twice.

    Where only one of them says anything, or all say the same, that is taken; otherwise none is.
    """
    by_key: dict[tuple[int, int], list[ReadRow]] = {}
    for row in rows:
        by_key.setdefault((row.key.department_id, row.key.task_id), []).append(row)
    kept, notices = [], []
    for same in by_key.values():
        first = same[0]
        if len(same) > 1:
            telling = [row for row in same if row.said] or same[:1]
            first = telling[0]
            if len({row.said for row in telling}) > 1 and first.refusal is None:
                first = replace(first, refusal=Refusal.TWICE)
            places = "、".join(str(row.row) for row in same)
            notices.append(Notice(Remark.ROW_TWICE, first.sheet, places, number=len(same)))
        kept.append(first)
    return kept, notices


# --- cells ------------------------------------------------------------------------------------------


def _keys_in(cells: dict[int, SheetCell]) -> list[SheetCell]:
    return [cell for cell in cells.values() if cell.text.strip().startswith(ROW_MARK)]


def _heads_in(cells: dict[int, SheetCell]) -> list[tuple[FillInColumn, int]]:
    texts = {cell.column: folded(cell.text) for cell in cells.values() if len(cell.text) < 100}
    return [(key, column) for key in FillInColumn for column, text in texts.items() if text in _heads_of(key)]


def _heads_of(key: FillInColumn) -> set[str]:
    heads = set()
    for language in _LANGUAGES:
        with translation.override(language):
            heads.add(folded(str(COLUMNS[key].head)))
    return heads


def _text_at(cells: dict[int, SheetCell], column: int | None) -> str:
    cell = cells.get(column or 0)
    if cell is None:
        return ""
    return cell.day.isoformat() if cell.day else cell.text


def _distinct(cells: Iterable[SheetCell]) -> Iterator[SheetCell]:
    """Yield the cells, of merged ones the first of those that say the same."""
    seen = set()
    for cell in cells:
        if not cell.is_merged or cell.text not in seen:
            yield cell
        if cell.is_merged:
            seen.add(cell.text)


def _place(row: int | None, column: int) -> str:
    return SheetCell(row or 0, column, "").reference


def _shown(texts: list[str]) -> str:
    return "；".join(texts)
