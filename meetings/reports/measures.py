"""The measures of official documents (GB/T 9704-2012), and what fits into them."""

import math
from itertools import pairwise

# A4, 37 mm above and 28 mm left of a text area of 156 × 225 mm, which holds 22 lines of 28 characters of 三号
# (GB/T 9704-2012). All in twentieths of a point: 1 mm is 56.69 of them.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
MARGIN_TOP, MARGIN_LEFT = 2098, 1587
TEXT_WIDTH, TEXT_HEIGHT = 8844, 12756
# The dashes of the page's number stand 7 mm below the text area.
FOOTER_DISTANCE = 1454
LINES_PER_PAGE, LINE_CHARACTERS = 22, 28
LINE_PITCH = TEXT_HEIGHT // LINES_PER_PAGE
BODY_SIZE, TITLE_SIZE, TABLE_SIZE = 16 * 20, 22 * 20, 210
TITLE_PITCH = 700
# What a table's cell leaves free on both sides, and the lines of a row that the end of a page does not divide.
CELL_MARGIN, TALLEST_UNDIVIDED_ROW = 85, 6
# As many of the title's size stand in a line.
TITLE_CHARACTERS = TEXT_WIDTH // TITLE_SIZE


def signature_indents(signed_by: str, day: str) -> tuple[float, float]:
    """Return how far from the right the signing body and its day stand, in characters.

    The day leaves four characters free and the body stands centred above it; a long body leaves two, and the day moves.
    """
    overhang = (text_width(signed_by) - text_width(day)) / 2
    day_indent = max(4.0, 2 + overhang)
    return day_indent - overhang, day_indent


def break_title(title: str) -> str:
    """Break the title into lines of about the same length, at ends of words."""
    return "\n".join(part for line in title.split("\n") for part in _balance_lines(line))


def _balance_lines(line: str) -> list[str]:
    number = math.ceil(_title_width(line) / TITLE_CHARACTERS)
    if number < 2:
        return [line]
    ideal = len(line) / number
    # At least a line has to remain for each that is to come.
    breaks = [at for at in range(2, len(line) - 1) if _title_width(line[:at]) <= TITLE_CHARACTERS]
    at = min(breaks, key=lambda at: abs(at - ideal) + (0 if _can_break(line, at) else ideal / 2))
    return [line[:at], *_balance_lines(line[at:])]


def count_title_lines(title: str) -> int:
    """Return how many lines of the body a title takes with the free one below it."""
    return math.ceil((len(break_title(title).split("\n")) * TITLE_PITCH) / LINE_PITCH) + 1


def count_lines(text: str) -> int:
    """Estimate how many lines ``text`` takes, each paragraph of which is indented."""
    return sum(math.ceil((text_width(line) + 2) / LINE_CHARACTERS) for line in text.split("\n"))


def _can_break(line: str, at: int) -> bool:
    return line[at - 1] in "会的和、》） " or line[at] in "第《（关至"


def _title_width(text: str) -> float:
    """Return the width of ``text`` in characters, with gaps beside figures.

    Figures are taken as wide as the widest font has them that may stand in for the one named.
    """
    figures = sum(character.isascii() for character in text)
    gaps = sum(one.isascii() != other.isascii() for one, other in pairwise(text))
    return text_width(text) + figures * 0.15 + gaps * 0.25


def text_width(text: str) -> float:
    return sum(0.5 if character.isascii() else 1 for character in text)
