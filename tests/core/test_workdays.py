"""Working days of China: holidays, make-up workdays, and years that nobody has announced yet."""

import datetime
import logging

import pytest

from meetings.core import workdays


def day(written: str) -> datetime.date:
    return datetime.date.fromisoformat(written)


@pytest.mark.parametrize(
    ("written", "works"),
    [
        ("2026-02-17", False),  # 春节, a Tuesday
        ("2026-02-14", True),  # a Saturday that makes up for it
        ("2026-10-10", True),  # a Saturday that makes up for 国庆
        ("2026-10-01", False),
        ("2026-11-22", False),  # a Sunday
        ("2026-11-23", True),
    ],
)
def test_known_days(written, works):
    assert workdays.is_working_day(day(written)) is works


def test_working_days_are_counted_back_over_holidays():
    assert workdays.last_working_day(day("2026-10-04")) == day("2026-09-30")
    # The 8th to the 10th and, before the holidays, the 30th.
    assert workdays.first_of_last_working_days(day("2026-10-10"), 4) == day("2026-09-30")
    assert workdays.first_of_last_working_days(day("2026-10-10"), 0) == day("2026-10-11")


def test_an_unannounced_year_has_weeks_and_says_so_once(caplog):
    workdays._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        works = [workdays.is_working_day(day(f"2099-10-0{number}")) for number in range(1, 8)]
    assert works == [True, True, False, False, True, True, True]
    assert len(caplog.records) == 1
    assert "2099" in caplog.text
