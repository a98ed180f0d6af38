"""The sentences said of problems: every code has one, and it names what it is about."""

import datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format

from meetings.deadlines import DeadlineProblem, ProblemCode
from meetings.display.deadline_messages import deadline_problem_message

OFFERED = datetime.date(2024, 2, 9)


@pytest.mark.parametrize("offered", [None, OFFERED])
@pytest.mark.parametrize("code", ProblemCode)
def test_each_problem_is_said_in_whole_sentences(code, offered):
    with translation.override("en"):
        sentence = deadline_problem_message(DeadlineProblem(code, "100%（春节前）", offered))
    assert sentence.endswith(".")
    assert ("100%（春节前）" in sentence) == (code is not ProblemCode.EMPTY)


def test_an_offered_day_is_named():
    with translation.override("en"):
        sentence = deadline_problem_message(DeadlineProblem(ProblemCode.NO_FIXED_DAY, "春节前", OFFERED))
        day = date_format(OFFERED, "DATE_FORMAT")
    assert sentence == f"“春节前” has no fixed day. Accept {day} or enter another day."
