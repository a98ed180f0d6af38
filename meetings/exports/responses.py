"""Handing out files: which forms there are, and what they are called."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import BinaryIO

from django.http import FileResponse

XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP_CONTENT_TYPE = "application/zip"
DOCX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def download_response(write: Callable[[BinaryIO], None], name: str, ending: str, content_type: str) -> FileResponse:
    # On disk once it is large: a register of ten thousand tasks is not to be held in memory by every reader.
    file = tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024)  # noqa: SIM115 - the response closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{ending}", content_type=content_type)
