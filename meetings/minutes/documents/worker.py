"""A process of its own that reads a file within a time and answers in JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .errors import MAX_SECONDS, UnreadableDocumentError, UnreadableReason

_ROOT = Path(__file__).resolve().parents[3]


class WorkerEndedError(Exception):
    """The process ended without an answer, as it does for want of memory."""

    def __init__(self, worker: subprocess.CompletedProcess[bytes]) -> None:
        super().__init__(f"It ended with {worker.returncode}: {worker.stderr[-2000:]!r}")
        self.returncode = worker.returncode


def run_worker(module: str, *arguments: str, content: bytes = b"", seconds: float = MAX_SECONDS) -> dict[str, Any]:
    """Return the JSON of ``python -m module`` about ``content``.

    Raises UnreadableDocumentError, WorkerEndedError.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        worker = subprocess.run(command, input=content, capture_output=True, timeout=seconds, cwd=_ROOT, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS) from error
    try:
        answer = json.loads(worker.stdout)
    except ValueError as error:
        raise WorkerEndedError(worker) from error
    if "code" in answer:
        raise UnreadableDocumentError(UnreadableReason(answer["code"]), **answer["parameters"])
    return answer
