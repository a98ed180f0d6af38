"""Bands of lines that the rows of aligned text fill, from numbers or edges."""

import re
from collections.abc import Sequence
from itertools import pairwise

from meetings.minutes.documents.row_bands import Band
from meetings.minutes.documents.text_top_rows import Piece
from meetings.minutes.parser.column_headers import Column, Header
from meetings.minutes.parser.ordinals import leading_ordinal

SENTENCE_END = re.compile(r"[。；;：:！？]$")


def find_numbered_starts(pieces: dict[int, Piece]) -> list[int]:
    """Return the lines that begin with 1) 2) 3) … through the whole column."""
    starts: list[int] = []
    number, style = None, ""
    for line in sorted(pieces):
        ordinal = leading_ordinal(pieces[line].text)
        if ordinal is None or (style and ordinal.style != style):
            continue
        if number is None or ordinal.number == number + 1:
            number, style = ordinal.number, ordinal.style
            starts.append(line)
        else:
            return []
    return starts


def bands_from_starts(starts: Sequence[int], pieces: dict[int, Piece]) -> list[Band]:
    """Return rows that begin at ``starts``; lines before are of a row cut by the page."""
    lines = sorted(pieces)
    cuts = [*([lines[0]] if lines[0] < starts[0] else []), *starts]
    bands = []
    for index, first in enumerate(cuts):
        end = cuts[index + 1] if index + 1 < len(cuts) else lines[-1] + 1
        last = max(line for line in lines if first <= line < end)
        bands.append((first, last))
    return extend_bands(bands)


def extend_bands(spans: Sequence[tuple[int, int]]) -> list[Band]:
    """Let each row reach to the last line of the one before and first of the next."""
    bands = []
    for index, (first, last) in enumerate(spans):
        lowest = spans[index - 1][1] + 1 if index else 0
        highest = spans[index + 1][0] - 1 if index + 1 < len(spans) else last + 10_000
        bands.append(Band(first, last, index, min(lowest, first) - 1, max(highest, last) + 1))
    return bands


def are_row_tops(lines: Sequence[int], columns: Sequence[dict[int, Piece]], headers: Sequence[Header | None]) -> bool:
    """Whether the numbers stand beside the first lines of their rows.

    Then nothing stands above the first number, and the line above every other one ends what it says; or the cells end
    one after the other from each number to the next, and none begins there.
    """
    used = sorted({line for pieces in columns for line in pieces})
    if used[0] < lines[0] or used[-1] - used[0] + 1 == len(lines):
        return False
    rows = [[line for line in used if top <= line < end] for top, end in pairwise([*lines, used[-1] + 1])]
    filled = [[{at for at, pieces in enumerate(columns) if line in pieces} for line in row] for row in rows]
    if max(map(len, filled)) > 2 and all(two <= one for row in filled for one, two in pairwise(row)):
        return True
    texts = [
        columns[at] for at, head in enumerate(headers) if head and head.column in (Column.SUGGESTION, Column.TASKS)
    ]
    ended = whole = 0
    for top in lines[1:]:
        above = [pieces[max(before)] for pieces in texts if (before := [line for line in pieces if line < top])]
        whole += len(above)
        ended += sum(bool(SENTENCE_END.search(piece.text)) for piece in above)
    return bool(whole) and ended >= 0.8 * whole


def bands_from_tops(tops: Sequence[int], columns: Sequence[dict[int, Piece]]) -> list[Band]:
    """Return rows from their first lines: each reaches to the next."""
    used = sorted({line for pieces in columns for line in pieces})
    ends = [*(top - 1 for top in tops[1:]), used[-1]]
    return [
        Band(top, max(line for line in used if line <= end), index, top, end)
        for index, (top, end) in enumerate(zip(tops, ends, strict=True))
    ]


def bands_around(centres: Sequence[int], count: int, columns: Sequence[dict[int, Piece]]) -> list[Band]:
    """Return rows from their middle lines: each reaches half way to the next."""
    used = sorted({line for pieces in columns for line in pieces})
    bands = []
    for index, centre in enumerate(centres):
        first = (centres[index - 1] + centre) // 2 + 1 if index else used[0]
        last = (centre + centres[index + 1]) // 2 if index + 1 < len(centres) else used[-1]
        gaps = [line for line in range(first, centre) if line not in used]
        first = gaps[-1] + 1 if gaps else first
        bands.append((min(first, centre), max(last, centre)))
    return extend_bands(bands)
