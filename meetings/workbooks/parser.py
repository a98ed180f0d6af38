"""Parser of a workbook's cells into filled-in rows and notices.

Columns are found by the hidden row, and by their heads where that is gone; rows by their hidden keys. So rows and
columns may stand anywhere. What is not in an open column of a row with a key is never taken over, and always
reported. No database is asked.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.utils import translation
from django.utils.functional import Promise
from openpyxl.utils import get_column_letter

from meetings.core.converter import rename_keys, store_as_list
from meetings.core.text import fold_text
from meetings.minutes.documents.model import CellDefect
from meetings.minutes.documents.sheet_objects import ObjectKind
from meetings.minutes.documents.sheets import Sheet, SheetCell
from meetings.workbooks.columns import COLUMNS

from .format import (
    COLUMN_KEY_PREFIX,
    LOCKED_COLUMNS,
    OPEN_COLUMNS,
    ROW_KEY_PREFIX,
    SHEET_KEY_PREFIX,
    RowKey,
    SheetKey,
    WorkbookColumn,
    digest,
    parse_column_key,
    parse_row_key,
    parse_sheet_key,
)
from .messages import Notice, NoticeCode, RejectionReason

_SCHEME = re.compile(r"[a-z]+:(?://)?", re.IGNORECASE)
# A row is recognised as that of the heads, and a sheet without its hidden row as one of ours, by so many of them.
_MIN_HEADERS = 3


_OBJECT_NOTICES = {
    ObjectKind.COMMENT: NoticeCode.COMMENT,
    ObjectKind.PICTURE: NoticeCode.PICTURE,
    ObjectKind.TEXT_BOX: NoticeCode.TEXT_BOX,
    ObjectKind.OTHER: NoticeCode.OBJECT,
    ObjectKind.LINK: NoticeCode.LINK,
}
# By these one sees which task a row is about.
IDENTITY_COLUMNS = (
    WorkbookColumn.MEETING,
    WorkbookColumn.NUMBER,
    WorkbookColumn.SUGGESTION,
    WorkbookColumn.TASK_NUMBER,
    WorkbookColumn.TASK,
)


@dataclass(frozen=True, slots=True)
class WorkbookCell:
    """What stands in a cell; ``defect`` and ``struck`` as of a `SheetCell`."""

    reference: str
    text: str
    day: datetime.date | None = None
    is_merged: bool = False
    defect: CellDefect | None = None
    struck: str = ""


store_as_list(WorkbookCell)


@dataclass(frozen=True, slots=True)
class WorkbookRow:
    """A row with a key of ours, and the open cells that are not empty.

    ``changed`` are the locked cells that hold something else than when the workbook was written.
    """

    sheet: str
    row: int
    key: RowKey
    open_cells: dict[WorkbookColumn, WorkbookCell]
    changed: dict[WorkbookColumn, WorkbookCell] = field(default_factory=dict)
    refusal: RejectionReason | None = None

    @property
    def filled_cells(self) -> tuple[tuple[WorkbookColumn, str], ...]:
        """What was written, for comparing with another row."""
        return tuple((column, self.open_cells[column].text) for column in OPEN_COLUMNS if column in self.open_cells)


rename_keys(WorkbookRow, open_cells="written")


@dataclass(frozen=True, slots=True)
class KeylessRow:
    """A row without a key, with the texts of its locked cells.

    ``title`` is the sheet's. ``notice`` says that it is not read, and holds unless its task is found (`keyless_rows`).
    """

    sheet: str
    title: str
    row: int
    locked: dict[WorkbookColumn, str]
    open_cells: dict[WorkbookColumn, WorkbookCell]
    notice: Notice


@dataclass(frozen=True, slots=True)
class ParsedWorkbook:
    """The content of one file, stored in `WorkbookUpload.content`."""

    rows: tuple[WorkbookRow, ...]
    notices: tuple[Notice, ...]
    keyless_rows: tuple[KeylessRow, ...] = ()
    # Of a file without any key: what holds instead of the notices where a task is found.
    keyless_notices: tuple[Notice, ...] = ()
    # The departments and tasks whose rows the sheets' keys promise, and no row has.
    missing_rows: frozenset[tuple[int, int]] = frozenset()


def parse_workbook(sheets: Iterable[Sheet]) -> ParsedWorkbook:
    """Read the sheets of one file."""
    rows: list[WorkbookRow] = []
    keyless_rows: list[KeylessRow] = []
    notices: list[Notice] = []
    expected: dict[int, set[int]] = {}
    is_keyed = False
    for sheet in sheets:
        parsed_sheet = _SheetParser(sheet)
        if not parsed_sheet.is_ours:
            if any(sheet.rows.values()) or sheet.objects:
                notices.append(Notice(NoticeCode.OTHER_SHEET, sheet.name))
            continue
        is_keyed = is_keyed or parsed_sheet.is_keyed
        rows += parsed_sheet.rows
        keyless_rows += parsed_sheet.keyless_rows
        notices += parsed_sheet.notices
        if parsed_sheet.key is not None:
            expected.setdefault(parsed_sheet.key.department_id, set()).update(parsed_sheet.key.task_ids)
    if not is_keyed:
        return ParsedWorkbook((), (Notice(NoticeCode.NO_SHEET),), tuple(keyless_rows), tuple(notices))
    merged_rows, doubled = _merge_duplicate_rows(_reject_displaced_rows(rows))
    there = {(row.key.department_id, row.key.task_id) for row in rows}
    promised = frozenset((department, task) for department, tasks in expected.items() for task in tasks)
    return ParsedWorkbook(tuple(merged_rows), (*notices, *doubled), tuple(keyless_rows), missing_rows=promised - there)


class _SheetParser:
    """One sheet while it is read."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.notices: list[Notice] = []
        self.rows: list[WorkbookRow] = []
        self.keyless_rows: list[KeylessRow] = []
        self.key, self._key_row = self._find_keys()
        self._columns = self._find_columns()
        self._header_row = self._find_header_row()
        has_rows = any(_keys_in(cells) for cells in sheet.rows.values())
        self.is_keyed = self._key_row is not None or has_rows
        # Whoever removes all that is hidden removes the row and the column.
        self.is_ours = self.is_keyed or len(self._columns) == len(WorkbookColumn)
        if self.is_ours:
            self._read()

    def _find_keys(self) -> tuple[SheetKey | None, int | None]:
        for number, cells in self.sheet.rows.items():
            marked = [
                cell for cell in cells.values() if cell.text.strip().startswith((COLUMN_KEY_PREFIX, SHEET_KEY_PREFIX))
            ]
            if marked:
                keys = [key for cell in marked if (key := parse_sheet_key(cell.text))]
                return (keys[0] if keys else None), number
        return None, None

    def _find_columns(self) -> dict[WorkbookColumn, int]:
        """Return where each column is; where one is there twice, none of it is read."""
        if self._key_row is not None:
            pairs = [
                (key, cell.column)
                for cell in self.sheet.rows[self._key_row].values()
                if (key := parse_column_key(cell.text)) is not None
            ]
        else:
            pairs = max((_find_headers(cells) for cells in self.sheet.rows.values()), key=len, default=[])
        times = Counter(key for key, _column in pairs)
        for key in WorkbookColumn:
            if pairs and times[key] != 1:
                self._add_notice(NoticeCode.COLUMN_TWICE if times[key] else NoticeCode.COLUMN_MISSING, column=key)
        return {key: column for key, column in pairs if times[key] == 1}

    def _find_header_row(self) -> int | None:
        """Return the row of the heads: below the hidden row, or the first that fits."""
        if self._key_row is not None:
            below = min((number for number in self.sheet.rows if number > self._key_row), default=None)
            if below is not None and not _keys_in(self.sheet.rows[below]):
                return below
        with_heads = (number for number, cells in self.sheet.rows.items() if len(_find_headers(cells)) >= _MIN_HEADERS)
        return next(with_heads, None)

    def _read(self) -> None:
        heading = []
        before = self._key_row or self._header_row or 0
        for number, cells in self.sheet.rows.items():
            if number == self._key_row:
                continue
            keys = _keys_in(cells)
            if number == self._header_row and not keys:
                self._read_headers(cells)
            elif keys:
                self._read_row(number, cells, keys)
            elif texts := [cell.text for cell in _unique_cells(cells.values())]:
                if number < before:
                    heading += texts
                else:
                    value = "；".join(self._open_texts(cells) or texts)
                    self._add_notice(NoticeCode.NO_KEY, str(number), value=value)
                    self._add_keyless_row(number, cells, heading)
        self._notice_objects()
        if self.key is not None and self.key.heading != digest("\n".join(heading)):
            self._add_notice(NoticeCode.HEADING_CHANGED)

    def _notice_objects(self) -> None:
        """Name what lies on the sheet, but an address that its cell's text gives too."""
        cells = {cell.reference: cell for cells in self.sheet.rows.values() for cell in cells.values()}
        columns = {get_column_letter(column): key for key, column in self._columns.items()}
        for each in self.sheet.objects:
            if each.kind is ObjectKind.LINK and each.reference in cells:
                address = _SCHEME.sub("", each.text).rstrip("/")
                if address.casefold() in cells[each.reference].text.casefold():
                    continue
            key = columns.get(each.reference.rstrip("0123456789"))
            self._add_notice(_OBJECT_NOTICES[each.kind], each.reference, key, each.text, each.part)

    def _read_headers(self, cells: dict[int, SheetCell]) -> None:
        for key, column in self._columns.items():
            text = cells[column].text if column in cells else ""
            if fold_text(text) not in _header_texts(key):
                self._add_notice(NoticeCode.HEAD_CHANGED, _cell_reference(self._header_row, column), key, text)
        self._notice_outside_cells(cells)

    def _read_row(self, number: int, cells: dict[int, SheetCell], keys: list[SheetCell]) -> None:
        key = parse_row_key(keys[0].text)
        if key is None or len({cell.text.strip() for cell in keys}) > 1:
            code = NoticeCode.SEVERAL_KEYS if key else NoticeCode.FOREIGN_KEY
            self._add_notice(code, str(number), value="；".join(self._open_texts(cells)))
            return
        self._notice_outside_cells(cells)
        self.rows.append(
            WorkbookRow(
                sheet=self.sheet.name,
                row=number,
                key=key,
                open_cells=self._open_cells(cells),
                changed={
                    column: WorkbookCell(_cell_reference(number, at), _text_at(cells, at))
                    for column, was in zip(LOCKED_COLUMNS, key.digests, strict=True)
                    if (at := self._columns.get(column)) and digest(_text_at(cells, at)) != was
                },
            )
        )

    def _add_keyless_row(self, number: int, cells: dict[int, SheetCell], heading: list[str]) -> None:
        locked = {column: _text_at(cells, self._columns.get(column)) for column in LOCKED_COLUMNS}
        title = heading[0] if heading else ""
        self.keyless_rows.append(
            KeylessRow(self.sheet.name, title, number, locked, self._open_cells(cells), self.notices[-1])
        )

    def _open_cells(self, cells: dict[int, SheetCell]) -> dict[WorkbookColumn, WorkbookCell]:
        return {
            column: WorkbookCell(cell.reference, cell.text, cell.day, cell.is_merged, cell.defect, cell.struck)
            for column in OPEN_COLUMNS
            if (cell := cells.get(self._columns.get(column, 0))) is not None
        }

    def _open_texts(self, cells: dict[int, SheetCell]) -> list[str]:
        at = (self._columns.get(column, 0) for column in OPEN_COLUMNS)
        return [cells[column].text for column in at if column in cells]

    def _notice_outside_cells(self, cells: dict[int, SheetCell]) -> None:
        known_columns = set(self._columns.values())
        for cell in cells.values():
            is_doubled = (
                parse_column_key(_text_at(self.sheet.rows.get(self._key_row or 0, {}), cell.column)) is not None
            )
            if cell.column not in known_columns and not cell.text.strip().startswith(ROW_KEY_PREFIX) and not is_doubled:
                self._add_notice(NoticeCode.OUTSIDE, cell.reference, value=cell.text)

    def _add_notice(
        self, code: NoticeCode, at: str = "", column: WorkbookColumn | None = None, value: str = "", part: str = ""
    ) -> None:
        self.notices.append(Notice(code, self.sheet.name, at, column, value, part=part))


