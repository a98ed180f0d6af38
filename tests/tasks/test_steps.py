"""Who may take which step, and on which days."""

from __future__ import annotations

import datetime
from itertools import product

import pytest

from meetings.errors import (
    InvalidDateError,
    InvalidInputError,
    InvalidTransitionError,
    PermissionDeniedError,
    ServiceError,
)
from meetings.models import DepartmentRole, EntryKind, Role, Status, Task
from meetings.tasks.services.deadline_corrections import DeadlineInput, correct_deadline
from meetings.tasks.services.status import update_task
from tests import factories

from .helpers import last_note
from .lifecycle_table import ISSUED, STEPS, TODAY, L, P, S, act, day, everybody, task_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return factories.secretariat()


@pytest.fixture
def liaison():
    return factories.account(Role.LIAISON, departments=[factories.department("技术部")])


# --- who may take which step --------------------------------------------------------------------


WITHOUT_A_REASON = {
    (Status.NOT_STARTED, Status.IN_PROGRESS),
    (Status.CLOSURE_REQUESTED, Status.CLOSED),
}


@pytest.mark.long
@pytest.mark.parametrize("source", Status.values)
@pytest.mark.same_on_both
def test_every_step_by_everybody_is_taken_or_refused_as_the_table_says(source):
    task, people = task_in(source), everybody()
    version, entries = task.version, task.log.count()
    for target, (who, account) in product([*Status.values, "done"], people.items()):
        said = {"task_id": task.pk, "version": version, "actor": account, "status": target, "note": "因为。"}
        allowed = target == source or who in STEPS.get((source, target), ())
        if allowed:
            continue
        with pytest.raises(ServiceError) as refused:
            update_task(effective_on=day(20), **said)
        known_step = (source, target) in STEPS
        may_write = who in (S, L, P)
        assert isinstance(
            refused.value, PermissionDeniedError if known_step or not may_write else InvalidTransitionError
        ), (who, target)
        assert str(refused.value)
    assert task.log.count() == entries, "nothing that was refused left a trace"
    for (_source, target), takers in STEPS.items():
        if _source == source:
            for who in takers:
                # Its own task each, for a step is taken once.
                act(
                    update_task,
                    task_in(source),
                    actor=people[who],
                    status=target,
                    note="好。",
                    effective_on=day(20),
                )


@pytest.mark.parametrize(("source", "target"), STEPS, ids=lambda status: str(status))
@pytest.mark.same_on_both
def test_a_step_that_needs_a_reason_is_refused_without_one(staff, source, target):
    task = task_in(source)
    if (source, target) in WITHOUT_A_REASON:
        act(update_task, task, actor=staff, status=target, effective_on=day(20))
        assert task.status == target
        return
    with pytest.raises(InvalidInputError) as refused:
        act(update_task, task, actor=staff, status=target, note="  ", effective_on=day(20))
    assert refused.value.field == "note"


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.same_on_both
def test_naming_the_status_a_task_has_is_no_change(staff, status):
    task = task_in(status)
    with pytest.raises(InvalidInputError):
        act(update_task, task, actor=staff, status=status, effective_on=day(20))
    if status in (Status.IN_PROGRESS, Status.CLOSURE_REQUESTED):
        entry = act(update_task, task, actor=staff, status=status, note="进展。", effective_on=day(20))
        assert entry.changes == {}
        assert entry.kind == EntryKind.PROGRESS


def test_a_liaison_of_several_departments_says_for_which(staff):
    technology, office = factories.department("技术部"), factories.department("办公室")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (office, DepartmentRole.RESPONSIBLE)]
    task = factories.task(departments=parts)
    liaison = factories.account(Role.LIAISON, departments=[technology, office])
    with pytest.raises(InvalidInputError) as refused:
        act(update_task, task, actor=liaison, note="进展。", effective_on=day(5))
    assert refused.value.field == "department"
    entry = act(update_task, task, actor=liaison, note="进展。", effective_on=day(5), department=office)
    assert entry.department == office
    other = factories.department("生化部")
    with pytest.raises(PermissionDeniedError):
        act(update_task, task, actor=liaison, note="进展。", effective_on=day(5), department=other)
    only = factories.account(Role.LIAISON, departments=[technology])
    with pytest.raises(PermissionDeniedError):
        act(update_task, task, actor=only, note="进展。", effective_on=day(5), department=office)


# --- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.LIAISON])
def test_days_before_the_issue_and_in_the_future_are_refused(role):
    task = factories.task()
    account = factories.account(role, departments=[factories.department("技术部")])
    for wrong in (day(-1), TODAY + datetime.timedelta(days=1)):
        with pytest.raises(InvalidDateError) as refused:
            act(update_task, task, actor=account, note="进展。", effective_on=wrong)
        assert refused.value.field == "effective_on"
    for right in (ISSUED, TODAY):
        act(update_task, task, actor=account, note="进展。", effective_on=right)


def test_a_change_of_state_does_not_go_back_behind_the_last_one(staff):
    task = factories.task(deadline="2024-12-31")
    typed = DeadlineInput("2024.11")
    act(correct_deadline, task, actor=staff, reason="录入有误", deadline_input=typed, effective_on=day(30))
    with pytest.raises(InvalidDateError):
        act(update_task, task, actor=staff, note="开始。", effective_on=day(29))
    act(update_task, task, actor=staff, note="开始。", effective_on=day(30))
    with pytest.raises(InvalidDateError):
        act(update_task, task, actor=staff, status=Status.CLOSED, note="完成。", effective_on=day(29))
    act(update_task, task, actor=staff, status=Status.CLOSED, note="完成。", effective_on=day(30))


def test_progress_may_be_put_in_between_but_not_where_the_task_had_ended(staff):
    task = factories.task()
    factories.progress(task, on=day(10))
    factories.move(task, Status.CLOSED, on=day(20))
    factories.move(task, Status.IN_PROGRESS, on=day(40))
    for wrong in (20, 21, 39):
        with pytest.raises(InvalidTransitionError) as refused:
            act(update_task, task, actor=staff, note="补记。", effective_on=day(wrong))
        assert refused.value.field == "effective_on"
    for right in (1, 10, 15, 19, 40, 50):
        act(update_task, task, actor=staff, note=f"第{right}日。", effective_on=day(right))
    last = {n: last_note(Task.objects.on(day(n)).get()) for n in (1, 14, 15, 19, 45, 50)}
    assert last == {1: "第1日。", 14: "第10日。", 15: "第15日。", 19: "第19日。", 45: "第40日。", 50: "第50日。"}
