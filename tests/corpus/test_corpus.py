"""The corpus of documents: nothing of what is read right today is read wrong tomorrow (docs/importing.md)."""

from __future__ import annotations

from functools import partial

import pytest

from meetings.minutes.documents.conversion import convert_to_docx
from tests.corpus.floors import PAGE, page_with_figures, read_floors
from tests.corpus.make import OFFICE_FORMATS, build
from tests.corpus.measure import measure
from tests.corpus.paper import Paper, read_papers

pytestmark = pytest.mark.same_on_both

OFFICE = (pytest.mark.office, pytest.mark.long)
PAPERS = [
    pytest.param(paper, id=paper.file_name, marks=OFFICE if paper.format in OFFICE_FORMATS else ())
    for paper in read_papers()
]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_file_is_read_at_least_as_well_as_recorded(paper: Paper, request: pytest.FixtureRequest):
    office = request.getfixturevalue("office") if paper.format in OFFICE_FORMATS else None
    floor = read_floors()[paper.file_name]
    content = build(paper, office)
    # A LibreOffice for each file, as the register starts it, is tried by tests/minutes/test_further_formats.py.
    convert = partial(office.save_as, target="docx") if office else convert_to_docx
    now, faults = measure(paper.file_name, content, paper.expected, paper, convert)
    assert now.cells == floor.cells, "make corpus"
    is_as_good = now.right >= floor.right and now.refused <= floor.refused
    # What is read now where it was refused before may well be read with faults.
    is_as_safe = floor.refused or (now.grave <= floor.grave and now.lost <= floor.lost)
    assert is_as_good and is_as_safe, "\n".join([f"{floor} became {now}", *faults])  # noqa: PT018


def test_the_page_of_figures_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_figures(page), "make corpus"


def test_every_paper_has_its_floor():
    assert set(read_floors()) == {paper.file_name for paper in read_papers()}, "make corpus"
