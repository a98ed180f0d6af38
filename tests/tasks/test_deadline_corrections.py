"""Correcting a deadline: what is typed is read in the meeting's frame, and nothing gains time by it unseen."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.deadlines import read_deadline
from meetings.errors import (
    ConflictError,
    InvalidDateError,
    InvalidInputError,
    InvalidTransitionError,
    NoChangesError,
    PermissionDeniedError,
)
from meetings.models import EntryKind, Role, Status, Task
from meetings.tasks.services.deadline_corrections import (
    DeadlineInput,
    correct_deadline,
    format_milestone,
    parse_deadline_input,
)
from meetings.tasks.services.extensions import grant_extension, refuse_extension, request_extension
from meetings.tasks.services.status import meet_milestone, reopen_milestone
from tests import factories
from tests.depth import examples

from .helpers import act

pytestmark = pytest.mark.django_db

ISSUED = datetime.date(2023, 11, 8)
LATER = datetime.date(2024, 1, 15)


@pytest.fixture
def staff():
    return factories.secretariat()


@pytest.fixture
def task():
    return factories.task(deadline="2024.2")


def correct(task: Task, text: str, *, meaning: str = "", milestones=None, **arguments):
    return act(
        correct_deadline,
        task,
        **{
            "actor": factories.secretariat(),
            "reason": "对照原件更正。",
            "effective_on": LATER,
            "deadline_input": DeadlineInput(text, meaning, milestones),
            **arguments,
        },
    )


def dues(task: Task) -> list[str]:
    return [each.due_date.isoformat() for each in task.milestones.all()]


def test_a_correction_is_one_entry_and_leaves_the_original(task):
    entry = correct(task, "2024.12")
    assert (entry.kind, entry.note, entry.effective_on) == (EntryKind.DEADLINE, "对照原件更正。", LATER)
    assert (task.deadline_text, task.due_date) == ("2024.12", datetime.date(2024, 12, 31))
    assert (task.original_deadline_text, task.original_due_date) == ("2024.2", datetime.date(2024, 2, 29))
    assert entry.changes["deadline"]["old"]["text"] == "2024.2"
    assert entry.changes["corrected"] == {"old": 0, "new": 1}
    assert (task.extension_count, task.extension_days) == (0, 0), "no extension"
    assert correct(task, "2024.11").changes["corrected"] == {"old": 1, "new": 2}


def test_the_days_before_keep_what_they_showed(task):
    correct(task, "2024.12")
    before, on = (Task.objects.on(day).get() for day in (LATER - datetime.timedelta(days=1), LATER))
    assert (before.day_due_date, on.day_due_date) == (datetime.date(2024, 2, 29), datetime.date(2024, 12, 31))


def test_several_dates_are_a_deadline_and_milestones(task):
    correct(task, "2023年12月底前完成初稿，2024年6月完成")
    assert (task.due_date, dues(task)) == (datetime.date(2024, 6, 30), ["2023-12-31"])
    assert task.states.get(until=None).next_due == datetime.date(2023, 12, 31), "as late as the first milestone"


def test_a_year_left_out_is_that_of_the_issue_not_of_today(task):
    correct(task, "12月底前")
    assert task.due_date == datetime.date(2023, 12, 31)


def test_what_is_read_wrongly_is_told_what_it_means_and_stays_as_printed(task):
    correct(task, "2024.2", meaning="2024年12月")
    assert (task.deadline_text, task.due_date) == ("2024.2", datetime.date(2024, 12, 31))


def test_a_rhythm_sets_how_often_the_task_is_reviewed(task):
    entry = correct(task, "每月")
    assert (task.deadline_kind, task.due_date, task.review_interval_months) == ("recurring", None, 1)
    assert "review_interval_months" in entry.changes


def test_a_met_milestone_stays_met_where_its_text_or_its_day_stays(staff):
    task = factories.task(deadline="2024-12-31", milestones=["2024-01-31", "2024-06-30"])
    first = task.milestones.first()
    meet_milestone(milestone_id=first.pk, version=task.version, actor=staff, effective_on=LATER)
    correct(task, "2024-12-31", milestones=["2024年1月底前完成初稿", "2024年7月"])
    assert [(each.deadline_text, each.met_on) for each in task.milestones.all()] == [
        ("2024年1月底前完成初稿", LATER),
        ("2024年7月", None),
    ]
    entry = correct(task, "2024-12-31", milestones=[])
    assert dues(task) == []
    assert entry.changes["milestones"]["old"][0]["met_on"] == LATER.isoformat()


def test_only_the_milestones_may_be_wrong(task):
    entry = correct(task, "2024.2", milestones=["2023.12"])
    assert set(entry.changes) == {"milestones", "corrected"}
    assert dues(task) == ["2023-12-31"]


def test_what_could_not_be_read_is_settled_and_that_is_no_correction():
    task = factories.task(deadline="待定")
    entry = correct(task, "待定", meaning="2024.6")
    assert "corrected" not in entry.changes
    assert task.due_date == datetime.date(2024, 6, 30)
    other = factories.task(deadline="待定")
    assert "corrected" in correct(other, "2024.6").changes, "another printed text is one"


# --- nothing hides --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.SECRETARIAT])
def test_only_the_secretariat_corrects(task, role):
    with pytest.raises(PermissionDeniedError):
        correct(task, "2024.12", actor=factories.account(role, departments=[factories.department()]))


def test_a_reason_is_needed(task):
    with pytest.raises(InvalidInputError) as refused:
        correct(task, "2024.12", reason=" ")
    assert refused.value.field == "note"


def test_an_extended_deadline_is_a_decision_and_not_corrected(task, staff):
    said = {"actor": staff, "effective_on": LATER, "reason": "供应商更换。"}
    act(request_extension, task, progress="过半。", deadline_text="2024.6", **said)
    with pytest.raises(InvalidTransitionError):
        correct(task, "2024.12")
    act(grant_extension, task, **said)
    with pytest.raises(InvalidTransitionError) as refused:
        correct(task, "2024.12")
    assert refused.value.field == "deadline_text"
    assert task.due_date == datetime.date(2024, 6, 30)


def test_a_refused_wish_leaves_the_printed_deadline_which_may_be_corrected(task, staff):
    said = {"actor": staff, "effective_on": LATER, "reason": "供应商更换。"}
    act(request_extension, task, progress="过半。", deadline_text="2024.6", **said)
    act(refuse_extension, task, **said)
    assert correct(task, "2024.12").changes["corrected"]["new"] == 1


@pytest.mark.parametrize("status", [Status.CLOSED, Status.TERMINATED])
def test_what_has_ended_was_judged_by_its_deadline(task, status):
    factories.move(task, status, on=LATER)
    with pytest.raises(InvalidTransitionError):
        correct(task, "2024.12")


@pytest.mark.parametrize("text", ["", "待定", "尽快", "2024.2.30"])
def test_nothing_undecided_is_made_of_a_deadline(task, text):
    with pytest.raises(InvalidInputError) as refused:
        correct(task, text)
    assert refused.value.field == "deadline_text"


@pytest.mark.parametrize("lines", [["尽快"], ["2024.1", "持续推进"], ["2024.3"]])
def test_a_milestone_has_a_day_not_after_the_deadline(task, lines):
    with pytest.raises(InvalidInputError) as refused:
        correct(task, "2024.2", milestones=lines)
    assert refused.value.field == "milestones"
    assert not task.milestones.exists()


def test_a_milestone_may_fall_on_the_day_of_the_deadline(task):
    correct(task, "2024.2", milestones=["2024-02-29"])
    assert dues(task) == ["2024-02-29"]


def test_the_same_is_no_correction(task):
    for typed in (DeadlineInput("2024.2"), DeadlineInput(" 2024.2 ", "", [""])):
        with pytest.raises(NoChangesError):
            correct(task, "", deadline_input=typed)


def test_it_counts_from_a_day_not_before_the_last_change_of_state(task):
    factories.progress(task, on=LATER)
    for wrong in (LATER - datetime.timedelta(days=1), ISSUED - datetime.timedelta(days=1)):
        with pytest.raises(InvalidDateError):
            correct(task, "2024.12", effective_on=wrong)
    correct(task, "2024.12")


def test_an_older_version_is_refused(task, staff):
    factories.progress(task, on=LATER)
    with pytest.raises(ConflictError):
        correct_deadline(
            task_id=task.pk,
            version=1,
            actor=staff,
            reason="更正",
            effective_on=LATER,
            deadline_input=DeadlineInput("2024.12"),
        )


# --- milestones, met and not ----------------------------------------------------------------------


def test_a_milestone_that_was_not_met_after_all_counts_again(staff):
    task = factories.task(deadline="2024-12-31", milestones=["2024-01-31"])
    milestone = task.milestones.get()
    said = {"milestone_id": milestone.pk, "actor": staff}
    with pytest.raises(InvalidTransitionError):
        reopen_milestone(**said, version=task.version, reason="未验收。", effective_on=LATER)
    meet_milestone(**said, version=task.version, effective_on=LATER, note="初稿已成。")
    task.refresh_from_db()
    assert task.status == Status.IN_PROGRESS, "what is met was begun"
    assert task.log.last().is_report
    with pytest.raises(InvalidInputError):
        reopen_milestone(**said, version=task.version, reason=" ", effective_on=LATER)
    entry = reopen_milestone(**said, version=task.version, reason="未通过验收。", effective_on=LATER)
    task.refresh_from_db()
    assert entry.changes["milestones"]["new"][0]["met_on"] is None
    assert task.states.get(until=None).next_due == datetime.date(2024, 1, 31)


# --- round trips ----------------------------------------------------------------------------------

DAYS = st.dates(datetime.date(2023, 12, 1), datetime.date(2030, 11, 30))


@given(st.lists(DAYS, min_size=1, max_size=4, unique=True), st.sampled_from(["，", "；", "\n"]))
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.same_on_both
def test_what_is_typed_as_one_text_is_kept_and_read_again_as_the_same(days, between):
    days.sort()
    words = ["完成调研", "完成初稿", "完成送审稿"]
    parts = [f"{day:%Y}年{day.month}月{day.day}日前{word}" for day, word in zip(days, words, strict=False)]
    text = between.join([*parts[: len(days) - 1], f"{days[-1]:%Y}年{days[-1].month}月{days[-1].day}日前完成"])
    task = factories.task(deadline="2023-11-30")
    correct(task, text)
    reading = read_deadline(text, issued_on=ISSUED)
    assert (task.deadline_text, task.due_date) == (text, days[-1])
    assert dues(task) == [day.isoformat() for day in days[:-1]]
    assert [each.deadline_text for each in task.milestones.all()] == [each.text for each in reading.milestones]
    # What a form shows of it changes nothing when it is sent back.
    shown = [format_milestone(each.deadline) for each in task.milestones.all()]
    again = parse_deadline_input(task, DeadlineInput(task.deadline_text, "", shown))
    assert (again.deadline, list(again.milestones)) == (task.deadline, [m.deadline for m in task.milestones.all()])
    with pytest.raises(NoChangesError):
        correct(task, text, milestones=shown)
