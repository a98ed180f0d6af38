"""What a scan leaves in doubt: characters marked, and the picture of a cell."""

import re
from collections.abc import Collection, Sequence
from itertools import groupby

from meetings.minutes.parser.schema import ScannedCell

#: What stands by itself in a cell: a name of several, a line.
_PART = re.compile(r"[^、\n]+")

#: A text in pieces, each with whether it is in doubt.
MarkedText = list[tuple[str, bool]]


def mark_cell(text: str, doubts: Collection[int]) -> MarkedText:
    """Return the text in pieces, by the places of its doubtful characters."""
    pieces = groupby(enumerate(text), key=lambda each: each[0] in doubts)
    return [("".join(letter for _at, letter in piece), is_doubtful) for is_doubtful, piece in pieces]


def find_cell(value: str, cells: Sequence[str]) -> str:
    """Return the shortest of the cells that have all of a value, or nothing."""
    parts = [_bare(part) for part in _PART.findall(value)]
    holding = (cell for cell in cells if parts and all(part in _bare(cell) for part in parts))
    return min(holding, key=len, default="")


def mark_value(value: str, cells: Sequence[str], scans: Sequence[ScannedCell]) -> MarkedText:
    """Return a value in pieces, marked as in the cell it was read from."""
    if not scans:
        return [(value, False)]
    found = find_cell(value, cells)
    scan = next((scan for scan in scans if scan.text == found), None)
    return mark_cell(value, _places_in_doubt(value, scan) if scan else ())


def _places_in_doubt(value: str, scan: ScannedCell) -> set[int]:
    places = [at for at, letter in enumerate(scan.text) if not letter.isspace()]
    bare, doubts = _bare(scan.text), set()
    for part in _PART.finditer(value):
        own = [at for at in range(*part.span()) if not value[at].isspace()]
        start = bare.find(_bare(part[0]))
        doubts |= {at for offset, at in enumerate(own) if places[start + offset] in scan.doubts}
    return doubts


def _bare(text: str) -> str:
    return "".join(text.split())
