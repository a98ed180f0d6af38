"""Deadlines whose figures a scan or a page's layout has spoilt: no day is taken from them without a question."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from meetings.deadlines import DeadlineKind, ProblemCode, read_deadline, read_row_deadlines

CASES = Path(__file__).parent.parent / "corpus" / "cases" / "deadlines.tsv"
ISSUED_ON = datetime.date(2026, 2, 10)
LOOKALIKES = {"0": "OoD", "1": "lI|", "2": "Zz", "5": "Ss", "6": "Gb", "8": "B", "9": "gq"}
PRINTED = ("{0}年{1}月{2}日", "{0}年{1}月底前", "{0}.{1}.{2}", "{0}-{1:02}-{2:02}", "{0}.{1}")


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["text"])
def test_a_case_is_read_as_a_person_reads_it(case):
    reading = read_deadline(case["text"], issued_on=datetime.date.fromisoformat(case["issued_on"]))
    kind, due = reading.deadline.kind, reading.deadline.due_date
    if case["kind"] == "dated-or-undecided":
        assert reading.problem
        assert kind is DeadlineKind.UNDECIDED or due == datetime.date.fromisoformat(case["due_date"])
    else:
        assert (kind, due.isoformat() if due else "") == (case["kind"], case["due_date"] or "")
    assert not reading.milestones


@given(
    st.dates(datetime.date(2010, 1, 1), datetime.date(2039, 12, 31)),
    st.sampled_from(PRINTED),
    st.data(),
)
def test_a_letter_for_a_figure_gives_no_day(day, form, data):
    text = form.format(day.year, day.month, day.day)
    at = data.draw(st.sampled_from([at for at, each in enumerate(text) if each in LOOKALIKES]))
    spoilt = text[:at] + data.draw(st.sampled_from(LOOKALIKES[text[at]])) + text[at + 1 :]
    reading = read_deadline(spoilt, issued_on=ISSUED_ON)
    assert (reading.deadline.text, reading.deadline.kind, reading.milestones) == (spoilt, DeadlineKind.UNDECIDED, ())
    assert reading.problem
    assert reading.problem.offered == read_deadline(text).deadline.due_date


@given(st.dates(datetime.date(2010, 1, 1), datetime.date(2039, 12, 31)), st.sampled_from(PRINTED[:2]), st.data())
def test_blanks_between_figures_give_no_other_day(day, form, data):
    text = form.format(day.year, day.month, day.day)
    blanks = data.draw(st.lists(st.sampled_from(["", " "]), min_size=len(text), max_size=len(text)))
    spaced = "".join(character + blank for character, blank in zip(text, blanks, strict=True))
    reading = read_deadline(spaced, issued_on=ISSUED_ON)
    due = read_deadline(text).deadline.due_date
    assert reading.deadline.due_date == due or (reading.problem and reading.problem.offered == due)
    assert not reading.milestones


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("2026年6曰底前", "2026-06-30"),
        ("2026牛6月", "2026-06-30"),
        ("2026年11用底前", "2026-11-30"),
        ("2026年6月3O曰", "2026-06-30"),
        ("2026年1\n1月", "2026-11-30"),
        ("B月底前", "2026-08-31"),
        ("2025年1l", "2025-12-31"),
        ("2025.12 31", "2025-12-31"),
        ("6月首周", "2026-06-30"),
        ("2026年10下旬", "2026-12-31"),
        ("2026年第季度", "2026-12-31"),
        ("2026年上丰年", "2026-12-31"),
        ("2026.111.30", "2026-12-31"),
        ("6月中句", "2026-06-30"),
        ("2026-1〇-31", "2026-01-31"),
        ("6/5/2026", "2026-12-31"),
        ("2025年底前完成30天试运行", "2025-12-31"),
    ],
)
def test_what_was_read_in_part_is_only_offered(text, offered):
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert reading.deadline.kind is DeadlineKind.UNDECIDED
    assert reading.problem
    assert reading.problem.code is ProblemCode.PARTLY_READ
    assert reading.problem.offered == datetime.date.fromisoformat(offered)
    assert reading.problem.value == text


def test_every_task_of_a_row_is_asked_about_a_spoilt_date():
    readings = read_row_deadlines("202S年l1月\n2026年12月", ["一", "二"], issued_on=ISSUED_ON)
    assert [reading.deadline.kind for reading in readings] == [DeadlineKind.UNDECIDED] * 2


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026年5G基站建成", "2026-12-31"),
        ("2026年Q3", "2026-09-30"),
        ("2026-Q3", "2026-09-30"),
        ("2026年H1", "2026-06-30"),
        ("2026年第Ⅲ季度", "2026-09-30"),
        ("2026年IV季度", "2026-12-31"),
        ("2026.3季度", "2026-09-30"),
        ("30-Nov-25", "2025-11-30"),
        ("25-Nov", "2026-11-25"),
        ("Nov 25", "2026-11-25"),
        ("Nov-25", "2025-11-30"),
        ("Jun 30, 2026", "2026-06-30"),
        ("December 2026", "2026-12-31"),
        ("2 0 2 6年6月 3 0日前", "2026-06-30"),
        ("1月1日至3月31日", "2026-03-31"),
        ("2026年6月30日星期二", "2026-06-30"),
        ("2026年6月〔底前〕", "2026-06-30"),
        ("12/31/2026", "2026-12-31"),
        ("2026.0630", "2026-06-30"),
        ("2026年⑥月", "2026-06-30"),
        ("六月廿五日前", "2026-06-25"),
        ("4Q26", "2026-12-31"),
    ],
)
def test_letters_and_blanks_that_belong_there_are_no_doubt(text, due):
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert (reading.deadline.due_date, reading.problem) == (datetime.date.fromisoformat(due), None)


@pytest.mark.parametrize(
    ("text", "code"),
    [("活动当天", ProblemCode.EVENT), ("收到当日", ProblemCode.RECEIPT_DAY), ("下下周", ProblemCode.PARTLY_READ)],
)
def test_the_day_of_something_else_is_not_the_day_of_issue(text, code):
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert reading.deadline.kind is DeadlineKind.UNDECIDED
    assert reading.problem
    assert reading.problem.code is code


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("每月终了后10日内", 1),
        ("每季度次月10日前", 3),
        ("每逢季末", 3),
        ("单月10日前", 2),
        ("每年春节前", 12),
        ("每学年末", 12),
        ("月调度、季通报", 1),
        ("每年3月底前报送上一年度总结", 12),
        ("每季度的最后一周", 3),
        ("每年年中", 12),
        ("每年11月至次年3月", 12),
        ("2026年各季度", 3),
        ("2026年按季度推进", 3),
    ],
)
def test_what_recurs_is_no_date(text, months):
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert (reading.deadline.kind, reading.deadline.review_months) == (DeadlineKind.RECURRING, months)
    assert reading.problem is None


@pytest.mark.parametrize(
    ("text", "due"),
    [("4月底前", "2026-04-30"), ("年底前", "2026-12-31"), ("6月、9月", "2026-09-30"), ("明年3月", "2027-03-31")],
)
def test_without_an_issue_day_the_year_of_the_title_counts(text, due):
    assert read_deadline(text, year=2026).deadline.due_date == datetime.date.fromisoformat(due)
    assert read_row_deadlines(text, ["一", "二"], year=2026)[0].deadline.due_date == datetime.date.fromisoformat(due)


def test_what_counts_from_the_issue_day_has_no_day_by_a_year_alone():
    assert read_deadline("立即", year=2026).problem.code is ProblemCode.NO_ISSUE_DAY
