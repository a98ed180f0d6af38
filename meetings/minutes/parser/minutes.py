"""Reading of a file into minutes; it looks nothing up and saves nothing."""

import re

from meetings.core.converter import converter
from meetings.core.issue_codes import ProblemCode
from meetings.core.text import fold_text, remove_whitespace
from meetings.minutes.documents import Document, Paragraph, UnreadableDocumentError, UnreadableReason
from meetings.minutes.parser.issues import ParserIssue

from .column_evidence import NO_NAMES, KnownNames
from .column_headers import Column
from .count_check import check_counts
from .formulas import list_formulas
from .label_rows import split_label_row
from .layout_choice import list_found_tables
from .metadata import parse_meeting
from .row_numbers import parse_numbers
from .rows import DocumentContext, RowParser
from .schema import LayoutChoice, ParsedMinutes, ParsedRow
from .table_candidates import arrange_document
from .table_entries import DUTIES
from .table_segmentation import Breakdown, parse_breakdown
from .title_year import find_title_year

#: A column whose lack is said once. What a table may well do without (number, aspect, remarks) is not asked for.
_EXPECTED_COLUMNS = (
    Column.SUGGESTION,
    Column.TASKS,
    Column.DEPARTMENTS,
    Column.LEADERS,
    Column.DEADLINE,
    Column.SOURCES,
)
_MOST_NAMED = 20
_FIRST_LEADS = re.compile(
    r"(?:列|排|排名|排列|序列)(?:在|于)?(?:首位|第一位?|最前面?)(?:的|者)?[^。；]{0,12}(?:牵头|主办|总负责|汇总)|第一(?:个)?(?:责任)?(?:单位|部门)[^。；]{0,4}为牵头"
)


def parse_minutes(
    document: Document, *, known: KnownNames = NO_NAMES, layout: LayoutChoice | None = None
) -> ParsedMinutes:
    """Return the minutes in ``document``.

    ``known``: the names of the register, which tell columns of departments and people from others; ``layout``: the
    tables and columns that a person chose. Where no table is one of tasks there are no rows, and the tables are left
    for a person to choose from. Raises UnreadableDocumentError (NO_TASK_TABLE) where there is no table either.
    """
    document = arrange_document(document)
    breakdown = parse_breakdown(document, known, layout)
    tables = list_found_tables(breakdown.candidates)
    if not breakdown.entries and not tables:
        raise UnreadableDocumentError(UnreadableReason.NO_TASK_TABLE)
    before, around = _split_lines(document, breakdown)
    meeting, issues = parse_meeting(before, around)
    issues.extend(_check_columns(breakdown) if breakdown.entries else ())
    issues.extend(_check_heads(breakdown) if breakdown.entries and layout is None else ())
    heads_and_lines = fold_text("。".join([*around, *breakdown.header_texts]))
    titles = [text for of in breakdown.candidates if of.is_chosen for text in (of.title, of.table.name)]
    year = find_title_year([*titles, *(line for line in before[:4] if len(line) <= 40)], meeting)
    context = DocumentContext(
        frozenset(breakdown.columns),
        meeting.issued_on,
        meeting.held_on,
        bool(_FIRST_LEADS.search(heads_and_lines)),
        year[0] if year else None,
    )
    numbers, task_texts, number_issues = parse_numbers(breakdown.entries, context.columns)
    issues.extend(number_issues)
    rows: list[ParsedRow] = []
    row_problems: list[ParserIssue] = []
    carried: list[str] = []
    for position, (entry, number) in enumerate(zip(breakdown.entries, numbers, strict=True), start=1):
        reader = RowParser(entry, position, context)
        rows.append(reader.row(number, task_texts))
        row_problems.extend(reader.problems)
        carried.extend(reader.prefixed_names)
    if year and (count := sum(map(_takes_year, rows))):
        parameters = {"year": year[0], "count": count}
        issues.append(ParserIssue(None, "deadline", year[1], ProblemCode.YEAR_OF_TITLE, parameters))
    if carried:
        names = list(dict.fromkeys(carried))
        value = "、".join(names[:5]) + ("…" if len(names) > 5 else "")
        issues.append(ParserIssue(None, "departments", value, ProblemCode.CARRIED_PREFIX, {"count": len(names)}))
    issues.extend(check_counts(around, rows))
    return ParsedMinutes(meeting, tuple(rows), (*issues, *row_problems), tables)


