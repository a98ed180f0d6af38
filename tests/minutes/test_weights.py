"""The weights by which a table's layout is scored: each decides the reading of a table that needs it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest

from meetings.minutes.documents.model import EMPTY, Cell, Document, Paragraph, Table
from meetings.minutes.parser.column_evidence import NO_NAMES, KnownNames
from meetings.minutes.parser.layout_choice import list_found_tables
from meetings.minutes.parser.table_candidates import choose_candidates, find_candidates
from meetings.minutes.parser.weights import WEIGHTS, Weights, list_weights
from tests.minutes.weighed_tables import COLUMNS, HEADS, TABLES

pytestmark = pytest.mark.same_on_both


@dataclass(frozen=True)
class Reading:
    """The first table's head, by its first and last row, and columns, and which tables hold the tasks."""

    head: tuple[int, int] | None
    kinds: str
    chosen: list[int]


def make_document(text: str) -> Document:
    """Make tables of lines with |, paragraphs of others; ^ is the cell above."""
    blocks = [_make_table(part) if "|" in part else Paragraph(part) for part in text.strip().split("\n\n")]
    return Document(tuple(blocks))


def _make_table(text: str) -> Table:
    rows: list[list[Cell]] = []
    for line in text.splitlines():
        words = [word.strip() for word in line.split("|")]
        rows.append([rows[-1][at] if word == "^" else Cell(word) if word else EMPTY for at, word in enumerate(words)])
    return Table.of(rows)


def read(text: str, weights: Weights, known: KnownNames = NO_NAMES) -> Reading:
    candidates = find_candidates(make_document(text), known, weights)
    choose_candidates(candidates, weights)
    layout = candidates[0].layout
    assert layout is not None
    kinds = " ".join(list_found_tables(candidates)[0].kinds)
    head = (layout.head.first, layout.head.last) if layout.head else None
    return Reading(head, kinds, [of.number for of in candidates if of.is_chosen])


def without(name: str) -> Weights:
    return replace(WEIGHTS, **{name: 0.0})


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_are_told_apart_by_the_weight(name: str):
    text, kinds, *known = COLUMNS[name]
    names = KnownNames(departments=frozenset(known))
    assert read(text, WEIGHTS, names).kinds == kinds
    assert read(text, without(name), names).kinds != kinds


@pytest.mark.parametrize("name", HEADS)
def test_the_head_is_found_by_the_weight(name: str):
    text, head = HEADS[name]
    assert read(text, WEIGHTS).head == head
    assert read(text, without(name)).head != head


@pytest.mark.parametrize("name", TABLES)
def test_the_table_is_chosen_by_the_weight(name: str):
    text, chosen = TABLES[name]
    assert read(text, WEIGHTS).chosen == chosen
    assert read(text, without(name)).chosen != chosen


def test_of_two_days_the_later_one_is_the_deadline_wherever_it_stands():
    text, kinds = COLUMNS["later_day"]
    lines = (
        "|".join([*words[:3], *reversed(words[3:])]) for words in (of.split("|") for of in text.strip().split("\n"))
    )
    assert read("\n".join(lines), WEIGHTS).kinds.split() == [*kinds.split()[:3], "deadline", "remarks"]


def test_every_weight_has_an_example_and_a_meaning():
    names = [each.name for each in fields(Weights)]
    assert sorted([*COLUMNS, *HEADS, *TABLES]) == sorted(names)
    assert [name for name, _, says in list_weights() if says.endswith(".")] == names
