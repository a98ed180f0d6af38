"""Tables with columns aligned by blanks, as ``pdftotext -layout`` prints them.

pdftotext counts every character as one column, a terminal counts a Chinese one as two: the count that leaves
clearer gaps is taken. The head says which columns there are, the gaps below it where they end. The rows are found by
what counts them through (1) 2) 3) … or the numbers in 序号); since cells stand in the middle of their rows, every
other column is cut into as many pieces so that the middles meet.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from meetings.core.text import display_width, tidy_text
from meetings.minutes.parser.column_headers import Column, Header, disambiguate_headers, is_header_row, parse_header
from meetings.minutes.parser.ordinals import leading_ordinal, parse_integer
from meetings.minutes.parser.person_names import has_organisation_ending

from .model import EMPTY, Block, Cell, Paragraph, Table
from .row_bands import (
    SENTENCE_END,
    Band,
    are_row_tops,
    assign_lines,
    bands_around,
    bands_from_starts,
    bands_from_tops,
    find_group_bands,
    find_numbered_starts,
)
from .text_top_rows import Piece, parse_top_aligned_rows
from .wrapping import PrintedLine, join_paragraphs, margins, unwrap_lines

_TEXT_COLUMNS = (Column.ASPECT, Column.SUGGESTION, Column.TASKS, Column.REMARKS)
Measure = Callable[[str], int]
_GAP = re.compile(r" {2,}|\u3000{2,}|\t")
_AFTER_TABLE = re.compile(r"^(?:附\s*[:：]|附件|抄报|抄送|主送|分送|联系人\s*[:：])|印发$")
_DATE_LINE = re.compile(r"(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
_OUTER_LINE = re.compile(r"^[一二三四五六七八九十]{1,3}、.*(?:任务|清单|分解|分工|台账)|[:：]|(?:表|清单|台账)$")


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines under one head, to the next head or the end."""

    headers: Sequence[Header | None]
    names: Sequence[str]
    places: Sequence[int]
    edges: Sequence[int]
    lines: Sequence[str]
    measure: Measure
    gap_text_count: int


def parse_aligned_columns(lines: Sequence[str]) -> list[Block] | None:
    """Return the text's blocks if there is a head with aligned columns, else None."""
    lines = [line.rstrip().replace("\f", "") for line in lines]
    header_places = [at for at, line in enumerate(lines) if _find_headers(line) is not None]
    if not header_places:
        return None
    above = _header_top(lines, header_places[0])
    before = _to_printed_lines(lines[:above])
    blocks: list[Block] = [
        Paragraph(text) for text in join_paragraphs(before, *margins(before, narrowest=40), slack=3.5)
    ]
    for index, at in enumerate(header_places):
        following = _header_top(lines, header_places[index + 1]) if index + 1 < len(header_places) else len(lines)
        end = _end_of_table(lines, at + 1, following, is_last=index + 1 == len(header_places))
        section = min((_section(lines, at, end, measure) for measure in (len, display_width)), key=_disorder)
        rows = _rows(section)
        if rows is None:
            return None
        blocks.append(Table.of([[Cell(name) for name in section.names], *rows]))
        blocks.extend(Paragraph(line.strip()) for line in lines[end:following] if line.strip())
    return blocks


def _end_of_table(lines: Sequence[str], first: int, following: int, *, is_last: bool) -> int:
    """Return where the rows end and running text begins again.

    That is at 附：, at a date alone in its line and who signs above it, or at the headings above the next table.
    """
    for at in range(first, following):
        if _AFTER_TABLE.search(lines[at].strip()):
            return at
        if _DATE_LINE.fullmatch(lines[at].strip()):
            above = max((line for line in range(first, at) if lines[line].strip()), default=first)
            signs = len(_pieces(lines[above])) == 1 and has_organisation_ending(lines[above].strip())
            return above if signs and above > first else at
    end = following
    while not is_last and end > first:
        pieces = _pieces(lines[end - 1])
        if pieces and not (len(pieces) == 1 and _OUTER_LINE.search(pieces[0].text)):
            break
        end -= 1
    return following if end == first or not any(line.strip() for line in lines[end:following]) else end


def _pieces(line: str, measure: Measure = len) -> list[Piece]:
    pieces, at = [], 0
    for match in [*_GAP.finditer(line), None]:
        end = match.start() if match else len(line)
        if line[at:end].strip():
            text = line[at:end]
            start = at + len(text) - len(text.lstrip())
            left = measure(line[:start])
            pieces.append(Piece(text.strip(), left, left + measure(text.strip())))
        at = match.end() if match else end
    return pieces


def _find_headers(line: str) -> list[Piece] | None:
    """Return the pieces of the line, if they are the heads of a task table."""
    pieces = _pieces(line)
    if len(pieces) < 3 or len(pieces) > 20:
        return None
    headers = [parse_header(piece.text) for piece in pieces]
    return pieces if is_header_row(headers, len(pieces)) else None


