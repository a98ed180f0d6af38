"""Numbers of rows: from the 序号 cell, or from the beginning of the suggestion.

In the notice 〔2023〕81号 the column 序号 counts the aspects and the suggestions carry 1) … 12); elsewhere 序号 counts
the rows, restarts in each section, or is not there at all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import remove_whitespace, tidy_text
from meetings.minutes.documents.model import Cell
from meetings.minutes.parser.issues import ParserIssue

from .column_headers import Column
from .ordinals import leading_ordinal, parse_integer, split_numbered_parts
from .table_entries import TableEntry


@dataclass(frozen=True, slots=True)
class EntryNumber:
    """An entry's number and its suggestion without it; or the 序号 that is none."""

    number: int | None
    suggestion: str | None
    unread: str = ""


def parse_numbers(
    entries: Sequence[TableEntry], columns: set[Column] | frozenset[Column]
) -> tuple[list[EntryNumber], dict[Cell, str], list[ParserIssue]]:
    """Return the numbers of ``entries``, whose tables have ``columns``, and doubts.

    With the texts of tasks' cells whose leading number turned out to be the entry's.
    """
    result: list[EntryNumber] = []
    tasks: dict[Cell, str] = {}
    key = Column.SUGGESTION if Column.SUGGESTION in columns else Column.TASKS
    texts = [_key_text(entry, key) for entry in entries]
    by_text = _is_numbered_through([text for text in texts if text])
    owners = Counter(cell for entry in entries if (cell := entry.first(Column.NUMBER)))
    for entry, text in zip(entries, texts, strict=True):
        cell = entry.first(Column.NUMBER)
        number_text = remove_whitespace(cell.text) if cell else ""
        own = parse_integer(number_text) if number_text else None
        ordinal = leading_ordinal(text)
        stripped = text
        number: int | None = None
        if by_text and ordinal:
            number, stripped = ordinal.number, ordinal.rest.strip()
        elif cell is not None and owners[cell] == 1:
            number = own
            if own is not None and ordinal and ordinal.number == own and own > 1:
                stripped = ordinal.rest.strip()
        is_unread = own is None and number is None and number_text.strip("/-—") != ""
        suggestion = (stripped or None) if key is Column.SUGGESTION else None
        result.append(EntryNumber(number, suggestion, number_text if is_unread else ""))
        if key is Column.TASKS and stripped is not text and (first := entry.first(Column.TASKS)):
            tasks[first] = stripped
    return result, tasks, _find_issues(entries, result)


def _key_text(entry: TableEntry, key: Column) -> str:
    cells = dict.fromkeys(cell for row in entry.rows for _, cell in row.cells.get(key, ()))
    return "\n".join(tidy_text(cell.text) for cell in cells)


def _is_numbered_through(texts: Sequence[str]) -> bool:
    """Return whether most texts begin with a number that goes up by one."""
    ordinals = [ordinal for text in texts if (ordinal := leading_ordinal(text))]
    if not ordinals or len(ordinals) < 0.6 * len(texts):
        return False
    if len(texts) == 1:
        return len(split_numbered_parts(texts[0])[1]) == 1
    steps = [two.number - one.number for one, two in pairwise(ordinals)]
    return steps.count(1) >= 0.5 * len(steps) and len({ordinal.style for ordinal in ordinals}) <= 2


def _find_issues(entries: Sequence[TableEntry], result: Sequence[EntryNumber]) -> list[ParserIssue]:
    issues = []
    unread = list(dict.fromkeys(of.unread for of in result if of.unread))
    if unread:
        issues.append(ParserIssue(None, "number", "、".join(unread)[:60], ProblemCode.UNREAD_NUMBER))
    jumps = []
    numbers = [of.number for of in result]
    for (first, one), (second, two) in pairwise(zip(entries, numbers, strict=True)):
        if one is None or two is None or two == one + 1:
            continue
        is_elsewhere = first.scope != second.scope or first.aspect != second.aspect
        restarts = two == 1 and (is_elsewhere or first.header_count != second.header_count)
        if not restarts:
            jumps.append(f"{one}→{two}")
    if jumps:
        issues.append(ParserIssue(None, "number", "、".join(jumps)[:60], ProblemCode.NUMBERS_JUMP))
    return issues
