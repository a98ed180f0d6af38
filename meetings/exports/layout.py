"""Estimation of the room a text takes in a cell, so that none is cut.

No font is at hand when a workbook is written, and the reader's program may have another one than we name. So a text
gets what the neediest of `DRAWINGS` takes, with Latin letters as wide as DejaVu's, the widest met.
"""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from meetings.core.text import is_wide


class Drawing(NamedTuple):
    """What a program draws: a unit of width in points, a line in sizes of the font."""

    points_per_width: float
    line_pitch: float


# Excel with SimSun 11 as standard font (8 of 96 dots an inch), and LibreOffice without, which takes DejaVu for the
# widths and Noto CJK for the lines: its lines are higher, but its columns are wider.
DRAWINGS = (Drawing(6.0, 1.27), Drawing(7.0, 1.45))
# What a cell keeps free at its left and right edges together, in points.
SIDE_PADDING = 5.0
# The same for top and bottom.
VERTICAL_PADDING = 4.0
# The highest row Excel knows, in points.
MAX_ROW_HEIGHT = 409.5

_NARROW = frozenset("ijltfrI.,:;'|!()[]{}/\\- ")
_WIDE = frozenset("mwMW@%&")
# What may not begin a line moves down together with the character before it (禁则).
_NO_LINE_START = frozenset("，。、；：？！）》」』】〕”’…—%,.;:?!)]}")
_NO_LINE_END = frozenset("（《「『【〔“‘([{")
# Most of a Chinese text: characters of 1 em each, which nothing before or behind clings to.
_PLAIN_RUN = re.compile(
    rf"(?<![{re.escape(''.join(_NO_LINE_END))}])([\u3400-\u4dbf\u4e00-\u9fff]+)(?![{re.escape(''.join(_NO_LINE_START))}])"
)


@lru_cache(maxsize=8192)
def line_count(text: str, width: float) -> int:
    """Return how many lines ``text`` takes in a column ``width`` em wide, at least 1."""
    return sum(_count_wrapped_lines(paragraph, max(width, 2.0)) for paragraph in text.split("\n"))


def text_height(text: str, width: float, size: float) -> float:
    """Return the height in points of ``text`` in a column of Excel's ``width``."""
    lines = [
        line_count(text, (width * drawing.points_per_width - SIDE_PADDING) / size) * drawing.line_pitch * size
        for drawing in DRAWINGS
    ]
    return math.ceil(max(lines) + VERTICAL_PADDING)


def split_text(text: str, width: float, size: float, height: float) -> list[str]:
    """Part ``text`` where clauses end; no part is higher than ``height`` points.

    Joined, the parts are the text.
    """
    parts = [""]
    for unit in _units(text, width, size, height):
        if parts[-1] and text_height(parts[-1] + unit, width, size) > height:
            parts.append("")
        parts[-1] += unit
    return parts


_CLAUSE = re.compile(r"[^\n。！？；，]*[\n。！？；，]|[^\n。！？；，]+")
# Of a clause that is too long, as many letters stay together as a word or a few of them have.
_UNIT_LENGTH = 20


def _units(text: str, width: float, size: float, height: float) -> Iterator[str]:
    """Yield what `split_text` keeps together."""
    for clause in _CLAUSE.findall(text):
        if text_height(clause, width, size) <= height:
            yield clause
            continue
        unit = ""
        for piece in _unbreakable_pieces(clause):
            for start in range(0, len(piece), _UNIT_LENGTH):
                unit += piece[start : start + _UNIT_LENGTH]
                if len(unit) >= _UNIT_LENGTH:
                    yield unit
                    unit = ""
        yield unit


def _count_wrapped_lines(paragraph: str, width: float) -> int:
    """Return the lines one paragraph takes when filled greedily."""
    lines, filled = 1, 0.0
    for run, pieces in _parts(paragraph):
        for needed, piece in pieces:
            if filled + needed <= width:
                filled += needed
            elif needed <= width:
                lines, filled = lines + 1, needed
            else:  # A word longer than the column is parted anywhere.
                if filled:
                    lines, filled = lines + 1, 0.0
                for character in piece:
                    if filled + _width_in_em(character) > width:
                        lines, filled = lines + 1, 0.0
                    filled += _width_in_em(character)
        # What fills a line to its end fits, whatever adding its parts has rounded.
        if run > (room := int(width - filled + 1e-9)):
            full_lines, last = divmod(run - room - 1, int(width))
            lines, filled = lines + full_lines + 1, last + 1.0
        else:
            filled += run
    return lines


@lru_cache(maxsize=256)
def _parts(paragraph: str) -> list[tuple[int, tuple[tuple[float, str], ...]]]:
    """Return the pieces of a paragraph, each few with the plain characters behind."""
    texts = _PLAIN_RUN.split(paragraph)
    runs = map(len, [*texts[1::2], ""])
    return [(run, _measure_pieces(text)) for run, text in zip(runs, texts[::2], strict=True)]


@lru_cache(maxsize=8192)
def _measure_pieces(text: str) -> tuple[tuple[float, str], ...]:
    return tuple((sum(map(_width_in_em, piece)), piece) for piece in _unbreakable_pieces(text))


def _unbreakable_pieces(paragraph: str) -> Iterator[str]:
    """Yield what stays on a line: a Latin word, a character with its punctuation."""
    piece = ""
    for character in paragraph:
        clings = (
            character in _NO_LINE_START
            or (piece and piece[-1] in _NO_LINE_END)
            # LibreOffice parts no figures from the mark before them.
            or (piece and piece[-1] in _NO_LINE_START and "0" <= character <= "9")
            or (piece and _in_word(piece[-1]) and _in_word(character))
        )
        if piece and not clings:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _in_word(character: str) -> bool:
    return character != " " and not is_wide(character)


def _width_in_em(character: str) -> float:
    """Return the width of a character in sizes of the font."""
    if ord(character) >= 0x1F000:  # Pictures, which come from fonts of their own.
        return 1.4
    if character > "\x7f":
        return 1.0
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 1.03
    return 0.78 if character.isupper() else 0.64
