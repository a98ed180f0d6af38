"""Values posted by the forms of a breakdown table: version and ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetings.ui.http import Request


def service_arguments(request: Request) -> dict[str, Any]:
    """Return the arguments of every service: the actor and the page's version."""
    return {"actor": request.user, "version_token": request.POST.get("seen", "")}


def posted_id(posted: Mapping[str, str], name: str) -> int:
    """Return the id that was sent as ``name``; 0, which nothing has, for none."""
    return parse_id(posted.get(name, ""))


def parse_id(written: str) -> int:
    """Return the id that was sent; 0, which nothing has, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0
