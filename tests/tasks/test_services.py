"""The verbs one by one: what each writes, what each refuses, and that a verb that fails leaves nothing behind.

Closure requests, extensions, instructions and races between two people: `tests.tasks.test_lifecycle` and others.
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings.errors import ImpossibleDay, ImpossibleStep, Incomplete, NotAllowed, Refused, Stale
from meetings.models import Account, ConfirmationMark, DepartmentRole, EntryKind, Role, Status, Task, TaskLog, TaskState
from meetings.models.log import TaskStateQuerySet
from meetings.tasks import display
from meetings.tasks.services.corrections import edit_assignments, edit_texts
from meetings.tasks.services.deadline_corrections import TypedDeadline, correct_deadline
from meetings.tasks.services.import_issues import confirm
from meetings.tasks.services.status import (
    change_status,
    close,
    meet_milestone,
    reopen,
    report_progress,
    terminate,
    update_task,
)
from tests import factories

pytestmark = pytest.mark.django_db

ISSUED = datetime.date(2023, 11, 8)


def day(number: int) -> datetime.date:
    return ISSUED + datetime.timedelta(days=number)


TODAY = day(400)


@pytest.fixture
def staff():
    return factories.secretariat()


@pytest.fixture
def liaison():
    return factories.account(Role.LIAISON, departments=[factories.department("技术部")])


def act(verb, task: Task, **arguments) -> TaskLog:
    """Call the verb on the task as it is now and read the task again; the present day is TODAY."""
    task.refresh_from_db()
    entry = verb(task_id=task.pk, version=task.version, today=TODAY, **arguments)
    task.refresh_from_db()
    return entry


# --- what each verb writes ----------------------------------------------------------------------


def test_progress_is_one_entry_with_who_when_effective_and_for_whom(liaison):
    task, department = factories.task(), factories.department("技术部")
    before = timezone.now()
    entry = act(report_progress, task, actor=liaison, note="  已成立小组。 ", effective_on=day(5))
    entry.refresh_from_db()
    assert (entry.kind, entry.sequence, entry.note) == (EntryKind.PROGRESS, 2, "已成立小组。")
    assert (entry.actor, entry.department, entry.effective_on) == (liaison, department, day(5))
    assert entry.is_report and before <= entry.recorded_at <= timezone.now()
    assert entry.changes == {"status": {"old": "not_started", "new": "in_progress"}}, "the first progress starts a task"
    assert (task.version, task.status) == (2, Status.IN_PROGRESS)
    second = act(report_progress, task, actor=liaison, note="已召开会议。", effective_on=day(6))
    assert second.changes == {} and second.sequence == task.version == 3


def test_a_task_started_without_words_is_no_report(staff):
    task = factories.task(deadline="持续跟踪")
    review = task.next_review
    entry = act(change_status, task, actor=staff, status=Status.IN_PROGRESS, effective_on=day(5))
    assert (entry.kind, entry.is_report, entry.note) == (EntryKind.STATUS, False, "")
    assert task.next_review == review


def test_closing_keeps_the_day_and_the_words(staff):
    task = factories.task()
    entry = act(close, task, actor=staff, reason="已印发文件。", effective_on=day(40))
    assert (task.status, task.closed_on) == (Status.CLOSED, day(40))
    assert entry.changes == {"status": {"old": "not_started", "new": "closed"}}
    assert entry.is_report and entry.note == "已印发文件。"
    state = task.states.get(until=None)
    assert (state.since, state.status, state.closed_on, state.last_report) == (day(40), "closed", day(40), entry)


def test_reopening_forgets_the_day_of_closing_and_keeps_it_in_the_past(staff):
    task = factories.task(deadline="持续跟踪")
    act(close, task, actor=staff, reason="已完成。", effective_on=day(40))
    entry = act(reopen, task, actor=staff, reason="检查发现问题。", effective_on=day(60))
    assert (task.status, task.closed_on) == (Status.IN_PROGRESS, None)
    assert not entry.is_report, "a reason is no progress"
    assert task.next_review == datetime.date(2024, 3, 18), "three months from the last report, which closed it"
    assert Task.objects.on(day(59)).get().day_closed_on == day(40)
    assert Task.objects.on(day(60)).get().day_closed_on is None


def test_terminating_needs_no_review_any_more(staff):
    task = factories.task(deadline="持续跟踪")
    entry = act(terminate, task, actor=staff, reason="职责划转。", effective_on=day(30))
    assert (task.status, task.next_review, task.closed_on) == (Status.TERMINATED, None, None)
    assert not entry.is_report
    assert Task.objects.on(day(30)).get().health == "terminated"


def test_a_met_milestone_makes_the_task_as_late_as_the_next(liaison):
    task = factories.task(deadline="2024-12-31", milestones=["2024-01-31", "2024-06-30"])
    first = task.milestones.first()
    entry = act_on_milestone(first, task, actor=liaison, effective_on=day(50))
    assert entry.kind == EntryKind.MILESTONE
    assert [m["met_on"] for m in entry.changes["milestones"]["old"]] == [None, None]
    assert [m["met_on"] for m in entry.changes["milestones"]["new"]] == [day(50).isoformat(), None]
    dues = {number: Task.objects.on(day(number)).get().day_next_due for number in (49, 50)}
    assert dues == {49: datetime.date(2024, 1, 31), 50: datetime.date(2024, 6, 30)}
    with pytest.raises(ImpossibleStep):
        act_on_milestone(first, task, actor=liaison, effective_on=day(51))
    with pytest.raises(NotAllowed):
        act_on_milestone(task.milestones.last(), task, actor=factories.account(), effective_on=day(51))


def act_on_milestone(milestone, task: Task, **arguments) -> TaskLog:
    task.refresh_from_db()
    entry = meet_milestone(milestone_id=milestone.pk, version=task.version, today=TODAY, **arguments)
    task.refresh_from_db()
    return entry


def test_texts_are_corrected_with_the_old_ones_in_the_log_of_every_task_concerned(staff):
    suggestion = factories.suggestion(text="原建议", lead_in="原引言")
    task, sibling = factories.task(suggestion, text="原任务"), factories.task(suggestion)
    entries = edit_texts(
        task_id=task.pk, version=1, actor=staff, reason="扫描有误", text=" 新任务 ", suggestion_text="新建议"
    )
    for row in (task, sibling, suggestion):
        row.refresh_from_db()
    assert (task.text, suggestion.text, suggestion.lead_in) == ("新任务", "新建议", "原引言")
    assert [entry.task for entry in entries] == [task, sibling]
    assert entries[0].changes == {
        "text": {"old": "原任务", "new": "新任务"},
        "suggestion": {"old": "原建议", "new": "新建议"},
    }
    assert entries[1].changes == {"suggestion": {"old": "原建议", "new": "新建议"}}
    assert {entry.kind for entry in entries} == {EntryKind.TEXTS}
    assert (task.version, sibling.version) == (2, 2), "who had the sibling open is told"


@pytest.mark.parametrize(
    ("texts", "refusal"),
    [({"text": "  "}, Incomplete), ({}, Incomplete), ({"text": "原任务"}, Incomplete), ({"remarks": ""}, Incomplete)],
    ids=["no text", "nothing said", "the same", "the same remarks"],
)
def test_a_correction_that_corrects_nothing_is_refused(staff, texts, refusal):
    task = factories.task(text="原任务")
    with pytest.raises(refusal):
        edit_texts(task_id=task.pk, version=1, actor=staff, reason="更正", **texts)
    assert task.log.count() == 1


def test_departments_and_leaders_are_replaced_in_the_order_given(staff):
    task = factories.task()
    office, biology = factories.department("办公室"), factories.department("生化部")
    zhang = factories.person("张朝华")
    entry = edit_assignments(
        task_id=task.pk,
        version=1,
        actor=staff,
        reason="职责调整",
        departments=[(office, DepartmentRole.LEAD), (biology, DepartmentRole.SUPPORTING)],
        leaders=[zhang],
    )
    assert entry.changes["departments"] == {
        "old": [{"name": "技术部", "role": "responsible"}],
        "new": [{"name": "办公室", "role": "lead"}, {"name": "生化部", "role": "supporting"}],
    }
    assert entry.changes["leaders"] == {"old": ["肖良"], "new": ["张朝华"]}
    assert [part.department for part in task.task_departments.all()] == [office, biology]
    with pytest.raises(Incomplete):
        edit_assignments(
            task_id=task.pk,
            version=2,
            actor=staff,
            reason="再来一次",
            departments=[(office, DepartmentRole.LEAD), (biology, DepartmentRole.SUPPORTING)],
            leaders=[zhang],
        )
    assert [part.position for part in task.task_departments.all()] == [1, 2]


def test_a_mark_is_confirmed_once(staff):
    task = factories.task()
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates", value="2024.12、2026.12")
    entry = confirm(mark_id=mark.pk, version=1, actor=staff)
    mark.refresh_from_db()
    assert mark.answer == entry
    asked = {"column": "deadline", "code": "several_dates", "value": "2024.12、2026.12", "parameters": {}}
    assert entry.changes == {"question": {"old": None, "new": asked}, "confirmed": {"old": None, "new": "deadline"}}
    with pytest.raises(ImpossibleStep):
        confirm(mark_id=mark.pk, version=2, actor=staff)
    assert task.log.count() == 2


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.SECRETARIAT])
def test_correcting_and_confirming_are_the_secretariats(role):
    task = factories.task()
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates")
    account = factories.account(role, departments=[factories.department("技术部")])
    said = {"actor": account, "version": 1}
    with pytest.raises(NotAllowed):
        edit_texts(task_id=task.pk, reason="更正", text="新", **said)
    with pytest.raises(NotAllowed):
        edit_assignments(task_id=task.pk, reason="更正", departments=[], leaders=[], **said)
    with pytest.raises(NotAllowed):
        confirm(mark_id=mark.pk, **said)
    assert task.log.count() == 1


def test_a_correction_says_why(staff):
    task = factories.task()
    with pytest.raises(Incomplete) as refused:
        edit_texts(task_id=task.pk, version=1, actor=staff, reason=" ", text="新")
    assert refused.value.field == "note"


# --- versions -----------------------------------------------------------------------------------


def test_an_older_version_is_refused_with_what_happened_since(staff, liaison):
    task = factories.task()
    old = task.version
    first = factories.progress(task, "别人写的一。", on=day(3), by=liaison)
    second = factories.progress(task, "别人写的二。", on=day(2))
    for version in (old, 0, task.version + 1):
        with pytest.raises(Stale) as stale:
            update_task(
                task_id=task.pk, version=version, actor=staff, note="我写的。", effective_on=day(4), today=TODAY
            )
        expected = [entry for entry in task.log.order_by("sequence") if entry.sequence > version]
        assert stale.value.since == expected
        if version == old:
            assert expected == [first, second]
    assert task.log.count() == 3


def test_every_verb_checks_the_version(staff):
    task = factories.task(milestones=["2024-01-31"], deadline="2024-12-31")
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates")
    old = {"version": task.version, "actor": staff}
    factories.progress(task, on=day(1))
    attempts = [
        lambda: update_task(task_id=task.pk, note="x", effective_on=day(2), **old),
        lambda: close(task_id=task.pk, reason="x", effective_on=day(2), **old),
        lambda: terminate(task_id=task.pk, reason="x", effective_on=day(2), **old),
        lambda: meet_milestone(milestone_id=task.milestones.get().pk, effective_on=day(2), **old),
        lambda: edit_texts(task_id=task.pk, reason="x", text="y", **old),
        lambda: edit_assignments(task_id=task.pk, reason="x", departments=[], leaders=[], **old),
        lambda: confirm(mark_id=mark.pk, **old),
    ]
    for attempt in attempts:
        with pytest.raises(Stale):
            attempt()
    assert task.log.count() == 2


# --- who may take which step --------------------------------------------------------------------

S, L, P = "secretariat", "the liaison of a responsible department", "the liaison of a supporting department"
# DESIGN.md, Lifecycle, written out once more: what is not here must not happen.
STEPS = {
    (Status.NOT_STARTED, Status.IN_PROGRESS): {S, L, P},
    (Status.IN_PROGRESS, Status.CLOSURE_REQUESTED): {S, L},
    (Status.CLOSURE_REQUESTED, Status.IN_PROGRESS): {S},
    (Status.CLOSURE_REQUESTED, Status.CLOSED): {S},
    (Status.NOT_STARTED, Status.CLOSED): {S},
    (Status.IN_PROGRESS, Status.CLOSED): {S},
    (Status.NOT_STARTED, Status.TERMINATED): {S},
    (Status.IN_PROGRESS, Status.TERMINATED): {S},
    (Status.CLOSURE_REQUESTED, Status.TERMINATED): {S},
    (Status.CLOSED, Status.IN_PROGRESS): {S},
    (Status.TERMINATED, Status.IN_PROGRESS): {S},
}
WITHOUT_A_REASON = {
    (Status.NOT_STARTED, Status.IN_PROGRESS),
    (Status.CLOSURE_REQUESTED, Status.CLOSED),
}
WAY = {
    Status.NOT_STARTED: [],
    Status.IN_PROGRESS: [Status.IN_PROGRESS],
    Status.CLOSURE_REQUESTED: [Status.IN_PROGRESS, Status.CLOSURE_REQUESTED],
    Status.CLOSED: [Status.CLOSED],
    Status.TERMINATED: [Status.TERMINATED],
}


def task_in(status: str) -> Task:
    """Return a task of 技术部, supported by 国际部 and supervised by 肖良, in ``status`` since the tenth day."""
    technology, international = factories.department("技术部"), factories.department("国际部")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (international, DepartmentRole.SUPPORTING)]
    task = factories.task(departments=parts)
    for step in WAY[status]:
        factories.move(task, step, on=day(10))
    return task


def everybody() -> dict[str, object]:
    technology, international = factories.department("技术部"), factories.department("国际部")
    return {
        S: factories.secretariat(),
        L: factories.account(Role.LIAISON, departments=[technology]),
        P: factories.account(Role.LIAISON, departments=[international]),
        "the liaison of another department": factories.account(
            Role.LIAISON, departments=[factories.department("办公室")]
        ),
        "a liaison of nothing": factories.account(Role.LIAISON),
        "the leader": factories.account(Role.LEADER),
        "a reader": factories.account(Role.READER),
        "an administrator": factories.account(Role.ADMINISTRATOR),
        "a secretary switched off": factories.account(Role.SECRETARIAT, is_active=False),
        "a liaison switched off": factories.account(Role.LIAISON, departments=[technology], is_active=False),
    }


@pytest.mark.parametrize("source", Status.values)
def test_every_step_by_everybody_is_taken_or_refused_as_the_table_says(source):
    task, people = task_in(source), everybody()
    version, entries = task.version, task.log.count()
    for target, (who, account) in product([*Status.values, "done"], people.items()):
        said = {"task_id": task.pk, "version": version, "actor": account, "status": target, "note": "因为。"}
        allowed = target == source or who in STEPS.get((source, target), ())
        if allowed:
            continue
        with pytest.raises(Refused) as refused:
            change_status(effective_on=day(20), today=TODAY, **said)
        known_step = (source, target) in STEPS
        may_write = who in (S, L, P)
        assert isinstance(refused.value, NotAllowed if known_step or not may_write else ImpossibleStep), (who, target)
        assert str(refused.value)
    assert task.log.count() == entries, "nothing that was refused left a trace"
    for (_source, target), takers in STEPS.items():
        if _source == source:
            for who in takers:
                # Its own task each, for a step is taken once.
                act(
                    change_status,
                    task_in(source),
                    actor=people[who],
                    status=target,
                    note="好。",
                    effective_on=day(20),
                )


@pytest.mark.parametrize(("source", "target"), STEPS, ids=lambda status: str(status))
def test_a_step_that_needs_a_reason_is_refused_without_one(staff, source, target):
    task = task_in(source)
    if (source, target) in WITHOUT_A_REASON:
        act(change_status, task, actor=staff, status=target, effective_on=day(20))
        assert task.status == target
        return
    with pytest.raises(Incomplete) as refused:
        act(change_status, task, actor=staff, status=target, note="  ", effective_on=day(20))
    assert refused.value.field == "note"


@pytest.mark.parametrize("status", Status.values)
def test_naming_the_status_a_task_has_is_no_change(staff, status):
    task = task_in(status)
    with pytest.raises(Incomplete):
        act(change_status, task, actor=staff, status=status, effective_on=day(20))
    if status in (Status.IN_PROGRESS, Status.CLOSURE_REQUESTED):
        entry = act(update_task, task, actor=staff, status=status, note="进展。", effective_on=day(20))
        assert entry.changes == {} and entry.kind == EntryKind.PROGRESS


def test_a_liaison_of_several_departments_says_for_which(staff):
    technology, office = factories.department("技术部"), factories.department("办公室")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (office, DepartmentRole.RESPONSIBLE)]
    task = factories.task(departments=parts)
    liaison = factories.account(Role.LIAISON, departments=[technology, office])
    with pytest.raises(Incomplete) as refused:
        act(report_progress, task, actor=liaison, note="进展。", effective_on=day(5))
    assert refused.value.field == "department"
    entry = act(report_progress, task, actor=liaison, note="进展。", effective_on=day(5), department=office)
    assert entry.department == office
    with pytest.raises(NotAllowed):
        other = factories.department("生化部")
        act(report_progress, task, actor=liaison, note="进展。", effective_on=day(5), department=other)
    with pytest.raises(NotAllowed):
        only = factories.account(Role.LIAISON, departments=[technology])
        act(report_progress, task, actor=only, note="进展。", effective_on=day(5), department=office)


# --- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.LIAISON])
def test_days_before_the_issue_and_in_the_future_are_refused(role):
    task = factories.task()
    account = factories.account(role, departments=[factories.department("技术部")])
    for wrong in (day(-1), TODAY + datetime.timedelta(days=1)):
        with pytest.raises(ImpossibleDay) as refused:
            act(report_progress, task, actor=account, note="进展。", effective_on=wrong)
        assert refused.value.field == "effective_on"
    for right in (ISSUED, TODAY):
        act(report_progress, task, actor=account, note="进展。", effective_on=right)


def test_a_change_of_state_does_not_go_back_behind_the_last_one(staff):
    task = factories.task(deadline="2024-12-31")
    typed = TypedDeadline("2024.11")
    act(correct_deadline, task, actor=staff, reason="录入有误", typed=typed, effective_on=day(30))
    with pytest.raises(ImpossibleDay):
        act(report_progress, task, actor=staff, note="开始。", effective_on=day(29))
    act(report_progress, task, actor=staff, note="开始。", effective_on=day(30))
    with pytest.raises(ImpossibleDay):
        act(close, task, actor=staff, reason="完成。", effective_on=day(29))
    act(close, task, actor=staff, reason="完成。", effective_on=day(30))


def test_progress_may_be_put_in_between_but_not_where_the_task_had_ended(staff):
    task = factories.task()
    factories.progress(task, on=day(10))
    factories.move(task, Status.CLOSED, on=day(20))
    factories.move(task, Status.IN_PROGRESS, on=day(40))
    for wrong in (20, 21, 39):
        with pytest.raises(ImpossibleStep) as refused:
            act(report_progress, task, actor=staff, note="补记。", effective_on=day(wrong))
        assert refused.value.field == "effective_on"
    for right in (1, 10, 15, 19, 40, 50):
        act(report_progress, task, actor=staff, note=f"第{right}日。", effective_on=day(right))
    last = {n: Task.objects.on(day(n)).with_last_report().get().last_report_note for n in (1, 14, 15, 19, 45, 50)}
    assert last == {1: "第1日。", 14: "第10日。", 15: "第15日。", 19: "第19日。", 45: "第40日。", 50: "第50日。"}


# --- reviews ------------------------------------------------------------------------------------


def test_any_departments_report_moves_the_review_on_from_its_own_day():
    technology, international = factories.department("技术部"), factories.department("国际部")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (international, DepartmentRole.SUPPORTING)]
    task = factories.task(deadline="持续跟踪", departments=parts)
    assert task.next_review == datetime.date(2024, 2, 8)
    supporting = factories.account(Role.LIAISON, departments=[international])
    act(report_progress, task, actor=supporting, note="已配合。", effective_on=datetime.date(2023, 11, 30))
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
    act(report_progress, task, actor=liaison, note="进展。", effective_on=day(20))
    assert task.next_review == datetime.date(2024, 2, 28)


def test_a_report_may_bring_its_own_review_day(staff):
    task = factories.task(deadline="持续跟踪")
    entry = act(update_task, task, actor=staff, note="进展。", next_review=day(200), effective_on=day(10))
    assert entry.is_report and task.next_review == day(200)


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
        ("2024.12", Role.SECRETARIAT, 100, ImpossibleStep),
        ("持续跟踪", Role.LIAISON, 100, NotAllowed),
        ("持续跟踪", Role.SECRETARIAT, 10, ImpossibleDay),
        ("持续跟踪", Role.SECRETARIAT, 5, ImpossibleDay),
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


def test_what_ends_has_no_review_day(staff):
    task = factories.task(deadline="持续跟踪")
    with pytest.raises(ImpossibleStep):
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
    with pytest.raises(Incomplete):
        act(update_task, task, actor=staff, note=" \n", effective_on=day(10))


@pytest.mark.parametrize(
    ("closed", "words"),
    [("2023-12-31", "按期办结"), ("2024-01-01", "逾期 1 天办结"), ("2024-01-31", "逾期 31 天办结")],
)
def test_closed_on_time_or_late_is_said(staff, closed, words):
    task = factories.task(deadline="2023.12")
    closed = datetime.date.fromisoformat(closed)
    act(close, task, actor=staff, reason="完成。", effective_on=closed)
    assert display.closing(Task.objects.on(closed).get()) == words


# --- all or nothing -----------------------------------------------------------------------------


def everything(task: Task) -> list:
    rows = [Task.objects, TaskLog.objects, TaskState.objects, task.milestones, task.task_departments, task.task_leaders]
    suggestion = type(task.suggestion).objects.values().get(pk=task.suggestion_id)
    marks = list(task.confirmation_marks.order_by("pk").values())
    return [*(list(queryset.order_by("pk").values()) for queryset in rows), suggestion, marks]


@pytest.mark.parametrize("fault", ["rebuild", "create"])
def test_a_verb_that_fails_half_way_leaves_nothing(staff, monkeypatch, fault):
    task = factories.task(deadline="2024-12-31", milestones=["2024-01-31"])
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates")
    before = everything(task)

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    if fault == "rebuild":
        monkeypatch.setattr(TaskStateQuerySet, "rebuild", fail)
    else:
        monkeypatch.setattr(type(TaskLog.objects), "create", fail)
    said = {"actor": staff, "version": task.version}
    on = {"effective_on": day(20), "today": TODAY}
    attempts = [
        lambda: update_task(task_id=task.pk, note="进展。", **said, **on),
        lambda: close(task_id=task.pk, reason="完成。", **said, **on),
        lambda: meet_milestone(milestone_id=task.milestones.get().pk, **said, **on),
        lambda: edit_texts(task_id=task.pk, reason="更正", text="新", suggestion_text="新", **said),
        lambda: edit_assignments(task_id=task.pk, reason="更正", departments=[], leaders=[], **said),
        lambda: confirm(mark_id=mark.pk, **said),
        lambda: factories.task(task.suggestion, number=9),
    ]
    for attempt in attempts:
        with pytest.raises(RuntimeError):
            attempt()
        assert everything(task) == before


def test_a_verb_costs_as_much_on_a_long_log(staff):
    task = factories.task()

    def cost() -> int:
        task.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            update_task(
                task_id=task.pk, version=task.version, actor=staff, note="进展。", effective_on=day(50), today=TODAY
            )
        return len(queries)

    cost()
    first = cost()
    for number in range(30):
        factories.progress(task, on=day(number))
    assert cost() == first


# --- the log, replayed naively ------------------------------------------------------------------


def naive(task: Task, entries: list[TaskLog], on: datetime.date) -> dict | None:
    """Return how the task stood at the end of ``on``, by reading its log as a person would."""
    so_far = sorted((e for e in entries if e.effective_on <= on), key=lambda e: (e.effective_on, e.sequence))
    if not so_far:
        return None
    status, milestones, due, kind, months = None, [], None, None, None
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
        set_review = new.get("next_review", set_review)
    days = [d for d in [due, *(m["due_date"] for m in milestones if not m["met_on"])] if d]
    next_due = datetime.date.fromisoformat(min(days)) if days else None
    is_open = status in ("not_started", "in_progress", "closure_requested")
    review = None
    if is_open and next_due is None:
        review = (
            datetime.date.fromisoformat(set_review)
            if set_review
            else months_after(report.effective_on if report else so_far[0].effective_on, months)
        )
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


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
                    act(report_progress, task, note="进展。", **said)
                case "status":
                    act(change_status, task, status=more[0], note=more[1], **said)
                case "review":
                    review = on + datetime.timedelta(days=more[0])
                    act(update_task, task, next_review=review, **said)
                case "milestone":
                    if milestone := task.milestones.filter(met_on=None).first():
                        act_on_milestone(milestone, task, **said)
        except Refused:
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
