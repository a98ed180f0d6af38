"""Tables pasted with one cell a line, as web pages give them.

Which line belongs to which column is worked out from what the lines look like, since blank and merged cells leave no
line at all. The best reading is found by dynamic programming over (line, column): a line scores by how well it fits
the column, a step by what it leaves out; going back to the left begins a new row.
"""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import itemgetter

from meetings.deadlines import DeadlineKind, read_deadline
from meetings.minutes.parser.column_headers import Column, Header, disambiguate_headers, is_header_row, parse_header
from meetings.minutes.parser.ordinals import leading_ordinal, parse_integer
from meetings.minutes.parser.person_names import has_organisation_ending, is_name, parse_person

from .errors import MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Block, Cell, Paragraph, Table

_MIN_HEADERS = 3
_MAX_LINES = 10 * MAX_TABLE_ROWS
_AFTER_TABLE = re.compile(r"^(?:注|备注|说明|抄报|抄送|主送|附件|联系人|※)\s*[:：]|印发$")
#: What leaving out a cell costs. Number and aspect are merged over rows, remarks are mostly blank.
SKIP_COSTS = {
    Column.NUMBER: 0.4,
    Column.ASPECT: 0.4,
    Column.SUGGESTION: 3.0,
    Column.TASKS: 4.0,
    Column.DEPARTMENTS: 2.5,
    Column.LEADERS: 1.0,
    Column.DEADLINE: 1.5,
    Column.SOURCES: 1.0,
    Column.REMARKS: 0.1,
}
#: What a second line in the same cell costs.
_REPEAT_COSTS = {
    Column.DEPARTMENTS: 0.4,
    Column.LEADERS: 0.4,
    Column.SOURCES: 0.4,
    Column.TASKS: 0.8,
    Column.DEADLINE: 1.0,
}


#: A chain of steps, the last first: cheaper to extend than a list is to copy.
Path = tuple


def parse_single_lines(lines: Sequence[str]) -> list[Block] | None:
    """Return the text's blocks if lines are the heads of a task table, else None."""
    stripped = [line.strip() for line in lines]
    header_range = _find_headers(stripped)
    if header_range is None:
        return None
    first, last = header_range
    names = [line for line in stripped[first : last + 1] if line]
    body, rest = _split_body(stripped[last + 1 :], names)
    if sum(map(bool, body)) > _MAX_LINES:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    headers = disambiguate_headers([parse_header(name) for name in names], names)
    rows = _split_fixed_rows(body, headers) or _find_best_rows([line for line in body if line], headers)
    table = Table.of(
        [[Cell(name) for name in names], *([Cell(text) if text else EMPTY for text in row] for row in rows)]
    )
    before = [Paragraph(line) for line in stripped[:first] if line]
    return [*before, table, *[Paragraph(line) for line in rest if line]]


