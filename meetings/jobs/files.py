"""Files that the worker writes and who asked for them fetches.

Such a file is a job, whose arguments say who asked and what the file is called, and lies in settings.EXPORTS_DIR under
the job's ``key``. Beside it lies how far it is: what reads as of one moment is in a transaction that cannot tell.
"""

import datetime
import json
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django_tasks.base import Task

from meetings.database_snapshot import consistent_snapshot
from meetings.exports.downloads import download_response, file_name
from meetings.exports.progress import tell_progress
from meetings.ui.http import Request

from . import job
from .heartbeat import is_any_alive

# So many rows of the register are written in a second (BENCHMARKS.md): a file that costs more is left to the worker.
ROWS_AT_ONCE = 1_500
# How long a file waits to be fetched.
KEPT_FOR = datetime.timedelta(days=1)


def file_response(
    request: Request,
    write: Callable[[BinaryIO], None],
    *,
    name: str,
    ending: str,
    row_count: int,
    row_cost: int = 1,
    writer: Task,
    **arguments: Any,
) -> HttpResponseBase:
    """Hand out what ``write`` writes, or lead to the page that waits for it.

    What takes long is left to a worker, where one lives; a row costs ``row_cost`` times what one of the register does.
    ``writer`` is a job that does what ``write`` does and takes ``key``, ``asked_by``, ``language``, ``name``,
    ``row_count`` and ``arguments``.
    """
    if request.method != "GET" or row_count * row_cost <= ROWS_AT_ONCE or not is_any_alive():
        return download_response(write, name, ending)
    result = writer.enqueue(
        key=secrets.token_hex(16),
        asked_by=request.user.pk,
        language=translation.get_language(),
        name=file_name(name, ending),
        row_count=row_count,
        **arguments,
    )
    return redirect("export", result.id)


def write_file(key: str, language: str, write: Callable[[BinaryIO], None]) -> None:
    """Write the file of a job, whole or not at all, to be removed after `KEPT_FOR`."""
    from meetings.exports.temporary_sheets import without_leftovers

    path = find_file(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_file.using(run_after=timezone.now() + KEPT_FOR).enqueue(key)
    unfinished = path.with_suffix(".unfinished")
    try:
        with (
            translation.override(language),
            tell_progress(partial(_note_progress, key)),
            without_leftovers(),
            consistent_snapshot(),
            unfinished.open("wb") as file,
        ):
            write(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
        _progress_of(key).unlink(missing_ok=True)


@job(gettext_lazy("Remove an exported file"))
def remove_file(key: str) -> None:
    """Remove the file of a job, and what a worker left of it that was killed."""
    for path in find_file(key).parent.glob(f"{key}*"):
        path.unlink(missing_ok=True)


def find_file(key: str) -> Path:
    """Return where the file of a job lies once it is written."""
    return Path(settings.EXPORTS_DIR) / key


def read_progress(key: str) -> tuple[int, int] | None:
    """Return how many rows are read, of how many; None where nothing is yet."""
    try:
        done, count = json.loads(_progress_of(key).read_text())
    except FileNotFoundError:
        return None
    return done, count


def _note_progress(key: str, done: int, count: int) -> None:
    path = _progress_of(key)
    # Whoever reads finds all of it.
    unfinished = path.with_suffix(".next")
    unfinished.write_text(json.dumps([done, count]))
    unfinished.replace(path)


def _progress_of(key: str) -> Path:
    return find_file(key).with_suffix(".progress")
