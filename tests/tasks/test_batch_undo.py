"""A batch undone: each task is what it was, with one entry more."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from meetings.errors import InvalidTransitionError, PermissionDeniedError, ServiceError
from meetings.models import (
    Account,
    Batch,
    DepartmentRole,
    EntryKind,
    ExtensionStatus,
    FormerName,
    Person,
    Status,
    Task,
    TaskLog,
    TaskState,
    awaiting_agreement,
    closure_request,
)
from meetings.tasks.filters import filter_tasks
from meetings.tasks.services.batch_plan import REPLACE_ALL, Assignment
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.status import update_task
from tests import factories
from tests.depth import examples

from .batches import TODAY, run, standing, undo
from .helpers import last_note

pytestmark = pytest.mark.django_db


# --- undone ---------------------------------------------------------------------------------------


ACTED = datetime.date(2024, 5, 20)


def test_an_undone_batch_leaves_each_task_as_it_was_with_one_entry_more():
    task = factories.task(deadline="持续跟踪")
    factories.progress(task, "调研完成。", on=datetime.date(2024, 2, 1))
    before = standing(task)
    result = run(task, note="误记的进展。", effective_on=ACTED, next_review=datetime.date(2024, 9, 1))
    assert standing(task) != before

    undoing = undo(result, task)

    assert standing(task) == before
    (entry,) = undoing.entries.all()
    assert (entry.kind, entry.is_report, entry.effective_on, entry.sequence) == (EntryKind.UNDONE, False, TODAY, 4)
    assert entry.changes["undone"] == {"old": None, "new": [3]}
    assert (undoing.undoes, result.batch.undone_by) == (result.batch, undoing)


def test_a_reopening_undone_brings_back_the_first_closing_day():
    task = factories.task()
    factories.move(task, Status.CLOSED, on=datetime.date(2024, 3, 5))
    result = run(task, status=Status.IN_PROGRESS, note="误操作。", effective_on=ACTED)
    assert task.closed_on is None

    undo(result, task)

    assert (task.status, task.closed_on) == (Status.CLOSED, datetime.date(2024, 3, 5))


def test_on_the_days_between_too_the_register_shows_what_was_there_before():
    task = factories.task(deadline="2024.12")
    result = run(task, status=Status.CLOSED, note="误办结。", effective_on=ACTED)
    undo(result, task)

    def health(day: datetime.date) -> str:
        return Task.objects.on(day).get(pk=task.pk).health

    days = [ACTED - datetime.timedelta(days=1), ACTED, TODAY - datetime.timedelta(days=1), TODAY]
    assert [health(day) for day in days] == ["on_track"] * 4


def test_what_was_undone_is_no_report_any_more_and_stands_in_nobodys_way():
    task = factories.task(deadline="持续跟踪")
    liaison = factories.account("liaison", departments=[factories.department()])
    factories.progress(task, "调研完成。", on=datetime.date(2024, 2, 1), by=liaison)
    result = run(task, status=Status.CLOSED, note="误办结。", effective_on=ACTED, by=None)
    undo(result, task)

    factories.progress(task, "此前的真实进展。", on=datetime.date(2024, 5, 10), by=liaison)
    shown = Task.objects.on(TODAY).get(pk=task.pk)
    assert last_note(shown) == "此前的真实进展。"
    factories.move(task, Status.CLOSED, on=datetime.date(2024, 5, 12), note="确已完成。")
    assert (task.status, task.closed_on) == (Status.CLOSED, datetime.date(2024, 5, 12))


def test_an_undone_report_counts_for_nobody_in_the_silent_filter():
    office = factories.department("办公室")
    parts = [(factories.department(), DepartmentRole.RESPONSIBLE), (office, DepartmentRole.RESPONSIBLE)]
    task = factories.task(departments=parts)
    factories.progress(task, "技术部已推进。", on=datetime.date(2024, 2, 1), department=factories.department())
    result = run(task, note="办公室误记。", effective_on=ACTED, department=office)

    def silent(unit, day=TODAY) -> bool:
        query = QueryDict(f"silent={unit.pk}")
        return filter_tasks(query, Task.objects.on(day), day).filter(pk=task.pk).exists()

    assert (silent(office), silent(factories.department())) == (False, True)
    undo(result, task)
    assert (silent(office), silent(factories.department())) == (True, False)
    yesterday = TODAY - datetime.timedelta(days=1)
    assert (silent(office, yesterday), silent(factories.department(), yesterday)) == (True, False)


def test_a_request_for_closure_decided_by_a_batch_waits_again_once_that_is_undone():
    meeting = factories.meeting(leader_agrees_before_closure=True)
    task = factories.task(factories.suggestion(meeting))
    factories.progress(task, on=datetime.date(2024, 2, 1))
    factories.move(task, Status.CLOSURE_REQUESTED, on=datetime.date(2024, 2, 2), note="申请办结。")
    result = run(task, status=Status.IN_PROGRESS, note="退回。")
    assert closure_request(task) is None

    undo(result, task)

    assert closure_request(task).note == "申请办结。"
    assert awaiting_agreement(Task.objects.all()).get() == task


def test_departments_and_leaders_come_back_also_under_another_name():
    office, technology = factories.department("办公室"), factories.department()
    task = factories.task()
    before = standing(task)
    result = run(task, note="职责调整。", place_department=Assignment(office, replaces=technology))
    technology.name = "技术与标准部"
    technology.save()
    FormerName.objects.create(department=technology, name="技术部")

    undo(result, task)

    assert standing(task) == before


def test_what_was_touched_since_is_left_alone_and_the_rest_is_undone():
    one, other = factories.task(text="搭建培训平台"), factories.task()
    before = standing(other)
    result = run(one, other, status=Status.CLOSED, note="误办结。")
    factories.move(one, Status.IN_PROGRESS, on=TODAY)
    assert list(TaskLog.objects.superseded().values_list("task", flat=True)) == [one.pk]
    touched = states(one)

    undoing = undo(result, one, other)

    assert [entry.task for entry in undoing.entries.all()] == [other]
    assert (standing(other), states(one)) == (before, touched)
    listed = Batch.objects.for_listing().get(pk=result.batch.pk)
    assert (listed.undone_by, listed.task_count, listed.standing_count) == (undoing, 2, 1)
    assert list(result.batch.entries.standing().values_list("task", flat=True)) == [one.pk]


def test_a_name_that_is_nobodys_any_more_is_said_on_the_batches_page_and_when_undoing(client):
    task = factories.task()
    result = run(task, note="职责调整。", place_leader=Assignment(factories.person("张朝华"), replaces=REPLACE_ALL))
    Person.objects.filter(name="肖良").update(name="另一位")
    client.force_login(factories.secretariat())
    address = f"/batches/{result.batch.pk}/"
    for page in (client.get(address), client.post(f"{address}undo/", follow=True)):
        assert page.status_code == 200
        assert "肖良" in page.content.decode()
    assert not Batch.objects.filter(undoes=result.batch).exists()


def test_a_batch_whose_every_task_was_touched_since_is_not_undone_and_names_them():
    one, other = factories.task(text="搭建培训平台"), factories.task()
    result = run(one, other, note="进展顺利。")
    for task in (one, other):
        factories.progress(task, on=TODAY)
    entries = TaskLog.objects.count()

    with pytest.raises(InvalidTransitionError) as refused:
        undo(result)

    assert "搭建培训平台" in refused.value.message
    assert TaskLog.objects.count() == entries


@pytest.mark.same_on_both
def test_what_was_itself_undone_did_not_touch_anything():
    task, other = factories.task(), factories.task()
    before = [(standing(each), states(each)) for each in (task, other)]
    first = run(task, other, note="误记。", place_leader=Assignment(factories.person("张朝华"), replaces=REPLACE_ALL))
    second = run(
        task, other, note="又误记。", place_leader=Assignment(factories.person("黄继先"), replaces=REPLACE_ALL)
    )
    undo(second, task, other)
    undo(first, task, other)
    assert [(standing(each), states(each)) for each in (task, other)] == before


def test_a_request_that_lapsed_with_a_row_that_stays_is_not_put_back():
    one, other = factories.task(deadline="2024.12"), factories.task(deadline="2024.12")
    requests = [factories.extension_request(task) for task in (one, other)]
    result = run(one, other, status=Status.CLOSED, note="误办结。", effective_on=timezone.localdate())
    factories.act(add_comment, one, None, text="确已办结。")
    undoing = undo_batch(batch_id=result.batch.pk, actor=factories.secretariat())
    assert undoing.entries.get().changes["asked_deadline"]["new"]["due_date"] == requests[1].due_date.isoformat()
    for request in requests:
        request.refresh_from_db()
    assert [request.status for request in requests] == [ExtensionStatus.LAPSED, ExtensionStatus.REQUESTED]


def test_a_batch_is_undone_once_by_its_maker_or_the_secretariat_and_undoing_is_not_undone():
    task = factories.task()
    liaison, other = (factories.account("liaison", departments=[factories.department()]) for _ in range(2))
    result = run(task, note="进展顺利。", by=liaison)
    with pytest.raises(PermissionDeniedError):
        undo(result, by=other)
    undoing = undo(result, by=liaison)
    with pytest.raises(InvalidTransitionError):
        undo(result)
    with pytest.raises(InvalidTransitionError):
        undo_batch(batch_id=undoing.pk, actor=liaison)


def test_who_may_no_longer_change_a_task_does_not_undo_a_batch_either(client):
    department, other = factories.department(), factories.department("财务部")
    task = factories.task()
    liaison = factories.account("liaison", departments=[department])
    result = run(task, note="进展顺利。", effective_on=timezone.localdate(), by=liaison)
    for change in ({"role": "reader"}, {"is_active": False}, {"role": "leader"}):
        former = Account.objects.get(pk=liaison.pk)
        for name, value in change.items():
            setattr(former, name, value)
        with pytest.raises(PermissionDeniedError):
            undo(result, by=former)
    liaison.departments.set([other])
    client.force_login(liaison)
    page = client.post(f"/batches/{result.batch.pk}/undo/", follow=True).content.decode()
    assert "只能由秘书处撤销" in page
    assert "撤销 1 项任务" not in page
    assert not Batch.objects.filter(undoes=result.batch).exists()
    liaison.departments.set([department])
    assert undo_batch(batch_id=result.batch.pk, actor=Account.objects.get(pk=liaison.pk)).entries.count() == 1


def test_undoing_asks_for_the_role_that_the_change_asked_for():
    department = factories.department()
    task = factories.task(departments=[(department, DepartmentRole.SUPPORTING)], deadline="2024.12")
    supporting = factories.account("secretariat", departments=[department])
    result = run(task, note="已落实。", status=Status.CLOSED, by=supporting)
    supporting.role = "liaison"
    supporting.save()
    with pytest.raises(PermissionDeniedError):
        undo(result, by=Account.objects.get(pk=supporting.pk))


# --- whatever is done, undoing is exact ------------------------------------------------------------


DEADLINES = ["2024.12", "2024.3", "持续跟踪", "每月", "待定"]
PAST = st.dates(datetime.date(2023, 11, 8), datetime.date(2024, 5, 1))
STEPS = st.tuples(st.sampled_from([None, *Status.values]), PAST, st.sampled_from(["", "有进展。"]))
CHANGES = st.fixed_dictionaries(
    {
        "status": st.sampled_from([None, *Status.values]),
        "note": st.sampled_from(["", "批量办理。"]),
        "effective_on": st.dates(datetime.date(2024, 2, 1), TODAY),
        "next_review": st.sampled_from([None, datetime.date(2024, 7, 1)]),
        "placing": st.sampled_from([None, None, REPLACE_ALL, "added"]),
    }
)


@pytest.mark.long
class TestUndoing(HypothesisTestCase):
    @settings(max_examples=examples(15))
    @given(
        histories=st.lists(st.tuples(st.sampled_from(DEADLINES), st.lists(STEPS, max_size=4)), min_size=1, max_size=3),
        change=CHANGES,
        touched=st.sets(st.integers(0, 2)),
    )
    def test_undoing_gives_exactly_what_was_there_on_every_day(self, histories, change, touched):
        staff = factories.secretariat()
        tasks = [self.lived_through(deadline, steps, staff) for deadline, steps in histories]
        placing = change.pop("placing")
        if placing:
            change["place_leader"] = Assignment(
                factories.person("张朝华"), replaces=placing if placing == REPLACE_ALL else None
            )
        before = [everything(task) for task in tasks]
        try:
            result = run(*tasks, **change)
        except ServiceError:
            assert [everything(task) for task in tasks] == before
            return
        changed = [row.task for row in result.changed]
        left = {task.pk for place, task in enumerate(tasks) if place in touched and task in changed}
        for task in tasks:
            if task.pk in left:
                factories.act(add_comment, task, staff, text="已核实，无误。")
        between = [everything(task) for task in tasks]
        if len(left) == len(changed):
            with pytest.raises(InvalidTransitionError):
                undo(result)
        else:
            undo(result, *tasks)

        expected = [now if task.pk in left else was for task, was, now in zip(tasks, before, between, strict=True)]
        assert [everything(task) for task in tasks] == expected
        for row in result.changed:
            assert TaskLog.objects.filter(task=row.task).count() == Task.objects.get(pk=row.task.pk).version

    @staticmethod
    def lived_through(deadline: str, steps: list, staff) -> Task:
        task = factories.task(deadline=deadline)
        for status, day, note in steps:
            try:
                factories.act(update_task, task, staff, effective_on=day, status=status, note=note)
            except ServiceError:
                continue
        return task


def everything(task: Task) -> tuple:
    """Return how a task stands and stood, and each department's own last report on days before and after."""
    days = [TODAY - datetime.timedelta(days=days) for days in (0, 1, 30, 60, 90, 180)]
    return standing(task), states(task), [[entry.pk for entry in task.log.last_of_departments(day)] for day in days]


def states(task: Task) -> list[tuple]:
    columns = [field.attname for field in TaskState._meta.concrete_fields if not field.primary_key]
    return list(task.states.order_by("since").values_list(*columns))