def _find_headers(lines: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and last line of the first heads; one may be unknown."""
    at = 0
    while at < len(lines):
        if not lines[at] or parse_header(lines[at]) is None:
            at += 1
            continue
        run, last, unknown = [at], at, 0
        for index in range(at + 1, len(lines)):
            if not lines[index]:
                continue
            if parse_header(lines[index]) is not None:
                last = index
            elif len(lines[index]) <= 10 and not unknown and parse_integer(lines[index]) is None:
                unknown += 1
            else:
                break
            run.append(index)
        run = [index for index in run if index <= last]
        headers = [parse_header(lines[index]) for index in run]
        if len(run) >= _MIN_HEADERS and is_header_row(headers, len(run)):
            return at, last
        at = last + 1
    return None


def _split_body(lines: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines of the rows, without repeated heads, and the text below."""
    body: list[str] = []
    at = 0
    while at < len(lines):
        if list(lines[at : at + len(names)]) == list(names):
            at += len(names)
            continue
        if _AFTER_TABLE.search(lines[at]):
            return body, list(lines[at:])
        body.append(lines[at])
        at += 1
    return body, []


def _split_fixed_rows(body: Sequence[str], headers: Sequence[Header | None]) -> list[list[str]] | None:
    """Return the rows, if blank lines stand for blank cells in all of them."""
    width = len(headers)
    lines = list(body)
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    lines += [""] * (-len(lines) % width)
    rows = [lines[at : at + width] for at in range(0, len(lines), width)]
    if "" not in lines and len(body) % width:
        return None
    fits = all(
        not text or score_fit(text, head) >= 0
        for row in rows
        for text, head in zip(row, headers, strict=True)
        if head and head.column in (Column.NUMBER, Column.DEADLINE, Column.LEADERS, Column.DEPARTMENTS)
    )
    return rows if fits and rows else None


def score_fit(text: str, header: Header | None) -> float:
    """Return how well a line fits a column; below 0: hardly."""
    score = _SCORES.get(header.column) if header else None
    return score(text) if score else -0.5


def _score_number(text: str) -> float:
    return 4.0 if parse_integer(text) is not None else -6.0


def _score_aspect(text: str) -> float:
    is_title = len(text) <= 30 and not re.search(r"[。；]", text) and parse_integer(text) is None
    return 1.0 if is_title else -2.0


def _score_suggestion(text: str) -> float:
    bonus = 1.0 if leading_ordinal(text) else 0.0
    if len(text) >= 12:
        return 2.0 + bonus
    is_sentence = len(text) >= 6 and (text.startswith(("建议", "希望")) or text.endswith("。"))
    return (0.5 if is_sentence else -2.0) + bonus


def _score_task(text: str) -> float:
    if leading_ordinal(text):
        return 3.0 if len(text) >= 8 else 1.0
    return 2.0 if len(text) >= 8 else -1.5


def _score_departments(text: str) -> float:
    if len(text) > 60 or "。" in text or is_name(text):
        return -3.0
    names = _split_names(text)
    return 3.0 * sum(map(has_organisation_ending, names)) / max(1, len(names)) - 0.5


def _score_leaders(text: str) -> float:
    if all(map(is_name, _split_names(text))):
        return 3.0
    if parse_person(text):
        return 1.0
    return 0.5 if text in "/无" else -4.0


def _score_deadline(text: str) -> float:
    if len(text) <= 40 and read_deadline(text).deadline.kind is not DeadlineKind.UNDECIDED:
        return 4.0
    return 0.5 if len(text) <= 12 and re.search(r"\d|[月年前]", text) else -2.0


def _score_source(text: str) -> float:
    person = parse_person(text) or parse_person(re.sub(r"\s+", "", text))
    if person is None:
        return -1.0
    return 3.0 if person.capacity else 1.0


def _split_names(text: str) -> list[str]:
    return [name for name in re.split(r"[、，,；;\s]+", text) if name]


_SCORES: dict[Column, Callable[[str], float]] = {
    Column.NUMBER: _score_number,
    Column.ASPECT: _score_aspect,
    Column.SUGGESTION: _score_suggestion,
    Column.TASKS: _score_task,
    Column.DEPARTMENTS: _score_departments,
    Column.LEADERS: _score_leaders,
    Column.DEADLINE: _score_deadline,
    Column.SOURCES: _score_source,
}


def _find_best_rows(lines: Sequence[str], headers: Sequence[Header | None]) -> list[list[str]]:
    """Return the rows of the best path through (line, column)."""
    width = len(headers)
    columns = [head.column if head else Column.REMARKS for head in headers]
    skipped = [0.0, *accumulate(SKIP_COSTS[column] for column in columns)]
    # By the column of the last line so far: the score, and where each line went, with whether it began a row.
    best: list[tuple[float, Path]] = []
    # The same departments and days stand in many rows.
    fits = {line: [score_fit(line, head) for head in headers] for line in set(lines)}
    for line in lines:
        following = []
        for place in range(width):
            begin = -skipped[place]
            steps = [] if best else [(begin, ((), (place, True)))]
            for previous, (score, path) in enumerate(best):
                if previous < place:
                    step, is_new = -(skipped[place] - skipped[previous + 1]), False
                elif previous == place and not (columns[place] is Column.NUMBER and parse_integer(line) is not None):
                    step, is_new = -_repeat_cost(line, columns[place]), False
                else:
                    step, is_new = -(skipped[width] - skipped[previous + 1]) + begin - 0.5, True
                steps.append((score + step, (path, (place, is_new))))
            score, path = max(steps, key=itemgetter(0))
            following.append((score + fits[line][place], path))
        best = following
    if not best:
        return []
    ends = [score - (skipped[width] - skipped[place + 1]) for place, (score, _path) in enumerate(best)]
    rows: list[list[str]] = []
    for line, (place, is_new) in zip(lines, unwind_path(best[ends.index(max(ends))][1]), strict=True):
        if is_new:
            rows.append([""] * width)
        rows[-1][place] += f"\n{line}" if rows[-1][place] else line
    return rows


def _repeat_cost(line: str, column: Column) -> float:
    """Return the cost of a further line in a cell: little for a numbered task."""
    cost = _REPEAT_COSTS.get(column, 3.0)
    return 0.2 * cost if column is Column.TASKS and leading_ordinal(line) else cost


def unwind_path(path: Path) -> list:
    """Return the steps of the path, the first first."""
    steps = []
    while path:
        path, step = path
        steps.append(step)
    return steps[::-1]
