"""When a task is reviewed next, and what a report changes in that."""

from __future__ import annotations

import datetime

import pytest
from lxml import html

from meetings.breakdown.services.split_merge import split_task
from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import DepartmentRole, EntryKind, Role, Status, Task
from meetings.tasks import display
from meetings.tasks.services.extensions import resolve_deadline
from meetings.tasks.services.status import update_task
from tests import factories

from .lifecycle_table import act, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return factories.secretariat()


@pytest.fixture
def liaison():
    return factories.account(Role.LIAISON, departments=[factories.department("技术部")])


def test_any_departments_report_moves_the_review_on_from_its_own_day():
    technology, international = factories.department("技术部"), factories.department("国际部")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (international, DepartmentRole.SUPPORTING)]
    task = factories.task(deadline="持续跟踪", departments=parts)
    assert task.next_review == datetime.date(2024, 2, 8)
    supporting = factories.account(Role.LIAISON, departments=[international])
    act(update_task, task, actor=supporting, note="已配合。", effective_on=datetime.date(2023, 11, 30))
    assert task.next_review == datetime.date(2024, 2, 29), "clamped to the month's end"


def test_a_review_day_set_by_staff_holds_until_the_next_report(staff, liaison):
    task = factories.task(deadline="持续跟踪")
    set_day = datetime.date(2024, 1, 5)
    entry = act(update_task, task, actor=staff, next_review=set_day, effective_on=day(10))
    assert (entry.kind, entry.is_report) == (EntryKind.REVIEW, False)
    assert entry.changes == {"next_review": {"old": "2024-02-08", "new": "2024-01-05"}}
    assert task.next_review == set_day
    assert {n: Task.objects.on(day(n)).get().day_next_review for n in (9, 10)} == {
        9: datetime.date(2024, 2, 8),
        10: set_day,
    }
    act(update_task, task, actor=liaison, note="进展。", effective_on=day(20))
    assert task.next_review == datetime.date(2024, 2, 28)


def test_a_report_may_bring_its_own_review_day(staff):
    task = factories.task(deadline="持续跟踪")
    entry = act(update_task, task, actor=staff, note="进展。", next_review=day(200), effective_on=day(10))
    assert entry.is_report
    assert task.next_review == day(200)


def test_a_backfilled_report_does_not_move_what_a_later_one_decided(staff):
    task = factories.task(deadline="持续跟踪")
    factories.progress(task, on=datetime.date(2024, 3, 1))
    assert task.next_review == datetime.date(2024, 6, 1)
    factories.progress(task, "补记。", on=datetime.date(2024, 1, 10))
    assert task.next_review == datetime.date(2024, 6, 1)
    assert Task.objects.on(datetime.date(2024, 2, 1)).get().day_next_review == datetime.date(2024, 4, 10)
    assert Task.objects.on(datetime.date(2024, 2, 9)).get().health == "on_track", "it had been reported on after all"


@pytest.mark.parametrize(
    ("deadline", "role", "review", "refusal"),
    [
        ("2024.12", Role.SECRETARIAT, 100, InvalidTransitionError),
        ("持续跟踪", Role.LIAISON, 100, PermissionDeniedError),
        ("持续跟踪", Role.SECRETARIAT, 10, InvalidDateError),
        ("持续跟踪", Role.SECRETARIAT, 5, InvalidDateError),
    ],
    ids=["a due date", "a liaison", "the same day", "an earlier day"],
)
def test_a_review_day_that_makes_no_sense_is_refused(deadline, role, review, refusal):
    task = factories.task(deadline=deadline)
    account = factories.account(role, departments=[factories.department("技术部")])
    with pytest.raises(refusal) as refused:
        act(update_task, task, actor=account, note="进展。", next_review=day(review), effective_on=day(10))
    assert refused.value.field == "next_review"
    assert task.log.count() == 1


def test_a_review_day_is_at_most_a_year_ahead(staff):
    task = factories.task(deadline="持续跟踪")
    a_year_later = datetime.date(2024, 11, 18)
    with pytest.raises(InvalidDateError):
        act(update_task, task, actor=staff, next_review=a_year_later + datetime.timedelta(days=1), effective_on=day(10))
    act(update_task, task, actor=staff, next_review=a_year_later, effective_on=day(10))
    assert task.next_review == a_year_later


def test_what_ends_has_no_review_day(staff):
    task = factories.task(deadline="持续跟踪")
    with pytest.raises(InvalidTransitionError):
        act(
            update_task,
            task,
            actor=staff,
            note="完成。",
            status=Status.CLOSED,
            next_review=day(100),
            effective_on=day(10),
        )


