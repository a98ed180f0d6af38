"""What was printed first stays visible, however often it was corrected: a pure function over the log's changes."""

from __future__ import annotations

from hypothesis import given, strategies as st

from meetings.tasks.corrections_history import count_deadline_corrections, find_original_values
from meetings.tasks.display import describe_original_values


def change(name: str, old, new, **others) -> dict:
    return {name: {"old": old, "new": new}, **{key: {"old": None, "new": value} for key, value in others.items()}}


def test_the_first_is_shown_after_several_corrections():
    log = [change("text", "建立小组", "建立工作组"), {}, change("text", "建立工作组", "建立工作小组")]
    assert find_original_values(log) == {"text": "建立小组"}


def test_what_was_corrected_back_is_as_printed():
    assert find_original_values([change("text", "甲", "乙"), change("text", "乙", "甲")]) == {}


def test_entering_is_no_correction():
    assert find_original_values([change("deadline", None, {"text": "2024.2"}, status="not_started")]) == {}


def test_an_extension_is_no_correction_of_what_was_printed():
    old, corrected, later = {"text": "2024.2"}, {"text": "2024.12"}, {"text": "2025.6"}
    assert find_original_values([change("deadline", old, later, extension={"count": 1})]) == {}
    log = [
        change("deadline", old, corrected, corrected=1),
        change("deadline", corrected, later, extension={"count": 1}),
    ]
    assert find_original_values(log) == {"deadline": old}
    assert count_deadline_corrections(log) == 1


def test_milestones_differ_by_what_they_say_not_by_being_met():
    def milestone(text: str, met_on: str | None) -> dict:
        return {"text": text, "due_date": None, "met_on": met_on}

    met = change("milestones", [milestone("初稿", None)], [milestone("初稿", "2024-01-01")], corrected=1)
    assert find_original_values([met]) == {}
    other = change("milestones", [milestone("初稿", "2024-01-01")], [milestone("二稿", None)], corrected=1)
    assert list(find_original_values([met, other])) == ["milestones"]


def test_what_was_empty_says_so():
    words = describe_original_values(
        {"remarks": "", "departments": [{"name": "技术部", "role": "lead"}], "leaders": []}
    )
    assert words["remarks"] == words["leaders"]
    assert "技术部" in words["departments"]


@given(st.lists(st.text(alphabet="甲乙丙", max_size=2), min_size=1, max_size=6))
def test_it_is_the_first_value_or_nothing(values):
    log = [change("text", old, new) for old, new in zip(values, values[1:], strict=False)]
    expected = {"text": values[0]} if values[0] != values[-1] else {}
    assert find_original_values(log) == expected