def _is_part_of_header(line: str) -> bool:
    """Return whether a line beside the heads is the other half of a head of two lines."""
    pieces = _pieces(line)
    return (
        bool(pieces)
        and len(pieces) <= 3
        and all(len(piece.text) <= 8 and piece.left > 8 and not re.search(r"[\d。；]", piece.text) for piece in pieces)
    )


def _header_top(lines: Sequence[str], at: int) -> int:
    return at - 1 if at and _is_part_of_header(lines[at - 1]) else at


def _disorder(section: _Section) -> tuple[int, int]:
    """Return how much text stands in the gaps, and how many places lines begin at."""
    return section.gap_text_count, sum(len({piece.left for piece in pieces.values()}) for pieces in _columns(section))


def _section(lines: Sequence[str], at: int, end: int, measure: Measure) -> _Section:
    """Return the section under the heads in line ``at``."""
    headers = _pieces(lines[at], measure)
    top = _header_top(lines, at)
    first = at + 1
    halves = _pieces(lines[top], measure) if top < at else []
    if halves and first < end and _is_part_of_header(lines[first]):
        first += 1
    body = lines[first:end]
    lower = _pieces(lines[first - 1], measure) if first > at + 1 else []
    for half in halves:  # a head of two lines stands beside the line of the others, above and below it
        below = next((piece.text for piece in lower if piece.left < half.right and half.left < piece.right), "")
        headers.append(Piece(half.text + below, half.left, half.right))
    headers.sort(key=lambda piece: piece.left)
    names = [piece.text for piece in headers]
    edges, crossed = _edges(headers, body, measure)
    kinds = disambiguate_headers([parse_header(name) for name in names], names)
    return _Section(kinds, names, [piece.left for piece in headers], edges, body, measure, crossed)


