"""What is an id in an address or a form, and what is none."""

from __future__ import annotations

import pytest

from meetings.core.text import parse_id, parse_ids


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0", 0), ("007", 7), ("9" * 18, int("9" * 18))])
def test_figures_are_an_id(text, number):
    assert parse_id(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-1", "1.5", "七", "٣", "７", "²", "9" * 19, "3" * 5000])
def test_what_no_database_could_look_up_is_no_id(text):
    assert parse_id(text) is None


def test_what_is_no_id_among_several_is_left_out():
    assert parse_ids(["3", "٣", "3", "x", "5"]) == {3, 5}
