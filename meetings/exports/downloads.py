"""Handing out files: which kinds there are, and what they are called."""

import logging
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, cast

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from cnas_tasks.logs import describe
from meetings.database_snapshot import consistent_snapshot

from .columns import Column, Line

logger = logging.getLogger(__name__)

# By the ending of the file's name.
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


# What parts a path or is refused by a system stands in full width, so that no word of the name goes.
_FULL_WIDTH = str.maketrans('\\/:*?"<>|', "＼／：＊？＂＜＞｜")
MAX_NAME_LENGTH, MAX_NAME_BYTES = 80, 240
# The day stands at the end of a name: of one that is too long, the middle is left out.
_TAIL_LENGTH = 20


def file_name(title: str, ending: str) -> str:
    """Return what a file of this title is called, on every system and in archives."""
    words = " ".join(title.split()).translate(_FULL_WIDTH)
    name = "".join(letter for letter in words if unicodedata.category(letter)[0] != "C").strip(" .") or "1"
    if len(name) > MAX_NAME_LENGTH or len(name.encode()) > MAX_NAME_BYTES:
        head, tail = name[: MAX_NAME_LENGTH - _TAIL_LENGTH - 1], name[-_TAIL_LENGTH:]
        while len(f"{head}…{tail}".encode()) > MAX_NAME_BYTES:
            head = head[:-1]
        name = f"{head}…{tail}"
    return f"{name}.{ending}"


def stored_file_response(
    request: HttpRequest, file: FieldFile, name: str, content_type: str, **headers: str
) -> HttpResponseBase:
    """Hand out the file of a row; where the disk has it no more, say so (410)."""
    try:
        content = file.open("rb")
    except OSError as error:
        logger.warning("The file “%s” cannot be read: %s", file.name, describe(error))
        return render(request, "410.html", {"name": name}, status=410)
    return FileResponse(content, as_attachment=True, filename=name, content_type=content_type, headers=headers)


def temporary_file() -> BinaryIO:
    """Return a file that goes when it is closed, on disk once it is large."""
    # A register of ten thousand tasks is not to be held in memory by every reader.
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024))


def download_response(write: Callable[[BinaryIO], None], name: str, ending: str) -> FileResponse:
    """Hand out what ``write`` writes, as a file of this name to be saved."""
    from .temporary_sheets import without_leftovers

    file = temporary_file()
    with without_leftovers(), consistent_snapshot():
        write(file)
    file.seek(0)
    return attachment(file, file_name(name, ending))


def write_list_file(
    file: BinaryIO, ending: str, *, title: str, columns: Sequence[Column[Line]], lines: Iterable[Line]
) -> None:
    """Write a list as a workbook to be printed (``xlsx``), or as ``csv``."""
    from .list_sheet import write_list_workbook
    from .workbook import write_csv

    if ending == "csv":
        write_csv(file, columns=columns, lines=lines)
    else:
        write_list_workbook(file, title=title, columns=columns, lines=lines, is_to_print=True)


def attachment(file: BinaryIO, name: str) -> FileResponse:
    """Hand out an open file as ``name``, to be saved."""
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[name.rpartition(".")[2]])
