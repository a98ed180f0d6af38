"""Reading of an uploaded file in a process with bounded memory and time.

The reader has limits of its own; these hold where one was forgotten, so that no file can take the server down.
"""

import logging
from os import PathLike, fspath
from typing import Any

from django.utils.translation import gettext as _

from meetings.core.converter import converter
from meetings.errors import ServiceError
from meetings.minutes.documents.errors import MAX_SECONDS
from meetings.minutes.documents.sheets import Sheet
from meetings.minutes.documents.worker import WorkerEndedError, run_worker
from meetings.minutes.parser.schema import ParsedFile

logger = logging.getLogger(__name__)

#: Seconds (wall clock); the worker's own limit of CPU time ends it earlier on an idle machine.
_TIMEOUT_SECONDS = MAX_SECONDS + 2


def parse_in_sandbox(path: str | PathLike[str]) -> ParsedFile:
    """Read the file at ``path`` with the cells each row came from.

    Raises UnreadableDocumentError where it cannot be read, has no task table or takes too long, and ServiceError where
    the process ended without an answer, as it does for want of memory.
    """
    return converter.structure(_run_worker("minutes", path), ParsedFile)


def read_sheets_in_sandbox(path: str | PathLike[str]) -> tuple[Sheet, ...]:
    """Read the sheets of the workbook at ``path``; raises as `parse_in_sandbox`."""
    return converter.structure(_run_worker("sheets", path)["sheets"], tuple[Sheet, ...])


def _run_worker(kind: str, path: str | PathLike[str]) -> dict[str, Any]:
    try:
        return run_worker(f"{__package__}.sandbox_worker", kind, fspath(path), seconds=_TIMEOUT_SECONDS)
    except WorkerEndedError as error:
        logger.warning("An uploaded file was not read to its end. %s", error)
        raise ServiceError(
            _("The file could not be read to its end. Save it anew in the program that made it, or paste its text.")
        ) from error
