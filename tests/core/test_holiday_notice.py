"""Notices on public holidays: what they name, what is asked about, and what is written is read."""

import datetime

import pytest
from hypothesis import given, strategies as st

from meetings.core.holiday_notice import NoticeError, NoticeProblem, read_notice, write_notice

NOTICE = """
国务院办公厅关于2026年部分节假日安排的通知
经国务院批准，现将2026年元旦、春节、清明节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
国务院办公厅
2025年11月4日
"""


def days(*written: str) -> set[datetime.date]:
    return {datetime.date.fromisoformat(day) for day in written}


def test_a_notice_is_read_as_it_was_published():
    read = read_notice(NOTICE, 2026)
    assert {day for day in read if read[day]} == days("2026-01-04", "2026-02-14", "2026-02-28")
    off = {day for day in read if not read[day]}
    assert len(off) == 3 + 9 + 3
    assert days("2026-01-01", "2026-01-03", "2026-02-15", "2026-02-23", "2026-04-05") <= off


@pytest.mark.parametrize(
    ("written", "off"),
    [
        ("12月30日至31日放假", days("2027-12-30", "2027-12-31")),
        ("9月30日至10月1日放假", days("2027-09-30", "2027-10-01")),
        ("２０２７年５月１日 放假", days("2027-05-01")),
        ("5月1日、3日放假", None),
        ("5月1日放假，与周末连休", days("2027-05-01")),
        ("", set()),
        ("放假安排另行通知", set()),
    ],
)
def test_lines_are_read(written, off):
    if off is None:
        # A day without its month, which is no range, is not guessed at.
        assert read_notice(written, 2027) == {datetime.date(2027, 5, 1): False}
        return
    assert read_notice(written, 2027) == dict.fromkeys(off, False)


@pytest.mark.parametrize(
    ("written", "problem", "value"),
    [
        ("2月30日放假", NoticeProblem.NO_DAY, "2月30日"),
        ("1月1日至3日，共3天", NoticeProblem.NO_VERB, "1月1日至3日,共3天"),
        ("1月1日（周四）放假", NoticeProblem.WEEKDAY, "1月1日(周四)"),
        ("1月3日至1日放假", NoticeProblem.BACKWARDS, "1月3日至1日"),
        ("1月1日至2月20日放假", NoticeProblem.BACKWARDS, "1月1日至2月20日"),
        ("1月2日放假。1月2日上班", NoticeProblem.BOTH, "2027-01-02"),
        ("1月4日上班", NoticeProblem.WORKS_ANYWAY, "2027-01-04"),
        ("2026年12月31日放假", NoticeProblem.OTHER_YEAR, "2026-12-31"),
    ],
)
def test_what_has_no_meaning_is_named(written, problem, value):
    with pytest.raises(NoticeError) as refusal:
        read_notice(written, 2027)
    assert (refusal.value.problem, refusal.value.value) == (problem, value)


@pytest.mark.long
@given(
    st.dictionaries(st.dates(datetime.date(2027, 1, 1), datetime.date(2027, 12, 31)), st.booleans(), max_size=80).map(
        lambda days: {day: works and day.weekday() > 4 for day, works in days.items()}
    )
)
def test_what_is_written_is_read(days):
    assert read_notice(write_notice(days), 2027) == days
