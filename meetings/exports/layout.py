"""Estimation of the room a text takes in a cell, so that none is cut.

No font is at hand when a workbook is written, and the reader's program may have another one than we name. So widths
and pitch are those of the widest and highest fonts met: Latin letters as in DejaVu, which LibreOffice takes where it
has no SimSun, and lines as high as Noto CJK's. With SimSun itself, in Excel, a row is then a little higher than
it need be.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

from meetings.core.text import is_wide

# Points a unit of column width is worth where the standard font is SimSun 11: 8 of 96 dots an inch in Excel.
POINTS_PER_WIDTH = 6.0
# What a cell keeps free at its left and right edges together, in points.
SIDE_PADDING = 5.0
# The same for top and bottom.
VERTICAL_PADDING = 6.0
# The distance of two lines, in sizes of the font.
LINE_PITCH = 1.45
# The highest row Excel knows, in points.
MAX_ROW_HEIGHT = 409.5

_NARROW = frozenset("ijltfrI.,:;'|!()[]{}/\\- ")
_WIDE = frozenset("mwMW@%&")
# What may not begin a line moves down together with the character before it (禁则).
_NO_LINE_START = frozenset("，。、；：？！）》」』】〕”’…—%,.;:?!)]}")
_NO_LINE_END = frozenset("（《「『【〔“‘([{")


@lru_cache(maxsize=8192)
def line_count(text: str, width: float) -> int:
    """Return how many lines ``text`` takes in a column ``width`` em wide, at least 1."""
    return sum(_count_wrapped_lines(paragraph, max(width, 2.0)) for paragraph in text.split("\n"))


def text_height(text: str, width: float, size: float) -> float:
    """Return the height in points of ``text`` in a column of Excel's ``width``."""
    room = (width * POINTS_PER_WIDTH - SIDE_PADDING) / size
    return math.ceil(line_count(text, room) * LINE_PITCH * size + VERTICAL_PADDING)


def _count_wrapped_lines(paragraph: str, width: float) -> int:
    """Return the lines one paragraph takes when filled greedily."""
    lines, filled = 1, 0.0
    for piece in _unbreakable_pieces(paragraph):
        needed = sum(map(_width_in_em, piece))
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
    return lines


def _unbreakable_pieces(paragraph: str) -> Iterator[str]:
    """Yield what stays on a line: a Latin word, a character with its punctuation."""
    piece = ""
    for character in paragraph:
        clings = (
            character in _NO_LINE_START
            or (piece and piece[-1] in _NO_LINE_END)
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
