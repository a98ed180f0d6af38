"""The cases of ``cases/``: files as they are, each with its expected rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.paper import ExpectedTask

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """A file and the tasks that a person reads in it."""

    path: Path
    note: str
    expected: tuple[ExpectedTask, ...]


def read_cases() -> list[Case]:
    """Return the cases in the order of their names."""
    return [_read_case(path) for path in sorted(FOLDER.glob("*.expected.json"))]


def _read_case(path: Path) -> Case:
    contents = json.loads(path.read_text(encoding="utf-8"))
    stem = path.name.removesuffix(".expected.json")
    file = next(other for other in FOLDER.glob(f"{stem}.*") if other != path)
    judges_aspect = "aspect" in contents.get("check", [])
    tasks = [_expected_task(row, text, judges_aspect) for row in contents["rows"] for text in row["tasks"]]
    return Case(file, contents["note"], tuple(tasks))


def _expected_task(row: dict[str, Any], text: str, judges_aspect: bool) -> ExpectedTask:
    departments = row.get("departments", ())
    return ExpectedTask(
        text=text,
        number=row.get("number"),
        aspect=row.get("aspect", "") if judges_aspect else None,
        responsible=tuple(each["name"] for each in departments if each["role"] != "supporting"),
        supporting=tuple(each["name"] for each in departments if each["role"] == "supporting"),
        deadline=frozenset(each["due_date"] or each["kind"] for each in row.get("deadlines", ())),
    )
