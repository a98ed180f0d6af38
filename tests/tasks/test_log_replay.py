"""Whatever is tried, the register says what its log, replayed naively, says."""

from __future__ import annotations

import datetime
from calendar import monthrange

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.errors import ServiceError
from meetings.models import Account, Role, Status, Task, TaskLog
from meetings.tasks.services.status import update_task
from tests import factories
from tests.depth import examples

from .lifecycle_table import ISSUED, STEPS, TODAY, act, act_on_milestone, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return factories.secretariat()


def naive(task: Task, entries: list[TaskLog], on: datetime.date) -> dict | None:
    """Return how the task stood at the end of ``on``, by reading its log as a person would."""
    so_far = sorted((e for e in entries if e.effective_on <= on), key=lambda e: (e.effective_on, e.sequence))
    if not so_far:
        return None
    status, milestones, due, kind, months, rhythm = None, [], None, None, None, None
    closed_on = report = set_review = None
    for entry in so_far:
        if entry.is_report:
            report, set_review = entry, None
        new = {name: change["new"] for name, change in entry.changes.items()}
        if "status" in new:
            status = new["status"]
            closed_on = entry.effective_on if status == "closed" else None
        if "deadline" in new:
            due, kind = new["deadline"]["due_date"], new["deadline"]["kind"]
        milestones = new.get("milestones", milestones)
        months = new.get("review_interval_months", months)
        rhythm = new.get("review_interval_days", rhythm)
        set_review = new.get("next_review", set_review)
    days = [d for d in [due, *(m["due_date"] for m in milestones if not m["met_on"])] if d]
    next_due = datetime.date.fromisoformat(min(days)) if days else None
    is_open = status in ("not_started", "in_progress", "closure_requested")
    review = None
    if is_open and next_due is None:
        counted_from = report.effective_on if report else so_far[0].effective_on
        review = counted_from + datetime.timedelta(days=rhythm) if rhythm else months_after(counted_from, months)
        review = datetime.date.fromisoformat(set_review) if set_review else review
    if not is_open:
        health = status
    elif next_due and next_due < on:
        health = "overdue"
    elif review and review < on:
        health = "review_missed"
    elif kind == "undecided":
        health = "undecided"
    elif next_due and next_due <= on + datetime.timedelta(days=30):
        health = "due_soon"
    else:
        health = "on_track"
    return {
        "day_status": status,
        "day_closed_on": closed_on,
        "day_next_due": next_due,
        "day_next_review": review,
        "day_last_report_id": report.pk if report else None,
        "health": health,
    }


def months_after(start: datetime.date, months: int) -> datetime.date:
    month = start.month + months
    year, month = start.year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime.date(year, month, min(start.day, monthrange(year, month)[1]))


DAYS = st.integers(0, 400).map(day)
ATTEMPTS = st.lists(
    st.one_of(
        st.tuples(st.just("progress"), DAYS),
        st.tuples(st.just("status"), DAYS, st.sampled_from(Status.values), st.sampled_from(["", "因为。"])),
        st.tuples(st.just("review"), DAYS, st.integers(1, 200)),
        st.tuples(st.just("milestone"), DAYS),
    ),
    max_size=12,
)
TASKS = st.sampled_from(
    [("2024.3", []), ("2024.6", ["2023-12-31", "2024-03-31"]), ("持续跟踪", []), ("待定", []), ("每月", ["2024-01-31"])]
)


@pytest.mark.long
@settings(
    max_examples=examples(50),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=TASKS, attempts=ATTEMPTS, by_staff=st.lists(st.booleans(), min_size=12, max_size=12), asked=st.lists(DAYS))
def test_whatever_is_tried_the_register_says_what_its_log_says(db, kind, attempts, by_staff, asked):
    people = {True: factories.secretariat(), False: liaison_of_technology()}
    deadline, milestones = kind
    task = factories.task(deadline=deadline, milestones=milestones)
    for (what, on, *more), staff in zip(attempts, by_staff, strict=False):
        said = {"actor": people[staff], "effective_on": on}
        try:
            match what:
                case "progress":
                    act(update_task, task, note="进展。", **said)
                case "status":
                    act(update_task, task, status=more[0], note=more[1], **said)
                case "review":
                    review = on + datetime.timedelta(days=more[0])
                    act(update_task, task, next_review=review, **said)
                case "milestone":
                    if milestone := task.milestones.filter(met_on=None).first():
                        act_on_milestone(milestone, task, **said)
        except ServiceError:
            pass
    task.refresh_from_db()
    entries = list(task.log.order_by("sequence"))
    steps = [entry.changes["status"] for entry in entries if "status" in entry.changes]
    assert all((Status(step["old"]), Status(step["new"])) in STEPS for step in steps[1:])
    assert [entry.sequence for entry in entries] == list(range(1, task.version + 1))
    for on in {ISSUED, TODAY, *asked, *(e.effective_on for e in entries), day(-1)}:
        shown = Task.objects.on(on).filter(pk=task.pk).first()
        expected = naive(task, entries, on)
        assert (shown and {name: getattr(shown, name) for name in expected or {}}) == expected, on
    last = task.states.get(until=None)
    for name in ("status", "closed_on", "due_date", "deadline_kind", "next_review", "review_interval_months"):
        assert getattr(task, name) == getattr(last, name)


def liaison_of_technology():
    return Account.objects.filter(username="技术部联络员").first() or factories.account(
        Role.LIAISON, username="技术部联络员", departments=[factories.department("技术部")]
    )
