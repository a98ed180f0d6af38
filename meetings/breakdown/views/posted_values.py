"""Ids posted by forms."""

from collections.abc import Mapping

from meetings.core.text import parse_id


def posted_id(posted: Mapping[str, str], name: str) -> int:
    """Return the id that was sent as ``name``; 0, which nothing has, for none."""
    return parse_id(posted.get(name, "")) or 0
