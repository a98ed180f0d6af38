"""Many tasks in one step: the entries of the single verbs, in one transaction, and taken back in one."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.devtools import synthetic
from meetings.errors import ConflictError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import Batch, BatchSource, DepartmentRole, EntryKind, ExtensionStatus, Status, Task, TaskLog
from meetings.models.log import CURRENT_COLUMNS
from meetings.tasks.services.batch import (
    DuplicateBatchError,
    NothingToChangeError,
    apply_assignment,
    build_task_changes,
    plan_batch,
    run_batch,
)
from meetings.tasks.services.batch_plan import REPLACE_ALL, Assignment, TaskChange
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.corrections import edit_assignments
from meetings.tasks.services.status import update_task
from tests import factories

from .batches import TODAY, content, intervals, run, task_changes, undo

pytestmark = pytest.mark.django_db


# --- the entries of the single verbs --------------------------------------------------------------


def test_the_reason_for_other_leaders_is_no_progress_where_a_review_day_is_set_besides():
    task, new = factories.task(deadline="持续跟踪"), factories.person("张朝华")
    day = datetime.date(2024, 8, 1)
    result = run(task, note="分工调整。", next_review=day, place_leader=Assignment(new))
    assert (task.status, task.next_review) == (Status.NOT_STARTED, day)
    assert not any(entry.is_report for entry in task.log.all())
    assert {entry.kind for entry in result.batch.entries.all()} == {EntryKind.REVIEW, EntryKind.ASSIGNMENTS}
    assert {entry.note for entry in result.batch.entries.all()} == {"分工调整。"}
    undo(result, task)
    assert (task.next_review, new in task.leaders.all()) == (datetime.date(2024, 2, 8), False)


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("2024.12", {"note": "方案已通过。"}),
        ("2024.12", {"status": Status.CLOSED, "note": "已全部完成。"}),
        ("2024.12", {"status": Status.TERMINATED, "note": "不再办理。"}),
        ("2024.12", {"status": Status.IN_PROGRESS}),
        ("持续跟踪", {"next_review": datetime.date(2024, 8, 1)}),
        ("持续跟踪", {"status": Status.IN_PROGRESS, "note": "已启动。", "next_review": datetime.date(2024, 8, 1)}),
    ],
)
@pytest.mark.same_on_both
def test_a_batch_of_one_writes_the_very_entry_of_the_single_verb(deadline, said):
    staff = factories.secretariat()
    alone, among_others = factories.task(deadline=deadline), factories.task(deadline=deadline)

    single = update_task(task_id=alone.pk, version=alone.version, actor=staff, effective_on=TODAY, **said)
    result = run(among_others, **said)
    alone.refresh_from_db()

    (written,) = result.batch.entries.all()
    assert content(written) == content(single)
    assert written.sequence == single.sequence
    columns = [*CURRENT_COLUMNS, "version"]
    assert [getattr(alone, name) for name in columns] == [getattr(among_others, name) for name in columns]
    assert intervals(alone) == intervals(among_others)


def test_departments_and_leaders_are_replaced_with_the_very_entry_of_the_single_verb():
    staff, office, zhang = factories.secretariat(), factories.department("办公室"), factories.person("张朝华")
    alone, among_others = factories.task(), factories.task()

    single = edit_assignments(
        task_id=alone.pk,
        version=alone.version,
        actor=staff,
        reason="职责调整。",
        departments=[(factories.department(), DepartmentRole.RESPONSIBLE), (office, DepartmentRole.SUPPORTING)],
        leaders=[zhang],
    )
    result = run(
        among_others,
        note="职责调整。",
        place_department=Assignment(office, DepartmentRole.SUPPORTING),
        place_leader=Assignment(zhang, replaces=REPLACE_ALL),
    )

    (written,) = result.batch.entries.all()
    assert content(written) == content(single)
    assert list(among_others.leaders.all()) == [zhang]
    assert [(part.department, part.role) for part in among_others.task_departments.all()] == [
        (factories.department(), DepartmentRole.RESPONSIBLE),
        (office, DepartmentRole.SUPPORTING),
    ]


@pytest.mark.parametrize(
    ("relation", "placing"),
    [
        ("task_departments", lambda: {"place_leader": Assignment(factories.person("张朝华"), replaces=REPLACE_ALL)}),
        ("task_leaders", lambda: {"place_department": Assignment(factories.department("办公室"))}),
    ],
)
def test_what_stays_of_a_task_is_not_written_again(relation, placing):
    task = factories.task()
    rows = list(getattr(task, relation).values_list("pk", flat=True))
    run(task, note="分工调整。", **placing())
    assert list(getattr(task, relation).values_list("pk", flat=True)) == rows != []


def test_a_wish_for_a_later_deadline_lapses_with_the_end_of_its_task():
    task = factories.task(deadline="2024.12")
    request = factories.extension_request(task)

    result = run_batch(
        changes=build_task_changes(
            {task.pk: task.version}, effective_on=timezone.localdate(), status=Status.TERMINATED, note="不再办理。"
        ),
        actor=factories.secretariat(),
    )

    request.refresh_from_db()
    assert (request.status, request.decided.batch) == (ExtensionStatus.LAPSED, result.batch)
    undo_batch(batch_id=result.batch.pk, actor=factories.secretariat())
    request.refresh_from_db()
    assert (request.status, request.decided) == (ExtensionStatus.REQUESTED, None)


@pytest.mark.parametrize(
    ("placing", "expected"),
    [
        (lambda b: Assignment(b["丙"]), "甲牵头 乙配合 丙责任"),
        (lambda b: Assignment(b["乙"], DepartmentRole.RESPONSIBLE), "甲牵头 乙责任"),
        (lambda b: Assignment(b["丙"], replaces=b["甲"]), "丙牵头 乙配合"),
        (lambda b: Assignment(b["乙"], replaces=b["甲"]), "乙牵头"),
        (lambda b: Assignment(b["丙"], replaces=REPLACE_ALL), "丙责任"),
        (lambda b: Assignment(b["甲"], replaces=b["甲"]), "甲牵头 乙配合"),
    ],
)
def test_who_is_placed_is_added_or_takes_a_place(placing, expected):
    units = {name: factories.department(name) for name in "甲乙丙"}
    parts = [(units["甲"], DepartmentRole.LEAD), (units["乙"], DepartmentRole.SUPPORTING)]
    words = {DepartmentRole.LEAD: "牵头", DepartmentRole.SUPPORTING: "配合", DepartmentRole.RESPONSIBLE: "责任"}

    result = apply_assignment(parts, placing(units))

    assert " ".join(f"{unit.name}{words[role]}" for unit, role in result) == expected


# --- what cannot be changed ------------------------------------------------------------------------


def test_the_preview_writes_nothing_and_says_what_the_run_does():
    closed, opened = factories.task(), factories.task()
    factories.move(closed, Status.CLOSED, on=datetime.date(2024, 5, 1))
    entries = TaskLog.objects.count()

    plan = plan_batch(
        changes=task_changes(closed, opened, status=Status.CLOSED, note="已完成。"),
        actor=factories.secretariat(),
    )

    assert [bool(row.entries) for row in plan] == [False, True]
    assert isinstance(plan[0].refusal, InvalidTransitionError)
    assert plan[1].entries[0].changes["status"] == {"old": "not_started", "new": "closed"}
    assert (TaskLog.objects.count(), Batch.objects.count()) == (entries, 0)

    result = run(closed, opened, status=Status.CLOSED, note="已完成。")
    assert [row.task for row in result.changed] == [opened]
    assert [row.refusal.message for row in result.refused] == [plan[0].refusal.message]


def test_a_row_changed_since_the_preview_is_left_alone_and_does_not_hold_up_the_rest():
    one, other = factories.task(), factories.task()
    asked = task_changes(one, other, status=Status.TERMINATED, note="不再办理。")
    factories.progress(one, on=TODAY)

    result = run_batch(changes=asked, actor=factories.secretariat())

    assert [row.task.pk for row in result.changed] == [other.pk]
    assert [(row.task.pk, isinstance(row.refusal, ConflictError)) for row in result.refused] == [(one.pk, True)]
    one.refresh_from_db()
    assert one.status == Status.IN_PROGRESS


def test_a_liaison_changes_what_a_liaison_may_and_nothing_else():
    own = factories.task()
    foreign = factories.task(departments=[(factories.department("办公室"), DepartmentRole.RESPONSIBLE)])
    liaison = factories.account("liaison", departments=[factories.department()])

    plan = plan_batch(changes=task_changes(own, foreign, note="进展顺利。"), actor=liaison)
    assert [type(row.refusal) for row in plan] == [type(None), PermissionDeniedError]
    assert plan[0].entries[0].department == factories.department()

    plan = plan_batch(changes=task_changes(own, status=Status.CLOSED, note="完成。"), actor=liaison)
    assert isinstance(plan[0].refusal, PermissionDeniedError)
    plan = plan_batch(
        changes=task_changes(own, note="调整。", place_leader=Assignment(factories.person("张朝华"))),
        actor=liaison,
    )
    assert isinstance(plan[0].refusal, PermissionDeniedError)


def test_a_leader_has_to_agree_first_in_a_batch_too():
    meeting = factories.meeting(leader_agrees_before_closure=True)
    task = factories.task(factories.suggestion(meeting))

    plan = plan_batch(changes=task_changes(task, status=Status.CLOSED, note="完成。"), actor=factories.secretariat())

    assert isinstance(plan[0].refusal, InvalidTransitionError)


def test_each_row_of_a_workbook_has_its_own_words_status_day_and_department():
    office = factories.department("办公室")
    one = factories.task()
    other = factories.task(departments=[(office, DepartmentRole.RESPONSIBLE)])
    days = datetime.date(2024, 5, 6), datetime.date(2024, 5, 7)

    result = run_batch(
        changes=[
            TaskChange(task_id=one.pk, version=1, effective_on=days[0], note="已完成初稿。"),
            TaskChange(
                task_id=other.pk,
                version=1,
                effective_on=days[1],
                note="已办结。",
                status=Status.CLOSED,
                department=office,
            ),
        ],
        actor=factories.secretariat(),
        source=BatchSource.WORKBOOK,
        file_name="填报表.xlsx",
        file_sha256="0" * 64,
    )

    entries = result.batch.entries.order_by("task_id")
    assert [(entry.effective_on, entry.note, entry.department) for entry in entries] == [
        (days[0], "已完成初稿。", None),
        (days[1], "已办结。", office),
    ]
    assert (result.batch.source, result.batch.file_name) == (BatchSource.WORKBOOK, "填报表.xlsx")


def test_nothing_too_much_unknown_and_twice_are_refused():
    task, staff = factories.task(), factories.secretariat()
    one = task_changes(task, note="进展。")
    for asked in ([], one * 2, one * 2001, [TaskChange(task_id=task.pk + 1, effective_on=TODAY, note="进展。")]):
        with pytest.raises(InvalidInputError):
            run_batch(changes=asked, actor=staff)
    with pytest.raises(NothingToChangeError) as refused:
        run(task, status=Status.CLOSURE_REQUESTED, note="完成。")
    assert [row.task for row in refused.value.rows] == [task]
    assert not Batch.objects.exists()


def test_the_very_same_sent_twice_is_done_once():
    tasks = [factories.task() for _ in range(3)]
    asked = task_changes(*tasks, status=Status.TERMINATED, note="不再办理。")
    first = run_batch(changes=asked, actor=factories.secretariat())

    with pytest.raises(DuplicateBatchError) as again:
        run_batch(changes=asked, actor=factories.secretariat())
    assert again.value.batch == first.batch
    other_words = [
        TaskChange(task_id=task.pk, version=1, effective_on=TODAY, status="closed", note="完成。") for task in tasks
    ]
    with pytest.raises(NothingToChangeError):
        run_batch(changes=other_words, actor=factories.secretariat())
    assert Batch.objects.count() == 1


# --- what it costs --------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("number", "most"), [(100, 26), pytest.param(1000, 100, marks=pytest.mark.slow)])
@pytest.mark.same_on_both
def test_a_thousand_rows_cost_at_most_twelve_queries_a_hundred(number, most):
    """Most of what is spent on a hundred is spent once."""
    synthetic.generate(number, seed=11)
    asked = [
        TaskChange(
            task_id=task.pk,
            version=task.version,
            effective_on=timezone.localdate(),
            status=Status.TERMINATED if task.is_open else Status.IN_PROGRESS,
            note="统一办理。",
            place_leader=Assignment(factories.person("张朝华"), replaces=REPLACE_ALL),
        )
        for task in Task.objects.all()
    ]
    staff = factories.secretariat()

    with CaptureQueriesContext(connection) as queries:
        result = run_batch(changes=asked, actor=staff)
    assert (len(result.changed), len(result.refused)) == (number, 0)
    assert result.batch.entries.count() == 2 * number
    assert len(queries) <= most, len(queries)

    with CaptureQueriesContext(connection) as queries:
        undo_batch(batch_id=result.batch.pk, actor=staff)
    assert len(queries) <= most, len(queries)
