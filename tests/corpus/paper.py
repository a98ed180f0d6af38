"""The papers of the corpus: invented documents as text, each with the tasks that a person reads in it.

A file of ``papers/`` is ``key: value`` lines and sections. ``[text]`` holds paragraphs, ``[table]`` (with options) rows
whose cells are parted by |: ``^`` goes on with the cell above, ``<`` with that at its left, ⏎ ends a line, ``#`` is an
automatic number. ``[sheet NAME]`` begins a sheet, ``[page]`` a page. ``[expected]`` has one task a line under a head of
its own; a column that is not there is not judged, an aspect of "-" is none. Units before the + are responsible, those
behind it support; ``deadline`` holds the days that are right (none for a task without), or ``ongoing``, ``recurring``,
``undecided``.
"""

from __future__ import annotations

import datetime
import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "papers"
ABOVE, LEFT, AUTOMATIC_NUMBER, NONE = "^", "<", "#", "-"
DATE = re.compile(r"date:(\d{4}-\d{2}-\d{2})(?: (.+))?")
BREAKS = ("sheet", "page")
KINDS = ("ongoing", "recurring", "next_meeting", "undecided")


@dataclass(frozen=True)
class Section:
    """A part of a paper: its name, its options and its lines."""

    name: str
    options: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def grid(self) -> list[list[str]]:
        """The rows of a table, each as wide as the widest."""
        rows = [[cell.strip().replace("⏎", "\n") for cell in line.split("|")] for line in self.lines]
        width = max(map(len, rows))
        return [row + [""] * (width - len(row)) for row in rows]

    @property
    def printed(self) -> list[list[str]]:
        """The rows as paper shows them: a workbook's dates in figures, the automatic numbers counted."""
        numbers = itertools.count(1)
        return [
            [str(next(numbers)) if cell == AUTOMATIC_NUMBER else _shown_date(cell) for cell in row] for row in self.grid
        ]

    def option(self, name: str, default: str = "") -> str:
        """What stands behind ``name=`` among the options."""
        return next((each.partition("=")[2] for each in self.options if each.startswith(name + "=")), default)


def _shown_date(cell: str) -> str:
    """Return a workbook's date as its format shows it: a day, or a month only."""
    found = DATE.fullmatch(cell)
    if not found:
        return cell
    year, month, _ = found[1].split("-")
    return f"{year}年{int(month)}月" if found[2] and "d" not in found[2] else found[1]


@dataclass(frozen=True)
class ExpectedTask:
    """One task as a person reads it; None is not judged."""

    text: str
    number: int | None = None
    aspect: str | None = None
    group: str | None = None
    responsible: tuple[str, ...] | None = None
    supporting: tuple[str, ...] = ()
    deadline: frozenset[str] | None = None
    leaders: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A document of the corpus."""

    name: str
    format: str
    kind: str
    sections: tuple[Section, ...]
    expected: tuple[ExpectedTask, ...]
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        return f"{self.name}.{self.format}"


def read_papers() -> list[Paper]:
    """Return the papers in the order of their names."""
    return [read_paper(path) for path in sorted(FOLDER.glob("*.txt"))]


def read_paper(path: Path) -> Paper:
    head, *parts = re.split(r"(?m)^\[([a-z][^\]\n]*)\]\n", path.read_text(encoding="utf-8"))
    settings = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    sections = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        name, *options = title.split()
        sections.append(Section(name, tuple(options), tuple(line for line in body.splitlines() if line.strip())))
    expected = next(section for section in sections if section.name == "expected")
    printed = tuple(section for section in sections if section.name != "expected")
    return Paper(path.stem, settings["format"], settings["kind"], printed, _expected_tasks(expected), settings)


def _expected_tasks(section: Section) -> tuple[ExpectedTask, ...]:
    heads, *rows = section.grid
    tasks = []
    above = [""] * len(heads)
    for row in rows:
        above = [old if cell == ABOVE else cell for cell, old in zip(row, above, strict=True)]
        tasks.append(_expected_task(dict(zip(heads, above, strict=True))))
    return tuple(tasks)


def _expected_task(cells: dict[str, str]) -> ExpectedTask:
    responsible, _, supporting = cells.get("units", "").partition("+")
    return ExpectedTask(
        text=cells["task"],
        number=int(cells["number"]) if cells.get("number") else None,
        aspect=cells.get("aspect", "").removeprefix(NONE) if cells.get("aspect") else None,
        group=cells.get("group") or None,
        responsible=split_names(responsible) if "units" in cells else None,
        supporting=split_names(supporting),
        deadline=frozenset(split_names(cells["deadline"])) if "deadline" in cells else None,
        leaders=split_names(cells["leaders"]) if "leaders" in cells else None,
        remarks=split_names(cells.get("remarks", "")),
    )


def split_names(text: str) -> tuple[str, ...]:
    """Return what ``text`` names, parted by blanks."""
    return tuple(text.split())


@cache
def fold(text: str | None) -> str:
    """Return ``text`` without what printing may change: blanks, widths, points and round brackets."""
    return re.sub(r"[\s,，;；。.、:：()（）]", "", unicodedata.normalize("NFKC", text or ""))


def as_json(paper: Paper) -> dict[str, object]:
    """Return the expected tasks in the form that the cases' ``.expected.json`` have."""
    return {"note": paper.kind, "rows": [_row_as_json(task) for task in paper.expected]}


def _row_as_json(task: ExpectedTask) -> dict[str, object]:
    departments = [{"name": name, "role": "responsible"} for name in task.responsible or ()]
    departments += [{"name": name, "role": "supporting"} for name in task.supporting]
    deadlines = [
        {"kind": each, "due_date": None} if each in KINDS else {"kind": "dated", "due_date": _day(each)}
        for each in sorted(task.deadline or ())
    ]
    return {
        "number": task.number,
        "aspect": task.aspect,
        "suggestion": task.group,
        "tasks": [task.text],
        "departments": departments,
        "leaders": list(task.leaders or ()),
        "deadlines": deadlines,
        "remarks": " ".join(task.remarks),
    }


def _day(text: str) -> str:
    return datetime.date.fromisoformat(text).isoformat()
