"""Scales and shapes: marks stand inside the frame, in order, and what is equal is drawn equal."""

import datetime

import pytest
from hypothesis import given, settings, strategies as st

from meetings.ui.pictures import MAX_TICKS, DayScale, ring_arcs, shade, shade_legend

DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2060, 12, 31))

pytestmark = pytest.mark.deep


def place(scale: DayScale, day: datetime.date) -> float:
    return float(scale.percent(day).rstrip("%"))


@given(st.lists(DAYS, min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_days_stand_inside_the_frame_and_in_order(days):
    scale = DayScale.around(days)
    places = [place(scale, day) for day in sorted(days)]
    assert all(0 <= at <= 100 for at in places)
    assert places == sorted(places)


@given(st.lists(DAYS, min_size=1, max_size=2), DAYS)
@settings(max_examples=50, deadline=None)
def test_a_day_outside_stands_at_the_edge(days, other):
    scale = DayScale.around(days)
    assert 0 <= place(scale, other) <= 100
    assert place(scale, min(other, scale.first)) == 0
    assert place(scale, max(other, scale.last)) == 100


@given(st.lists(DAYS, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_lines_are_few_and_evenly_apart(days):
    scale = DayScale.around(days)
    ticks = scale.ticks()
    assert len(ticks) <= MAX_TICKS + 1
    assert all(scale.first <= tick <= scale.last and tick.day == 1 for tick in ticks)
    months = [tick.year * 12 + tick.month for tick in ticks]
    assert len({later - earlier for earlier, later in zip(months, months[1:], strict=False)}) <= 1


@given(st.lists(st.integers(0, 500), min_size=1, max_size=7).filter(any))
@settings(max_examples=50, deadline=None)
def test_the_arcs_of_a_ring_are_the_whole_and_follow_one_another(numbers):
    arcs = ring_arcs(numbers)
    assert sum(float(arc.length) for arc in arcs) == pytest.approx(100, abs=0.1)
    reached = 25.0
    for arc in arcs:
        assert float(arc.offset) == pytest.approx(reached, abs=0.1)
        assert float(arc.length) + float(arc.rest) == pytest.approx(100, abs=0.02)
        reached -= float(arc.length)
    lengths: dict[int, set[str]] = {}
    for number, arc in zip(numbers, arcs, strict=True):
        lengths.setdefault(number, set()).add(arc.length)
    assert all(len(of_number) == 1 for of_number in lengths.values())


def test_a_number_is_as_dark_on_every_page_more_is_never_paler_and_the_legend_says_so():
    shades = [shade(number) for number in range(301)]
    assert shades == sorted(shades)
    assert (shades[0], shades[1], shades[2], shades[-1]) == (0, 1, 2, 4)
    for number, (shown, numbers) in enumerate(shade_legend(), start=1):
        first, _dash, last = numbers.rstrip("+").partition("–")
        assert shown == number == shades[int(first)] == shades[int(last or first)]
