"""Reading of an uploaded file in a process with bounded memory and time.

The readers have limits of their own; these hold where one was forgotten or cannot be (a PDF's streams unpack without a
bound that pdfminer would look at), so that no file can take the server down.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from meetings.core.converter import converter
from meetings.errors import ServiceError
from meetings.minutes.documents.errors import MAX_SECONDS, UnreadableDocumentError, UnreadableReason
from meetings.minutes.documents.sheets import Sheet
from meetings.minutes.parser.schema import ParsedFile

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]


def parse_in_sandbox(content: bytes) -> ParsedFile:
    """Read the bytes of a file with the cells each row came from.

    Raises UnreadableDocumentError where it cannot be read, has no task table, takes too long or needs too much memory,
    and ServiceError where the process ended without an answer.
    """
    return converter.structure(_run_worker("minutes", content), ParsedFile)


def read_sheets_in_sandbox(content: bytes) -> tuple[Sheet, ...]:
    """Read the sheets of a workbook's bytes; raises as `parse_in_sandbox`."""
    return converter.structure(_run_worker("sheets", content)["sheets"], tuple[Sheet, ...])


def _run_worker(kind: str, content: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", f"{__package__}.sandbox_worker", kind]
    try:
        worker = subprocess.run(
            command, input=content, capture_output=True, timeout=MAX_SECONDS, cwd=_ROOT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS) from error
    try:
        answer = json.loads(worker.stdout)
    except ValueError as error:
        if worker.returncode < 0:  # killed, as for want of memory before it could say so
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        logger.warning("The reader of a file ended with %d: %r", worker.returncode, worker.stderr[-2000:])
        raise ServiceError(
            _("The file could not be read to its end. Save it anew in the program that made it, or paste its text.")
        ) from error
    if "code" in answer:
        raise UnreadableDocumentError(UnreadableReason(answer["code"]), **answer["parameters"])
    return answer
