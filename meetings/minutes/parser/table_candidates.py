"""Candidate task tables: joined across pages, each with its layout and points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from meetings.core.text import fold_text, tidy_text
from meetings.minutes.documents.model import Cell, Document, Paragraph, Table

from .card_tables import is_card, join_cards
from .column_evidence import KnownNames
from .column_headers import Column, Header, HeaderRows, find_header_rows
from .continued_tables import begins_with_head, fit_columns, parts_a_table
from .dittos import resolve_dittos
from .formulas import without_formulas
from .item_lists import find_list
from .layout import Layout, LayoutScorer, Second, find_layout
from .ordinals import parse_count
from .row_kinds import fold_cells, is_wide, list_filled, tidy_title
from .side_by_side import stack_lists
from .weights import WEIGHTS, Weights

_PROGRESS_REPORT = re.compile(r"(?:完成|落实|办理|整改|进展)情况")
_NAMES_TASKS = re.compile(
    r"任务|分工|分解|措施|举措|整改|督办|督查|议定|落实|台账|重点工作|工作要点|行动计划|交办|责任"
)
_NAMES_OTHERS = re.compile(
    r"项目|诉求|需求|指标|名单|名录|通讯录|目录|预算|经费|投资|资金|代码|签到|日程|议程|一览|联系|考核|评分|统计|编码|人员"
)
_COUNTED = re.compile(r"(\d{1,4}|[一二两三四五六七八九十百]{1,5})(?:条|项|件|个)")
#: 2026年3月1日, （第3号）, 单位：万元 and 附件2 are no titles.
_NO_TITLE = re.compile(
    r"(?!附)[^:：]{2,10}[:：].+"
    r"|[（(]?[\d年月日号第次会议通过印发.\-－—/ ]+[）)]?|[（(]?单位[:：].{0,6}|附件?表?\d*[:：]?|续表"
)
_YEAR = re.compile(r"(?<!\d)20\d{2}(?!\d)")
_LINES_ABOVE = 5
#: Places of a sheet where another table may begin, and rows that show whether one does.
_MOST_BREAKS = 40
_ROWS_OF_HEAD = 12


@dataclass(frozen=True, slots=True)
class Head:
    """A head within a table: its rows, and what each position below it holds."""

    rows: HeaderRows
    headers: tuple[Header | None, ...]


@dataclass(slots=True)
class TablePart:
    """A table of the document, by its block and its number among the tables, from 1.

    ``first`` and ``end``: the rows of it, where a sheet holds several tables one below the other.
    """

    block: int
    number: int
    table: Table
    first: int = 0
    end: int | None = None

    @property
    def rows(self) -> Sequence[Sequence[Cell]]:
        return self.table.rows[self.first : self.end]


@dataclass(slots=True)
class TableCandidate:
    """A table, joined from its parts on several pages, and the best way to read it.

    ``number``: its place among the candidates, from 1; ``score``: the points of its columns, its title and its number
    of rows; ``is_plausible``: whether it could be a table of tasks; ``is_chosen``: whether it holds the tasks;
    ``second``: the next best reading of its columns, where there is one.
    """

    parts: list[TablePart]
    layout: Layout | None
    number: int = 0
    title: str = ""
    score: float = 0.0
    is_plausible: bool = False
    is_chosen: bool = False
    second: Second | None = None
    heads: list[Head] = field(default_factory=list)

    @property
    def rows(self) -> list[Sequence[Cell]]:
        return [row for part in self.parts for row in part.rows]

    def find_heads_in(self, part: TablePart) -> tuple[dict[int, Head], int]:
        """Return the heads in a part by their first rows, and where rows can begin."""
        offset = 0
        for other in self.parts:
            if other is part:
                break
            offset += len(other.rows)
        heads = {
            head.rows.first - offset + part.first: head
            for head in self.heads
            if offset <= head.rows.first < offset + len(part.rows)
        }
        return heads, min(heads, default=0) if part is self.parts[0] else part.first

    @property
    def table(self) -> Table:
        return self.parts[0].table

    @property
    def columns(self) -> set[Column]:
        return self.layout.has if self.layout else set()

    @property
    def head_texts(self) -> list[str]:
        """The head's words, folded, for comparing tables."""
        return [fold_text(of.text) for of in self.layout.columns] if self.layout and self.layout.head else []

    @property
    def is_progress_report(self) -> bool:
        return Column.DEADLINE not in self.columns and any(map(_PROGRESS_REPORT.search, self.head_texts))


