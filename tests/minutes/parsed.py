"""Reading a made document, and short forms of what was read, for tests to compare."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from pathlib import Path

from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason, read_content
from meetings.minutes.documents.detect import read_file_bytes
from meetings.minutes.parser.minutes import parse_minutes, require_rows
from meetings.minutes.parser.schema import ParsedMinutes, ParsedRow

from .document_builders import written

DATA = Path(__file__).resolve().parent.parent / "data"


def parse_minutes_file(path: str | Path) -> ParsedMinutes:
    """The minutes in the file at ``path``."""
    return require_rows(parse_minutes(read_content(read_file_bytes(path))))


def minutes(content: bytes | str) -> ParsedMinutes:
    """The minutes in a file of this content."""
    with tempfile.TemporaryDirectory() as folder:
        return parse_minutes_file(written(Path(folder), content))


def refused(content: bytes | str) -> UnreadableReason:
    """Why a file of this content is not read."""
    try:
        minutes(content)
    except UnreadableDocumentError as error:
        return error.code
    raise AssertionError("The file was read.")


def bare(text: str | None) -> str | None:
    """Without white space, the width of punctuation folded: as ``annex-expected.json`` asks to compare."""
    return None if text is None else unicodedata.normalize("NFKC", re.sub(r"\s+", "", text))


def tasks(row: ParsedRow) -> list[str]:
    return [task.text for task in row.tasks]


def departments(row: ParsedRow, task: int = 0) -> dict[str, str]:
    """The roles of a task's departments by name, in printed order."""
    return {department.name: str(department.role) for department in row.tasks[task].departments}


def row_problems(read: ParsedMinutes) -> list[tuple[int, str]]:
    """Row and column of every problem that has a row."""
    return sorted((problem.row, problem.column) for problem in read.problems if problem.row is not None)


def whole_problems(read: ParsedMinutes) -> set[str]:
    """The codes of the problems about the whole file, less those of a table made for a test, which names no meeting."""
    codes = {str(problem.code) for problem in read.problems if problem.row is None}
    return codes - {"no_title", "no_issue_day"}
