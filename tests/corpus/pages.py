"""Pages of a PDF with a text layer, as an office prints them: tables with all rules, open sides, few or none.

Options of a table: ``widths=30,200,…`` in points; ``rules=all|open|horizontal|none``; ``middle`` centres each cell's
lines between its rules; ``head=N`` repeats that many rows on each page. A page breaks before the row that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.corpus.paper import ABOVE, BREAKS, LEFT, Section
from tests.minutes.document_builders import write_pdf

_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [ << /Type /Font "
    "/Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) "
    "/Supplement 4 >> /DW 1000 /W [1 95 500] >> ] >>"
)
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日(?:印发)?")
_SIZE, _LEADING, _MARGIN, _PADDING = 10.0, 14.0, 50.0, 4.0


@dataclass
class _Paper:
    """The pages so far, and the height at which the next line comes."""

    width: float
    height: float
    pages: list[list[str]] = field(default_factory=list)
    y: float = 0.0

    def turn(self) -> None:
        self.pages.append([])
        self.y = self.height - _MARGIN

    def show(self, x: float, y: float, text: str, size: float = _SIZE) -> None:
        if text:
            self.pages[-1].append(_shown(x, y, text, size))

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pages[-1].append(f"{x0:.1f} {y0:.1f} m {x1:.1f} {y1:.1f} l S")


def _shown(x: float, y: float, text: str, size: float) -> str:
    return f"BT /F1 {size:g} Tf {x:.1f} {y:.1f} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def pdf_bytes(sections: Sequence[Section], *, landscape: bool = False, has_numbers: bool = False) -> bytes:
    """Return a PDF of the sections, from top to bottom; ``has_numbers``: of the pages, below each."""
    paper = _Paper(842, 595) if landscape else _Paper(595, 842)
    paper.turn()
    for section in sections:
        if section.name in BREAKS:
            paper.turn()
        elif section.name == "text":
            for at, line in enumerate(section.lines):
                _print_paragraph(paper, line, is_title=at == 0 and section is sections[0])
        else:
            _print_table(paper, section)
    for number, page in enumerate(paper.pages, start=1) if has_numbers else ():
        paper.pages[number - 1] = [*page, _shown(paper.width / 2 - 14, 28, f"— {number} —", 12)]
    return _package(paper)


def _width(text: str, size: float) -> float:
    return sum(size / 2 if ord(character) < 128 else size for character in text)


def _wrap(text: str, width: float, size: float = _SIZE) -> list[str]:
    """Return the lines of ``text`` in a column ``width`` points wide."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if line and _width(line + character, size) > width:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines


def _print_paragraph(paper: _Paper, line: str, *, is_title: bool) -> None:
    """Print a title in the middle, a day at the right, and the first line of anything else two characters in."""
    room = paper.width - 2 * _MARGIN
    is_placed = is_title or _DAY.fullmatch(line)
    for part in _wrap(line if is_placed else "\u3000\u3000" + line, room, 12):
        if paper.y - 18 < _MARGIN:
            paper.turn()
        left = (room - _width(part, 12)) / (2 if is_title else 1) if is_placed else 0.0
        indent = 24.0 if part.startswith("\u3000\u3000") else 0.0
        paper.show(_MARGIN + left + indent, paper.y - 12, part.lstrip("\u3000"), 12)
        paper.y -= 18


def _print_table(paper: _Paper, section: Section) -> None:
    grid = section.printed
    widths = _column_widths(section, paper.width - 2 * _MARGIN)
    edges = [_MARGIN]
    for width in widths:
        edges.append(edges[-1] + width)
    heights = [_height(grid, at, widths) for at in range(len(grid))]
    head = list(range(int(section.option("head", "0"))))
    page: list[int] = []
    paper.y -= 6
    room = paper.y - _MARGIN
    for at in range(len(grid)):
        if page and sum(heights[each] for each in [*page, at]) > room:
            _print_rows(paper, section, grid, page, heights, edges)
            paper.turn()
            page = list(head)
            room = paper.y - _MARGIN
        page.append(at)
    _print_rows(paper, section, grid, page, heights, edges)
    paper.y -= 12


def _column_widths(section: Section, room: float) -> list[float]:
    """Return the widths that the options name, or such as the columns' longest texts ask for."""
    if widths := section.option("widths"):
        return [float(width) for width in widths.split(",")]
    columns = zip(*section.printed, strict=True)
    wanted = [max(_width(cell.split("\n")[0], _SIZE) ** 0.7 for cell in column) + 12 for column in columns]
    return [width * room / sum(wanted) for width in wanted]


def _height(grid: list[list[str]], at: int, widths: list[float]) -> float:
    """Return how high a row is: as its longest cell that goes on in no other row."""
    lines = [
        len(_wrap(grid[at][column], _span_width(grid[at], column, widths) - 2 * _PADDING))
        for column in range(len(widths))
        if grid[at][column] not in (ABOVE, LEFT) and not (at + 1 < len(grid) and grid[at + 1][column] == ABOVE)
    ]
    return _LEADING * max(lines, default=1) + 6


def _span_width(row: list[str], column: int, widths: list[float]) -> float:
    last = column + 1
    while last < len(row) and row[last] == LEFT:
        last += 1
    return sum(widths[column:last])


def _print_rows(
    paper: _Paper, section: Section, grid: list[list[str]], page: list[int], heights: list[float], edges: list[float]
) -> None:
    rules = section.option("rules", "all")
    widths = [right - left for left, right in zip(edges, edges[1:], strict=False)]
    tops = [paper.y]
    for at in page:
        tops.append(tops[-1] - heights[at])
    for place, at in enumerate(page):
        for column, text in enumerate(grid[at]):
            if text == LEFT or (text == ABOVE and place > 0):
                continue
            right = edges[column] + _span_width(grid[at], column, widths)
            last = place + 1
            while last < len(page) and grid[page[last]][column] == ABOVE:
                last += 1
            # A merged cell goes on in silence on the next page.
            lines = [] if text == ABOVE else _wrap(text, right - edges[column] - 2 * _PADDING)
            box = (edges[column], tops[last], right, tops[place])
            _print_cell(paper, box, lines, is_middle="middle" in section.options)
            for rule in _rules(box, rules, edges):
                paper.rule(*rule)
    if rules == "horizontal":  # the three rules of a scientific table
        for y in (tops[0], tops[1], tops[-1]):
            paper.rule(edges[0], y, edges[-1], y)
    paper.y = tops[-1]


def _print_cell(paper: _Paper, box: tuple[float, ...], lines: list[str], *, is_middle: bool) -> None:
    x0, y0, _, y1 = box
    room = y1 - y0 - 6 - _LEADING * len(lines)
    y = y1 - 3 - _SIZE - (max(room, 0) / 2 if is_middle else 0)
    for line in lines:
        paper.show(x0 + _PADDING, y, line)
        y -= _LEADING


def _rules(box: tuple[float, ...], rules: str, edges: list[float]) -> Iterator[tuple[float, float, float, float]]:
    x0, y0, x1, y1 = box
    if rules not in ("all", "open"):
        return
    yield x0, y1, x1, y1
    yield x0, y0, x1, y0
    if rules == "all" or x0 != edges[0]:
        yield x0, y0, x0, y1
    if rules == "all" or x1 != edges[-1]:
        yield x1, y0, x1, y1


def _package(paper: _Paper) -> bytes:
    count = len(paper.pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [ {kids} ] /Count {count} >>", _FONT]
    for at, operations in enumerate(paper.pages):
        content = "\n".join(operations)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {paper.width:g} {paper.height:g}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return write_pdf(objects)
