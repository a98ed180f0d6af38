"""Word's automatic numbers (word/numbering.xml), which are in no paragraph's text."""

import re
from collections import defaultdict
from dataclasses import dataclass

from lxml import etree

from meetings.minutes.parser.ordinals import chinese_numeral

from .packages import Package, namespace

_CHINESE = "〇一二三四五六七八九"
_BULLETS = {"bullet", "none"}


def _roman(number: int) -> str:
    steps: tuple[tuple[int, str], ...]
    steps = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
    steps += ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, letters in steps:
        count, number = divmod(number, value)
        text += letters * count
    return text


def format_ordinal(number: int, kind: str) -> str:
    """Format ``number`` as Word prints it for the numFmt ``kind``."""
    if kind in _BULLETS:
        return ""
    if kind.startswith(("chineseCounting", "chineseLegal", "taiwaneseCounting", "japaneseCounting")):
        return chinese_numeral(number)
    if kind == "ideographDigital":
        return "".join(_CHINESE[int(digit)] for digit in str(number))
    if kind.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if kind == "decimalEnclosedParen" and 1 <= number <= 20:
        return chr(0x2474 + number - 1)
    if kind == "decimalZero":
        return f"{number:02d}"
    if kind in ("upperLetter", "lowerLetter") and 1 <= number <= 26:
        return chr(ord("A" if kind == "upperLetter" else "a") + number - 1)
    if kind in ("upperRoman", "lowerRoman") and number < 4000:
        return _roman(number) if kind == "upperRoman" else _roman(number).lower()
    return str(number)


@dataclass
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""


@dataclass
class _List:
    """A list; those of one abstract list share their ``counters``, by the level."""

    levels: dict[int, _Level]
    counters: dict[int, int]
    restarts: dict[int, int]


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else otherwise


class Numbering:
    """The lists of one document, counting as paragraphs pass in the order of the page."""

    def __init__(self, package: Package) -> None:
        self._lists: dict[str, _List] = {}
        if "word/numbering.xml" in package:
            self._read(package.tree("word/numbering.xml"))

    def _read(self, root: etree._Element) -> None:
        w = namespace(root)
        abstract = {}
        counters: dict[str | None, dict[int, int]] = defaultdict(dict)
        for element in root.iterchildren(f"{w}abstractNum"):
            abstract[element.get(f"{w}abstractNumId")] = self._levels(element, w)
        for element in root.iterchildren(f"{w}num"):
            link = element.find(f"{w}abstractNumId")
            key = link.get(f"{w}val") if link is not None else None
            levels = dict(abstract.get(key, {}))
            restarts = {}
            for override in element.iterchildren(f"{w}lvlOverride"):
                depth = _integer(override.get(f"{w}ilvl"), 0)
                levels.update(self._levels(override, w))
                start = override.find(f"{w}startOverride")
                if start is not None:
                    restarts[depth] = _integer(start.get(f"{w}val"), 1)
            self._lists[element.get(f"{w}numId") or ""] = _List(levels, counters[key], restarts)

    @staticmethod
    def _levels(element: etree._Element, w: str) -> dict[int, _Level]:
        levels = {}
        for level in element.iterchildren(f"{w}lvl"):
            values = {child.tag: child.get(f"{w}val") for child in reversed(level)}
            levels[_integer(level.get(f"{w}ilvl"), 0)] = _Level(
                _integer(values.get(f"{w}start"), 1),
                values.get(f"{w}numFmt") or "decimal",
                values.get(f"{w}lvlText") or "",
            )
        return levels

    def next_label(self, number_id: str, depth: int) -> str:
        """Return the next label of list ``number_id`` at ``depth``; "" for bullets."""
        number_list = self._lists.get(number_id)
        if number_list is None or depth not in number_list.levels:
            return ""
        counters = number_list.counters
        while number_list.restarts:
            restarted, start = number_list.restarts.popitem()
            counters[restarted] = start - 1
        counters[depth] = counters.get(depth, number_list.levels[depth].start - 1) + 1
        for deeper in [counted for counted in counters if counted > depth]:
            del counters[deeper]
        level = number_list.levels[depth]
        if level.kind in _BULLETS:
            return ""

        def format_level(match: re.Match) -> str:
            at = int(match[1]) - 1
            other = number_list.levels.get(at, _Level())
            return format_ordinal(counters.get(at, other.start), other.kind)

        return re.sub(r"%(\d)", format_level, level.text)
