"""The verbs one by one: what each writes, what each refuses, and that a verb that fails leaves nothing behind.

Closure requests, extensions, instructions and races between two people: `tests.tasks.test_lifecycle` and others.
"""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.errors import (
    ConflictError,
    InvalidDateError,
    InvalidInputError,
    InvalidTransitionError,
    PermissionDeniedError,
)
from meetings.models import DepartmentRole, EntryKind, ImportIssue, Role, Status, Task, TaskLog, TaskState
from meetings.models.log import TaskStateQuerySet
from meetings.tasks.services.corrections import edit_assignments, edit_texts
from meetings.tasks.services.import_issues import resolve_issues
from meetings.tasks.services.status import meet_milestone, reopen_task, terminate_task, update_task
from tests import factories

from .lifecycle_table import act, act_on_milestone, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return factories.secretariat()


@pytest.fixture
def liaison():
    return factories.account(Role.LIAISON, departments=[factories.department("技术部")])


# --- what each verb writes ----------------------------------------------------------------------


def test_progress_is_one_entry_with_who_when_effective_and_for_whom(liaison):
    task, department = factories.task(), factories.department("技术部")
    before = timezone.now()
    entry = act(update_task, task, actor=liaison, note="  已成立小组。 ", effective_on=day(5))
    entry.refresh_from_db()
    assert (entry.kind, entry.sequence, entry.note) == (EntryKind.PROGRESS, 2, "已成立小组。")
    assert (entry.actor, entry.department, entry.effective_on) == (liaison, department, day(5))
    assert entry.is_report
    assert before <= entry.recorded_at <= timezone.now()
    assert entry.changes == {"status": {"old": "not_started", "new": "in_progress"}}, "the first progress starts a task"
    assert (task.version, task.status) == (2, Status.IN_PROGRESS)
    second = act(update_task, task, actor=liaison, note="已召开会议。", effective_on=day(6))
    assert second.changes == {}
    assert second.sequence == task.version == 3


def test_the_tasks_of_minutes_issued_today_are_entered_and_those_of_tomorrows_are_not():
    today = timezone.localdate()
    assert factories.task(factories.suggestion(factories.meeting(issued_on=today))).version == 1
    suggestion = factories.suggestion(factories.meeting(title="明日会议", issued_on=today + datetime.timedelta(days=1)))
    with pytest.raises(InvalidDateError):
        factories.task(suggestion)


def test_a_task_started_without_words_is_no_report(staff):
    task = factories.task(deadline="持续跟踪")
    review = task.next_review
    entry = act(update_task, task, actor=staff, status=Status.IN_PROGRESS, effective_on=day(5))
    assert (entry.kind, entry.is_report, entry.note) == (EntryKind.STATUS, False, "")
    assert task.next_review == review


def test_closing_keeps_the_day_and_the_words(staff):
    task = factories.task()
    entry = act(update_task, task, actor=staff, status=Status.CLOSED, note="已印发文件。", effective_on=day(40))
    assert (task.status, task.closed_on) == (Status.CLOSED, day(40))
    assert entry.changes == {"status": {"old": "not_started", "new": "closed"}}
    assert entry.is_report
    assert entry.note == "已印发文件。"
    state = task.states.get(until=None)
    assert (state.since, state.status, state.closed_on, state.last_report) == (day(40), "closed", day(40), entry)


def test_reopening_forgets_the_day_of_closing_and_keeps_it_in_the_past(staff):
    task = factories.task(deadline="持续跟踪")
    act(update_task, task, actor=staff, status=Status.CLOSED, note="已完成。", effective_on=day(40))
    entry = act(reopen_task, task, actor=staff, reason="检查发现问题。", effective_on=day(60))
    assert (task.status, task.closed_on) == (Status.IN_PROGRESS, None)
    assert not entry.is_report, "a reason is no progress"
    assert task.next_review == datetime.date(2024, 3, 18), "three months from the last report, which closed it"
    assert Task.objects.on(day(59)).get().day_closed_on == day(40)
    assert Task.objects.on(day(60)).get().day_closed_on is None


def test_terminating_needs_no_review_any_more(staff):
    task = factories.task(deadline="持续跟踪")
    entry = act(terminate_task, task, actor=staff, reason="职责划转。", effective_on=day(30))
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
    with pytest.raises(InvalidTransitionError):
        act_on_milestone(first, task, actor=liaison, effective_on=day(51))
    with pytest.raises(PermissionDeniedError):
        act_on_milestone(task.milestones.last(), task, actor=factories.account(), effective_on=day(51))


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
    [
        ({"text": "  "}, InvalidInputError),
        ({}, InvalidInputError),
        ({"text": "原任务"}, InvalidInputError),
        ({"remarks": ""}, InvalidInputError),
    ],
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
    with pytest.raises(InvalidInputError):
        edit_assignments(
            task_id=task.pk,
            version=2,
            actor=staff,
            reason="再来一次",
            departments=[(office, DepartmentRole.LEAD), (biology, DepartmentRole.SUPPORTING)],
            leaders=[zhang],
        )
    assert [part.position for part in task.task_departments.all()] == [1, 2]


def confirm(issue: ImportIssue, *, version: int, actor) -> TaskLog:
    (entry,) = resolve_issues(issue_ids=[issue.pk], versions={issue.task_id: version}, actor=actor)
    return entry


