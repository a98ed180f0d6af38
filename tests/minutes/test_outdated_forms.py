"""What an outdated form of a draft comes back with."""

from __future__ import annotations

from meetings.minutes.outdated_forms import build_digests, merge_form

OPENED = {"lead_in": "一\n二", "sources": "甲", "remarks": "", "task-0-text": "任务", "task-1-text": "另一项"}


def merge(typed: dict[str, str], current: dict[str, str]):
    return merge_form({**OPENED, **typed, "opened": build_digests(OPENED)}, current)


def shown(typed: dict[str, str], current: dict[str, str]) -> list[tuple[str, str, str | None]]:
    _values, conflicts = merge(typed, current)
    return [(str(conflict.label), conflict.current, conflict.typed) for conflict in conflicts]


def test_a_field_that_nobody_touched_here_takes_the_present_value():
    values, _conflicts = merge({"remarks": "我的"}, {**OPENED, "sources": "乙"})
    assert values == {**OPENED, "sources": "乙", "remarks": "我的"}
    assert shown({"remarks": "我的"}, {**OPENED, "sources": "乙"}) == [("建议来源", "乙", None)]


def test_a_field_that_both_changed_keeps_the_words_and_shows_the_others():
    values, _conflicts = merge({"sources": "丙"}, {**OPENED, "sources": "乙"})
    assert values["sources"] == "丙"
    assert shown({"sources": "丙"}, {**OPENED, "sources": "乙"}) == [("建议来源", "乙", "丙")]


def test_line_ends_of_a_browser_and_the_same_words_are_no_change():
    assert shown({"lead_in": "一\r\n二\r\n", "sources": "乙"}, {**OPENED, "sources": "乙"}) == []


def test_words_typed_into_a_task_that_is_gone_are_shown():
    current = {name: value for name, value in OPENED.items() if name != "task-1-text"}
    assert shown({"task-1-text": "我的任务"}, current) == [("任务(2)的工作任务", "", "我的任务")]


def test_a_form_without_what_it_was_opened_with_keeps_all_that_was_typed():
    values, conflicts = merge_form({"sources": "丙", "opened": "odd"}, {"sources": "乙"})
    assert (values, len(conflicts)) == ({"sources": "丙"}, 1)
