"""Days and statuses as people write them into a cell."""

from __future__ import annotations

import datetime

import pytest
from django.db import models
from hypothesis import given, settings, strategies as st

from meetings.models import Status
from meetings.workbooks import values
from meetings.workbooks.columns import COLUMNS
from meetings.workbooks.format import LOCKED_COLUMNS, OPEN_COLUMNS, WorkbookColumn
from meetings.workbooks.parser import WorkbookCell
from meetings.workbooks.values import parse_day, parse_status, tells_no_progress, tells_nothing
from tests.depth import examples

TODAY = datetime.date(2026, 11, 22)

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2026/11/20",
        "2026.11.20",
        "２０２６－１１－２０",
        "2026年11月20日",
        " 2026 年 11 月 20 日 ",
        "二〇二六年十一月二十日",
        "20261120",
        "11月20日",
        "11-20",
        "11月20号",
        "46346",
        "46346.5",
        "2026-11-20T00:00:00",
        "2026/11/20 0:00:00",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert parse_day(WorkbookCell("N7", text), TODAY) == datetime.date(2026, 11, 20)


@pytest.mark.parametrize("text", ["11.20", "2026年11月", "下周", "2026-13-01", "1月32日", "上旬", "0", "99999"])
def test_what_names_no_day_is_none(text):
    assert parse_day(WorkbookCell("N7", text), TODAY) is None


def test_a_day_without_a_year_is_the_last_such_day():
    assert parse_day(WorkbookCell("N7", "12月5日"), TODAY) == datetime.date(2025, 12, 5)
    assert parse_day(WorkbookCell("N7", "2月29日"), TODAY) == datetime.date(2024, 2, 29)


@pytest.mark.long
@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_a_day_or_a_status(text):
    assert parse_day(WorkbookCell("N7", text), TODAY) is None or parse_day(
        WorkbookCell("N7", text), TODAY
    ) <= datetime.date(2200, 1, 1)
    assert parse_status(text) in (None, *Status)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("申请办结", Status.CLOSURE_REQUESTED),
        (" 申请 办结　", Status.CLOSURE_REQUESTED),
        ("closure_requested", Status.CLOSURE_REQUESTED),
        ("Closure Requested", Status.CLOSURE_REQUESTED),
        ("在办", Status.IN_PROGRESS),
        ("推进中。", Status.IN_PROGRESS),
        ("ＩＮ ＰＲＯＧＲＥＳＳ", Status.IN_PROGRESS),
        ("完成", Status.CLOSED),
        ("未启动", Status.NOT_STARTED),
        ("很快", None),
    ],
)
def test_a_status_is_read_in_any_of_its_words(text, status):
    assert parse_status(text) == status


def test_a_status_that_is_new_to_the_register_is_read_by_its_own_words(monkeypatch):
    known = [(status.name, (status.value, status.label)) for status in Status]
    six = models.TextChoices("Status", [*known, ("SIXTH", ("sixth", "第六种"))])
    monkeypatch.setattr(values, "Status", six)
    assert parse_status("第六种") == parse_status("Sixth") == six.SIXTH
    assert parse_status("完成") == six.CLOSED


def test_every_column_has_a_head_in_both_languages():
    assert list(COLUMNS) == list(WorkbookColumn) == [*LOCKED_COLUMNS, *OPEN_COLUMNS]


@pytest.mark.parametrize(
    "text",
    ["/", "——", "…", "无", "（无）", "暂无。", "同上", "无进展", "未启动", "该项工作尚未开展。", "N/A", "无，同上"],
)
def test_what_only_fills_a_cell_tells_nothing(text):
    assert tells_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "暂未启动，等待批复",
        "因经费未落实，尚未启动。",
        "由于人员已调离暂未启动",
        "未开展，拟于6月启动",
        "无进展：待上级批复后再研究",
    ],
)
def test_words_that_say_why_nothing_was_done_tell_of_no_progress(text):
    assert tells_no_progress(text)


@pytest.mark.parametrize(
    "text",
    [
        "未启动的3项已全部启动",
        "无纸化办公系统上线",
        "3项未启动，其余5项正在推进",
        "尚未动工，施工许可已办结",
        "√",
        "100%",
        "未开展，方案起草中",
    ],
)
def test_words_that_tell_of_progress_too_are_progress(text):
    assert not tells_nothing(text)
    assert not tells_no_progress(text)
