"""Deadlines as printed, and what they mean (docs/domain.md, Deadlines and Several dates in a row)."""

import datetime

import pytest
from hypothesis import given, strategies as st

from meetings.deadlines import (
    DeadlineKind,
    Precision,
    ProblemCode,
    Reading,
    read_cell,
    read_deadline,
    read_row_deadlines,
)

from .deadline_forms import FORMS, HELD_ON, ISSUED_ON, PAGE, Form, page

DOCUMENT = {"issued_on": ISSUED_ON, "held_on": HELD_ON}


def iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def as_form(text: str, reading: Reading) -> Form:
    deadline, problem = reading.deadline, reading.problem
    return Form(
        text,
        deadline.kind,
        iso(deadline.due_date),
        deadline.precision,
        deadline.review_months,
        tuple((milestone.text, iso(milestone.due_date)) for milestone in reading.milestones),
        problem.code if problem else None,
        iso(problem.offered) if problem else None,
        deadline.review_days,
    )


# --- the table --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.text)
def test_a_form_is_read_as_the_table_says(form):
    assert as_form(form.text, read_deadline(form.text, **DOCUMENT)) == form


def test_no_form_stands_in_the_table_twice():
    assert len({form.text for form in FORMS}) == len(FORMS)


def test_the_page_of_forms_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.deadlines.deadline_forms"


# --- what holds for any text -------------------------------------------------------------------------

DAYS = st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 12, 31))
WORDS = (
    *("0", "1", "2", "3", "9", "12", "20", "31", "2023", "2024"),
    *"年月日旬上中下底末初前后内起至到第每本次会一二十〇已个周之以约或按、，；()-~./\n 《》①“",
    *("季度", "半年", "Q", "会议", "春节", "五一", "立即", "持续", "长期", "推进", "完成", "启动", "工作日", "节点"),
)
PRINTED = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
TEXTS = st.text(max_size=60) | PRINTED


def assert_sound(text: str, reading: Reading) -> None:
    assert reading.deadline.text == text
    for deadline in (reading.deadline, *reading.milestones):
        assert (deadline.kind is DeadlineKind.DATED) == (deadline.due_date is not None)
        assert (deadline.due_date is None) == (deadline.precision is None)
        rhythms = [rhythm for rhythm in (deadline.review_months, deadline.review_days) if rhythm is not None]
        assert len(rhythms) == (deadline.kind is DeadlineKind.RECURRING)
        assert all(rhythm >= 1 for rhythm in rhythms)
    if reading.deadline.kind is DeadlineKind.UNDECIDED:
        assert reading.problem


@given(TEXTS, st.none() | DAYS, st.none() | DAYS, st.booleans())
def test_any_text_is_read_and_kept(text, issued_on, held_on, numeric):
    assert_sound(text, read_deadline(text, issued_on=issued_on, held_on=held_on, numeric=numeric))


@given(TEXTS, st.lists(TEXTS, max_size=4), DAYS)
def test_any_row_gives_each_task_a_reading(text, tasks, issued_on):
    readings = read_row_deadlines(text, tasks, issued_on=issued_on)
    assert len(readings) == len(tasks)
    for reading in readings:
        assert_sound(reading.deadline.text, reading)
        assert reading.deadline.text in text


@given(TEXTS, DAYS)
def test_milestones_keep_their_piece_of_the_text(text, issued_on):
    for milestone in read_deadline(text, issued_on=issued_on).milestones:
        assert milestone.text
        assert milestone.text in text


@given(PRINTED | st.sampled_from([form.text for form in FORMS]), DAYS)
def test_full_width_is_read_as_half_width(text, issued_on):
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000})
    reading, wide_reading = (read_deadline(each, issued_on=issued_on) for each in (text, wide))
    assert wide_reading.deadline.kind == reading.deadline.kind
    assert wide_reading.deadline.due_date == reading.deadline.due_date
    assert [milestone.due_date for milestone in wide_reading.milestones] == [
        milestone.due_date for milestone in reading.milestones
    ]


@given(DAYS, st.sampled_from(["底前", "", "中旬", "15日前"]), st.integers(1, 12))
def test_a_left_out_year_is_the_first_whose_period_ends_on_or_after_the_issue_day(issued_on, part, month):
    reading = read_deadline(f"{month}月{part}", issued_on=issued_on)
    due = reading.deadline.due_date
    named = [read_deadline(f"{issued_on.year + ahead}年{month}月{part}").deadline.due_date for ahead in (0, 1)]
    assert due == min(day for day in named if day >= issued_on)
    expected = None if due.year == issued_on.year else ProblemCode.YEAR_NOT_OF_ISSUE
    assert (reading.problem and reading.problem.code) == expected