def test_a_mark_is_confirmed_once(staff):
    task = factories.task()
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates", value="2024.12、2026.12")
    entry = confirm(issue, version=1, actor=staff)
    issue.refresh_from_db()
    assert issue.answer == entry
    asked = {"column": "deadline", "code": "several_dates", "value": "2024.12、2026.12", "parameters": {}}
    assert entry.changes == {"question": {"old": None, "new": asked}, "confirmed": {"old": None, "new": "deadline"}}
    with pytest.raises(InvalidTransitionError):
        confirm(issue, version=2, actor=staff)
    assert task.log.count() == 2


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.SECRETARIAT])
def test_correcting_and_confirming_are_the_secretariats(role):
    task = factories.task()
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates")
    account = factories.account(role, departments=[factories.department("技术部")])
    said = {"actor": account, "version": 1}
    with pytest.raises(PermissionDeniedError):
        edit_texts(task_id=task.pk, reason="更正", text="新", **said)
    with pytest.raises(PermissionDeniedError):
        edit_assignments(task_id=task.pk, reason="更正", departments=[], leaders=[], **said)
    with pytest.raises(PermissionDeniedError):
        confirm(issue, **said)
    assert task.log.count() == 1


def test_a_correction_says_why(staff):
    task = factories.task()
    with pytest.raises(InvalidInputError) as refused:
        edit_texts(task_id=task.pk, version=1, actor=staff, reason=" ", text="新")
    assert refused.value.field == "note"


# --- versions -----------------------------------------------------------------------------------


def test_an_older_version_is_refused_with_what_happened_since(staff, liaison):
    task = factories.task()
    old = task.version
    first = factories.progress(task, "别人写的一。", on=day(3), by=liaison)
    second = factories.progress(task, "别人写的二。", on=day(2))
    for version in (old, 0, task.version + 1):
        with pytest.raises(ConflictError) as stale:
            update_task(task_id=task.pk, version=version, actor=staff, note="我写的。", effective_on=day(4))
        expected = [entry for entry in task.log.order_by("sequence") if entry.sequence > version]
        assert stale.value.newer_entries == expected
        if version == old:
            assert expected == [first, second]
    assert task.log.count() == 3


def test_every_verb_checks_the_version(staff):
    task = factories.task(milestones=["2024-01-31"], deadline="2024-12-31")
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates")
    old = {"version": task.version, "actor": staff}
    factories.progress(task, on=day(1))
    attempts = [
        lambda: update_task(task_id=task.pk, note="x", effective_on=day(2), **old),
        lambda: update_task(task_id=task.pk, status=Status.CLOSED, note="x", effective_on=day(2), **old),
        lambda: terminate_task(task_id=task.pk, reason="x", effective_on=day(2), **old),
        lambda: meet_milestone(milestone_id=task.milestones.get().pk, effective_on=day(2), **old),
        lambda: edit_texts(task_id=task.pk, reason="x", text="y", **old),
        lambda: edit_assignments(task_id=task.pk, reason="x", departments=[], leaders=[], **old),
        lambda: confirm(issue, **old),
    ]
    for attempt in attempts:
        with pytest.raises(ConflictError):
            attempt()
    assert task.log.count() == 2


# --- all or nothing -----------------------------------------------------------------------------


def everything(task: Task) -> list:
    rows = [Task.objects, TaskLog.objects, TaskState.objects, task.milestones, task.task_departments, task.task_leaders]
    suggestion = type(task.suggestion).objects.values().get(pk=task.suggestion_id)
    issues = list(task.import_issues.order_by("pk").values())
    return [*(list(queryset.order_by("pk").values()) for queryset in rows), suggestion, issues]


@pytest.mark.parametrize("fault", ["rebuild", "create"])
def test_a_verb_that_fails_half_way_leaves_nothing(staff, monkeypatch, fault):
    task = factories.task(deadline="2024-12-31", milestones=["2024-01-31"])
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates")
    before = everything(task)

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    if fault == "rebuild":
        monkeypatch.setattr(TaskStateQuerySet, "rebuild", fail)
    else:
        monkeypatch.setattr(TaskLog, "save", fail)
    said = {"actor": staff, "version": task.version}
    on = {"effective_on": day(20)}
    attempts = [
        lambda: update_task(task_id=task.pk, note="进展。", **said, **on),
        lambda: update_task(task_id=task.pk, status=Status.CLOSED, note="完成。", **said, **on),
        lambda: meet_milestone(milestone_id=task.milestones.get().pk, **said, **on),
        lambda: edit_texts(task_id=task.pk, reason="更正", text="新", suggestion_text="新", **said),
        lambda: edit_assignments(task_id=task.pk, reason="更正", departments=[], leaders=[], **said),
        lambda: confirm(issue, **said),
        lambda: factories.task(task.suggestion, number=9),
    ]
    for attempt in attempts:
        with pytest.raises(RuntimeError):
            attempt()
        assert everything(task) == before


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_verb_costs_as_much_on_a_long_log(staff):
    task = factories.task()

    def cost() -> int:
        task.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            update_task(task_id=task.pk, version=task.version, actor=staff, note="进展。", effective_on=day(50))
        return len(queries)

    cost()
    first = cost()
    for number in range(30):
        factories.progress(task, on=day(number))
    assert cost() == first
