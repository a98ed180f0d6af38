"""Temporary files of openpyxl, which a failure would leave lying."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from openpyxl.worksheet import _writer

_own: ContextVar[list[str] | None] = ContextVar("own", default=None)
_create = _writer.create_temporary_file


def _create_and_note(suffix: str = "") -> str:
    name = _create(suffix)
    if (own := _own.get()) is not None:
        own.append(name)
    return name


_writer.create_temporary_file = _create_and_note


@contextmanager
def without_leftovers() -> Iterator[None]:
    """Take away what is left of sheets where writing fails: a full disk needs room."""
    own: list[str] = []
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)
        for name in own:
            Path(name).unlink(missing_ok=True)
            with suppress(ValueError):
                _writer.ALL_TEMP_FILES.remove(name)
