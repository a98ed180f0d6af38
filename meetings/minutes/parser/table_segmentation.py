"""Segmentation of tables into entries: which rows make up one suggestion.

No cell is understood yet, only placed. A table's rows are not the minutes' rows: heads are repeated, a page cuts a row
in two, a section's name fills a row, a suggestion merged over three rows has three tasks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from meetings.core.text import fold_text, tidy_text
from meetings.minutes.documents.model import EMPTY, SOFT_BREAK, Cell, Document, Paragraph, Table

from .column_headers import Column, Header, HeaderRows, disambiguate_headers, is_task_header
from .label_rows import split_label_row
from .ordinals import leading_ordinal, parse_integer
from .schema import Origin
from .table_candidates import TableCandidate, find_candidates, is_text_between, title_above

_NOTE = re.compile(r"^(?:注|备注|说明|附注|※|\*|填表|审核|制表|联系|报送|签发|编制|抄送|主送|批准|审批)")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计)")
_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[部方章节类])"
)
_TITLE = re.compile(r"(?:表|清单|台账|方案|汇总)(?:[（(].*[)）])?$")
_NAMES_TABLE = re.compile(r"(?:任务|责任|工作|措施)(?:的)?(?:分解|分工|清单|台账|安排)|分解表|分工表|清单$|如下")
_SENTENCE_END = re.compile(r"[。；;！!？?：:…]\s*[”’」』）)]?\s*$")
DUTIES = (Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE)


@dataclass(slots=True)
class TableRow:
    """One row of a task table: each column's filled cells, left to right."""

    cells: dict[Column, list[tuple[Header, Cell]]]
    at: int
    follows_break: bool = False
    is_hidden: bool = False

    def text(self, column: Column) -> str:
        return "\n".join(cell.raw_text for _, cell in self.cells.get(column, ()))

    def has(self, column: Column) -> bool:
        return bool(self.cells.get(column))


@dataclass(slots=True)
class TableEntry:
    """One suggestion: its rows, and the section and aspect it stands under.

    ``scope`` changes where numbers may begin again.
    """

    rows: list[TableRow]
    section: str
    aspect: str
    scope: int
    origin: Origin
    header_count: int = 0

    def first(self, column: Column) -> Cell | None:
        """Return the first cell of the column in the entry."""
        return next((cell for row in self.rows for _, cell in row.cells.get(column, ())), None)

    def text(self, column: Column) -> str:
        """Return the column's distinct cells, one below the other."""
        cells = dict.fromkeys(cell for row in self.rows for _, cell in row.cells.get(column, ()))
        return "\n".join(cell.raw_text for cell in cells)


@dataclass(slots=True)
class Breakdown:
    """The task tables of a document.

    ``lines``: what stands in their rows above the head and below the last row, with the position of the block it
    belongs to.
    """

    entries: list[TableEntry] = field(default_factory=list)
    columns: set[Column] = field(default_factory=set)
    lines: dict[int, list[str]] = field(default_factory=dict)
    first_block: int | None = None
    task_blocks: set[int] = field(default_factory=set)
    hidden_sheets: list[str] = field(default_factory=list)
    omitted_titles: list[str] = field(default_factory=list)
    header_texts: list[str] = field(default_factory=list)


def _is_column_count_row(cells: Sequence[Cell]) -> bool:
    """Whether a row under the head only counts columns: （1） | （2）, or 甲 | 乙 | 1."""
    numbers = [parse_integer(cell.text) for cell in cells if tidy_text(cell.text) not in "甲乙丙丁"]
    return len(cells) > 2 and len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))


def parse_breakdown(document: Document) -> Breakdown:
    """Return the task tables and entries of ``document``, if there are any."""
    result = Breakdown()
    candidates = find_candidates(document)
    headed = [candidate for candidate in candidates.values() if candidate.headers]
    has_deadlines = any(Column.DEADLINE in candidate.columns for candidate in headed)
    heading = ""
    assembly: _EntryBuilder | None = None
    is_single = sum(not candidate.is_progress_report for candidate in headed) == 1
    for at, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            text = tidy_text(block.text)
            heading = text if _HEADING.match(text) and len(text) <= 60 and not text.endswith("。") else heading
            continue
        candidate = candidates[at]
        if candidate.table.is_hidden:
            if candidate.headers:
                result.hidden_sheets.append(candidate.table.name)
            continue
        if candidate.headers and candidate.is_progress_report and has_deadlines:
            result.omitted_titles.append(title_above(document, at))
            continue
        if candidate.headers:
            first = candidate.headers[0].first
            result.lines[at] = [line for row in candidate.table.rows[:first] for line in split_label_row(row)]
            if result.first_block is None:
                result.first_block = at
            if not assembly or not assembly.has_same_header(candidate.headers[0], candidate.table):
                assembly = _EntryBuilder(result)
            result.task_blocks.add(at)
            # 二、任务分解 above the only table is what the table is, not what its rows are about.
            assembly.add(candidate, "" if is_single and _NAMES_TABLE.search(heading) else heading)
            heading = ""
        elif assembly and assembly.can_continue_with(candidate.table) and not is_text_between(document, at):
            result.task_blocks.add(at)
            assembly.add(candidate, "")
    return result


