"""Fixed layout in which offices exchange what is final (.ofd, GB/T 33190).

A page is XML that says where each character and each rule stands, in millimetres; so it is read as the page of a PDF
is. What of the packages for it is maintained draws pages and brings a second renderer along, where a page of code reads
them. Seals and pictures are passed over.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import chain, islice, repeat

from lxml import etree

from meetings.core.text import display_width

from .errors import MAX_PAGES, UnreadableDocumentError, UnreadableReason
from .model import Document
from .packages import Package
from .printed_pages import PrintedPage, build_document
from .printed_ruled_tables import Edge, find_ruled_tables, make_edge
from .printed_text import Glyph

_POINTS = 72 / 25.4
# How far a character reaches above its baseline, as a share of its size.
_ASCENT = 0.88
_MIN_CHARACTERS = 8
_STILL = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_PATH = re.compile(r"([A-Z])|(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)")
# How many numbers follow an operator, of which the last two are where it leads.
_OPERATORS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7}
_Point = tuple[float, float]


def read_ofd(content: bytes) -> Document:
    """Read the bytes of an OFD document; raises UnreadableDocumentError."""
    with Package(content) as package:
        pages: list[PrintedPage] = []
        for root in _children(package.tree("OFD.xml"), "DocRoot", deep=True):
            pages.extend(_pages(package, _path("OFD.xml", root.text)))
            if len(pages) > MAX_PAGES:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_PAGES, limit=MAX_PAGES)
    if sum(page.count for page in pages) < _MIN_CHARACTERS:
        raise UnreadableDocumentError(UnreadableReason.NO_TEXT_LAYER)
    return build_document(pages)


def _pages(package: Package, part: str) -> Iterator[PrintedPage]:
    root = package.tree(part)
    area = next(_children(root, "PhysicalBox", deep=True), None)
    templates = {
        template.get("ID", ""): _path(part, template.get("BaseLoc"))
        for template in _children(root, "TemplatePage", deep=True)
    }
    found = [page for pages in _children(root, "Pages", deep=True) for page in _children(pages, "Page")]
    if len(found) > MAX_PAGES:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_PAGES, limit=MAX_PAGES)
    for page in found:
        tree = package.tree(_path(part, page.get("BaseLoc")))
        own = next(_children(tree, "PhysicalBox", deep=True), area)
        used = [
            templates[key] for each in _children(tree, "Template") if (key := each.get("TemplateID", "")) in templates
        ]
        yield _page([*map(package.tree, used), tree], _numbers(own.text if own is not None else "")[2:3])


def _page(trees: list[etree._Element], width: list[float]) -> PrintedPage:
    glyphs: list[Glyph] = []
    edges: list[Edge] = []
    for tree in trees:
        for element in tree.iter():
            if element.get("Visible") == "false":
                continue
            if _name(element) == "TextObject":
                glyphs.extend(_glyphs(element))
            elif _name(element) == "PathObject":
                edges.extend(_edges(element))
    tables, rules = find_ruled_tables(edges)
    return PrintedPage.of(glyphs, tables, rules, (width[0] if width else 210.0) * _POINTS)


def _path(part: str, target: str | None) -> str:
    """Return the part that ``part`` means by ``target``, none outside."""
    target = (target or "").strip()
    return posixpath.normpath(target if target.startswith("/") else f"{posixpath.dirname(part)}/{target}").lstrip("/")


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: etree._Element, name: str, *, deep: bool = False) -> Iterator[etree._Element]:
    return (child for child in (element.iter() if deep else element) if _name(child) == name)


def _numbers(text: str | None) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:[eE]-?\d{1,2})?", text or "")]


# --- where things stand -------------------------------------------------------------------------------


class _Place:
    """Where an object's own coordinates lie on the page."""

    def __init__(self, element: etree._Element) -> None:
        self._left, self._top = (*_numbers(element.get("Boundary")), 0.0, 0.0)[:2]
        matrix = _numbers(element.get("CTM"))
        self._a, self._b, self._c, self._d, self._e, self._f = matrix if len(matrix) == len(_STILL) else _STILL

    @property
    def is_upright(self) -> bool:
        return abs(self._b) < 0.1 * abs(self._a) and self._d > 0

    @property
    def scale(self) -> float:
        return abs(self._d)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the page, in points."""
        return (
            (self._left + self._a * x + self._c * y + self._e) * _POINTS,
            (self._top + self._b * x + self._d * y + self._f) * _POINTS,
        )


def _glyphs(element: etree._Element) -> Iterator[Glyph]:
    place = _Place(element)
    if not place.is_upright:
        return
    own_size = (_numbers(element.get("Size")) or [0.0])[0]
    size = own_size * place.scale * _POINTS
    x = y = 0.0
    for code in _children(element, "TextCode"):
        text = code.text or ""
        x, y = (_numbers(code.get("X")) or [x])[0], (_numbers(code.get("Y")) or [y])[0]
        advances = [display_width(letter) * own_size / 2 for letter in text]
        across = _steps(code.get("DeltaX"), len(text)) or advances
        down = _steps(code.get("DeltaY"), len(text))
        for at, letter in enumerate(text):
            left, base = place.point(x, y)
            right, _ = place.point(x + advances[at], y)
            yield Glyph(letter, left, base - _ASCENT * size, right, base + (1 - _ASCENT) * size, size)
            x += across[at] if at < len(across) else 0.0
            y += down[at] if at < len(down) else 0.0


def _steps(text: str | None, count: int) -> list[float]:
    """Return at most ``count`` distances; ``g 3 5`` is 5 three times."""
    words = iter((text or "").split())
    groups = (
        repeat(_step(next(words, "")), times) if times else repeat(_step(word), 1)
        for word in words
        for times in [_times(next(words, "")) if word == "g" else 0]
    )
    return list(islice(chain.from_iterable(groups), count))


def _step(word: str) -> float:
    return next(iter(_numbers(word)), 0.0)


def _times(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 8 else 1  # noqa: PLR2004 - no line has as many characters


def _edges(element: etree._Element) -> Iterator[Edge]:
    """Yield the straight upright and level parts of a path."""
    place = _Place(element)
    for data in _children(element, "AbbreviatedData"):
        for start, end in _segments(data.text or ""):
            (left, right), (top, bottom) = map(sorted, zip(place.point(*start), place.point(*end), strict=True))
            if min(right - left, bottom - top) < 1:
                is_level = bottom - top <= right - left
                yield make_edge(left, top, right if is_level else left, top if is_level else bottom)


def _segments(data: str) -> Iterator[tuple[_Point, _Point]]:
    """Yield where each part of a path begins and ends, curves as if straight."""
    start = at = (0.0, 0.0)
    numbers: list[float] = []
    operator = ""
    for letter, number in _PATH.findall(data):
        if letter:
            operator, numbers = letter, []
            if letter == "C":
                yield at, start
                at = start
            continue
        numbers.append(float(number))
        if len(numbers) == _OPERATORS.get(operator, 0):
            point = numbers[-2], numbers[-1]
            if operator in "SM":
                start = point
            else:
                yield at, point
            at, numbers = point, []
