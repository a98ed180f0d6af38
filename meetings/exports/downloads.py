"""Handing out files: which kinds there are, and what they are called."""

import tempfile
from collections.abc import Callable
from typing import BinaryIO, cast

from django.http import FileResponse

# By the ending of the file's name.
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


def download_response(write: Callable[[BinaryIO], None], name: str, ending: str) -> FileResponse:
    """Hand out what ``write`` writes, as a file of this name to be saved."""
    # On disk once it is large: a register of ten thousand tasks is not to be held in memory by every reader.
    file = tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024)  # noqa: SIM115 - the response closes it
    write(cast(BinaryIO, file))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{ending}", content_type=CONTENT_TYPES[ending])
