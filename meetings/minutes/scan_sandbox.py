"""Recognition of an uploaded scan in a process with bounded memory and time."""

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Timer

from cnas_tasks.logs import code_lines

from .documents import is_recognition_installed
from .documents.errors import MAX_SECONDS_OF_A_SCANNED_PAGE, UnreadableDocumentError, UnreadableReason
from .parser.column_evidence import NO_NAMES, KnownNames
from .parser.schema import ParsedFile
from .sandbox import parse_in_sandbox

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
#: What is not at work for so many seconds hangs; a page at work is bounded by its processor time.
_SILENT_FOR = 10 * MAX_SECONDS_OF_A_SCANNED_PAGE


def recognise_in_sandbox(content: bytes, *, on_page: Callable[[int, int], None]) -> str:
    """Recognise what stands on the pages of a scan; return it as JSON.

    `documents.recognition_json` reads it. ``on_page`` is told how many pages are done, and of how many; what it raises
    ends the reading. Raises UnreadableDocumentError where the scan cannot be read.
    """
    return _run_worker("recognise", content, on_page)


def check_in_sandbox(content: bytes) -> None:
    """Open a scan; raises UnreadableDocumentError where it is damaged or too large."""
    _run_worker("check", content, lambda _done, _count: None)


def _run_worker(kind: str, content: bytes, on_page: Callable[[int, int], None]) -> str:
    command = [sys.executable, "-m", f"{__package__}.scan_worker", kind]
    with tempfile.TemporaryFile() as scan, tempfile.TemporaryFile() as errors:
        scan.write(content)
        scan.seek(0)
        with subprocess.Popen(command, stdin=scan, stdout=subprocess.PIPE, stderr=errors, cwd=_ROOT) as worker:  # nosec B603 # a fixed program, no shell
            try:
                while line := _next_line(worker):
                    answer = json.loads(line)
                    if "recognised" in answer:
                        return str(answer["recognised"])
                    if "code" in answer:
                        raise UnreadableDocumentError(UnreadableReason(answer["code"]), **answer["parameters"])
                    on_page(answer["done"], answer["count"])
                ended_by = -worker.wait()
            finally:
                worker.kill()
        errors.seek(0)
        logger.warning("The reader of a scan ended by %d: %s", ended_by, code_lines(errors.read()))
    if ended_by == signal.SIGXCPU:
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS_OF_A_SCANNED_PAGE)
    raise UnreadableDocumentError(UnreadableReason.UNFINISHED)


def parse_with_recognition(content: bytes, *, known: KnownNames = NO_NAMES) -> ParsedFile:
    """Read a file as `parse_in_sandbox` does, and a scan where that can be read."""
    try:
        return parse_in_sandbox(content, known=known)
    except UnreadableDocumentError as error:
        if not is_readable_scan(error):
            raise
    recognised = recognise_in_sandbox(content, on_page=lambda _done, _count: None)
    return parse_in_sandbox(content, known=known, recognised=recognised)


def is_readable_scan(error: UnreadableDocumentError) -> bool:
    """Return whether the file was not read as it is a scan, which can be read here."""
    return error.code is UnreadableReason.NO_TEXT_LAYER and is_recognition_installed()


def _next_line(worker: subprocess.Popen[bytes]) -> bytes:
    """Return the next line of its answer; empty where it ended, or hung, without one."""
    assert worker.stdout is not None
    guard = Timer(_SILENT_FOR, worker.kill)
    guard.start()
    try:
        return worker.stdout.readline()
    finally:
        guard.cancel()
