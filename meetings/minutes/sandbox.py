"""Reading of an uploaded file in a process with bounded memory and processor time.

The readers have limits of their own; these hold where one was forgotten or cannot be (a PDF's streams unpack without a
bound that pdfminer would look at), so that no file can take the server down.
"""

import json
import logging
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cnas_tasks.logs import code_lines
from meetings.core.converter import converter
from meetings.errors import ServiceError
from meetings.minutes.documents.conversion import convert_to_docx
from meetings.minutes.documents.detect import CONVERTED, detect_format
from meetings.minutes.documents.errors import (
    MAX_SECONDS,
    MAX_WAIT_SECONDS,
    UnreadableDocumentError,
    UnreadableReason,
)
from meetings.minutes.documents.sheets import Sheet
from meetings.minutes.parser.column_evidence import NO_NAMES, KnownNames
from meetings.minutes.parser.schema import LayoutChoice, ParsedFile, ParserOptions

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]


def parse_in_sandbox(
    content: bytes, *, known: KnownNames = NO_NAMES, layout: LayoutChoice | None = None, recognised: str = ""
) -> ParsedFile:
    """Read the bytes of a file with the cells each row came from.

    ``known`` and ``layout`` as of `parse_minutes`; ``recognised``: of a scan, what `recognise_in_sandbox` gave.
    Raises UnreadableDocumentError where it cannot be read, has no task table, takes too long or needs too much memory,
    and ServiceError where the process ended without an answer.
    """
    file_format = detect_format(content)
    if file_format in CONVERTED:
        content = convert_to_docx(content, file_format)
    options = converter.unstructure(ParserOptions(known, layout))
    kind, data = ("recognised", recognised.encode()) if recognised else ("minutes", content)
    read = converter.structure(_run_worker(kind, data, options), ParsedFile)
    return replace(read, format=str(file_format))


def read_sheets_in_sandbox(content: bytes) -> tuple[Sheet, ...]:
    """Read the sheets of a workbook's bytes; raises as `parse_in_sandbox`."""
    return converter.structure(_run_worker("sheets", content)["sheets"], tuple[Sheet, ...])


def call_in_sandbox(function: str, content: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a function (``module:name``) says of the bytes of a file.

    It is called with them and ``options``, has all of Django, and returns JSON. Raises as `parse_in_sandbox`.
    """
    return _run_worker(function, content, options)


def _run_worker(kind: str, content: bytes, options: dict[str, Any] | None = None) -> dict[str, Any]:
    command = [sys.executable, "-m", f"{__package__}.sandbox_worker", kind, str(MAX_SECONDS)]
    data = json.dumps(options).encode() + b"\n" + content
    try:
        worker = subprocess.run(  # nosec B603 # a fixed program, no shell
            command, input=data, capture_output=True, timeout=MAX_WAIT_SECONDS, cwd=_ROOT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS) from error
    try:
        answer = json.loads(worker.stdout)
    except ValueError as error:
        if worker.returncode == -signal.SIGXCPU:
            raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS) from error
        if worker.returncode < 0:  # killed, as for want of memory before it could say so
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        logger.warning("The reader of a file ended with %d: %s", worker.returncode, code_lines(worker.stderr))
        raise ServiceError(
            _("The file could not be read to its end. Save it anew in the program that made it, or paste its text.")
        ) from error
    if "code" in answer:
        raise UnreadableDocumentError(UnreadableReason(answer["code"]), **answer["parameters"])
    return answer
