"""Each way in which the import once failed on a real table, in a small file of its own (tests/corpus/cases)."""

from __future__ import annotations

import pytest

from tests.corpus.cases import Case, read_cases
from tests.corpus.measure import measure

pytestmark = pytest.mark.same_on_both


@pytest.mark.long
@pytest.mark.parametrize("case", [pytest.param(case, id=case.path.name) for case in read_cases()])
def test_a_case_is_read_as_a_person_reads_it(case: Case):
    floor, faults = measure(case.path.name, case.path.read_bytes(), case.expected)
    assert not faults, "\n".join([case.note, *faults])
    assert floor.right == floor.cells > 0