# --- rows that stand in the wrong place, or twice -------------------------------------------------


def _reject_displaced_rows(rows: list[WorkbookRow]) -> list[WorkbookRow]:
    """Refuse the rows whose cells belong to another task than their key does.

    A sort may have left the keys behind: such a row has become another one of the same file, or most of its locked
    cells hold something else.
    """
    identities: dict[tuple[str, ...], set[int]] = {}
    texts: dict[str, set[int]] = {}
    for row in rows:
        was = dict(zip(LOCKED_COLUMNS, row.key.digests, strict=True))
        identities.setdefault(tuple(was[column] for column in IDENTITY_COLUMNS), set()).add(row.key.task_id)
        texts.setdefault(was[WorkbookColumn.TASK], set()).add(row.key.task_id)
    result = []
    for row in rows:
        now = dict(zip(LOCKED_COLUMNS, row.key.digests, strict=True))
        now.update({column: digest(cell.text) for column, cell in row.changed.items()})
        others = identities.get(tuple(now[column] for column in IDENTITY_COLUMNS), set())
        if WorkbookColumn.TASK in row.changed:
            others = others | texts.get(now[WorkbookColumn.TASK], set())
        is_another = bool(row.changed) and bool(others - {row.key.task_id})
        if is_another or len(row.changed) * 2 > len(LOCKED_COLUMNS):
            row = replace(row, refusal=RejectionReason.ALTERED)
        result.append(row)
    return result


