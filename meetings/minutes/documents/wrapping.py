"""Joining of printed lines: which ends are paragraphs', which only the edge's.

Chinese typesetting breaks a line where the next character no longer fits, except that closing punctuation may not
begin a line and takes the character before it along, and that a Latin word or a number stays whole. So a line that
had room for what follows was ended on purpose.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from meetings.core.text import display_width

from .model import SOFT_BREAK

_CLOSING = "，。、；：！？）)】〕》〉」』”’…％%,.;:!?]"
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/%]*|[（(《“‘「『〔\[]*.")
#: A line of a form (时间：, 请假：) is a paragraph of its own however full the line above it is.
_LABEL = re.compile(
    r"(?:会议)?(?:时\s*间|地\s*点|主\s*持|出\s*席|列\s*席|参\s*[会加]|请\s*假|缺\s*席|记\s*录|抄\s*[送报]|主\s*送|附\s*件)"
    r"[^，。；：:]{0,4}[:：]"
)
_MARKER = re.compile(
    r"\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|[①-⑳⑴-⒇⒈-⒛]|\d{1,2}[.．、](?!\d)|"
    r"[一二三四五六七八九十]{1,3}、)"
)


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One printed line: its edges and the width of a Chinese character."""

    text: str
    left: float
    right: float
    size: float


def next_unit_width(text: str, size: float) -> float:
    """Return the width of what has to stand together at the beginning of ``text``."""
    text = text.lstrip()
    match = _WORD.match(text)
    if match is None:
        return size
    end = match.end()
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return display_width(text[:end]) * size / 2


def join_lines(first: str, second: str) -> str:
    """Join two pieces of a paragraph, Latin words by a blank."""
    first, second = first.rstrip(), second.lstrip()
    needs_blank = first[-1:].isascii() and first[-1:].isalnum() and second[:1].isascii() and second[:1].isalpha()
    return f"{first} {second}" if needs_blank else first + second


def unwrap_lines(lines: Sequence[PrintedLine], left: float, right: float, widest: float = 0.0) -> str:
    """Return the text of a cell between ``left`` and ``right``, as ``Cell.raw_text``.

    A line too short to have been full, or one before a task's number, ends its paragraph (newline); any other goes on
    in the next (SOFT_BREAK). ``widest``: the column's widest line, which was full if hardly a character more had room
    beside it and marks rather than lines part what the cell lists.
    """
    pieces: list[str] = []
    if any(mark in line.text for line in lines for mark in "、，,；;") and right - left - widest < 1.2 * lines[0].size:
        right = min(right, left + widest)
    previous: PrintedLine | None = None
    for line in lines:
        if previous is not None:
            used = previous.right - previous.left
            fits = used + next_unit_width(line.text, line.size) <= (right - left) + 0.1 * line.size
            is_ended = _MARKER.match(line.text) or (fits and not _is_cut(previous.text, line.text))
            pieces.append("\n" if is_ended else SOFT_BREAK)
        pieces.append(line.text.strip())
        previous = line
    return "".join(pieces)


def _is_cut(text: str, following: str) -> bool:
    """Return whether what follows is no line by itself: a character, part of a day."""
    is_rest_of_day = re.search(r"\d$", text) and re.match(r"[年月日号季]", following)
    return bool(is_rest_of_day) or (len(following) == 1 and not following.isdecimal() and following not in "无/")


def is_full(line: PrintedLine, left: float, right: float, slack: float = 1.8) -> bool:
    """Return whether the line fills the width but for ``slack`` characters."""
    return line.left - left < 3 * line.size and right - line.right < slack * line.size


def margins(lines: Sequence[PrintedLine], narrowest: float) -> tuple[float, float]:
    """Return the left and right edge of running text; centred lines do not count.

    ``narrowest``: how wide the text must be at least for any line to be full; a page with two short titles has no
    margin to go by.
    """
    left = min((line.left for line in lines), default=0.0)
    right = max((line.right for line in lines if line.left - left < 3 * line.size), default=left)
    return left, max(right, left + narrowest)


def join_paragraphs(lines: Sequence[PrintedLine], left: float, right: float, slack: float = 1.8) -> list[str]:
    """Join the lines of running text: a full line goes on in an unindented next.

    ``slack``: how many characters may be missing at the end of a full line.
    """
    result: list[str] = []
    previous: PrintedLine | None = None
    for line in lines:
        goes_on = line.left - left < 0.9 * line.size and not _LABEL.match(line.text)
        if previous is not None and goes_on and is_full(previous, left, right, slack):
            result[-1] = join_lines(result[-1], line.text)
        else:
            result.append(line.text)
        previous = line
    return result
