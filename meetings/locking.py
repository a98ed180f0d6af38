"""Version tokens of forms and pages, for two people at once (docs/domain.md).

A task, a department or a row of a draft has a version number that grows with each change; a page that shows several of
them has a token computed from all it shows.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from meetings.errors import ConflictError

_Found = TypeVar("_Found")


def build_version_token(*values: object) -> str:
    """Return a token of ``values``; equal values give equal tokens."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def check_version(
    version_token: int | str | None,
    current: int | str,
    *,
    newer_entries: Callable[[], Iterable[Any]] = tuple,
    message: str = "",
) -> None:
    """Raise ConflictError where the token (None: unchecked) is not ``current``.

    ``newer_entries`` is called only then: the log entries recorded since ``version_token``, the oldest first.
    """
    if version_token is not None and version_token != current:
        raise ConflictError(message, newer_entries=list(newer_entries()), current_version=current)


def require_present(found: _Found | None, message: str = "") -> _Found:
    """Return the object of a form; raises ConflictError where it was deleted."""
    if not found:
        raise ConflictError(message)
    return found
