"""Ids posted by forms."""

from collections.abc import Mapping


def posted_id(posted: Mapping[str, str], name: str) -> int:
    """Return the id that was sent as ``name``; 0, which nothing has, for none."""
    return parse_id(posted.get(name, ""))


def parse_id(written: str) -> int:
    """Return the id that was sent; 0, which nothing has, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0
