"""Rows of aligned text whose lines do not keep their columns' places.

``pdftotext -layout`` moves a line's later columns when figures stand among Chinese characters. Where every row begins
beside its number, the first line of each row shows where that row's columns stand: its pieces go to the heads in
order, by what they look like and by their places, and the lines below follow them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from meetings.core.text import display_width
from meetings.minutes.parser.column_headers import Column, Header
from meetings.minutes.parser.ordinals import parse_integer

from .text_lines import SKIP_COSTS, score_fit

_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}部分)"
)
_NOTE = re.compile(r"^(?:注|备注|说明|附注)\s*[:：]")
_SENTENCE_END = re.compile(r"[。；;！？]$")
_DISTANCE_COST = 0.12
_GAP_COST = 10.0
_SINGLE_BLANK_COST = 1.0
_NEW_COLUMN_COST = 18.0
_AFTER_GAP_COST = 12.0
_AFTER_SHORT_LINE_COST = 8.0
_SHORT_LINE_SLACK = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one line with its place: ``left`` inclusive, ``right`` exclusive."""

    text: str
    left: int
    right: int

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


Row = dict[int, list[Piece]]


def parse_top_aligned_rows(
    lines: Sequence[Sequence[Piece]], headers: Sequence[Header | None], places: Sequence[int]
) -> list[Row] | None:
    """Return the rows as pieces by column; a section's line has the first alone.

    ``places``: where each head begins. None where the rows do not begin beside their numbers.
    """
    if not headers or headers[0] is None or headers[0].column is not Column.NUMBER:
        return None
    lines = [line for line in lines if line]
    first = next((at for at, line in enumerate(lines) if _is_number(line, places) or _is_heading(line, places)), None)
    if first is None or any(len(piece.text) > 4 for line in lines[:first] for piece in line):
        return None
    rows: list[Row] = []
    current: Row | None = None
    above: set[int] = set()
    widths = _widths(
        [_assign_first_line(line, headers, places) for line in lines[first:] if _is_number(line, places)], headers
    )
    for line in lines[first:]:
        if _is_heading(line, places) or _NOTE.match(line[0].text):
            rows.append({0: list(line)})
            current = None
        elif _is_number(line, places):
            current = {at: [piece] for at, piece in _assign_first_line(line, headers, places).items()}
            above = set(current)
            rows.append(current)
        elif current is None:
            if not _NOTE.match(rows[-1][0][0].text):
                return None
            rows[-1][0].extend(line)
        else:
            above = _assign_continuation(current, above, line, places, widths)
    return rows if _have_complete_texts(rows, headers) else None


def _widths(firsts: Sequence[dict[int, Piece]], headers: Sequence[Header | None]) -> list[int]:
    """Return how wide each column's widest first line is."""
    return [
        max((display_width(first[at].text) for first in firsts if at in first), default=0) for at in range(len(headers))
    ]


def _is_number(line: Sequence[Piece], places: Sequence[int]) -> bool:
    number = line[0].text.split(" ")[0]
    return line[0].left < places[1] and len(number) <= 4 and parse_integer(number) is not None


def _is_heading(line: Sequence[Piece], places: Sequence[int]) -> bool:
    return len(line) == 1 and line[0].left < places[1] and bool(_HEADING.match(line[0].text)) and len(line[0].text) > 4


def _have_complete_texts(rows: Sequence[Row], headers: Sequence[Header | None]) -> bool:
    """Return whether the texts end where the rows do."""
    numbered = [row for row in rows if len(row) > 1]
    if not numbered or any(len(row) < 3 for row in numbered):
        return False
    kinds = (Column.SUGGESTION, Column.TASKS)
    texts = [row[at][-1].text for row in numbered for at in row if (header := headers[at]) and header.column in kinds]
    return bool(texts) and sum(bool(_SENTENCE_END.search(text)) for text in texts) >= 0.8 * len(texts)


def _tokens(line: Sequence[Piece]) -> list[tuple[Piece, bool]]:
    """Return the words of the line, and whether a wide gap stands before each."""
    tokens = []
    for piece in line:
        left = piece.left
        for at, word in enumerate(re.split(r" ", piece.text)):
            width = round((piece.right - piece.left) * len(word) / max(1, len(piece.text)))
            tokens.append((Piece(word, left, left + width), at == 0))
            left += width + 1
    return tokens


def _assign_first_line(
    line: Sequence[Piece], headers: Sequence[Header | None], places: Sequence[int]
) -> dict[int, Piece]:
    """Assign the words of a row's first line to the columns, as well as can be."""
    tokens = _tokens(line)
    best: dict[tuple[int, int], tuple[float, dict[int, Piece]]] = {(1, 0): (0.0, {0: tokens[0][0]})}
    for column in range(1, len(headers)):
        for done in range(1, len(tokens) + 1):
            if (before := best.get((done, column - 1))) is None:
                continue
            score, given = before
            header = headers[column]
            missing = SKIP_COSTS[header.column] if header else 0.0
            _keep_best(best, (done, column), score - missing, given)
            cost, text = 0.0, ""
            for end in range(done + 1, len(tokens) + 1):
                token, is_wide = tokens[end - 1]
                if end == done + 1:
                    cost += 0.0 if is_wide else _SINGLE_BLANK_COST
                elif is_wide:
                    cost += _GAP_COST
                text = f"{text} {token.text}" if text else token.text
                left = tokens[done][0].left
                gain = score_fit(text, headers[column]) - cost - _DISTANCE_COST * abs(left - places[column])
                _keep_best(best, (end, column), score + gain, {**given, column: Piece(text, left, token.right)})
    return best.get((len(tokens), len(headers) - 1), (0.0, {0: tokens[0][0]}))[1]


def _keep_best(best: dict, key: tuple[int, int], score: float, given: dict[int, Piece]) -> None:
    if key not in best or score > best[key][0]:
        best[key] = (score, given)


def _assign_continuation(
    row: Row, above: set[int], line: Sequence[Piece], places: Sequence[int], widths: Sequence[int]
) -> set[int]:
    """Assign a further line's pieces to the columns that go on; return these.

    A cell's lines follow one another without a gap, and all but its last are full.
    """
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for piece in line:
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for last, (cost, path) in best.items():
            for at in range(last + 1, len(places)):
                total = cost + _continuation_cost(row, at, at in above, piece, places, widths)
                if at not in following or total < following[at][0]:
                    following[at] = (total, (*path, at))
        best = following or best
    path = min(best.values())[1]
    for at, piece in zip(path, line, strict=False):
        row.setdefault(at, []).append(piece)
    for piece in line[len(path) :]:
        row[path[-1]].append(piece)
    return set(path)


def _continuation_cost(
    row: Row, at: int, is_above: bool, piece: Piece, places: Sequence[int], widths: Sequence[int]
) -> float:
    if at not in row:
        return abs(piece.left - places[at]) + _NEW_COLUMN_COST
    cost = float(abs(piece.left - row[at][-1].left))
    is_full = display_width(row[at][-1].text) > widths[at] - _SHORT_LINE_SLACK
    return cost + (0.0 if is_above else _AFTER_GAP_COST) + (0.0 if is_full else _AFTER_SHORT_LINE_COST)
