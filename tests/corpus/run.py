"""``make corpus``: reads every paper and every case, prints how well, and writes the floors that the tests hold.

``python -m tests.corpus.run NAME…`` reads some and names every fault, ``--keep`` writes nothing, and ``--as=pdf`` (or
any other format) reads every paper as if it had come in that format, ``--strange`` with each word of its heads, one at
a time, replaced by one that says nothing.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import replace

from django.conf import settings

from tests.corpus.cases import Case, read_cases
from tests.corpus.floors import Floor, read_floors, sum_floors, write_floors
from tests.corpus.make import OFFICE_FORMATS, build, installed_office
from tests.corpus.paper import Paper, read_papers
from tests.corpus.variants import with_strange_heads
from tests.office import Office

_SHOWN_FAULTS = 30


def main() -> None:
    logging.disable(logging.WARNING)
    # As in the process that reads an upload: no database, and sentences in English.
    settings.configure(USE_I18N=False)
    if "--strange" in sys.argv:
        print_strange_heads([word for word in sys.argv[1:] if not word.startswith("-")])
        return
    other_format = next((word.partition("=")[2] for word in sys.argv if word.startswith("--as=")), "")
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    with installed_office() as office:
        read_all(only, other_format, office)


def read_all(only: list[str], other_format: str, office: Office | None) -> None:
    """Read the papers and the cases, or some of them."""
    before = read_floors()
    now = {}
    for paper in read_papers():
        if other_format:
            # Twenty columns need a broad page.
            paper = replace(paper, format=other_format, settings={**paper.settings, "paper": "landscape"})
        is_possible = paper.format not in OFFICE_FORMATS or office
        if is_possible and (not only or any(word in paper.name for word in only)):
            content = build(paper, office)
            floor = before.get(paper.file_name)
            now[paper.file_name] = _print_file(paper.file_name, content, paper, floor, is_detailed=bool(only))
    total = sum_floors(now.values())
    print(_line(total) + f"  refused {total.refused}")
    for case in read_cases():
        if not only or any(word in case.path.name for word in only):
            _print_file(case.path.name, case.path.read_bytes(), case, None, is_detailed=bool(only))
    if not only and not other_format and "--keep" not in sys.argv:
        write_floors([*now.values(), *(floor for name, floor in before.items() if name in _not_tried(office))])


def _not_tried(office: Office | None) -> set[str]:
    return {paper.file_name for paper in read_papers() if paper.format in OFFICE_FORMATS and not office}


def _print_file(name: str, content: bytes, of: Paper | Case, before: Floor | None, *, is_detailed: bool) -> Floor:
    from tests.corpus.measure import measure

    floor, faults = measure(name, content, of.expected, of if isinstance(of, Paper) else None)
    is_worse = (
        before
        and not before.refused
        and (floor.right, -floor.grave, -floor.lost) < (before.right, -before.grave, -before.lost)
    )
    change = "" if before in (None, floor) else "  worse" if is_worse else "  better"
    print(_line(floor) + ("  refused" if floor.refused else "") + change)
    for fault in faults[: _SHOWN_FAULTS if is_detailed or is_worse else 0]:
        print("      " + fault)
    return floor


def print_strange_heads(only: list[str]) -> None:
    """Print what each unknown head word costs."""
    from tests.corpus.measure import measure

    floors = []
    for paper in read_papers():
        if paper.format in OFFICE_FORMATS or (only and not any(word in paper.name for word in only)):
            continue
        whole, _ = measure(paper.file_name, build(paper), paper.expected, paper)
        for word, strange in with_strange_heads(paper):
            floor, _ = measure(f"{paper.name} {word}".replace("\n", ""), build(strange), paper.expected, strange)
            floors.append(floor)
            if (floor.right, -floor.grave) < (whole.right, -whole.grave):
                print(_line(floor) + ("  refused" if floor.refused else ""))
    total = sum_floors(floors)
    print(_line(total) + f"  refused {total.refused} of {len(floors)}")


def _line(floor: Floor) -> str:
    figures = f"{floor.right:5}/{floor.cells:5} {floor.percent:>6} %  grave {floor.grave:3}  lost {floor.lost:3}"
    return f"{floor.file:36} {figures}"


if __name__ == "__main__":
    main()
