"""Pages of a PDF with a text layer: ruled tables, paragraphs joined from lines.

A PDF's streams unpack without a bound that pdfminer would look at: only the sandbox bounds them.
"""

import io
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page

from .errors import MAX_PAGES, MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Block, Cell, Document, Paragraph, Table
from .text_columns import parse_aligned_columns
from .wrapping import PrintedLine, is_full, join_lines, join_paragraphs, margins, unwrap_lines

_PAGE_NUMBER = re.compile(r"\s*(?:[-—－–]*\s*\d{1,4}\s*[-—－–]*|第\s*\d+\s*页(?:\s*共\s*\d+\s*页)?|\d+\s*/\s*\d+)\s*")
_EDGE_TOLERANCE = 3.0  # points: the two sides of one ruled line
_MIN_CHARACTERS = 8


def read_pdf(content: bytes) -> Document:
    """Read the bytes of a PDF. Raises UnreadableDocumentError."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            return _document(pdf)
    except UnreadableDocumentError:
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file leads it to
        causes = (error, *error.args, error.__cause__)
        # A SystemError is what pdfminer's way through a MemoryError may leave of it.
        if any(isinstance(cause, MemoryError | RecursionError | SystemError) for cause in causes):
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        if any(isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError) for cause in causes):
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED) from error
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="PDF") from error


def _document(pdf: pdfplumber.PDF) -> Document:
    if len(pdf.pages) > MAX_PAGES:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_PAGES, pages=len(pdf.pages), limit=MAX_PAGES)
    blocks: list[Block] = []
    characters = rows = 0
    runs_on = False
    for page in pdf.pages:
        upright = [char for char in page.chars if char.get("upright", True)]
        characters += sum(not char["text"].isspace() for char in upright)
        page_blocks, ends_full, begins_flush = _page_blocks(page, upright)
        rows += sum(len(block.rows) for block in page_blocks if isinstance(block, Table))
        if rows > MAX_TABLE_ROWS:
            raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
        if runs_on and begins_flush and blocks:
            above, below = blocks[-1], page_blocks[0]
            if isinstance(above, Paragraph) and isinstance(below, Paragraph):
                blocks[-1] = Paragraph(join_lines(above.text, below.text))
                del page_blocks[0]
        blocks.extend(page_blocks)
        runs_on = ends_full
        page.close()
    if characters < _MIN_CHARACTERS:
        raise UnreadableDocumentError(UnreadableReason.NO_TEXT_LAYER)
    return Document(tuple(blocks))


def _page_blocks(page: Page, characters: list[dict]) -> tuple[list[Block], bool, bool]:
    """Return the page's blocks, and whether its last line is full, its first flush."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1 or len(table.cells) > 1]
    boxes = [table.bbox for table in tables]
    outside = [char for char in characters if not any(_is_inside(char, box) for box in boxes)]
    lines = _lines(outside)
    items: list[tuple[float, Table | PrintedLine]] = [(top, line) for top, line in lines]
    for table in tables:
        inside = [char for char in characters if _is_inside(char, table.bbox)]
        items.append((table.bbox[1], _table(table.cells, inside)))
    items.sort(key=lambda item: item[0])
    if not tables:
        aligned = parse_aligned_columns(page.extract_text(layout=True, x_density=3.6, y_density=9).split("\n"))
        if aligned is not None:
            return list(aligned), False, False
    return _paragraphs([item for _, item in items], narrowest=0.5 * float(page.width))


def _is_inside(char: dict, box: Sequence[float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _lines(characters: Iterable[dict]) -> list[tuple[float, PrintedLine]]:
    """Return the printed lines from top to bottom, with their top edges in points."""
    rows: list[list[dict]] = []
    middle = 0.0
    for char in sorted(characters, key=lambda char: (char["top"] + char["bottom"], char["x0"])):
        at = (char["top"] + char["bottom"]) / 2
        if not rows or at - middle > 0.5 * (char["bottom"] - char["top"]):
            rows.append([])
            middle = at
        rows[-1].append(char)
    lines = []
    for row in rows:
        row.sort(key=lambda char: char["x0"])
        visible = [char for char in row if not char["text"].isspace()]
        if not visible:
            continue
        size = median(char["size"] for char in visible)
        pieces, right = [], visible[0]["x0"]
        for char in row:
            if char["x0"] - right > 0.6 * size and not char["text"].isspace():
                pieces.append(" ")
            pieces.append(char["text"])
            right = max(right, char["x1"])
        text = re.sub(r"\s+", " ", "".join(pieces)).strip()
        top = min(char["top"] for char in visible)
        lines.append((top, PrintedLine(text, visible[0]["x0"], visible[-1]["x1"], size)))
    return lines


def _paragraphs(items: Sequence[Table | PrintedLine], narrowest: float) -> tuple[list[Block], bool, bool]:
    lines = [item for item in items if isinstance(item, PrintedLine) and not _PAGE_NUMBER.fullmatch(item.text)]
    if not lines:
        return [item for item in items if isinstance(item, Table)], False, False
    left, right = margins(lines, narrowest)
    blocks: list[Block] = []
    previous: PrintedLine | None = None
    for is_line, run in groupby(items, key=lambda item: isinstance(item, PrintedLine)):
        if is_line:
            of_text = [line for line in run if line in lines]
            blocks.extend(map(Paragraph, join_paragraphs(of_text, left, right)))
            previous = of_text[-1] if of_text else None
        else:
            blocks.extend(item for item in run if isinstance(item, Table))
            previous = None
    ends_full = previous is not None and is_full(previous, left, right)
    begins_flush = items[0] is lines[0] and lines[0].left - left < 0.9 * lines[0].size
    return blocks, ends_full, begins_flush


def _edges(values: Iterable[float]) -> list[float]:
    """Return the distinct edges; close ones are taken for one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _EDGE_TOLERANCE:
            edges.append(value)
    return edges


def _table(boxes: Sequence[tuple[float, float, float, float]], characters: list[dict]) -> Table:
    columns = _edges([edge for box in boxes for edge in (box[0], box[2])])
    rows = _edges([edge for box in boxes for edge in (box[1], box[3])])
    grid = [[EMPTY] * (len(columns) - 1) for _ in rows[1:]]
    for box in boxes:
        inside = [char for char in characters if _is_inside(char, box)]
        cell = Cell(_cell_text(inside, box))
        for row in range(_edge_index(rows, box[1]), _edge_index(rows, box[3])):
            for column in range(_edge_index(columns, box[0]), _edge_index(columns, box[2])):
                grid[row][column] = cell
    return Table.of(grid)


def _edge_index(edges: Sequence[float], value: float) -> int:
    return min(bisect_left(edges, value - _EDGE_TOLERANCE), len(edges) - 1)


def _cell_text(characters: list[dict], box: Sequence[float]) -> str:
    lines = [line for _, line in _lines(characters)]
    if not lines:
        return ""
    # The cell's inner margin is what stands left of the longest line; centred or right-aligned, it is the smaller gap.
    longest = max(lines, key=lambda line: line.right - line.left)
    margin = max(0.0, min(longest.left - box[0], box[2] - longest.right, 6.0))
    return unwrap_lines(lines, box[0] + margin, box[2] - margin)