def _merge_duplicate_rows(rows: list[WorkbookRow]) -> tuple[list[WorkbookRow], list[Notice]]:
    """Return the rows, each key once, and notices about duplicates.

    Where only one of them is filled in, or all alike, that is taken; otherwise none is.
    """
    by_key: dict[tuple[int, int], list[WorkbookRow]] = {}
    for row in rows:
        by_key.setdefault((row.key.department_id, row.key.task_id), []).append(row)
    result, notices = [], []
    for same in by_key.values():
        first = same[0]
        if len(same) > 1:
            telling = [row for row in same if row.filled_cells] or same[:1]
            first = telling[0]
            if len({row.filled_cells for row in telling}) > 1 and first.refusal is None:
                first = replace(first, refusal=RejectionReason.TWICE)
            places = "、".join(str(row.row) for row in same)
            notices.append(Notice(NoticeCode.ROW_TWICE, first.sheet, places, number=len(same)))
        result.append(first)
    return result, notices


# --- cells ------------------------------------------------------------------------------------------


def _keys_in(cells: dict[int, SheetCell]) -> list[SheetCell]:
    return [cell for cell in cells.values() if cell.text.strip().startswith(ROW_KEY_PREFIX)]


def _find_headers(cells: dict[int, SheetCell]) -> list[tuple[WorkbookColumn, int]]:
    texts = {cell.column: fold_text(cell.text) for cell in cells.values() if len(cell.text) < 100}
    return [(key, column) for key in WorkbookColumn for column, text in texts.items() if text in _header_texts(key)]


def _header_texts(key: WorkbookColumn) -> set[str]:
    return {fold_text(text) for text in translations(COLUMNS[key].head)}


def translations(text: str | Promise) -> list[str]:
    """Return what ``text`` is in the languages that a workbook may be filled in in."""
    texts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            texts.append(str(text))
    return texts


def _text_at(cells: dict[int, SheetCell], column: int | None) -> str:
    cell = cells.get(column or 0)
    if cell is None:
        return ""
    return cell.day.isoformat() if cell.day else cell.text


def _unique_cells(cells: Iterable[SheetCell]) -> Iterator[SheetCell]:
    """Yield the cells, of merged ones the first of those that say the same."""
    texts = set()
    for cell in cells:
        if not cell.is_merged or cell.text not in texts:
            yield cell
        if cell.is_merged:
            texts.add(cell.text)


def _cell_reference(row: int | None, column: int) -> str:
    return SheetCell(row or 0, column, "").reference
