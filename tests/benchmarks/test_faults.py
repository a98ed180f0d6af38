"""A floor that the machine cannot answer: its page is named as not measured, and all others are measured."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from . import bench, report
from .measured import Measured
from .served import Answer

KEPT, REFUSED = Measured("kept", "/a/", "/floor/a/", 1.5), Measured("refused", "/b/", "/floor/b/", 1.5)


class Stub:
    """A server that has no answer to the one floor, and to the one page where it is broken."""

    register = SimpleNamespace(tasks=100_000, accounts={"secretariat": {"task": 1, "department": 1}})

    def __init__(self, *, is_broken: bool = False) -> None:
        self.is_broken = is_broken

    def ask(self, address: str, *_arguments: object, **_headers: str) -> Answer:
        if address == "/floor/b/" or (address == "/b/" and self.is_broken):
            return Answer(503, b"", 0, 0, 1, 1, 0, "数据库没有应答。")
        return Answer(200, b"<p>", 3, 0, 1, 1, 0)


@pytest.mark.same_on_both
def test_what_has_no_floor_is_told_and_the_rest_is_measured(capsys):
    figures = bench.measure(Stub(), (REFUSED, KEPT), 3)
    assert "refused is not measured: /floor/b/ answers 503, 数据库没有应答。" in capsys.readouterr().err
    rows = report.table(figures, 100_000).splitlines()
    assert [row.count("|") for row in rows] == [11] * 4
    assert rows[2].startswith("| refused | not measured: /floor/b/ answers 503")
    assert figures[KEPT].ratio == 1
    assert "kept" in report.growth({("SQLite", 10_000): figures, ("SQLite", 100_000): figures})
    assert report.over_twice({("SQLite", 100_000): figures}), "`make bench-quick` fails on what it could not measure"


@pytest.mark.same_on_both
def test_a_page_that_has_no_answer_stops_the_run():
    with pytest.raises(RuntimeError, match="/b/ answers 503"):
        bench.measure(Stub(is_broken=True), (REFUSED,), 1)