class _EntryBuilder:
    """Builds entries out of the rows of one run of tables that share a head."""

    def __init__(self, result: Breakdown) -> None:
        self._result = result
        self._entries: list[TableEntry] = []
        self._headers: tuple[Header | None, ...] = ()
        self._width = 0
        self._sections: dict[str, str] = {}
        self._aspect = ""
        self._scope = 0
        self._table = 0
        self._after_break = False
        self._header_count = 0

    def has_same_header(self, header: HeaderRows, table: Table) -> bool:
        """Whether a later table's head is this one's, repeated."""
        names = [fold_text(text) for text in header.texts]
        return table.width == self._width and names == [
            fold_text(header.text) if header else "" for header in self._headers
        ]

    def can_continue_with(self, table: Table) -> bool:
        """Whether a table without a head goes on with this one's columns."""
        return bool(self._entries) and table.width == self._width

    def add(self, candidate: TableCandidate, heading: str) -> None:
        headers = {head.first: head for head in candidate.headers}
        inside = {at for head in candidate.headers for at in range(head.first, head.last + 1)}
        if self._entries:
            self._after_break = True
        if heading:
            self._sections, self._aspect = {"": heading}, ""
            self._scope += 1
        self._table = candidate.number
        for at, cells in enumerate(candidate.table.rows):
            if at in headers:
                self._add_header(headers[at], candidate.table)
            elif at not in inside and self._headers and (not headers or at > min(headers)):
                self._add_row(cells, at, candidate)

    def _add_header(self, header: HeaderRows, table: Table) -> None:
        headers = disambiguate_headers(header.headers, header.texts)
        if self._headers and headers != self._headers:
            self._aspect = ""
            self._scope += 1
        self._headers, self._width = headers, table.width
        self._header_count += 1
        self._after_break = bool(self._entries)
        self._result.columns |= {header.column for header in headers if header}
        self._result.header_texts.extend(header.texts)

    def _add_row(self, cells: Sequence[Cell], at: int, candidate: TableCandidate) -> None:
        distinct = [cell for cell in dict.fromkeys(cells) if not cell.is_blank]
        if not distinct or _is_column_count_row(distinct):
            return
        if (note := _find_note(cells, distinct)) is not None:
            self._result.lines.setdefault(candidate.block, []).append(note)
            return
        if (section := self._find_section(cells, distinct)) is not None:
            self._start_section(section)
            return
        row = TableRow(self._columns(cells), at, self._after_break, at in candidate.table.hidden_rows)
        self._after_break = False
        if not any(row.has(column) for column in Column if column is not Column.NUMBER):
            return
        self._place_row(row)

    def _columns(self, cells: Sequence[Cell]) -> dict[Column, list[tuple[Header, Cell]]]:
        columns: dict[Column, list[tuple[Header, Cell]]] = {}
        visited: set[tuple[Column, Cell]] = set()
        for header, cell in zip(self._headers, cells, strict=False):
            column = header.column if header else self._column_without_header(cell)
            if column is None or cell.is_blank or (column, cell) in visited:
                continue
            visited.add((column, cell))
            columns.setdefault(column, []).append((header or Header(column, ""), cell))
        return columns

    def _column_without_header(self, cell: Cell) -> Column | None:
        if cell.is_blank:
            return None
        has_number = any(head and head.column is Column.NUMBER for head in self._headers)
        if not has_number and parse_integer(cell.text) is not None:
            return Column.NUMBER
        has_aspect = any(head and head.column is Column.ASPECT for head in self._headers)
        return Column.REMARKS if has_aspect else Column.ASPECT

    def _find_section(self, cells: Sequence[Cell], distinct: Sequence[Cell]) -> str | None:
        """Return the title of the section that the row begins; None where it begins none."""
        text = _tidy_title(distinct[0])
        if len(distinct) == 1:
            is_first = distinct[0] in cells[:2]
            is_heading = is_first and (_HEADING.match(text) or self._is_in_number_column(cells, distinct[0], text))
            return text if _is_wide(cells, distinct[0]) or is_heading else None
        if len(distinct) > 2 or cells[0] is not distinct[0] or parse_integer(text) is None:
            return None
        title, span = _tidy_title(distinct[1]), sum(cell is distinct[1] for cell in cells)
        # 一 | 加强宣传 | | |: the rows are numbered 1, 2, 3 and the sections in Chinese.
        is_bare = not re.search(r"\d", text) and len(title) <= 30 and not _SENTENCE_END.search(title)
        return title if 1 < span >= len(cells) - 2 or (span == 1 and is_bare) else None

    def _is_in_number_column(self, cells: Sequence[Cell], cell: Cell, text: str) -> bool:
        """Whether a heading stands in the column of numbers, the rest of its row blank."""
        header = self._headers[0]
        is_first = cells[0] is cell and header is not None and header.column is Column.NUMBER
        return is_first and parse_integer(text) is None and 3 < len(text) <= 40 and not _SENTENCE_END.search(text)

    def _start_section(self, text: str) -> None:
        """Start a section: it replaces one of its kind, or stands below another."""
        ordinal = leading_ordinal(text)
        style = ordinal.style if ordinal else ""
        if style in self._sections:
            kinds = list(self._sections)
            self._sections = {kind: self._sections[kind] for kind in kinds[: kinds.index(style)]}
        self._sections[style] = text
        self._aspect = ""
        self._scope += 1
        self._after_break = False

    # --- rows into entries ------------------------------------------------------------------------

    @property
    def _key_column(self) -> Column:
        """The column that says which rows belong together."""
        has_suggestion = any(head and head.column is Column.SUGGESTION for head in self._headers)
        return Column.SUGGESTION if has_suggestion else Column.TASKS

    @property
    def _key_is_coarser_task(self) -> bool:
        """Whether the suggestion's column is one of tasks, with a finer one beside it."""
        return any(head and head.column is Column.SUGGESTION and is_task_header(head) for head in self._headers)

    def _place_row(self, row: TableRow) -> None:
        last = self._entries[-1] if self._entries else None
        same_scope = last is not None and last.scope == self._scope
        if last is not None and (same_scope or row.follows_break):
            if self._is_continuation(row, last):
                self._append_continuation(row, last)
                return
            if same_scope and self._is_same_entry(row, last):
                self._inherit_duties(row, last)
                last.rows.append(row)
                last.origin = Origin(last.origin.table, last.origin.first_row, row.at + 1)
                return
        self._aspect = tidy_text(row.text(Column.ASPECT)).replace("\n", "") or self._aspect
        section = " / ".join(self._sections.values())
        origin = Origin(self._table, row.at + 1, row.at + 1)
        entry = TableEntry([row], section, self._aspect, self._scope, origin, self._header_count)
        self._entries.append(entry)
        self._result.entries.append(entry)

    def _is_same_entry(self, row: TableRow, last: TableEntry) -> bool:
        """Whether the row is one more task of the suggestion before it."""
        mine = [cell for _, cell in row.cells.get(self._key_column, ())]
        above = [cell for _, cell in last.rows[-1].cells.get(self._key_column, ())]
        if any(cell is other for cell in mine for other in above):
            # 二级任务 merged over rows numbered one by one: each number is a row of its own.
            return not self._key_is_coarser_task or self._has_same_number(row, last)
        if self._key_column is Column.TASKS:  # without suggestions, what has one number is one item
            return last.first(Column.NUMBER) is not None and self._has_same_number(row, last)
        if mine:
            return False
        return self._key_column is Column.SUGGESTION and row.has(Column.TASKS) and self._has_same_number(row, last)

    def _has_same_number(self, row: TableRow, last: TableEntry) -> bool:
        """Whether the row stands under the number and aspect of the one before."""
        number = row.cells.get(Column.NUMBER)
        is_shared = not number or number[0][1] is last.first(Column.NUMBER)
        return is_shared and self._has_same_aspect(row, last)

    def _has_same_aspect(self, row: TableRow, last: TableEntry) -> bool:
        aspect = row.cells.get(Column.ASPECT)
        return not aspect or aspect[0][1] is last.rows[-1].cells.get(Column.ASPECT, [(None, EMPTY)])[0][1]

    def _inherit_duties(self, row: TableRow, last: TableEntry) -> None:
        """Let a further task without duties have those of the task above it."""
        if not any(row.has(column) for column in DUTIES):
            for column in DUTIES:
                if column in last.rows[-1].cells:
                    row.cells[column] = last.rows[-1].cells[column]

    def _is_continuation(self, row: TableRow, last: TableEntry) -> bool:
        """Whether the row is the end of the one before it, which a page cut in two."""
        before = last.rows[-1]
        if not self._has_same_number(row, last) or any(
            cell is other
            for column in (Column.SUGGESTION, Column.TASKS)
            for _, cell in row.cells.get(column, ())
            for _, other in before.cells.get(column, ())
        ):
            return False
        texts = [column for column in (Column.SUGGESTION, Column.TASKS) if row.has(column)]
        if not texts:  # a rest of names only, at a break; elsewhere a row without any text is somebody's slip
            return True
        duties = [column for column in DUTIES if row.has(column) and not self._is_shared(row, before, column)]
        is_cut = any(before.has(column) and not _SENTENCE_END.search(before.text(column)) for column in texts)
        begins = any(leading_ordinal(tidy_text(row.text(column))) for column in texts[:1])
        if duties:
            return row.follows_break and is_cut and not begins and not self._is_numbered_by_row()
        if begins and self._key_column in texts:
            return False
        is_numbered = leading_ordinal(tidy_text(last.text(self._key_column))) is not None
        return any(before.has(column) for column in DUTIES) and (is_cut or (row.follows_break and is_numbered))

    @staticmethod
    def _is_shared(row: TableRow, before: TableRow, column: Column) -> bool:
        above = {cell for _, cell in before.cells.get(column, ())}
        return all(cell in above for _, cell in row.cells[column])

    def _is_numbered_by_row(self) -> bool:
        """Whether each row so far has a number, so that one without is suspicious."""
        numbers = [entry.first(Column.NUMBER) for entry in self._entries]
        return not any(numbers) or len(set(numbers)) < len(numbers)

    def _append_continuation(self, row: TableRow, last: TableEntry) -> None:
        before = last.rows[-1]
        for column, cells in row.cells.items():
            if column in (Column.NUMBER, Column.ASPECT) or self._is_shared(row, before, column):
                continue
            for header, cell in cells:
                at = next((i for i, (own, _) in enumerate(before.cells.get(column, ())) if own == header), None)
                if at is None:
                    before.cells.setdefault(column, []).append((header, cell))
                else:
                    joined = Cell(_join_cell_halves(before.cells[column][at][1].raw_text, cell.raw_text, column))
                    self._replace(last, column, at, joined)
        last.origin = Origin(last.origin.table, last.origin.first_row, row.at + 1)

    @staticmethod
    def _replace(entry: TableEntry, column: Column, at: int, joined: Cell) -> None:
        old = entry.rows[-1].cells[column][at][1]
        for row in entry.rows:
            row.cells[column] = [(head, joined if cell is old else cell) for head, cell in row.cells.get(column, ())]


def _tidy_title(cell: Cell) -> str:
    return tidy_text(cell.text).replace("\n", "")


def _is_wide(cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether the only text of a row reaches over most of it."""
    span = sum(other is cell for other in cells)
    return span >= max(2, len(cells) - 1) or (len(cells) > 2 and span > len(cells) // 2)


def _find_note(cells: Sequence[Cell], distinct: Sequence[Cell]) -> str | None:
    """Return the text of a row that is a total or a note; None where it is none."""
    text = _tidy_title(distinct[0])
    if len(distinct) > 1:
        return text if _TOTAL.match(text) else None
    is_title = _is_wide(cells, distinct[0]) and (_TITLE.search(text) or len(text) > 80)
    return distinct[0].text if is_title or _TOTAL.match(text) or _NOTE.match(text) else None


def _join_cell_halves(first: str, second: str, column: Column) -> str:
    """Join the two halves of a cell that a page cut."""
    if column in (Column.SUGGESTION, Column.TASKS):
        return first + ("\n" if _SENTENCE_END.search(first) else SOFT_BREAK) + second
    return first + (SOFT_BREAK if column is Column.DEPARTMENTS else "\n") + second
