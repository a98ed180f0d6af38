"""Files that are there whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _


class FileWriteError(Exception):
    """A file could not be written; the sentence says which and why."""


@contextmanager
def open_atomic(path: Path) -> Iterator[BinaryIO]:
    """Open a file that replaces ``path`` when the block ends, and is gone if it fails.

    Raises FileWriteError where the folder or the disk does not let it be written.
    """
    # Opened like any file, not by mkstemp: an export may be read by whoever may read its neighbours.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            yield file
        os.replace(unfinished, path)
    except OSError as error:
        raise FileWriteError(
            _("“%(path)s” cannot be written: %(reason)s.") % {"path": path, "reason": error.strerror or error}
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