def arrange_document(document: Document) -> Document:
    """Return the document with its cards and its list as tables behind the others.

    What only points to the cell above (同上) is what stands there.
    """
    if document.is_arranged:
        return document
    document = stack_lists(resolve_dittos(without_formulas(document)))
    found = [*join_cards(document), *filter(None, [find_list(document)])]
    return Document((*document.blocks, *found), is_arranged=True)


def find_candidates(document: Document, known: KnownNames, weights: Weights = WEIGHTS) -> list[TableCandidate]:
    """Return the document's tables in their order, those that go on over pages joined."""
    candidates: list[TableCandidate] = []
    tables = [(at, block) for at, block in enumerate(document.blocks) if isinstance(block, Table)]
    cards = {at for at, table in tables if is_card(table)}
    for number, (at, table) in enumerate(tables, start=1):
        if at in cards:
            continue
        for part in _split_sheet(TablePart(at, number, table), known, weights):
            _add_part(document, candidates, part, known, weights)
    counts = _claimed_counts(document)
    for number, candidate in enumerate(candidates, start=1):
        candidate.number = number
        if len(candidate.parts) > 1:
            candidate.layout = find_layout(candidate.rows, known, weights)
        if candidate.layout:
            candidate.second = LayoutScorer(candidate.rows, known, weights).find_second(candidate.layout)
            candidate.heads = _find_heads(candidate, known, weights)
            candidate.score = candidate.layout.score + _score_around(candidate, counts, weights)
            candidate.is_plausible = candidate.layout.is_of_tasks and candidate.score >= weights.least_score
    return candidates


def _add_part(
    document: Document, candidates: list[TableCandidate], part: TablePart, known: KnownNames, weights: Weights
) -> None:
    """Add a part to the candidate that it goes on with, or as one of its own."""
    if candidates and _continues(document, candidates[-1], part, known):
        candidates[-1].parts.append(part)
        return
    candidates.append(TableCandidate([part], find_layout(part.rows, known, weights), title=_find_title(document, part)))


def _split_sheet(part: TablePart, known: KnownNames, weights: Weights) -> list[TablePart]:
    """Return the tables, each with its head, that stand below each other in a sheet."""
    rows, numbers = part.table.rows, part.table.row_numbers
    starts, tried = [0], 0
    for at in range(2, len(rows) - 1) if numbers else ():
        is_apart = numbers[at] > numbers[at - 1] + 1 or not list_filled(rows[at - 1])
        if not (is_apart or len(list_filled(rows[at])) == 1) or tried == _MOST_BREAKS:
            continue
        tried += 1
        before = find_layout(rows[starts[-1] : at], known, weights)
        layout = find_layout(rows[at : at + _ROWS_OF_HEAD], known, weights)
        # What has no head of its own above is the title over this one.
        if (
            before
            and before.head
            and layout
            and layout.head
            and not any(len(list_filled(row)) > 1 for row in rows[at : at + layout.head.first])
        ):
            starts.append(at)
    ends = [*starts[1:], len(rows)]
    return [replace(part, first=start, end=end) for start, end in zip(starts, ends, strict=True)]


def _continues(document: Document, before: TableCandidate, part: TablePart, known: KnownNames) -> bool:
    """Return whether a table goes on with the one before it, on the next page."""
    last = before.parts[-1]
    fitted = None if part.table.name else fit_columns(part.table, before.table.width, before.layout)
    if fitted is None:
        return False
    between = (block for block in document.blocks[last.block + 1 : part.block] if isinstance(block, Paragraph))
    if not all(parts_a_table(tidy_text(block.text), before.title) for block in between):
        return False
    if begins_with_head(fitted.rows, before.layout, before.parts[0].rows, known):
        return False
    part.table = fitted
    return True


