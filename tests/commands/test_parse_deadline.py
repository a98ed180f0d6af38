"""`parse_deadline TEXT…` keeps to its contract (docs/domain.md, Contracts), and needs no database."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def lines(*arguments: str) -> list[dict]:
    out = StringIO()
    call_command("parse_deadline", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_text_is_a_line_in_order():
    assert lines("2023.12", "持续跟踪") == [
        {
            "text": "2023.12",
            "kind": "dated",
            "due_date": "2023-12-31",
            "precision": "month",
            "milestones": [],
            "problem": None,
        },
        {
            "text": "持续跟踪",
            "kind": "ongoing",
            "due_date": None,
            "precision": None,
            "milestones": [],
            "problem": None,
        },
    ]


def test_milestones_are_deadlines_themselves():
    (line,) = lines("2024.6\n2024.12")
    assert line["text"] == "2024.6\n2024.12"
    assert line["due_date"] == "2024-12-31"
    assert line["milestones"] == [{"text": "2024.6", "kind": "dated", "due_date": "2024-06-30", "precision": "month"}]


def test_the_documents_days_are_taken():
    year_less, after_meeting = lines("年底前", "会后一周内", "--issued-on", "2023-11-08", "--held-on", "2023-09-27")
    assert year_less["due_date"] == "2023-12-31"
    assert after_meeting["due_date"] == "2023-10-04"


def test_a_problem_is_a_sentence():
    (line,) = lines("5月底前动工")
    assert line["kind"] == "undecided"
    assert "5月底前动工" in line["problem"]


@pytest.mark.parametrize(("arguments", "named"), [((), "TEXT"), (("年底", "--issued-on", "2023-13-08"), "--issued-on")])
def test_bad_input_is_one_line(arguments, named):
    with pytest.raises(CommandError) as refusal:
        lines(*arguments)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)
