"""Normalising, measuring and parsing of text. Pure Python."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

# A longer number does not fit into an SQLite integer.
MAX_ID_DIGITS = 18

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…·"
_BLANK_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}])[ \t\u00a0\u3000]+|[ \t\u00a0\u3000]+(?=[{_WIDE}])")
_BLANK = re.compile("[ \t\u00a0\u3000]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u0000-\u0008\u000b\u000c\u000e-\u001f]")

# A text too long for one row of a sheet is written into several cells, one below the other. This invisible mark ends
# each cell but the last; two marks where the cell ends at a line break.
_CONTINUES = "\u200b"


def mark_continued(parts: Sequence[str]) -> list[str]:
    """Return the cells for the ``parts`` of one text, with the marks."""
    *above, last = [part.replace(_CONTINUES, "") for part in parts]
    lines = [f"{part[:-1]}{_CONTINUES * 2}" if part.endswith("\n") else part + _CONTINUES for part in above]
    return [*lines, last]


def is_continued(cell: str) -> bool:
    """Return whether the text continues in the cell below."""
    return cell.endswith(_CONTINUES)


def join_continued(cell: str, below: str) -> str:
    """Return the text of a cell joined with its continuation ``below``."""
    return cell.rstrip(_CONTINUES) + ("\n" if cell.endswith(_CONTINUES * 2) else "") + below


def parse_id(text: str) -> int | None:
    """Parse an id; None where ``text`` is none that a database could hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_ID_DIGITS else None


def parse_ids(values: Iterable[str]) -> set[int]:
    """Return the ids among ``values``."""
    return {number for value in values if (number := parse_id(value)) is not None}


def remove_whitespace(text: str) -> str:
    """Return the text without any white space."""
    return "".join(_INVISIBLE.sub("", text).split())


def to_half_width(text: str) -> str:
    """Return the text with full-width letters, figures and marks as half-width."""
    return unicodedata.normalize("NFKC", text)


_KEYBOARD = "".join(chr(code) for code in range(128) if chr(code).isalnum())
_WIDENED = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in _KEYBOARD})
_NARROWED = str.maketrans({chr(ord(sign) + 0xFEE0): sign for sign in _KEYBOARD})


def widen_letters(text: str) -> str:
    """Return the text with ASCII letters and digits as full-width ones."""
    return text.translate(_WIDENED)


def narrow_letters(text: str) -> str:
    """Return the text with full-width letters and digits as ASCII; punctuation stays."""
    return text.translate(_NARROWED)


def fold_text(text: str) -> str:
    """Fold text for comparing: no white space, full-width characters as half-width."""
    return remove_whitespace(to_half_width(text)).casefold()


def display_width(text: str) -> int:
    """Return the display width of ``text``, counting Chinese characters as two."""
    return sum(2 if is_wide(letter) else 1 for letter in text)


@lru_cache(maxsize=4096)
def is_wide(letter: str) -> bool:
    """Return whether a letter is as wide as a Chinese character."""
    return unicodedata.east_asian_width(letter) in "WFA"


def tidy_text(text: str) -> str:
    """Remove the blanks of typesetting beside Chinese (CNAS 认可 -> CNAS认可).

    Line breaks stay; runs of blanks between Latin words become one.
    """
    lines = []
    for line in _INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip()
        if _BLANK.search(line):
            line = _BLANK.sub(" ", _BLANK_BESIDE_WIDE.sub("", line)).strip()
        if line:
            lines.append(line)
    return "\n".join(lines)
