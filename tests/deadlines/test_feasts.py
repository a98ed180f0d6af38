"""The days of feasts that move with the moon and the sun."""

import datetime

import pytest

from meetings.deadlines.days import feast_day


# Of the almanac; those of holidays stand in the State Council's notices of their years, too.
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("春节", "2024-02-10"),
        ("除夕", "2024-02-09"),
        ("元宵", "2024-02-24"),
        ("端午", "2023-06-22"),
        ("七夕", "2023-08-22"),
        ("中秋", "2024-09-17"),
        ("中秋", "1978-09-17"),
        ("重阳", "2023-10-23"),
        ("清明", "2023-04-05"),
        ("清明", "2024-04-04"),
        ("清明", "1949-04-05"),
        ("清明", "2100-04-05"),
        ("国庆", "2024-10-01"),
    ],
)
def test_a_feast_has_its_day(name, day):
    expected = datetime.date.fromisoformat(day)
    assert feast_day(name, expected.year) == expected


@pytest.mark.parametrize("name", ["春节", "清明"])
def test_a_year_beyond_the_almanac_has_no_day(name):
    assert feast_day(name, 1899) is feast_day(name, 2101) is None
