"""Printed names against the register: what is taken for known and why, what is asked, what is new."""

from __future__ import annotations

import datetime

import pytest

from meetings.core.issue_codes import QuestionCode
from meetings.core.text import fold_text
from meetings.display.import_issues import question_message
from meetings.minutes.matching import MatchReason, find_department_match_reason, match_names
from meetings.minutes.parser.schema import ParsedMeeting
from meetings.models import Attendance, Department, Person
from tests import factories

from .printed_rows import row

pytestmark = pytest.mark.django_db


def department(name: str, choices=None, **of_row):
    return match_names(ParsedMeeting(), [row(departments=(name,), **of_row)], choices or {}).departments[name]


def person(name: str, capacity: str | None = None, choices=None):
    return match_names(ParsedMeeting(), [row(sources=((name, capacity),))], choices or {}).people[name]


# --- departments ----------------------------------------------------------------------------------


def test_a_known_department_is_itself_without_a_word():
    known = factories.department("技术部")
    match = department("技术部")
    assert (match.existing, match.likeness, match.is_open) == (known, None, False)


@pytest.mark.parametrize("printed", ["党群工作部（纪委办公室）", "党群工作部(纪委 办公室)"])
def test_blanks_and_wide_brackets_make_no_other_department(printed):
    known = factories.department("党群工作部(纪委办公室)")
    match = department(printed)
    assert (match.existing, match.likeness, match.is_open) == (known, MatchReason.BLANKS, False)


@pytest.mark.parametrize(
    ("printed", "known", "likeness"),
    [
        ("技术处", "技术部", MatchReason.ENDING),
        ("技术部门", "技术部", MatchReason.ENDING),
        ("评审员处", "评审员部", MatchReason.ENDING),
        ("纪委办公室", "党群工作部(纪委办公室)", MatchReason.BRACKETS),
        ("党群工作部", "党群工作部(纪委办公室)", MatchReason.BRACKETS),
        ("中心技术部", "技术部", MatchReason.PREFIX),
        ("CNAS技术部", "技术部", MatchReason.PREFIX),
        ("评申员部", "评审员部", MatchReason.LETTER),
    ],
)
def test_a_near_miss_is_asked_about_with_its_reason(printed, known, likeness):
    assert find_department_match_reason(fold_text(printed), fold_text(known)) is likeness
    factories.department(known)
    match = department(printed)
    assert match.existing is None
    assert match.is_open
    assert [(str(candidate.existing), candidate.likeness) for candidate in match.candidates] == [(known, likeness)]
    assert match.code is QuestionCode.DEPARTMENT_LIKE_KNOWN
    said = question_message(match.code, match.name, match.parameters)
    assert printed in said
    assert known in said
    assert str(likeness.label)


@pytest.mark.parametrize(
    ("one", "other"), [("检验部", "检测部"), ("体系部", "产品部"), ("办公室", "党委办公室"), ("国际部", "技术部")]
)
def test_two_departments_are_not_taken_for_one(one, other):
    factories.department(other)
    match = department(one)
    assert match.existing is None
    assert not match.is_open
    assert not match.candidates


def test_a_department_that_is_no_longer_there_is_not_offered():
    factories.department("技术部", is_active=False)
    assert not department("技术处").candidates
    assert department("技术部").existing is not None


def test_the_choice_holds_for_every_row():
    known = factories.department("技术部")
    rows = [row(departments=("技术处",)), row(departments=("技术处", "办公室"))]
    match = match_names(ParsedMeeting(), rows, {"department:技术处": str(known.pk)}).departments["技术处"]
    assert match.existing == known
    assert not match.is_open
    asked = match_names(ParsedMeeting(), rows, {})
    assert [m.name for m in asked.open_at(1)] == ["技术处"]
    assert not asked.open_at(2)
    assert asked.places["department:技术处"] == [(1, "departments"), (2, "departments")]


def test_new_is_a_choice_and_one_that_has_gone_is_asked_again():
    factories.department("技术部")
    assert not department("技术处", {"department:技术处": "new"}).is_open
    assert department("技术处", {"department:技术处": "999999"}).is_open


def test_a_department_chosen_by_hand_need_not_look_alike():
    known = factories.department("财务部")
    match = department("计财处", {"department:计财处": str(known.pk)})
    assert match.existing == known


# --- people ---------------------------------------------------------------------------------------


def test_the_namesake_of_the_last_meeting_is_taken_and_said():
    known = factories.person("刘克")
    held = factories.meeting(datetime.date(2022, 5, 1), title="第一次会议")
    Attendance.objects.create(meeting=held, person=known, position=1)
    match = person("刘克", "评定专门委员会副主任")
    assert (match.existing, match.likeness, match.last_met) == (known, MatchReason.NAMESAKE, "第一次会议")


def test_a_name_set_wide_is_the_same_name():
    known = factories.person("刘克")
    match = person("刘 克")
    assert (match.existing, match.likeness) == (known, MatchReason.BLANKS)


def test_the_one_who_is_meant_may_be_somebody_else():
    factories.person("刘克")
    match = person("刘克", choices={"person:刘克": "new:市局"})
    assert (match.existing, match.unit, match.is_open) == (None, "市局", False)


def test_of_several_of_one_name_somebody_has_to_choose():
    one, other = factories.person("李明", "技术部"), factories.person("李明", "办公室")
    match = person("李明", "理事")
    assert match.existing is None
    assert match.is_open
    assert match.code is QuestionCode.SEVERAL_PEOPLE
    assert {candidate.existing for candidate in match.candidates} == {one, other}
    assert person("李明", "理事", {"person:李明": str(other.pk)}).existing == other


def test_the_printed_capacity_tells_them_apart():
    one = factories.person("李明", "技术部")
    factories.person("李明", "办公室")
    match = person("李明", "技术部主任")
    assert (match.existing, match.likeness, match.is_open) == (one, MatchReason.UNIT, False)


def test_one_character_apart_is_asked_only_where_there_is_more_to_it():
    known = factories.person("陈云华")
    factories.task(leaders=[known])
    assert not person("陈云花", "委员").is_open
    matches = match_names(ParsedMeeting(), [row(leaders=("陈云花",))], {})
    assert matches.people["陈云花"].is_open
    assert matches.people["陈云花"].code is QuestionCode.PERSON_LIKE_KNOWN
    factories.suggestion(sources=[(factories.person("张建国"), "信息技术专业委员会委员")])
    assert person("张建固", "信息技术专业委员会委员").is_open
    assert not person("张建固", "执委").is_open


# --- cost -----------------------------------------------------------------------------------------


def test_the_cost_does_not_grow_with_the_names(django_assert_num_queries):
    for number in range(30):
        factories.department(f"第{number}部")
        factories.person(f"王{number}明")
    few = [row(departments=("第1部",), sources=(("王1明", "委员"),))]
    many = [row(departments=(f"第{n}部",), sources=((f"王{n}明", "委员"),)) for n in range(30)]
    for rows in (few, many):
        with django_assert_num_queries(6):
            match_names(ParsedMeeting(chair="王2明"), rows, {})
    assert Department.objects.count() == 30, "matching makes nobody"
    assert Person.objects.count() == 30, "matching makes nobody"
