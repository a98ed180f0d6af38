"""Many tasks in one step: the entries of the single verbs, in one transaction, and taken back in one."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from meetings.devtools import synthetic
from meetings.errors import ImpossibleStep, Incomplete, NotAllowed, Refused
from meetings.models import (
    Batch,
    BatchSource,
    DepartmentRole,
    EntryKind,
    ExtensionStatus,
    FormerName,
    Status,
    Task,
    TaskLog,
    awaiting_agreement,
    closure_request,
)
from meetings.models.log import CURRENT_COLUMNS
from meetings.tasks.filters import filtered_tasks
from meetings.tasks.services.batch import (
    EVERYBODY,
    BatchResult,
    DoneAlready,
    NothingToChange,
    Placing,
    Wish,
    placed,
    plan_batch,
    run_batch,
    same_for_all,
)
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.corrections import edit_assignments
from meetings.tasks.services.status import update_task
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2024, 6, 3)
# In these two entries of the same content differ.
RECORDED = ("id", "task", "recorded_at", "batch", "sequence")


def wishes(*tasks: Task, **wish) -> list[Wish]:
    return same_for_all({task.pk: task.version for task in tasks}, **{"effective_on": TODAY, **wish})


def run(*tasks: Task, by=None, **wish) -> BatchResult:
    result = run_batch(wishes=wishes(*tasks, **wish), actor=by or factories.secretariat(), today=TODAY)
    for task in tasks:
        task.refresh_from_db()
    return result


def undo(result: BatchResult, *tasks: Task, by=None) -> Batch:
    made = undo_batch(batch_id=result.batch.pk, actor=by or factories.secretariat(), today=TODAY)
    for task in tasks:
        task.refresh_from_db()
    return made


def intervals(task: Task) -> list[tuple]:
    return list(task.states.order_by("since").values_list("since", "until", "status", "next_due", "next_review"))


def content(entry: TaskLog) -> dict:
    fields = [field for field in TaskLog._meta.concrete_fields if field.name not in RECORDED]
    return {field.name: getattr(entry, field.attname) for field in fields}


def standing(task: Task) -> dict:
    """Return all that the register shows of a task from the present on."""
    task = Task.objects.get(pk=task.pk)
    seen = {name: getattr(task, name) for name in CURRENT_COLUMNS}
    seen["departments"] = [(part.department_id, part.role, part.position) for part in task.task_departments.all()]
    seen["leaders"] = [(part.person_id, part.position) for part in task.task_leaders.all()]
    seen["wishes"] = list(task.extension_requests.order_by("pk").values_list("pk", "status", "decided"))
    for days in (0, 1, 40, 400):
        day = TODAY + datetime.timedelta(days=days)
        on = Task.objects.on(day).with_last_report().get(pk=task.pk)
        seen[day] = (on.health, on.day_closed_on, on.day_last_report_id, on.last_report_note, on.day_next_review)
    return seen


# --- the entries of the single verbs --------------------------------------------------------------


def test_the_reason_for_other_leaders_is_no_progress_where_a_review_day_is_set_besides():
    task, new = factories.task(deadline="持续跟踪"), factories.person("张朝华")
    day = datetime.date(2024, 8, 1)
    result = run(task, note="分工调整。", next_review=day, place_leader=Placing(new))
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
def test_a_batch_of_one_writes_the_very_entry_of_the_single_verb(deadline, said):
    staff = factories.secretariat()
    alone, among_others = factories.task(deadline=deadline), factories.task(deadline=deadline)

    single = update_task(task_id=alone.pk, version=alone.version, actor=staff, effective_on=TODAY, today=TODAY, **said)
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
        place_department=Placing(office, DepartmentRole.SUPPORTING),
        place_leader=Placing(zhang, instead_of=EVERYBODY),
    )

    (written,) = result.batch.entries.all()
    assert content(written) == content(single)
    assert list(among_others.leaders.all()) == [zhang]
    assert [(part.department, part.role) for part in among_others.task_departments.all()] == [
        (factories.department(), DepartmentRole.RESPONSIBLE),
        (office, DepartmentRole.SUPPORTING),
    ]


def test_a_wish_for_a_later_deadline_lapses_with_the_end_of_its_task():
    task = factories.task(deadline="2024.12")
    wish = factories.extension_request(task)

    result = run_batch(
        wishes=same_for_all(
            {task.pk: task.version}, effective_on=timezone.localdate(), status=Status.TERMINATED, note="不再办理。"
        ),
        actor=factories.secretariat(),
    )

    wish.refresh_from_db()
    assert (wish.status, wish.decided.batch) == (ExtensionStatus.LAPSED, result.batch)
    undo_batch(batch_id=result.batch.pk, actor=factories.secretariat())
    wish.refresh_from_db()
    assert (wish.status, wish.decided) == (ExtensionStatus.ASKED, None)


@pytest.mark.parametrize(
    ("placing", "expected"),
    [
        (lambda b: Placing(b["丙"]), "甲牵头 乙配合 丙责任"),
        (lambda b: Placing(b["乙"], DepartmentRole.RESPONSIBLE), "甲牵头 乙责任"),
        (lambda b: Placing(b["丙"], instead_of=b["甲"]), "丙牵头 乙配合"),
        (lambda b: Placing(b["乙"], instead_of=b["甲"]), "乙牵头"),
        (lambda b: Placing(b["丙"], instead_of=EVERYBODY), "丙责任"),
        (lambda b: Placing(b["甲"], instead_of=b["甲"]), "甲牵头 乙配合"),
    ],
)
def test_who_is_placed_is_added_or_takes_a_place(placing, expected):
    units = {name: factories.department(name) for name in "甲乙丙"}
    parts = [(units["甲"], DepartmentRole.LEAD), (units["乙"], DepartmentRole.SUPPORTING)]
    words = {DepartmentRole.LEAD: "牵头", DepartmentRole.SUPPORTING: "配合", DepartmentRole.RESPONSIBLE: "责任"}

    result = placed(parts, placing(units))

    assert " ".join(f"{unit.name}{words[role]}" for unit, role in result) == expected


# --- what cannot be changed ------------------------------------------------------------------------


def test_the_preview_writes_nothing_and_says_what_the_run_does():
    closed, opened = factories.task(), factories.task()
    factories.move(closed, Status.CLOSED, on=datetime.date(2024, 5, 1))
    entries = TaskLog.objects.count()

    plan = plan_batch(
        wishes=wishes(closed, opened, status=Status.CLOSED, note="已完成。"), actor=factories.secretariat(), today=TODAY
    )

    assert [bool(row.entries) for row in plan] == [False, True]
    assert isinstance(plan[0].refusal, ImpossibleStep)
    assert plan[1].entries[0].changes["status"] == {"old": "not_started", "new": "closed"}
    assert (TaskLog.objects.count(), Batch.objects.count()) == (entries, 0)

    result = run(closed, opened, status=Status.CLOSED, note="已完成。")
    assert [row.task for row in result.changed] == [opened]
    assert [row.refusal.sentence for row in result.left] == [plan[0].refusal.sentence]


def test_a_row_changed_since_the_preview_is_left_alone_and_does_not_hold_up_the_rest():
    one, other = factories.task(), factories.task()
    asked = wishes(one, other, status=Status.TERMINATED, note="不再办理。")
    factories.progress(one, on=TODAY)

    result = run_batch(wishes=asked, actor=factories.secretariat(), today=TODAY)

    assert [row.task.pk for row in result.changed] == [other.pk]
    assert [(row.task.pk, row.is_stale) for row in result.left] == [(one.pk, True)]
    one.refresh_from_db()
    assert one.status == Status.IN_PROGRESS


def test_a_liaison_changes_what_a_liaison_may_and_nothing_else():
    own = factories.task()
    foreign = factories.task(departments=[(factories.department("办公室"), DepartmentRole.RESPONSIBLE)])
    liaison = factories.account("liaison", departments=[factories.department()])

    plan = plan_batch(wishes=wishes(own, foreign, note="进展顺利。"), actor=liaison, today=TODAY)
    assert [type(row.refusal) for row in plan] == [type(None), NotAllowed]
    assert plan[0].entries[0].department == factories.department()

    plan = plan_batch(wishes=wishes(own, status=Status.CLOSED, note="完成。"), actor=liaison, today=TODAY)
    assert isinstance(plan[0].refusal, NotAllowed)
    plan = plan_batch(
        wishes=wishes(own, note="调整。", place_leader=Placing(factories.person("张朝华"))), actor=liaison, today=TODAY
    )
    assert isinstance(plan[0].refusal, NotAllowed)


def test_a_leader_has_to_agree_first_in_a_batch_too():
    meeting = factories.meeting(leader_agrees_before_closure=True)
    task = factories.task(factories.suggestion(meeting))

    plan = plan_batch(
        wishes=wishes(task, status=Status.CLOSED, note="完成。"), actor=factories.secretariat(), today=TODAY
    )

    assert isinstance(plan[0].refusal, ImpossibleStep)


def test_each_row_of_a_workbook_has_its_own_words_status_day_and_department():
    office = factories.department("办公室")
    one = factories.task()
    other = factories.task(departments=[(office, DepartmentRole.RESPONSIBLE)])
    days = datetime.date(2024, 5, 6), datetime.date(2024, 5, 7)

    result = run_batch(
        wishes=[
            Wish(task_id=one.pk, version=1, effective_on=days[0], note="已完成初稿。"),
            Wish(
                task_id=other.pk,
                version=1,
                effective_on=days[1],
                note="已办结。",
                status=Status.CLOSED,
                department=office,
            ),
        ],
        actor=factories.secretariat(),
        source=BatchSource.FILL_IN,
        file_name="填报表.xlsx",
        file_sha256="0" * 64,
        today=TODAY,
    )

    entries = result.batch.entries.order_by("task_id")
    assert [(entry.effective_on, entry.note, entry.department) for entry in entries] == [
        (days[0], "已完成初稿。", None),
        (days[1], "已办结。", office),
    ]
    assert (result.batch.source, result.batch.file_name) == (BatchSource.FILL_IN, "填报表.xlsx")


def test_nothing_too_much_unknown_and_twice_are_refused():
    task, staff = factories.task(), factories.secretariat()
    one = wishes(task, note="进展。")
    for asked in ([], one * 2, one * 2001, [Wish(task_id=task.pk + 1, effective_on=TODAY, note="进展。")]):
        with pytest.raises(Incomplete):
            run_batch(wishes=asked, actor=staff, today=TODAY)
    with pytest.raises(NothingToChange) as refused:
        run(task, status=Status.CLOSURE_REQUESTED, note="完成。")
    assert [row.task for row in refused.value.rows] == [task]
    assert not Batch.objects.exists()


def test_the_very_same_sent_twice_is_done_once():
    tasks = [factories.task() for _ in range(3)]
    asked = wishes(*tasks, status=Status.TERMINATED, note="不再办理。")
    first = run_batch(wishes=asked, actor=factories.secretariat(), today=TODAY)

    with pytest.raises(DoneAlready) as again:
        run_batch(wishes=asked, actor=factories.secretariat(), today=TODAY)
    assert again.value.batch == first.batch
    other_words = [
        Wish(task_id=task.pk, version=1, effective_on=TODAY, status="closed", note="完成。") for task in tasks
    ]
    with pytest.raises(NothingToChange):
        run_batch(wishes=other_words, actor=factories.secretariat(), today=TODAY)
    assert Batch.objects.count() == 1


# --- what it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "most"), [(100, 26), (1000, 100)])
def test_a_thousand_rows_cost_at_most_twelve_queries_a_hundred(number, most):
    """Most of what is spent on a hundred is spent once."""
    synthetic.generate(number, seed=11)
    asked = [
        Wish(
            task_id=task.pk,
            version=task.version,
            effective_on=timezone.localdate(),
            status=Status.TERMINATED if task.is_open else Status.IN_PROGRESS,
            note="统一办理。",
            place_leader=Placing(factories.person("张朝华"), instead_of=EVERYBODY),
        )
        for task in Task.objects.all()
    ]
    staff = factories.secretariat()

    with CaptureQueriesContext(connection) as queries:
        result = run_batch(wishes=asked, actor=staff)
    assert (len(result.changed), len(result.left)) == (number, 0)
    assert result.batch.entries.count() == 2 * number
    assert len(queries) <= most, len(queries)

    with CaptureQueriesContext(connection) as queries:
        undo_batch(batch_id=result.batch.pk, actor=staff)
    assert len(queries) <= most, len(queries)


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


def test_of_the_days_between_the_register_still_shows_what_it_showed():
    task = factories.task(deadline="2024.12")
    result = run(task, status=Status.CLOSED, note="误办结。", effective_on=ACTED)
    undo(result, task)

    def health(day: datetime.date) -> str:
        return Task.objects.on(day).get(pk=task.pk).health

    days = [ACTED - datetime.timedelta(days=1), ACTED, TODAY - datetime.timedelta(days=1), TODAY]
    assert [health(day) for day in days] == ["on_track", "closed", "closed", "on_track"]


def test_what_was_undone_is_no_report_any_more_and_stands_in_nobodys_way():
    task = factories.task(deadline="持续跟踪")
    liaison = factories.account("liaison", departments=[factories.department()])
    factories.progress(task, "调研完成。", on=datetime.date(2024, 2, 1), by=liaison)
    result = run(task, status=Status.CLOSED, note="误办结。", effective_on=ACTED, by=None)
    undo(result, task)

    factories.progress(task, "此前的真实进展。", on=datetime.date(2024, 5, 10), by=liaison)
    shown = Task.objects.on(TODAY).with_last_report().get(pk=task.pk)
    assert shown.last_report_note == "此前的真实进展。"
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
        return filtered_tasks(query, Task.objects.on(day), day).filter(pk=task.pk).exists()

    assert (silent(office), silent(factories.department())) == (False, True)
    undo(result, task)
    assert (silent(office), silent(factories.department())) == (True, False)
    yesterday = TODAY - datetime.timedelta(days=1)
    assert (silent(office, yesterday), silent(factories.department(), yesterday)) == (False, True)


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
    result = run(task, note="职责调整。", place_department=Placing(office, instead_of=technology))
    technology.name = "技术与标准部"
    technology.save()
    FormerName.objects.create(department=technology, name="技术部")

    undo(result, task)

    assert standing(task) == before


def test_a_batch_whose_tasks_were_touched_since_is_not_undone_and_names_them():
    one, other = factories.task(text="搭建培训平台"), factories.task()
    result = run(one, other, note="进展顺利。")
    factories.progress(one, on=TODAY)
    entries = TaskLog.objects.count()

    with pytest.raises(ImpossibleStep) as refused:
        undo(result)

    assert "搭建培训平台" in refused.value.sentence
    assert TaskLog.objects.count() == entries
    assert list(TaskLog.objects.overtaken().values_list("task", flat=True)) == [one.pk]


def test_a_batch_is_undone_once_by_its_maker_or_the_secretariat_and_undoing_is_not_undone():
    task = factories.task()
    liaison, other = (factories.account("liaison", departments=[factories.department()]) for _ in range(2))
    result = run(task, note="进展顺利。", by=liaison)
    with pytest.raises(NotAllowed):
        undo(result, by=other)
    undoing = undo(result, by=liaison)
    with pytest.raises(ImpossibleStep):
        undo(result)
    with pytest.raises(ImpossibleStep):
        undo_batch(batch_id=undoing.pk, actor=liaison)


# --- whatever is done, undoing is exact ------------------------------------------------------------

DEADLINES = ["2024.12", "2024.3", "持续跟踪", "每月", "待定"]
PAST = st.dates(datetime.date(2023, 11, 8), datetime.date(2024, 5, 1))
STEPS = st.tuples(st.sampled_from([None, *Status.values]), PAST, st.sampled_from(["", "有进展。"]))
WISHES = st.fixed_dictionaries(
    {
        "status": st.sampled_from([None, *Status.values]),
        "note": st.sampled_from(["", "批量办理。"]),
        "effective_on": st.dates(datetime.date(2024, 2, 1), TODAY),
        "next_review": st.sampled_from([None, datetime.date(2024, 7, 1)]),
        "placing": st.sampled_from([None, None, EVERYBODY, "added"]),
    }
)


class TestUndoing(HypothesisTestCase):
    @settings(max_examples=25)
    @given(
        histories=st.lists(st.tuples(st.sampled_from(DEADLINES), st.lists(STEPS, max_size=4)), min_size=1, max_size=3),
        wish=WISHES,
    )
    def test_undoing_gives_exactly_what_was_there(self, histories, wish):
        staff = factories.secretariat()
        tasks = [self.lived_through(deadline, steps, staff) for deadline, steps in histories]
        placing = wish.pop("placing")
        if placing:
            wish["place_leader"] = Placing(
                factories.person("张朝华"), instead_of=placing if placing == EVERYBODY else None
            )
        before = [standing(task) for task in tasks]
        shown = [as_of(task, TODAY - datetime.timedelta(days=1)) for task in tasks]
        try:
            result = run(*tasks, **wish)
        except Refused:
            assert [standing(task) for task in tasks] == before
            return
        between = [as_of(task, TODAY - datetime.timedelta(days=1)) for task in tasks]

        undo(result, *tasks)

        assert [standing(task) for task in tasks] == before
        assert [as_of(task, TODAY - datetime.timedelta(days=1)) for task in tasks] == between
        if wish["effective_on"] == TODAY:
            assert between == shown
        for row in result.changed:
            assert TaskLog.objects.filter(task=row.task).count() == Task.objects.get(pk=row.task.pk).version

    @staticmethod
    def lived_through(deadline: str, steps: list, staff) -> Task:
        task = factories.task(deadline=deadline)
        for status, day, note in steps:
            try:
                factories._verb(update_task, task, staff, effective_on=day, status=status, note=note)
            except Refused:
                continue
        return task


def as_of(task: Task, day: datetime.date) -> tuple:
    on = Task.objects.on(day).with_last_report().get(pk=task.pk)
    return (on.health, on.day_status, on.day_closed_on, on.last_report_note, on.day_next_review)
