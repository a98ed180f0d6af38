"""A text that takes several cells is the same text when they are read back."""

import re
from unittest import mock

import pytest
from hypothesis import given, strategies as st

from meetings.core.text import is_continued, join_continued, mark_continued
from meetings.exports import layout
from meetings.exports.layout import line_count, split_text, text_height

WIDTH, SIZE = 20.0, 9.0
HEIGHTS = st.sampled_from([40.0, 110.0])
TEXTS = st.text(st.sampled_from("持续跟踪。；，、\n（）“”aB1 -"), max_size=400) | st.text(max_size=200)


@pytest.mark.same_on_both
@given(TEXTS, HEIGHTS)
def test_its_parts_are_no_higher_than_a_row_and_joined_they_are_the_text(text, height):
    parts = split_text(text, WIDTH, SIZE, height)
    assert "".join(parts) == text
    assert all(text_height(part.removesuffix("\n"), WIDTH, SIZE) <= height for part in parts)


@pytest.mark.same_on_both
@given(TEXTS, HEIGHTS)
def test_its_cells_are_joined_as_they_were(text, height):
    text = text.replace("\u200b", "")
    first, *others = mark_continued(split_text(text, WIDTH, SIZE, height))
    joined = first
    for cell in others:
        assert is_continued(joined)
        joined = join_continued(joined, cell)
    assert joined == text
    assert not is_continued(joined)


def forget_lines():
    line_count.cache_clear()
    layout._parts.cache_clear()


@pytest.mark.same_on_both
@given(TEXTS, st.integers(2, 60))
def test_plain_characters_counted_together_take_the_lines_that_they_take_one_by_one(text, width):
    # No sum of what characters take is as wide, so that no rounding decides.
    width = width + 0.005
    forget_lines()
    together = line_count(text, width)
    forget_lines()
    with mock.patch.object(layout, "_PLAIN_RUN", re.compile("(?!)()")):
        assert line_count(text, width) == together
    forget_lines()