def require_rows(minutes: ParsedMinutes) -> ParsedMinutes:
    """Return ``minutes`` that have rows, else raise UnreadableDocumentError."""
    if not minutes.rows:
        raise UnreadableDocumentError(UnreadableReason.NO_TASK_TABLE)
    return minutes


def _takes_year(row: ParsedRow) -> bool:
    """Return whether a deadline of the row got a year that it does not print."""
    return any(
        deadline.due_date is not None and not re.search(r"\d{4}|\d{2}年|[今本明次]年", deadline.text)
        for task in row.tasks
        for deadline in (task.deadline, *task.milestones)
    )


def _split_lines(document: Document, breakdown: Breakdown) -> tuple[list[str], list[str]]:
    """Return the lines before the first task table, and those outside of all."""
    before: list[str] = []
    around: list[str] = []
    for at, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            lines = [block.text]
        elif at in breakdown.lines:
            lines = breakdown.lines[at]
        elif block.is_hidden or at in breakdown.task_blocks:
            lines = []
        else:
            lines = [line for row in block.rows for line in split_label_row(row)]
        around.extend(line for line in lines if line.strip())
        if breakdown.first_block is not None and at <= breakdown.first_block:
            before = list(around)
    return before, around


def _check_columns(breakdown: Breakdown) -> list[ParserIssue]:
    issues = []
    for column in _EXPECTED_COLUMNS:
        if column not in breakdown.columns:
            code = ProblemCode.TASKS_FROM_SUGGESTIONS if column is Column.TASKS else ProblemCode.MISSING_COLUMN
            issues.append(ParserIssue(None, str(column), "", code))
    if breakdown.notes:
        parameters = {"count": len(breakdown.notes)}
        issues.append(ParserIssue(None, "tasks", "；".join(breakdown.notes), ProblemCode.ROWS_LEFT_OUT, parameters))
    tables = [part.table for of in breakdown.candidates if of.is_chosen for part in of.parts]
    if formulas := list(dict.fromkeys(at for table in tables for at in list_formulas(table))):
        value = "、".join(formulas[:_MOST_NAMED]) + "…" * (len(formulas) > _MOST_NAMED)
        issues.append(ParserIssue(None, "tasks", value, ProblemCode.NO_TEXT))
    issues.extend(ParserIssue(None, "tasks", name, ProblemCode.HIDDEN_SHEET) for name in breakdown.hidden_sheets)
    issues.extend(ParserIssue(None, "tasks", title, ProblemCode.TABLE_LEFT_OUT) for title in breakdown.omitted_titles)
    return issues


def _check_heads(breakdown: Breakdown) -> list[ParserIssue]:
    """Ask about columns of people or days whose heads do not say so."""
    columns = [
        (kind, of.text)
        for candidate in breakdown.candidates
        if candidate.is_chosen and candidate.layout
        for of, kind in zip(candidate.layout.columns, candidate.layout.kinds, strict=True)
        if kind and kind.column in DUTIES and of.text.strip()
        if of.header is None or of.header.column is not kind.column
    ]
    return [
        ParserIssue(None, str(kind.column), remove_whitespace(text), ProblemCode.COLUMN_BY_CELLS)
        for kind, text in dict.fromkeys(columns)
    ]


# --- the JSON contract ----------------------------------------------------------------------------


def to_json(minutes: ParsedMinutes) -> dict:
    """Return the minutes as ``import_minutes --json`` prints them.

    None is what the file does not state; the messages are in the active language (docs/domain.md, Contracts).
    """
    rows = converter.unstructure(minutes.rows)
    for row in rows:
        del row["origin"]
        for task in row["tasks"]:
            for deadline in (task["deadline"], *task["milestones"]):
                del deadline["review_months"], deadline["review_days"]
    return {
        "meeting": converter.unstructure(minutes.meeting),
        "rows": rows,
        "problems": [
            {"row": problem.row, "column": problem.column, "value": problem.value, "message": problem.message}
            for problem in minutes.problems
        ],
    }