def _edges(headers: Sequence[Piece], body: Sequence[str], measure: Measure) -> tuple[list[int], int]:
    """Return where each further column begins, and how full those places are."""
    width = max([measure(line) for line in body] + [headers[-1].right]) + 1
    covered = [0] * (width + 1)
    for line in body:
        place = 0
        for letter in line:  # a single blank may be all that stands between two columns
            step = measure(letter)
            for at in range(place, min(place + step, width) if not letter.isspace() else place):
                covered[at] += 1
            place += step
    edges, crossed = [], 0
    for left, right in zip(headers, headers[1:], strict=False):
        places = range(int(left.middle) + 1, int(right.middle) + 1)
        fewest = min((covered[place] for place in places), default=0)
        crossed += fewest
        runs = [list(run) for count, run in groupby(places, key=covered.__getitem__) if count == fewest]
        longest = max(runs, key=len, default=[left.right])
        edges.append((longest[0] + longest[-1] + 1) // 2)
    return edges, crossed


def _columns(section: _Section) -> list[dict[int, Piece]]:
    """Return the pieces of each column, by line."""
    columns: list[dict[int, Piece]] = [{} for _ in section.headers]
    for at, line in enumerate(section.lines):
        for piece in _pieces(line, section.measure):
            for part in _cut(piece, section.edges, section.measure):
                column = sum(part.middle >= edge for edge in section.edges)
                old = columns[column].get(at)
                columns[column][at] = (
                    part if old is None else Piece(f"{old.text} {part.text}", old.left, max(old.right, part.right))
                )
    return columns


def _cut(piece: Piece, edges: Sequence[int], measure: Measure) -> Iterator[Piece]:
    """Cut a piece that reaches into the next column at the blank nearest the edge."""
    inside = [edge for edge in edges if piece.left + 2 < edge < piece.right - 2]
    # The blank behind a task's (2) belongs to it.
    blanks = [match.start() for match in re.finditer(r"(?<![)）.．、]) ", piece.text)]
    if not inside or not blanks:
        yield piece
        return
    edge = inside[0]
    at = min(blanks, key=lambda blank: abs(piece.left + measure(piece.text[:blank]) - edge))
    middle = piece.left + measure(piece.text[:at])
    if abs(middle - edge) > 6:
        yield piece
        return
    yield Piece(piece.text[:at], piece.left, middle)
    rest = piece.text[at:].lstrip()
    yield from _cut(Piece(rest, piece.right - measure(rest), piece.right), edges[edges.index(edge) + 1 :], measure)


def _rows(section: _Section) -> list[list[Cell]] | None:
    """Return the rows of the section; None where nothing tells them apart."""
    if section.gap_text_count and (rows := _parse_top_aligned_rows(section)) is not None:
        return rows
    columns = _columns(section)
    bands, anchor = _bands(section, columns)
    if not bands:
        return None if any(columns) else []
    grid = [[EMPTY] * len(columns) for _ in bands]
    groups: list[Band] | None = None
    for at, pieces in enumerate(columns):
        header = section.headers[at]
        column = header.column if header else Column.REMARKS
        if not pieces:
            continue
        # A column with fewer numbers than there are rows is merged over them.
        is_merged = column is Column.ASPECT or (column is Column.NUMBER and len(_number_lines(pieces)) < len(bands))
        is_group = is_merged and at != anchor
        if is_group and groups is None:
            groups = _groups(section, columns, bands, anchor)
        over = groups if is_group and groups else bands
        width = max(display_width(piece.text) for piece in pieces.values())
        for band, lines in zip(over, assign_lines(sorted(pieces), over), strict=True):
            if lines:
                text = _cell_text([pieces[line] for line in lines], column, width)
                grid[band.first_row][at] = Cell(text)
    return grid


def _parse_top_aligned_rows(section: _Section) -> list[list[Cell]] | None:
    """Return the rows of a crowded section, if each begins beside its number."""
    lines = [_pieces(line, section.measure) for line in section.lines]
    rows = parse_top_aligned_rows(lines, section.headers, section.places)
    if rows is None:
        return None
    widths = [
        max((display_width(piece.text) for row in rows if len(row) > 1 for piece in row.get(at, ())), default=0)
        for at in range(len(section.headers))
    ]
    grid = []
    for row in rows:
        cells = [EMPTY] * len(section.headers)
        for at, pieces in row.items():
            header = section.headers[at]
            column = header.column if header and len(row) > 1 else Column.REMARKS
            width = widths[at] if len(row) > 1 else max(display_width(piece.text) for piece in pieces)
            cells[at] = Cell(_cell_text(pieces, column, width))
        grid.append(cells)
    return grid


def _bands(section: _Section, columns: Sequence[dict[int, Piece]]) -> tuple[list[Band], int]:
    """Return the rows' bands of lines, and the column that showed them."""
    by_kind = {head.column: at for at, head in reversed(list(enumerate(section.headers))) if head}
    numbered = len(_number_lines(columns[by_kind[Column.NUMBER]])) if Column.NUMBER in by_kind else 0
    for kind in (Column.SUGGESTION, Column.TASKS):
        at = by_kind.get(kind)
        if at is None:
            continue
        starts = find_numbered_starts(columns[at])
        if len(starts) > numbered or (starts and len(starts) == numbered and kind is Column.SUGGESTION):
            return bands_from_starts(starts, columns[at]), at
    for kind in (Column.NUMBER, Column.DEADLINE, Column.LEADERS, Column.DEPARTMENTS):
        at = by_kind.get(kind)
        if at is None or not columns[at]:
            continue
        lines = _number_lines(columns[at]) if kind is Column.NUMBER else sorted(columns[at])
        if kind is not Column.NUMBER and any(two - one == 1 for one, two in zip(lines, lines[1:], strict=False)):
            continue
        if kind is Column.NUMBER and lines and are_row_tops(lines, columns, section.headers):
            return bands_from_tops(lines, columns), at
        if lines:
            return bands_around(lines, columns), at
    return [], -1


def _number_lines(pieces: dict[int, Piece]) -> list[int]:
    """Return the lines in which the column has a number."""
    return [line for line in sorted(pieces) if parse_integer(pieces[line].text) is not None]


def _groups(
    section: _Section, columns: Sequence[dict[int, Piece]], bands: Sequence[Band], anchor: int
) -> list[Band] | None:
    """Return the bands of merged groups, whose numbers stand in their middles."""
    for at, header in enumerate(section.headers):
        if header and header.column is Column.NUMBER and at != anchor:
            centres = _number_lines(columns[at])
            if centres and len(centres) <= len(bands):
                return find_group_bands(centres, bands)
    return None


def _cell_text(pieces: Sequence[Piece], column: Column, width: int) -> str:
    lines = [PrintedLine(piece.text, 0, display_width(piece.text), 2) for piece in pieces]
    text = unwrap_lines(lines, 0, width)
    if column not in _TEXT_COLUMNS:
        return text
    joined: list[str] = []
    for line in text.split("\n"):
        if joined and not SENTENCE_END.search(joined[-1]) and not leading_ordinal(line):
            joined[-1] += line
        else:
            joined.append(line)
    return "\n".join(joined)


def _to_printed_lines(lines: Sequence[str]) -> list[PrintedLine]:
    """Return running text as lines, as wide as their characters without blanks."""
    printed_lines = []
    for line in lines:
        text = re.sub(r"\s+", " ", line).strip()
        if text:
            left = len(line) - len(line.lstrip())
            printed_lines.append(PrintedLine(text, left, left + display_width(tidy_text(text)), 2))
    return printed_lines
