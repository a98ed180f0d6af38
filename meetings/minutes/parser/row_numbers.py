"""Numbers of rows: from the 序号 cell, or from the beginning of the suggestion.

In the notice 〔2023〕81号 the column 序号 counts the aspects and the suggestions carry 1) … 12); elsewhere 序号 counts
the rows, restarts in each section, or is not there at all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import remove_whitespace, tidy_text
from meetings.minutes.documents.model import Cell
from meetings.minutes.parser.issues import ParserIssue

from .column_headers import Column
from .ordinals import leading_ordinal, parse_integer, split_numbered_parts
from .table_segmentation import TableEntry


@dataclass(slots=True)
class EntryNumbers:
    """The entries' numbers, their suggestions and tasks without them, and doubts."""

    numbers: list[int | None] = field(default_factory=list)
    suggestions: list[str | None] = field(default_factory=list)
    tasks: dict[Cell, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problems: list[ParserIssue] = field(default_factory=list)


def parse_numbers(entries: Sequence[TableEntry], columns: set[Column] | frozenset[Column]) -> EntryNumbers:
    """Return the numbers of ``entries``, whose tables have ``columns``."""
    result = EntryNumbers()
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
        is_unread = bool(number_text) and own is None and number is None and number_text.strip("/-—") != ""
        result.unread.append(number_text if is_unread else "")
        result.numbers.append(number)
        result.suggestions.append((stripped or None) if key is Column.SUGGESTION else None)
        if key is Column.TASKS and stripped is not text:
            cells = [cell for row in entry.rows for _, cell in row.cells.get(Column.TASKS, ())]
            if cells:
                result.tasks[cells[0]] = stripped
    result.problems.extend(_find_issues(entries, result))
    return result


def _key_text(entry: TableEntry, key: Column) -> str:
    cells = dict.fromkeys(cell for row in entry.rows for _, cell in row.cells.get(key, ()))
    return "\n".join(tidy_text(cell.text) for cell in cells)


def _is_numbered_through(texts: Sequence[str]) -> bool:
    """Whether most texts begin with a number that goes up by one."""
    ordinals = [ordinal for text in texts if (ordinal := leading_ordinal(text))]
    if not ordinals or len(ordinals) < 0.6 * len(texts):
        return False
    if len(texts) == 1:
        return len(split_numbered_parts(texts[0])[1]) == 1
    steps = [two.number - one.number for one, two in pairwise(ordinals)]
    return steps.count(1) >= 0.5 * len(steps) and len({ordinal.style for ordinal in ordinals}) <= 2


def _find_issues(entries: Sequence[TableEntry], result: EntryNumbers) -> list[ParserIssue]:
    issues = []
    unread = list(dict.fromkeys(number_text for number_text in result.unread if number_text))
    if unread:
        issues.append(ParserIssue(None, "number", "、".join(unread)[:60], ProblemCode.UNREAD_NUMBER))
    jumps = []
    for (first, one), (second, two) in pairwise(zip(entries, result.numbers, strict=True)):
        if one is None or two is None or two == one + 1:
            continue
        is_elsewhere = first.scope != second.scope or first.aspect != second.aspect
        restarts = two == 1 and (is_elsewhere or first.header_count != second.header_count)
        if not restarts:
            jumps.append(f"{one}→{two}")
    if jumps:
        issues.append(ParserIssue(None, "number", "、".join(jumps)[:60], ProblemCode.NUMBERS_JUMP))
    return issues