@pytest.mark.parametrize("text", ["6月底前", "年底前", "立即", "本月底", "明年上半年", "印发之日起30日内"])
def test_without_an_issue_day_what_counts_from_it_is_undecided(text):
    reading = read_deadline(text, held_on=None)
    assert reading.deadline.kind is DeadlineKind.UNDECIDED
    assert reading.problem.code is ProblemCode.NO_ISSUE_DAY


def test_without_an_issue_day_the_meetings_day_makes_an_offer():
    problem = read_deadline("6月底前", held_on=HELD_ON).problem
    assert (problem.code, problem.offered) == (ProblemCode.NO_ISSUE_DAY, datetime.date(2024, 6, 30))


def test_without_the_meetings_day_what_counts_from_it_is_undecided():
    assert read_deadline("会后一周内", issued_on=ISSUED_ON).problem.code is ProblemCode.NO_MEETING_DAY


def test_a_text_too_long_for_a_deadline_is_not_searched():
    assert read_deadline("2024年6月" * 1000).problem.code is ProblemCode.UNREADABLE


# --- rows of several tasks ----------------------------------------------------------------------------

SEVERAL = ProblemCode.SEVERAL_DATES_SEVERAL_TASKS


def row(text: str, *task_texts: str) -> list[tuple]:
    readings = read_row_deadlines(text, task_texts, **DOCUMENT)
    return [
        (
            reading.deadline.text,
            iso(reading.deadline.due_date),
            [iso(milestone.due_date) for milestone in reading.milestones],
            reading.problem and reading.problem.code,
        )
        for reading in readings
    ]


def test_row_six_of_the_notice():
    tasks = (
        "在现有培训基础上增加对机构的培训，2024年底前在原培训基础上增加8-10次",
        "加大培训课程开发力度",
        "建立培训网络平台，方便机构在网络平台上学习。",
    )
    assert row("2024.12\n2026.12", *tasks) == [
        ("2024.12", "2024-12-31", [], SEVERAL),
        ("2026.12", "2026-12-31", [], SEVERAL),
        ("2026.12", "2026-12-31", [], SEVERAL),
    ]


def test_one_date_is_every_tasks_and_no_doubt():
    assert row("2024.12", "一", "二") == [("2024.12", "2024-12-31", [], None)] * 2


def test_a_date_and_its_upkeep_is_one_deadline_for_all():
    assert row("2025年底前完成，并长期坚持", "一", "二") == [("2025年底前完成，并长期坚持", "2025-12-31", [], None)] * 2


def test_dates_that_no_task_names_are_milestones_and_deadline_of_each():
    whole = "2024.12\n2026.12"
    assert row(whole, "一", "二") == [(whole, "2026-12-31", ["2024-12-31"], SEVERAL)] * 2


def test_a_year_that_two_tasks_name_is_neithers():
    whole = "2024.12\n2026.12"
    assert row(whole, "2024年底前", "2024年完成") == [(whole, "2026-12-31", ["2024-12-31"], SEVERAL)] * 2


def test_of_three_dates_the_named_one_is_its_tasks_and_the_rest_are_the_others():
    assert row("2024.12\n2025.12\n2026.12", "二〇二四年起", "二") == [
        ("2024.12", "2024-12-31", [], SEVERAL),
        ("2026.12", "2026-12-31", ["2025-12-31"], SEVERAL),
    ]


def test_ongoing_on_its_own_line_is_the_other_tasks():
    readings = read_row_deadlines("2024.12\n持续跟踪", ["2024年底前", "二"], **DOCUMENT)
    assert [reading.deadline.kind for reading in readings] == [DeadlineKind.DATED, DeadlineKind.ONGOING]
    assert {reading.problem.code for reading in readings} == {SEVERAL}


@pytest.mark.parametrize(
    "text", ["（1）2024.6；（2）2024年底前", "①2024.6\n②2024年底前", "1. 2024.6\n2. 2024年底前", "①2024.6②2024年底前"]
)
def test_dates_numbered_like_the_tasks_are_theirs_without_a_doubt(text):
    assert row(text, "一", "二") == [("2024.6", "2024-06-30", [], None), ("2024年底前", "2024-12-31", [], None)]


