"""A file → its minutes together with the printed cells of each row, as a draft wants them."""

from __future__ import annotations

from os import PathLike

from meetings.minutes.documents import format_of, read_content
from meetings.minutes.documents.detect import content_of
from meetings.minutes.json_codec import ReadMinutes, source_cells

from .minutes import minutes_of


def read_with_sources(path: str | PathLike[str]) -> ReadMinutes:
    """Read the file at ``path``, of any format and whatever its name. Raises UnreadableDocument."""
    content = content_of(path)
    document = read_content(content)
    minutes = minutes_of(document)
    sources = tuple(source_cells(document, row.origin) for row in minutes.rows)
    return ReadMinutes(str(format_of(content)), minutes, sources)