def _find_heads(candidate: TableCandidate, known: KnownNames, weights: Weights) -> list[Head]:
    """Return the heads of a candidate: its own, repeated ones, and those of sections."""
    layout, rows = candidate.layout, candidate.rows
    if layout is None or layout.head is None:
        return []
    first = Head(layout.head, layout.headers)
    own, own_row = first.rows.folded_texts, fold_cells(rows[first.rows.first])
    heads = [first]
    after = first.rows.last + 1
    named = {after + found.first: found for found in find_header_rows(rows[after:])}
    at = after
    while at < len(rows):
        texts = fold_cells(rows[at])
        if texts in (own, own_row):
            depth = first.rows.last - first.rows.first if texts != own else 0
            heads.append(Head(replace(first.rows, first=at, last=min(at + depth, len(rows) - 1)), first.headers))
            at += depth
        elif found := named.get(at):
            scorer = LayoutScorer(rows[at:], known, weights)
            section = scorer.score(replace(found, first=0, last=found.last - found.first))
            if section:
                depth = found.last - found.first
                heads.append(Head(replace(found, first=at, last=at + depth), section.headers))
                at += depth
        at += 1
    return heads


def _score_around(candidate: TableCandidate, counts: set[int], weights: Weights) -> float:
    """Return the points for a table's title, its sheet's name and its number of rows."""
    points = 0.0
    if any(_NAMES_TASKS.search(text) for text in (candidate.title, candidate.table.name)):
        points += weights.title_names_tasks
    elif any(_NAMES_OTHERS.search(text) for text in (candidate.title, candidate.table.name)):
        points += weights.title_names_others
    if candidate.layout and candidate.layout.row_count in counts:
        points += weights.counted
    return points


def _claimed_counts(document: Document) -> set[int]:
    """Return how many items the prose says there are (12条, 共57项)."""
    prose = "\n".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    return {count for match in _COUNTED.finditer(prose) if (count := parse_count(match[1])) > 2}


def _find_title(document: Document, part: TablePart) -> str:
    """Return the title over a table: a wide row at its top, else the paragraph above."""
    if part.table.is_list:
        lines = (tidy_text(block.text) for block in document.blocks if isinstance(block, Paragraph))
        return next((text[:60] for text in lines if text and not _NO_TITLE.fullmatch(text)), "")
    for cells in part.rows[:3]:
        filled = list_filled(cells)
        if len(filled) == 1 and (is_wide(cells, filled[0]) or filled[0] is cells[0]):
            return tidy_title(filled[0])[:60]
        if filled:
            break
    return _title_above(document, part.block)


def _title_above(document: Document, at: int) -> str:
    """Return the last line above the block at ``at`` that can be a title."""
    for block in reversed(document.blocks[max(0, at - _LINES_ABOVE) : at]):
        if isinstance(block, Table):
            return ""
        text = tidy_text(block.text)
        if text and not _NO_TITLE.fullmatch(text):
            return text[:60]
    return ""


def choose_candidates(candidates: Sequence[TableCandidate], weights: Weights = WEIGHTS) -> None:
    """Mark the candidates that hold the tasks: the best, and those that are as good."""
    plausible = [of for of in candidates if of.is_plausible and not of.table.is_hidden]
    has_deadlines = any(Column.DEADLINE in of.columns for of in plausible)
    plausible = [of for of in plausible if not (of.is_progress_report and has_deadlines)]
    # A list in the prose says again what a table beside it says.
    printed = [of for of in plausible if not of.table.is_list]
    best_list = max((of.score for of in plausible if of.table.is_list), default=0.0)
    if any(of.score >= weights.least_share * best_list for of in printed):
        plausible = printed
    plausible = [of for of in plausible if not _is_of_an_earlier_year(of, plausible)]
    best = max(plausible, key=lambda of: of.score, default=None)
    for of in plausible:
        of.is_chosen = best is not None and (
            of.head_texts == best.head_texts != [] or of.score >= weights.least_share * best.score
        )


def _is_of_an_earlier_year(sheet: TableCandidate, others: Sequence[TableCandidate]) -> bool:
    """Return whether a workbook has a sheet with the same heads for a later year, too."""
    year = _YEAR.search(f"{sheet.table.name} {sheet.title}") if sheet.table.name else None
    later = (
        _YEAR.search(f"{of.table.name} {of.title}")
        for of in others
        if of.table.name != sheet.table.name and of.head_texts == sheet.head_texts
    )
    return year is not None and any(match is not None and match[0] > year[0] for match in later)