def test_a_standards_number_is_no_year():
    assert row("2024.12\n2026.12", "修订GB 19489-2024", "二")[0][1] == "2026-12-31"


def test_no_task_no_reading():
    assert read_row_deadlines("2024.12", []) == ()


# --- values of Excel cells -----------------------------------------------------------------------------

CELLS = (
    (datetime.datetime(2024, 12, 31), None, "2024-12-31", "2024-12-31", Precision.DAY, None),
    (datetime.date(2024, 12, 31), None, "2024-12-31", "2024-12-31", Precision.DAY, None),
    (datetime.date(2024, 12, 1), None, "2024-12-01", "2024-12-01", Precision.DAY, ProblemCode.DAY_OR_MONTH),
    (datetime.date(2024, 12, 1), "yyyy/m/d", "2024-12-01", "2024-12-01", Precision.DAY, None),
    (datetime.date(2024, 12, 1), 'yyyy"年"m"月"', "2024年12月", "2024-12-31", Precision.MONTH, None),
    (datetime.date(2024, 12, 1), "mmm-yy", "2024年12月", "2024-12-31", Precision.MONTH, None),
    (datetime.date(2024, 1, 1), 'yyyy"年"', "2024年", "2024-12-31", Precision.YEAR, None),
    (datetime.date(1900, 1, 1), None, "1900-01-01", None, None, ProblemCode.OUT_OF_RANGE),
    (45657, None, "45657", "2024-12-31", Precision.DAY, None),
    (45657.0, None, "45657", "2024-12-31", Precision.DAY, None),
    (2026.1, None, "2026.1", None, None, ProblemCode.LOST_NOUGHT),
    ("2026.1", None, "2026.1", "2026-01-31", Precision.MONTH, None),
    (2024.12, None, "2024.12", "2024-12-31", Precision.MONTH, None),
    (12.3, None, "12.3", None, None, ProblemCode.LOST_NOUGHT),
    (2024, None, "2024", "2024-12-31", Precision.YEAR, None),
    (202412, None, "202412", "2024-12-31", Precision.MONTH, None),
    (20241231, None, "20241231", "2024-12-31", Precision.DAY, None),
    (6, None, "6", None, None, ProblemCode.UNREADABLE),
    (True, None, "True", None, None, ProblemCode.UNREADABLE),
    (None, None, "", None, None, ProblemCode.EMPTY),
)


@pytest.mark.parametrize(("value", "number_format", "text", "due", "precision", "problem"), CELLS)
def test_a_cells_value_is_read_as_what_it_shows(value, number_format, text, due, precision, problem):
    reading = read_cell(value, number_format=number_format, **DOCUMENT)
    assert (reading.deadline.text, iso(reading.deadline.due_date), reading.deadline.precision) == (text, due, precision)
    assert (reading.problem and reading.problem.code) == problem


@given(st.floats() | st.integers() | st.datetimes() | st.dates() | st.booleans() | st.none() | TEXTS, st.none() | TEXTS)
def test_any_value_of_a_cell_is_read(value, number_format):
    reading = read_cell(value, number_format=number_format, **DOCUMENT)
    assert_sound(reading.deadline.text, reading)


# --- working days -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held_on", "due"),
    [
        # The eight days of the holidays of 2023, then two make-up days at a weekend.
        (datetime.date(2023, 9, 27), datetime.date(2023, 10, 10)),
        (datetime.date(2023, 11, 1), datetime.date(2023, 11, 8)),
    ],
)
def test_working_days_are_those_of_the_public_calendar(held_on, due):
    reading = read_deadline("会后5个工作日内", held_on=held_on)
    assert (reading.deadline.kind, reading.deadline.due_date, reading.problem) == (DeadlineKind.DATED, due, None)


def test_working_days_of_a_year_that_is_not_announced_are_a_doubt():
    reading = read_deadline("会后5个工作日内", held_on=datetime.date(2088, 9, 27))
    assert reading.deadline.kind is DeadlineKind.UNDECIDED
    assert reading.problem
    assert reading.problem.code is ProblemCode.WORKING_DAYS


def test_another_calendar_may_be_handed_in():
    reading = read_deadline(
        "会后5个工作日内",
        held_on=datetime.date(2023, 9, 27),
        add_working_days=lambda day, number: day + datetime.timedelta(days=number),
    )
    assert reading.deadline.due_date == datetime.date(2023, 10, 2)
