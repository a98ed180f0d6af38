"""The notice 〔2023〕81号 in all its formats gives what a careful reader finds (tests/data/annex-expected.json)."""

from __future__ import annotations

import pytest

from meetings.minutes.parser.minutes import to_json

from .compared_rows import EXPECTED, as_compared, as_expected
from .parsed import DATA, bare, parse_minutes_file

WHOLE = ("minutes.docx", "minutes.pdf", "81号.txt", "minutes-pdftotext.txt")
ANNEX = ("annex.docx", "annex.xlsx")
SAID_BY_THE_ANNEX = ("breakdown_title", "overall_lead", "leads")
NOT_SAID_BY_THE_ANNEX = ("document_number", "issued_on", "held_on", "place", "host", "chair")


@pytest.fixture(scope="module", params=WHOLE + ANNEX)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def read(name):
    return to_json(parse_minutes_file(DATA / name))


def test_every_row_is_what_a_careful_reader_finds(read):
    assert [as_compared(row) for row in read["rows"]] == [as_expected(row) for row in EXPECTED["rows"]]


def test_the_totals_are_those_of_the_notice(read):
    rows = read["rows"]
    assert len({row["aspect"] for row in rows}) == EXPECTED["aspects"] == 8
    assert len(rows) == EXPECTED["suggestions"] == 12
    assert sum(len(row["tasks"]) for row in rows) == EXPECTED["tasks"] == 18
    assert sum(len(row["sources"]) for row in rows) == EXPECTED["source_links"] == 25


def test_the_problems_with_a_row_are_exactly_those_of_row_6(read):
    found = sorted((problem["row"], problem["column"]) for problem in read["problems"] if problem["row"] is not None)
    assert found == sorted((problem["row"], problem["column"]) for problem in EXPECTED["problems_with_a_row"])
    assert all(problem["message"] for problem in read["problems"])


def test_the_meeting(name, read):
    meeting = read["meeting"]
    keys = SAID_BY_THE_ANNEX if name in ANNEX else EXPECTED["meeting"]
    for key in keys:
        value, expected = meeting[key], EXPECTED["meeting"][key]
        as_list = isinstance(expected, list)
        assert (list(map(bare, value)) if as_list else bare(value)) == (
            list(map(bare, expected)) if as_list else bare(expected)
        ), key


def test_what_the_annex_does_not_say_is_null(name, read):
    without_row = {problem["column"] for problem in read["problems"] if problem["row"] is None}
    if name in ANNEX:
        assert [read["meeting"][key] for key in NOT_SAID_BY_THE_ANNEX] == [None] * len(NOT_SAID_BY_THE_ANNEX)
        assert read["meeting"]["attendees"] == []
        assert without_row == {"issued_on"}
    else:
        assert without_row == set()


def test_the_attendees_with_the_chair(name, read):
    if name in ANNEX:
        pytest.skip("the annex names none")
    people = {person["name"]: person["capacity"] for person in read["meeting"]["attendees"]}
    assert len(people) == 22
    assert people["张朝华"] == "CNAS主任"
    assert people["罗俊杰"] == "执委"
    assert people["韩光辉"] == "审定与核查机构专门委员会委员代表"
    assert "孙广伟" not in people
    assert "张虹" not in people


def test_the_keys_are_those_of_the_contract(read):
    assert list(read) == ["meeting", "rows", "problems"]
    assert list(read["meeting"]) == [
        "title",
        "breakdown_title",
        "body",
        "document_number",
        "held_on",
        "issued_on",
        "place",
        "host",
        "chair",
        "overall_lead",
        "leads",
        "attendees",
    ]
    assert list(read["rows"][0]) == ["number", "aspect", "suggestion", "lead_in", "tasks", "sources", "remarks"]
    assert list(read["rows"][0]["tasks"][0]) == ["number", "text", "departments", "leaders", "deadline", "milestones"]
    assert list(read["problems"][0]) == ["row", "column", "value", "message"]
