"""Segmentation of tables into entries: which rows make up one suggestion.

No cell is understood yet, only placed. A table's rows are not the minutes' rows: heads are repeated, a page cuts a row
in two, a section's name fills a row, a suggestion merged over three rows has three tasks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from meetings.core.text import fold_text, remove_whitespace, tidy_text
from meetings.minutes.documents.model import EMPTY, Cell, Document, Paragraph

from .column_evidence import NO_NAMES, KnownNames, is_number
from .column_headers import Column, Header
from .cut_rows import GOES_ON, SENTENCE_END, are_halves, join_halves
from .label_rows import is_form, split_label_row
from .layout_choice import apply_choice
from .ordinals import leading_ordinal, parse_integer
from .row_kinds import find_note, is_column_count_row, is_wide, list_filled, tidy_title
from .schema import LayoutChoice, Origin
from .table_candidates import Head, TableCandidate, TablePart, choose_candidates, find_candidates
from .table_entries import DUTIES, TableEntry, TableRow

_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[部方章节类])"
)
_NAMES_TABLE = re.compile(r"(?:任务|责任|工作|措施)(?:的)?(?:分解|分工|清单|台账|安排)|分解表|分工表|清单$|如下")


@dataclass(slots=True)
class Breakdown:
    """The task tables of a document.

    ``lines``: what stands in their rows above the head and below the last row, with the position of the block it
    belongs to; ``notes``: what of it stands below the head.
    """

    entries: list[TableEntry] = field(default_factory=list)
    columns: set[Column] = field(default_factory=set)
    lines: dict[int, list[str]] = field(default_factory=dict)
    first_block: int | None = None
    task_blocks: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    header_texts: list[str] = field(default_factory=list)
    candidates: list[TableCandidate] = field(default_factory=list)

    @property
    def hidden_sheets(self) -> list[str]:
        """The hidden sheets that have a task table too."""
        return [of.table.name for of in self.candidates if of.table.is_hidden and of.is_plausible]

    @property
    def omitted_titles(self) -> list[str]:
        """What names the tables that were not taken: titles, else their first cells."""
        titles = (
            of.title or of.table.name or "、".join(tidy_title(cell) for cell in list_filled(of.rows[0]))[:60]
            for of in self.candidates
            if of.layout and not of.is_chosen and not of.table.is_hidden and not is_form(of.rows)
        )
        return list(dict.fromkeys(titles))


def parse_breakdown(document: Document, known: KnownNames = NO_NAMES, choice: LayoutChoice | None = None) -> Breakdown:
    """Return the task tables and entries of ``document``, if there are any.

    ``choice``: the tables and kinds of columns that a person chose; without it the best ones are taken.
    """
    candidates = find_candidates(document, known)
    if choice is None:
        choose_candidates(candidates)
    else:
        apply_choice(candidates, choice)
    result = Breakdown(candidates=candidates)
    by_block: dict[int, list[tuple[TableCandidate, TablePart]]] = {}
    for candidate in candidates:
        for part in candidate.parts:
            by_block.setdefault(part.block, []).append((candidate, part))
    is_single = sum(candidate.is_chosen for candidate in candidates) == 1
    heading = ""
    builder: _EntryBuilder | None = None
    for at, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            heading = _next_heading(tidy_text(block.text), heading)
            continue
        for candidate, part in by_block.get(at, ()):
            if not candidate.is_chosen:
                continue
            if result.first_block is None:
                result.first_block = at
            if builder is None or (part is candidate.parts[0] and not builder.has_same_head(candidate)):
                builder = _EntryBuilder(result, candidate)
            result.task_blocks.add(at)
            # 二、任务分解 above the only table is what the table is, not what its rows are about; a list has its own.
            is_title = is_single and _NAMES_TABLE.search(heading)
            builder.add(candidate, part, "" if is_title or part.table.is_list else heading)
            heading = ""
    return result


def _next_heading(text: str, before: str) -> str:
    """Return the heading that holds below a paragraph; prose ends it."""
    if _HEADING.match(text) and len(text) <= 60 and not text.endswith("。"):
        return text
    return before if len(text) <= 4 else ""


class _EntryBuilder:
    """Builds entries out of the rows of one run of tables that share a head."""

    def __init__(self, result: Breakdown, candidate: TableCandidate) -> None:
        self._result = result
        self._entries: list[TableEntry] = []
        self._headers: tuple[Header | None, ...] = candidate.layout.headers if candidate.layout else ()
        self._head_texts = candidate.head_texts
        self._width = candidate.table.width
        self._sections: dict[str, str] = {}
        self._aspect = ""
        self._scope = len(result.entries)
        self._table = 0
        self._after_break = False
        self._header_count = 0
        self._is_sheet = bool(candidate.table.row_numbers)
        if not candidate.heads:
            result.columns |= candidate.columns

    def has_same_head(self, candidate: TableCandidate) -> bool:
        """Return whether a later table's head is this one's, repeated."""
        return candidate.table.width == self._width and candidate.head_texts == self._head_texts != []

    def add(self, candidate: TableCandidate, part: TablePart, heading: str) -> None:
        """Add the rows of a part of a candidate, which stands under ``heading``."""
        if self._entries:
            self._after_break = True
        if heading:
            self._sections, self._aspect = {"": heading}, ""
            self._scope += 1
        self._table = part.number
        heads, first = candidate.find_heads_in(part)
        lines = self._result.lines.setdefault(part.block, [])
        at = part.first
        while at < part.first + len(part.rows):
            cells = part.table.rows[at]
            if at < first and is_wide(cells, cells[0]) and _HEADING.match(tidy_title(cells[0])) and not lines:
                self._start_section(tidy_title(cells[0]))
            elif at < first:
                lines.extend(split_label_row(cells))
            elif head := heads.get(at):
                self._add_head(head)
                at += head.rows.last - head.rows.first
            else:
                self._add_row(cells, at, part)
            at += 1

    def _add_head(self, head: Head) -> None:
        if self._header_count and head.headers != self._headers:
            self._aspect = ""
            self._scope += 1
        self._headers = head.headers
        self._header_count += 1
        self._after_break = bool(self._entries)
        self._result.columns |= {header.column for header in head.headers if header}
        self._result.header_texts.extend(head.rows.texts)

    def _add_row(self, cells: Sequence[Cell], at: int, part: TablePart) -> None:
        filled = list_filled(cells)
        if not filled or is_column_count_row(filled):
            return
        if (note := find_note(cells, filled)) is not None:
            self._result.lines.setdefault(part.block, []).append(note)
            self._result.notes.append(" ".join(tidy_title(cell) for cell in filled))
            return
        below = part.table.rows[at + 1] if at + 1 < part.first + len(part.rows) else ()
        if self._is_group(cells, below):
            self._start_section(tidy_title(filled[-1]))
            return
        if (section := self._find_section(cells, filled)) is not None:
            self._start_section(section)
            return
        row = TableRow(self._columns(cells), at, self._after_break, at in part.table.hidden_rows)
        self._after_break = False
        if not any(row.has(column) for column in Column if column is not Column.NUMBER):
            return
        self._place_row(row)

    def _columns(self, cells: Sequence[Cell]) -> dict[Column, list[tuple[Header, Cell]]]:
        columns: dict[Column, list[tuple[Header, Cell]]] = {}
        visited: set[tuple[Column, Cell]] = set()
        for header, cell in zip(self._headers, cells, strict=False):
            header = header or Header(Column.REMARKS, "")
            if cell.is_blank or (header.column, cell) in visited:
                continue
            visited.add((header.column, cell))
            columns.setdefault(header.column, []).append((header, cell))
        return columns

    def _is_group(self, cells: Sequence[Cell], below: Sequence[Cell]) -> bool:
        """Return whether a row names only a group: 1 | 提升服务 above 1.1 | | 一窗通办."""
        mine, others = self._columns(cells), self._columns(below)
        return set(mine) == {Column.NUMBER, Column.ASPECT} and Column.ASPECT not in others and Column.TASKS in others

    def _find_section(self, cells: Sequence[Cell], filled: Sequence[Cell]) -> str | None:
        """Return the title of the section that the row begins; None where it begins none."""
        text = tidy_title(filled[0])
        if len(filled) == 1:
            is_first = filled[0] in cells[:2]
            is_heading = is_first and (_HEADING.match(text) or self._is_in_number_column(cells, filled[0], text))
            return text if is_wide(cells, filled[0]) or is_heading else None
        if len(filled) > 2 or cells[0] is not filled[0] or parse_integer(text) is None:
            return None
        title, span = tidy_title(filled[1]), sum(cell is filled[1] for cell in cells)
        # 一 | 加强宣传 | | |: the rows are numbered 1, 2, 3 and the sections in Chinese.
        is_bare = not re.search(r"\d", text) and len(title) <= 30 and not SENTENCE_END.search(title)
        return title if 1 < span >= len(cells) - 2 or (span == 1 and is_bare) else None

    def _is_in_number_column(self, cells: Sequence[Cell], cell: Cell, text: str) -> bool:
        """Return whether a heading stands in the numbers' column of a row else blank."""
        header = self._headers[0]
        is_first = cells[0] is cell and header is not None and header.column is Column.NUMBER
        return is_first and parse_integer(text) is None and 3 < len(text) <= 40 and not SENTENCE_END.search(text)

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

    def _place_row(self, row: TableRow) -> None:
        last = self._entries[-1] if self._entries else None
        same_scope = last is not None and last.scope == self._scope
        if last is not None and (same_scope or row.follows_break) and not self._has_own_number(row, last):
            if self._is_continuation(row, last):
                self._append_continuation(row, last)
                return
            if same_scope and self._is_same_entry(row, last):
                self._inherit_duties(row, last)
                last.rows.append(row)
                last.origin = Origin(last.origin.table, last.origin.first_row, row.at + 1)
                return
        # Of a group and what it is divided into, blank cells of both say what stands above.
        if (
            last is not None
            and same_scope
            and self._aspect
            and not (row.has(Column.ASPECT) or row.has(Column.SUGGESTION))
        ):
            row.cells |= {column: of for column, of in last.rows[-1].cells.items() if column is Column.SUGGESTION}
        self._aspect = tidy_text(row.text(Column.ASPECT)).replace("\n", "") or self._aspect
        section = " / ".join(self._sections.values())
        origin = Origin(self._table, row.at + 1, row.at + 1)
        entry = TableEntry([row], section, self._aspect, self._scope, origin, self._header_count)
        self._entries.append(entry)
        self._result.entries.append(entry)

    @staticmethod
    def _has_own_number(row: TableRow, last: TableEntry) -> bool:
        """Return whether a number of its own makes the row an entry of its own."""
        cell, above = row.first(Column.NUMBER), last.first(Column.NUMBER)
        if cell is None or above is None or cell is above or not is_number(cell.text):
            return False
        return remove_whitespace(cell.text) != remove_whitespace(above.text)

    def _is_same_entry(self, row: TableRow, last: TableEntry) -> bool:
        """Return whether the row is one more task of the suggestion before it."""
        mine = [cell for _, cell in row.cells.get(self._key_column, ())]
        above = [cell for _, cell in last.rows[-1].cells.get(self._key_column, ())]
        if any(cell is other for cell in mine for other in above):
            return True
        if self._key_column is Column.TASKS:  # without suggestions, what has one number is one item
            return last.first(Column.NUMBER) is not None and self._has_same_number(row, last)
        if mine:
            return False
        return self._key_column is Column.SUGGESTION and row.has(Column.TASKS) and self._has_same_number(row, last)

    def _has_same_number(self, row: TableRow, last: TableEntry) -> bool:
        """Return whether the row stands under the number and aspect of the one before."""
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
        """Return whether the row is the end of the one before it, which a page cut in two."""
        before = last.rows[-1]
        if self._is_cut(row, last):
            return True
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
        if self._is_sheet:  # no page cuts a row of a spreadsheet
            return False
        is_cut = (row.follows_break or self._ends_sentences()) and any(
            before.has(column) and not SENTENCE_END.search(before.text(column)) for column in texts
        )
        begins = any(leading_ordinal(tidy_text(row.text(column))) for column in texts[:1])
        if duties:
            return row.follows_break and is_cut and not begins and not self._is_numbered_by_row()
        if begins and self._key_column in texts:
            return False
        is_numbered = leading_ordinal(tidy_text(last.text(self._key_column))) is not None
        return any(before.has(column) for column in DUTIES) and (is_cut or (row.follows_break and is_numbered))

    def _is_cut(self, row: TableRow, last: TableEntry) -> bool:
        """Return whether a page cut the row, which has no number, off the one before it."""
        if self._is_sheet or not row.follows_break or row.has(Column.NUMBER):
            return False
        numbers = [entry.first(Column.NUMBER) for entry in self._entries]
        if None in numbers or len(set(numbers)) < len(numbers):
            return False
        # What says by itself what is to be done, and until when or by whom, lacks no more than its number.
        if not row.has(self._key_column):
            return True
        days = [of.text(Column.DEADLINE).strip() for of in (last.rows[-1], row)]
        if all(days):
            return are_halves(*days)
        if any(head and head.column is Column.DEADLINE for head in self._headers):
            return not days[1]
        units, text = last.rows[-1].text(Column.DEPARTMENTS).strip(), last.rows[-1].text(self._key_column)
        is_cut = bool(GOES_ON.search(units)) or (self._ends_sentences() and not SENTENCE_END.search(text))
        return not row.has(Column.DEPARTMENTS) or is_cut

    def _ends_sentences(self) -> bool:
        """Return whether the rows so far end as sentences do: one that does not is cut."""
        texts = [text for entry in self._entries[-20:-1] if (text := entry.text(self._key_column))]
        return 2 * sum(bool(SENTENCE_END.search(text)) for text in texts) >= len(texts)

    @staticmethod
    def _is_shared(row: TableRow, before: TableRow, column: Column) -> bool:
        above = {cell for _, cell in before.cells.get(column, ())}
        return all(cell in above for _, cell in row.cells[column])

    def _is_numbered_by_row(self) -> bool:
        """Return whether each row so far has a number, so that one without is suspicious."""
        numbers = [entry.first(Column.NUMBER) for entry in self._entries]
        return not any(numbers) or len(set(numbers)) < len(numbers)

    def _append_continuation(self, row: TableRow, last: TableEntry) -> None:
        before = last.rows[-1]
        for column, cells in row.cells.items():
            if column is Column.NUMBER or self._is_shared(row, before, column):
                continue
            if column is Column.ASPECT:
                self._append_aspect(row.text(column), last)
                continue
            for header, cell in cells:
                at = next((i for i, (own, _) in enumerate(before.cells.get(column, ())) if own == header), None)
                if at is None:
                    before.cells.setdefault(column, []).append((header, cell))
                else:
                    joined = Cell(join_halves(before.cells[column][at][1].raw_text, cell.raw_text, column))
                    self._replace(last, column, at, joined)
        last.origin = Origin(last.origin.table, last.origin.first_row, row.at + 1)

    def _append_aspect(self, text: str, last: TableEntry) -> None:
        """Append what a page cut off the aspect, unless that is printed again."""
        cells = last.rows[-1].cells.get(Column.ASPECT)
        whole = tidy_text(last.aspect + text).replace("\n", "")
        if not cells or fold_text(text) == fold_text(last.aspect):
            return
        self._replace(last, Column.ASPECT, len(cells) - 1, Cell(whole))
        self._aspect = last.aspect = whole

    @staticmethod
    def _replace(entry: TableEntry, column: Column, at: int, joined: Cell) -> None:
        old = entry.rows[-1].cells[column][at][1]
        for row in entry.rows:
            row.cells[column] = [(head, joined if cell is old else cell) for head, cell in row.cells.get(column, ())]