def test_an_update_that_says_nothing_is_refused(staff):
    task = factories.task()
    with pytest.raises(InvalidInputError):
        act(update_task, task, actor=staff, note=" \n", effective_on=day(10))


@pytest.mark.parametrize(
    ("closed", "words"),
    [("2023-12-31", "按期办结"), ("2024-01-01", "逾期 1 天办结"), ("2024-01-31", "逾期 31 天办结")],
)
def test_closed_on_time_or_late_is_said(staff, closed, words):
    task = factories.task(deadline="2023.12")
    closed = datetime.date.fromisoformat(closed)
    act(update_task, task, actor=staff, status=Status.CLOSED, note="完成。", effective_on=closed)
    assert display.closure_text(Task.objects.on(closed).get()) == words


def test_what_was_closed_late_has_a_badge_of_its_own(staff, client):
    client.force_login(staff)
    suggestion = factories.suggestion()
    badges = {}
    for closed in ("2023-12-31", "2024-01-20"):
        task = factories.task(suggestion, deadline="2023.12")
        factories.move(task, Status.CLOSED, on=datetime.date.fromisoformat(closed))
        page = html.fromstring(client.get(task.get_absolute_url()).content)
        badges[closed] = page.xpath("//*[contains(@class,'health-badge')]")[0]
    assert [badge.get("class").split() for badge in badges.values()] == [
        ["health-badge", "health-closed"],
        ["health-badge", "health-closed", "closed-late"],
    ]
    listed = html.fromstring(client.get("/tasks/").content).xpath("//*[contains(@class,'closed-late')]")
    siblings = page.xpath("//ul[contains(@class,'siblings')]//*[contains(@class,'health-badge')]")
    assert [badge.text for badge in listed + siblings] == ["逾期 20 天办结", "按期办结"]


# --- every so many days -------------------------------------------------------------------------


@pytest.mark.parametrize(("printed", "days"), [("每周", 7), ("双周", 14), ("每半月", 15)])
@pytest.mark.same_on_both
def test_a_rhythm_printed_in_weeks_is_reviewed_so(printed, days, staff, client):
    task = factories.task(deadline=printed)
    issued_on = task.suggestion.meeting.issued_on
    due = issued_on + datetime.timedelta(days=days)
    assert task.next_review == due
    health = [Task.objects.on(due + datetime.timedelta(days=n)).get().health for n in (0, 1)]
    assert health == ["on_track", "review_missed"]
    client.force_login(staff)
    page = " ".join(client.get(f"/tasks/{task.pk}/").content.decode().split())
    assert f"每 {days} 天" in page
    assert "每个月" not in page
    factories.progress(task, on=due)
    assert task.next_review == due + datetime.timedelta(days=days)


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_secretariat_sets_an_interval_in_days_and_in_months(staff, client):
    task = factories.task(deadline="持续跟踪")
    client.force_login(staff)

    def send(**values):
        task.refresh_from_db()
        data = {"version": task.version, "note": "会议要求。", "months": "", "days": "", **values}
        return client.post(f"/tasks/{task.pk}/review-interval/", data)

    assert send(days="10").status_code == 302
    task.refresh_from_db()
    assert task.next_review == datetime.date(2023, 11, 18)
    for wrong in ({}, {"months": "2", "days": "10"}, {"days": "10"}, {"days": "93"}, {"days": "0"}, {"months": "61"}):
        assert send(**wrong).status_code == 422, wrong
    assert send(months="3").status_code == 302
    task.refresh_from_db()
    assert (task.review_interval_days, task.next_review) == (None, datetime.date(2024, 2, 8))
    assert {"review_interval_days"} == set(task.log.get(sequence=3).changes)
    for longest in ({"months": "60"}, {"days": "92"}):
        assert send(**longest).status_code == 302, longest


def test_a_deadline_decided_as_weekly_is_reviewed_weekly(staff):
    task = factories.task(deadline="待定")
    act(resolve_deadline, task, actor=staff, meaning="每两周", reason="经请示。", effective_on=day(1))
    assert (task.review_interval_days, task.next_review) == (14, datetime.date(2023, 11, 22))


def test_a_split_weekly_task_makes_two_weekly_ones(staff):
    task = factories.task(deadline="每周")
    new = split_task(task_id=task.pk, version=task.version, actor=staff, text="甲。", new_text="乙。", reason="分开。")
    assert (new.review_interval_days, new.next_review) == (7, task.next_review)
