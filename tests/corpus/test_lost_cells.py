"""The corpus's own measure: what the import drops of a paper is reported, whatever the import says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.corpus.make import build
from tests.corpus.measure import measure
from tests.corpus.paper import Paper, read_papers

PAPERS = {paper.name: paper for paper in read_papers()}
CONTINUED, BESIDE = "120-continued-words-of-heads", "33-lists-around"


def _faults(paper: Paper, printed: Paper) -> list[str]:
    """What is said to be lost of ``printed``, whose file is made from ``paper``."""
    _, faults = measure(paper.file_name, build(paper), paper.expected, printed)
    return [fault for fault in faults if fault.startswith("lost without a word")]


def _without(paper: Paper, old: str, new: str) -> Paper:
    """The paper with the first line that has ``old`` changed."""
    at = next(at for at, of in enumerate(paper.sections) if any(old in line for line in of.lines))
    section = paper.sections[at]
    lines = tuple(line.replace(old, new, 1) for line in section.lines)
    lines = tuple(line for line in lines if line.strip())
    return replace(paper, sections=(*paper.sections[:at], replace(section, lines=lines), *paper.sections[at + 1 :]))


@pytest.mark.parametrize("cell", ["整改措施不具体", "王强", "人事科", "2026年6月底", "进展情况掌握不及时", "综合科"])
def test_a_dropped_cell_is_lost(cell: str):
    paper = PAPERS[CONTINUED]
    (fault,) = _faults(_without(paper, cell, ""), paper)
    assert fault.endswith(f": {cell}")


def test_one_of_several_cells_that_say_the_same_is_lost():
    paper = replace(PAPERS["121-marks-by-month"], format="docx")
    assert _faults(paper, paper) == []
    faults = _faults(_without(paper, "▲ | ▲ | ▲", "▲ |  | ▲"), paper)
    assert {fault.rpartition(": ")[2] for fault in faults} == {"▲"}


def test_a_dropped_row_is_lost():
    paper = PAPERS[CONTINUED]
    row = "4 | 工作任务分解不细 | 按月分解到科室 | 赵敏 | 综合科 | 2026年7月底"
    # What the row above and below say may be said by them alone.
    assert len(_faults(_without(paper, row, ""), paper)) >= 4


def test_a_dropped_table_is_lost_unless_it_is_named():
    paper = PAPERS[BESIDE]
    at = [of.name for of in paper.sections].index("table")
    assert _faults(paper, paper) == []
    assert _faults(replace(paper, sections=(*paper.sections[:at], *paper.sections[at + 1 :])), paper)
