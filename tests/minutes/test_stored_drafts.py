"""Drafts and workbooks as the database has kept them since 2378f95: read, and written with the same keys again.

What is new since then is written besides.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from meetings.core.converter import converter
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedMeeting, ParsedRow
from meetings.workbooks.parser import ParsedWorkbook

BACKUP = Path(__file__).parent.parent / "data" / "backup-2378f95.zip"


def stored(model: str) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(BACKUP) as archive:
        for line in archive.read(f"data/meetings.{model}.jsonl").decode().splitlines():
            yield json.loads(line)["fields"]


def as_written_again(data: Any, cls: Any) -> Any:
    """Read ``data`` and return of what is written then the part that was there before."""
    return as_far_as(json.loads(json.dumps(converter.unstructure(converter.structure(data, cls)))), data)


def as_far_as(written: Any, stored: Any) -> Any:
    """Return ``written`` without keys, and items at the end of a cell, that ``stored`` has not."""
    if isinstance(stored, dict) and isinstance(written, dict):
        return {key: as_far_as(value, stored[key]) for key, value in written.items() if key in stored}
    if isinstance(stored, list) and isinstance(written, list) and len(written) >= len(stored):
        return [as_far_as(value, old) for value, old in zip(written, stored, strict=False)]
    return written


def test_rows_of_drafts_are_read_and_written_with_the_same_keys():
    rows = list(stored("draftrow"))
    for row in rows:
        assert as_written_again(row["content"], ParsedRow) == row["content"]
        assert as_written_again(row["problems"], tuple[ParserIssue, ...]) == row["problems"]
    assert {problem["code"] for row in rows for problem in row["problems"]} >= {"deadline"}


def test_facts_of_drafts_are_read_and_written_with_the_same_keys():
    documents = list(stored("minutesdocument"))
    assert documents
    for document in documents:
        assert as_written_again(document["facts"], ParsedMeeting) == document["facts"]
        assert as_written_again(document["problems"], tuple[ParserIssue, ...]) == document["problems"]


#: As 2378f95 wrote it.
WORKBOOK = {
    "rows": [
        {
            "sheet": "技术部",
            "row": 4,
            "key": [7, 3, 2, 1699401600000000, ["0a1b2c3d", "4e5f6071"]],
            "written": {"progress": ["L4", "已启动。", None, False], "day": ["N4", "2023-12-01", "2023-12-01", True]},
            "changed": {"task": ["E4", "改过的工作", None, False]},
            "refusal": "altered",
        }
    ],
    "notices": [
        {"remark": "column_missing", "sheet": "技术部", "place": "", "column": "reason", "value": "", "number": 0},
        {"remark": "rows_missing", "sheet": "技术部", "place": "", "column": None, "value": "", "number": 2},
    ],
}


def test_what_was_read_of_a_workbook_is_read_and_written_with_the_same_keys():
    assert as_written_again(WORKBOOK, ParsedWorkbook) == WORKBOOK
