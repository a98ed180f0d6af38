"""Printed numbers of rows (1.), suggestions (1) ) and tasks ((1) … ; (2) …)."""

import re
from dataclasses import dataclass
from itertools import pairwise

_CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_COUNTING = "零一二三四五六七八九"
_UNITS = {"十": 10, "百": 100}
#: More is no number, whatever is around it.
_LONGEST_NUMBER = 20
_HAN = "[一二三四五六七八九十百]{1,5}"


@dataclass(frozen=True, slots=True)
class _Style:
    """A way of numbering; with ``needs_stop``, only behind a full stop or semicolon."""

    name: str
    pattern: re.Pattern[str]
    needs_stop: bool = False


#: Outer styles first is not needed: the one whose 1 stands first in the text is the outer one.
_STYLES = (
    _Style("(1)", re.compile(r"[(（]\s*(\d{1,3})\s*[)）][、.．]?\s*")),
    _Style("1)", re.compile(r"(?<![(（\d])(\d{1,3})\s*[)）]\s*")),
    _Style("1.", re.compile(r"(?<![\d.．])(\d{1,3})\s*[.．](?![\d.．])\s*")),
    _Style("1、", re.compile(r"(?<![\d.．])(\d{1,3})\s*、\s*")),
    _Style("①", re.compile(r"([①-⑳])\s*")),
    _Style("⑴", re.compile(r"([⑴-⒇])\s*")),
    _Style("⒈", re.compile(r"([⒈-⒛])\s*")),
    _Style("(一)", re.compile(rf"[(（]\s*({_HAN})\s*[)）][、.．]?\s*")),
    _Style("一、", re.compile(rf"(?<![一二三四五六七八九十百])({_HAN})\s*[、.．]\s*")),
    _Style("一是", re.compile(rf"({_HAN})(?:是要|是)\s*"), needs_stop=True),
    _Style("第一", re.compile(rf"第({_HAN})[，,、：:]\s*"), needs_stop=True),
)
_STOPS = "。；;！：:\n"
_ENCLOSED_STYLES = ("①", "⑴", "⒈")
_ENCLOSED = ((0x2460, 20), (0x2474, 20), (0x2488, 20))


def chinese_numeral(number: int) -> str:
    """Write 1–9999 as headings count: 十, 十二, 二十, 一百零五."""
    if not 0 < number < 10_000:
        return str(number)
    text, rest, skipped = "", number, False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, unit)
        if digit:
            text += ("零" if skipped and text else "") + _COUNTING[digit] + name
            skipped = False
        else:
            skipped = True
    return text[1:] if text.startswith("一十") else text


def chinese_integer(text: str) -> int | None:
    """Read 二十三 as 23, 一百零五 as 105; return None for what is no number."""
    total = current = 0
    for letter in text:
        if letter in _CHINESE_DIGITS:
            current = _CHINESE_DIGITS[letter]
        elif letter in _UNITS:
            total += (current or 1) * _UNITS[letter]
            current = 0
        else:
            return None
    return total + current if text else None


def parse_count(text: str) -> int:
    """Return the number of Arabic or Chinese digits, 0 where it is none."""
    return int(text) if text.isdecimal() else chinese_integer(text) or 0


def _parse_number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    for first, count in _ENCLOSED:
        if len(text) == 1 and first <= ord(text) < first + count:
            return ord(text) - first + 1
    number = chinese_integer(text)
    # 一十 or 百 as prose is not a number somebody counted with.
    return number if number and chinese_numeral(number) == text else None


def parse_integer(text: str) -> int | None:
    """Return the number of a 序号 cell (1, １., 01, （一）, 第3项, ③), or None."""
    bare = "".join(text.split())
    if len(bare) > _LONGEST_NUMBER:
        return None
    bare = re.sub(r"^第|[条项点号]$", "", bare)
    bare = re.sub(r"^[(（\[【]|[)）\]】.．、,，:：]+$", "", bare)
    bare = re.sub(r"^(\d+)\.0+$", r"\1", bare)
    if re.fullmatch(r"\d{1,6}", bare):
        return int(bare)
    return _parse_number(bare) if bare else None


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A number at the beginning of a text: its style, its value, the text behind."""

    style: str
    number: int
    rest: str


def leading_ordinal(text: str) -> Ordinal | None:
    """Return the number ``text`` begins with, or None."""
    text = text.lstrip()
    for style in _STYLES:
        match = style.pattern.match(text)
        if match and not style.needs_stop and (number := _parse_number(match[1])) is not None:
            return Ordinal(style.name, number, text[match.end() :])
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered piece of a cell, its number taken off."""

    number: int | None
    text: str


def split_numbered_parts(text: str, first: int = 1) -> tuple[str, tuple[Part, ...]]:
    """Split a cell at its own numbering: what stands before (1), and the parts.

    The numbers run 1, 2, 3 … (or from ``first``, where the cell goes on with the numbers of the one above it), at
    least two of them (or one alone that begins the cell); of nested numberings the outer one counts. The semicolon
    between two parts is not part of either (docs/domain.md, Contracts). A cell without numbering is one part
    without a number.
    """
    best: list[re.Match[str]] = []
    for style in _STYLES:
        run = _find_run(style, text, first)
        if run and (not best or run[0].start() < best[0].start()):
            best = run
    if not best:
        return "", (Part(None, text.strip()),)
    lead_in = text[: best[0].start()].strip()
    parts = []
    for at, match in enumerate(best):
        is_last = at + 1 == len(best)
        piece = text[match.end() : len(text) if is_last else best[at + 1].start()].strip()
        parts.append(Part(at + first, piece if is_last else piece.rstrip("；; \n")))
    return lead_in, tuple(parts)


def _find_run(style: _Style, text: str, first: int) -> list[re.Match[str]]:
    """Return the markers ``first``, ``first`` + 1 … of one style, in order."""
    run: list[re.Match[str]] = []
    for match in style.pattern.finditer(text):
        if _parse_number(match[1]) == len(run) + first and _can_begin(style, text[: match.start()], is_first=not run):
            run.append(match)
    if len(run) > 1:
        are_filled = all(text[one.end() : two.start()].strip(" ；;、，,") for one, two in pairwise(run))
        return run if are_filled else []
    if run and not style.needs_stop and not text[: run[0].start()].strip():
        return run
    return []


def _can_begin(style: _Style, before: str, *, is_first: bool) -> bool:
    """Return whether a piece can begin behind ``before``; (1) and ① sooner than 1、."""
    bare = before.rstrip(" \t　")
    if not bare or bare[-1] in _STOPS or style.name in _ENCLOSED_STYLES:
        return True
    if style.needs_stop or style.name in ("1.", "1、", "一、"):
        return not style.needs_stop and bare != before and bare[-1] not in "，,、"
    return bare != before or bare[-1] in ("，," if is_first else "，,、)）”")
