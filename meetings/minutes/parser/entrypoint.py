"""A file → its minutes together with the printed cells of each row, as a draft wants them."""

from __future__ import annotations

from os import PathLike

from meetings.minutes.documents import detect_format, read_content
from meetings.minutes.documents.detect import read_file_bytes
from meetings.minutes.json_codec import ParsedFile, collect_source_cells

from .minutes import parse_minutes


def parse_file(path: str | PathLike[str]) -> ParsedFile:
    """Read the file at ``path``, of any format and whatever its name. Raises UnreadableDocument."""
    content = read_file_bytes(path)
    document = read_content(content)
    minutes = parse_minutes(document)
    sources = tuple(collect_source_cells(document, row.origin) for row in minutes.rows)
    return ParsedFile(str(detect_format(content)), minutes, sources)
