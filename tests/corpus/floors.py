"""The table of what is read right of each file of the corpus, which may grow and not shrink: ``floor.tsv``.

From it, and from the parser's weights, the tables of docs/importing.md are written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from meetings.minutes.parser.weights import list_weights
from tests.corpus.paper import read_papers

FILE = Path(__file__).parent / "floor.tsv"
PAGE = Path(__file__).parent.parent.parent / "docs" / "importing.md"
_FIGURES = "<!-- figures: make corpus -->\n", "<!-- end of figures -->\n"
_WEIGHTS = "<!-- weights: make corpus -->\n", "<!-- end of weights -->\n"


@dataclass(frozen=True)
class Floor:
    """What a file reaches: cells right of all, grave faults, cells lost without a word, whether it is refused."""

    file: str
    cells: int
    right: int
    grave: int
    lost: int
    refused: int

    @property
    def percent(self) -> str:
        return f"{100 * self.right / self.cells:.1f}" if self.cells else "–"


def read_floors() -> dict[str, Floor]:
    """Return the floors by the names of their files."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {row["file"]: Floor(row["file"], *(int(row[each.name]) for each in fields(Floor)[1:])) for row in rows}


def write_floors(floors: Iterable[Floor]) -> None:
    """Write the floors and, from them, the figures of docs/importing.md."""
    with FILE.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow([each.name for each in fields(Floor)])
        writer.writerows(astuple(floor) for floor in floors)
    PAGE.write_text(page_with_figures(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def sum_floors(floors: Iterable[Floor]) -> Floor:
    rows = [asdict(floor) for floor in floors]
    return Floor("all", *(sum(row[each.name] for row in rows) for each in fields(Floor)[1:]))


def page_with_figures(page: str) -> str:
    """Return the page with the weights and the figures of ``floor.tsv`` in their places."""
    floors = read_floors()
    figures = ["| file | what it is | cells | right | grave | lost |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    papers = [paper for paper in read_papers() if paper.file_name in floors]
    figures += [_line(f"`{paper.file_name}`", paper.kind, floors[paper.file_name]) for paper in papers]
    figures.append(_line("all", "", sum_floors(floors.values())))
    weights = ["| weight | points | what for |", "| --- | ---: | --- |"]
    weights += [f"| `{name}` | {points:g} | {says} |" for name, points, says in list_weights()]
    return _replace_between(*_FIGURES, figures, _replace_between(*_WEIGHTS, weights, page))


def _replace_between(begin: str, end: str, lines: list[str], page: str) -> str:
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    assert found_begin and found_end, f"{begin} or {end} is missing"  # noqa: PT018
    return before + begin + "\n".join(lines) + "\n" + end + after


def _line(name: str, kind: str, floor: Floor) -> str:
    right = "refused" if floor.refused and floor.file != "all" else f"{floor.percent} %"
    return f"| {name} | {kind} | {floor.cells} | {right} | {floor.grave} | {floor.lost} |"
