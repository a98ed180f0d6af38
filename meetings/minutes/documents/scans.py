"""Scans and photographs, read by recognition into paragraphs and tables.

A page's picture is made even, upright and flat (`page_pictures`), its rules give the cells (`picture_ruled_tables`),
and the lines of text found between them are read (`recognition`). That is a printed page as a PDF gives one, and goes
the same way from there. A doubtful character is followed by a mark of its own on that way, by which it is found in its
cell.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from .model import Block, Cell, CellScan, Document, Paragraph
from .page_pictures import flatten_light, lies_on_its_side, straighten
from .picture_ruled_tables import Box, RuledTable, find_rules, find_tables, rule_segments
from .printed_pages import PrintedPage, build_document
from .printed_text import Glyph, Rule
from .recognition import Letter, TextReader

#: A character read with less confidence is doubtful.
SURE = 0.9
_PAGE_POINTS = 842.0  # the longer side of A4
_RULE_WIDTH = 9  # pixels that are white along a cell's sides, where the rule may have wavered
_SMALLEST_CHARACTER = 12  # pixels of height
_FIRST_MARK, _LAST_MARK = 0xF0000, 0xFFFFD  # for private use: no file has these characters
_MARK = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")


@dataclass(frozen=True, slots=True)
class _Doubt:
    confidence: float
    picture: str


@dataclass(slots=True)
class ScanReader:
    """Reads page after page, and gives the document at the end."""

    _reader: TextReader = field(default_factory=TextReader)
    _pages: list[PrintedPage] = field(default_factory=list)
    _doubts: list[_Doubt] = field(default_factory=list)

    def add_page(self, picture: np.ndarray) -> None:
        """Read a page, given in BGR."""
        grey = flatten_light(picture)
        lines = self._reader.find_lines(grey, at_a_glance=True)
        if len(lines) and lies_on_its_side(lines):
            grey = np.rot90(grey).copy()
            lines = self._reader.find_lines(grey, at_a_glance=True)
        page = straighten(grey, lines)
        if self._reader.is_upside_down(page, _upright_boxes(self._reader.find_lines(page, at_a_glance=True))):
            page = np.rot90(page, 2).copy()
        across, down = find_rules(page)
        tables = find_tables(page, across, down)
        text = _without_rules(page, across | down, tables)
        boxes = _boxes_by_cell(_upright_boxes(self._reader.find_lines(text)), tables)
        boxes += [(cell, _inner(cell)) for cell in _unseen_cells(text, tables, {cell for cell, _line in boxes})]
        read = self._reader.read(text, [box for _cell, box in boxes])
        points = _PAGE_POINTS / max(page.shape)
        glyphs = [
            self._glyph(letter, page, cell or box, points)
            for (cell, box), letters in zip(boxes, read, strict=True)
            for letter in letters
        ]
        cells = [[_scaled(cell, points) for cell in table.cells] for table in tables]
        rules = [Rule(left * points, right * points, y * points) for left, right, y in rule_segments(across)]
        self._pages.append(PrintedPage.of(glyphs, cells, rules, page.shape[1] * points))

    def _glyph(self, letter: Letter, page: np.ndarray, around: Box, points: float) -> Glyph:
        text = letter.text
        if letter.confidence < SURE and len(self._doubts) < _LAST_MARK - _FIRST_MARK:
            text += chr(_FIRST_MARK + len(self._doubts))
            self._doubts.append(_Doubt(letter.confidence, _picture(page, around)))
        return Glyph(text, *_scaled(letter.box, points), letter.size * points)

    def finish(self) -> Document:
        """Return what was read, its doubtful characters noted at their cells."""
        settled: dict[Cell, Cell] = {}
        blocks: list[Block] = []
        for block in build_document(self._pages).blocks:
            if isinstance(block, Paragraph):
                blocks.append(Paragraph(_MARK.sub("", block.text)))
                continue
            for cell in {cell for row in block.rows for cell in row if _MARK.search(cell.raw_text)}:
                settled[cell] = self._settle(cell)
            rows = tuple(tuple(settled.get(cell, cell) for cell in row) for row in block.rows)
            blocks.append(replace(block, rows=rows))
        return Document(tuple(blocks))

    def _settle(self, cell: Cell) -> Cell:
        found = list(_MARK.finditer(cell.raw_text))
        doubts = [self._doubts[ord(mark[0]) - _FIRST_MARK] for mark in found]
        places = tuple(mark.start() - 1 - at for at, mark in enumerate(found))
        confidence = round(min(doubt.confidence for doubt in doubts), 3)
        return Cell(_MARK.sub("", cell.raw_text), scan=CellScan(confidence, places, doubts[0].picture))


def _scaled(box: Box, by: float) -> Box:
    return box[0] * by, box[1] * by, box[2] * by, box[3] * by


def _upright_boxes(lines: np.ndarray) -> list[Box]:
    return [
        (float(line[:, 0].min()), float(line[:, 1].min()), float(line[:, 0].max()), float(line[:, 1].max()))
        for line in lines
    ]


def _without_rules(page: np.ndarray, rules: np.ndarray, tables: Sequence[RuledTable]) -> np.ndarray:
    text = cv2.max(page, cv2.dilate(rules, np.ones((3, 3), np.uint8)))
    for x0, top, x1, bottom in (cell for table in tables for cell in table.cells):
        cv2.rectangle(text, (round(x0), round(top)), (round(x1), round(bottom)), 255, _RULE_WIDTH)
    return text


def _boxes_by_cell(lines: Iterable[Box], tables: Sequence[RuledTable]) -> list[tuple[Box | None, Box]]:
    """Return the boxes of lines with their cells, cut where they cross a rule."""
    cells = [cell for table in tables for cell in table.cells]
    boxes: list[tuple[Box | None, Box]] = []
    for line in lines:
        height = min(line[3] - line[1], line[2] - line[0])
        parts = [(cell, _shared(line, cell)) for cell in cells]
        inside = [
            (cell, part)
            for cell, part in parts
            if part[2] - part[0] > 0.35 * height and part[3] - part[1] > 0.5 * height
        ]
        boxes.extend(inside or [(None, line)])
    # Where a line begins close behind a rule, its box reaches over the end of what stands before the rule.
    return [each for each in boxes if not any(_is_part(each, other) for other in boxes)]


def _shared(one: Box, two: Box) -> Box:
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


def _is_part(part: tuple[Box | None, Box], whole: tuple[Box | None, Box]) -> bool:
    """Return whether the box lies in a wider one of the same cell for the most part."""
    (cell, inner), (other_cell, outer) = part, whole
    if cell != other_cell or inner[2] - inner[0] >= outer[2] - outer[0]:
        return False
    common = _shared(inner, outer)
    return common[2] - common[0] > 0.6 * (inner[2] - inner[0]) and common[3] - common[1] > 0.6 * (inner[3] - inner[1])


def _inner(cell: Box) -> Box:
    x0, top, x1, bottom = cell
    return x0 + _RULE_WIDTH, top + _RULE_WIDTH, x1 - _RULE_WIDTH, bottom - _RULE_WIDTH


def _unseen_cells(text: np.ndarray, tables: Sequence[RuledTable], seen: set[Box | None]) -> list[Box]:
    """Return the cells where no line was found but something as high as a digit is.

    A character that stands alone is sometimes overlooked.
    """
    unseen = []
    for cell in (cell for table in tables for cell in table.cells if cell not in seen):
        x0, top, x1, bottom = (round(edge) for edge in _inner(cell))
        part = (text[top:bottom, x0:x1] < 128).astype(np.uint8)  # noqa: PLR2004 - the middle between black and white
        if part.size:
            stats = cv2.connectedComponentsWithStats(part)[2]
            if (stats[1:, cv2.CC_STAT_HEIGHT] > _SMALLEST_CHARACTER).any():
                unseen.append(cell)
    return unseen


def _picture(page: np.ndarray, box: Box) -> str:
    x0, top, x1, bottom = (round(edge) for edge in box)
    # Sixteen shades are enough to judge a character by, and a third of the bytes.
    _done, content = cv2.imencode(".png", page[top:bottom, x0:x1] // 16 * 17, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return base64.b64encode(content.tobytes()).decode()
