"""Files that are there whole or not at all, and what they are called."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from .workbook import clean_text

# What Windows allows in no file name.
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s]+')


class CannotWrite(Exception):
    """A file could not be written; the sentence says which and why."""


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when the block ends, and is gone when it fails.

    Raises CannotWrite where the folder or the disk does not let it be written.
    """
    # Opened like any file, not by mkstemp: an export may be read by whoever may read its neighbours.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            yield file
        os.replace(unfinished, path)
    except OSError as error:
        raise CannotWrite(
            _("“%(path)s” cannot be written: %(reason)s.") % {"path": path, "reason": error.strerror or error}
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def file_name(stem: str, ending: str) -> str:
    """Return ``stem`` as every system allows it for the name of a file, with its ``ending`` (".xlsx")."""
    return (_NOT_IN_FILE_NAMES.sub(" ", clean_text(stem)).strip(" .")[:80] or "export") + ending
