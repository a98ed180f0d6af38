"""Drafts and workbooks as the database has kept them since 2378f95: read, and written again with the same keys."""

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
    return json.loads(json.dumps(converter.unstructure(converter.structure(data, cls))))


def test_rows_of_drafts_are_read_and_written_with_the_same_keys():
    rows = list(stored("draftrow"))
    for row in rows:
        written = as_written_again(row["content"], ParsedRow)
        del written["origin"]
        assert written == row["content"]
        assert as_written_again(row["problems"], tuple[ParserIssue, ...]) == row["problems"]
    assert {problem["code"] for row in rows for problem in row["problems"]} >= {"deadline"}


def test_facts_of_drafts_are_read_and_written_with_the_same_keys():
    documents = list(stored("minutesdocument"))
    assert documents
    for document in documents:
        facts = document["facts"]
        assert {name: value for name, value in as_written_again(facts, ParsedMeeting).items() if name in facts} == facts
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
