"""The life of a task: what the table allows happens, and nothing else does, by any verb, on any day."""

from __future__ import annotations

import datetime

import pytest

from meetings.breakdown.services.meetings import record_next_meeting, set_leader_agrees
from meetings.core.lifecycle import (
    ENDED_STATUSES,
    EXTENSION_TRANSITIONS,
    OPEN_STATUSES,
    TRANSITIONS,
    ActorRole,
    ExtensionState,
    Status,
)
from meetings.errors import (
    InvalidDateError,
    InvalidInputError,
    InvalidTransitionError,
    PermissionDeniedError,
    ServiceError,
)
from meetings.management.commands.draw_lifecycle import PAGE, render_page
from meetings.models import EntryKind, Task
from meetings.tasks.services.closure import accept_closure, agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.reviews import review_without_news, set_review_interval
from meetings.tasks.services.status import reopen_task, update_task
from meetings.tasks.views.workflow_actions import ACTIONS
from tests import factories

from .helpers import act, last_note
from .lifecycle_table import way_to

pytestmark = pytest.mark.django_db


ISSUED = datetime.date(2023, 11, 8)


def day(number: int) -> datetime.date:
    return ISSUED + datetime.timedelta(days=number)


# --- the table ----------------------------------------------------------------------------------


def test_every_pair_of_statuses_has_at_most_one_step():
    ends = [(row.source, row.target) for row in TRANSITIONS]
    assert len(ends) == len(set(ends))


def test_the_statuses_are_open_or_ended():
    assert set(Status) == OPEN_STATUSES | ENDED_STATUSES
    assert not OPEN_STATUSES & ENDED_STATUSES


def test_the_wishes_begin_once_and_end():
    assert [row.target for row in EXTENSION_TRANSITIONS if row.source is None] == [ExtensionState.REQUESTED]
    assert {row.source for row in EXTENSION_TRANSITIONS} == {None, ExtensionState.REQUESTED}


def test_the_page_is_drawn_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == render_page(), "manage.py draw_lifecycle"


# --- closure ------------------------------------------------------------------------------------


def test_closure_is_asked_for_sent_back_and_accepted(world):
    task = world.on_track
    act(request_closure, task, actor=world.liaison, summary="平台已上线。", effective_on=world.day)
    assert task.status == Status.CLOSURE_REQUESTED
    act(send_back, task, actor=world.secretariat, reason="缺少验收报告。", effective_on=world.day)
    assert task.status == Status.IN_PROGRESS
    act(request_closure, task, actor=world.liaison, summary="已补验收报告。", effective_on=world.day)
    act(accept_closure, task, actor=world.secretariat, effective_on=world.day)
    assert (task.status, task.closed_on) == (Status.CLOSED, world.day)
    act(reopen_task, task, actor=world.secretariat, reason="漏了一项。", effective_on=world.day)
    assert (task.status, task.closed_on) == (Status.IN_PROGRESS, None)


def test_a_summary_and_a_reason_are_needed(world):
    with pytest.raises(InvalidInputError):
        act(request_closure, world.on_track, actor=world.liaison, summary=" ", effective_on=world.day)
    act(request_closure, world.on_track, actor=world.liaison, summary="已完成。", effective_on=world.day)
    with pytest.raises(InvalidInputError):
        act(send_back, world.on_track, actor=world.secretariat, reason="", effective_on=world.day)


def test_the_liaison_of_a_supporting_department_cannot_ask_for_closure(world):
    with pytest.raises(PermissionDeniedError):
        act(
            request_closure,
            world.undecided,
            actor=world.supporting_liaison,
            summary="已完成。",
            effective_on=world.day,
        )


def test_nobody_but_the_secretariat_decides(world):
    task = world.on_track
    act(request_closure, task, actor=world.liaison, summary="已完成。", effective_on=world.day)
    for account in (world.liaison, world.leader, world.reader, world.administrator):
        with pytest.raises(PermissionDeniedError):
            act(accept_closure, task, actor=account, effective_on=world.day)
        with pytest.raises(PermissionDeniedError):
            act(send_back, task, actor=account, reason="不行。", effective_on=world.day)
    assert task.status == Status.CLOSURE_REQUESTED


def test_a_task_does_not_end_before_its_reports(world):
    """The progress of a day after the end would be work on what had ended."""
    factories.progress(world.overdue, on=world.day)
    with pytest.raises(InvalidDateError):
        act(
            update_task,
            world.overdue,
            actor=world.secretariat,
            status=Status.CLOSED,
            note="其实早已完成。",
            effective_on=world.day - datetime.timedelta(days=1),
        )


# --- agreement ----------------------------------------------------------------------------------


@pytest.fixture
def strict(world):
    """The small world, with a meeting in which a leader agrees first, and closure of one task asked for."""
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    act(request_closure, world.on_track, actor=world.liaison, summary="已完成。", effective_on=world.day)
    return world


def test_a_leader_agrees_before_the_secretariat_accepts(strict):
    task = strict.on_track
    with pytest.raises(InvalidTransitionError):
        act(accept_closure, task, actor=strict.secretariat, effective_on=strict.day)
    entry = act(agree_to_closure, task, actor=strict.leader, effective_on=strict.day)
    assert entry.changes["agreed"]["new"] == strict.supervisor.name
    with pytest.raises(InvalidTransitionError):
        act(agree_to_closure, task, actor=strict.leader, effective_on=strict.day)
    act(accept_closure, task, actor=strict.secretariat, effective_on=strict.day)
    assert task.status == Status.CLOSED


def test_a_leader_sends_back_and_the_next_request_needs_a_new_agreement(strict):
    task = strict.on_track
    act(agree_to_closure, task, actor=strict.leader, effective_on=strict.day)
    act(send_back, task, actor=strict.leader, reason="再核实。", effective_on=strict.day)
    act(request_closure, task, actor=strict.liaison, summary="已核实。", effective_on=strict.day)
    with pytest.raises(InvalidTransitionError):
        act(accept_closure, task, actor=strict.secretariat, effective_on=strict.day)


def test_nothing_is_closed_past_the_leader(strict):
    with pytest.raises(InvalidTransitionError):
        act(
            update_task,
            strict.overdue,
            actor=strict.secretariat,
            status=Status.CLOSED,
            note="完成。",
            effective_on=strict.day,
        )


def test_the_secretariat_records_what_was_agreed_on_paper(strict):
    task = strict.on_track
    with pytest.raises(InvalidInputError):
        act(agree_to_closure, task, actor=strict.secretariat, effective_on=strict.day)
    act(agree_to_closure, task, actor=strict.secretariat, note="纸质签批。", effective_on=strict.day)
    act(accept_closure, task, actor=strict.secretariat, effective_on=strict.day)


def test_agreement_is_asked_only_where_the_meeting_is_set_so(world):
    act(request_closure, world.on_track, actor=world.liaison, summary="已完成。", effective_on=world.day)
    with pytest.raises(InvalidTransitionError):
        act(agree_to_closure, world.on_track, actor=world.leader, effective_on=world.day)
    with pytest.raises(PermissionDeniedError):
        set_leader_agrees(meeting_id=world.meeting.pk, actor=world.leader, agrees=True)


# --- backfilling --------------------------------------------------------------------------------


def test_progress_of_past_months_is_recorded_today_and_as_of_follows():
    task = factories.task()
    factories.progress(task, "一月的进展。", on=day(60))
    factories.move(task, Status.CLOSED, on=day(120))
    factories.progress(task, "二月的进展，补记。", on=day(90))
    assert [Task.objects.on(day(number)).get().day_status for number in (0, 60, 90, 119, 120)] == [
        Status.NOT_STARTED,
        Status.IN_PROGRESS,
        Status.IN_PROGRESS,
        Status.IN_PROGRESS,
        Status.CLOSED,
    ]
    assert last_note(Task.objects.on(day(100)).get()) == "二月的进展，补记。"
    assert last_note(Task.objects.on(day(80)).get()) == "一月的进展。"


@pytest.mark.parametrize(
    ("verb", "on"),
    [
        (factories.progress, day(-1)),
        (factories.progress, datetime.date(2999, 1, 1)),
        (lambda task, on: factories.move(task, Status.TERMINATED, on=on), day(59)),
    ],
)
def test_what_contradicts_the_log_is_refused_with_a_sentence(verb, on):
    task = factories.task()
    factories.progress(task, on=day(60))
    with pytest.raises(InvalidDateError) as refused:
        verb(task, on=on)
    assert refused.value.field == "effective_on"
    assert task.log.count() == 2


def test_states_are_recorded_in_order():
    task = factories.task()
    factories.progress(task, on=day(60))
    factories.move(task, Status.TERMINATED, on=day(70))
    factories.move(task, Status.IN_PROGRESS, on=day(70))
    with pytest.raises(InvalidDateError):
        factories.move(task, Status.CLOSED, on=day(69))
    factories.move(task, Status.CLOSED, on=day(71))


# --- reviews, comments, next meeting, outcome ---------------------------------------------------


def test_nothing_new_is_a_report_and_starts_nothing(world):
    task = world.review_missed
    entry = act(review_without_news, task, actor=world.other_liaison, effective_on=world.day)
    assert entry.is_report
    assert entry.department == world.office
    assert task.status == Status.NOT_STARTED
    assert task.next_review > world.day
    assert Task.objects.on(world.day).get(pk=task.pk).health == "on_track"


def test_a_task_with_a_due_date_is_not_reviewed(world):
    with pytest.raises(InvalidTransitionError):
        act(review_without_news, world.due_soon, actor=world.liaison, effective_on=world.day)


def test_the_review_interval_moves_the_next_review(world):
    task = world.review_missed
    act(set_review_interval, task, actor=world.secretariat, months=12, reason="长期工作。")
    assert task.review_interval_months == 12
    assert task.next_review > world.day
    for months in (0, 61, 12):
        with pytest.raises(ServiceError):
            act(set_review_interval, task, actor=world.secretariat, months=months, reason="改。")
    with pytest.raises(PermissionDeniedError):
        act(set_review_interval, task, actor=world.other_liaison, months=1, reason="改。")


def test_a_comment_changes_nothing(world):
    before = Task.objects.on(world.day).get(pk=world.review_missed.pk).next_day
    factories.person("张朝华")
    act(add_comment, world.undecided, actor=world.leader, text="请注意进度。")
    assert world.undecided.log.last().kind == EntryKind.COMMENT
    assert Task.objects.on(world.day).get(pk=world.review_missed.pk).next_day == before
    with pytest.raises(PermissionDeniedError):
        act(add_comment, world.undecided, actor=world.reader, text="我也说一句。")


def test_the_next_meeting_gives_its_day_without_an_extension(world):
    of = factories.suggestion(world.meeting)
    task = factories.task(of, deadline="下次会议")
    other = factories.task(factories.suggestion(factories.meeting(body="另一委员会")), deadline="下次会议")
    held_on = world.day + datetime.timedelta(days=40)
    entries = record_next_meeting(meeting_id=world.meeting.pk, held_on=held_on, actor=world.secretariat)
    task.refresh_from_db()
    other.refresh_from_db()
    assert [entry.task_id for entry in entries] == [task.pk]
    assert (task.due_date, task.deadline_kind, task.extension_count) == (held_on, "next_meeting", 0)
    assert (task.original_due_date, task.next_review) == (None, None)
    assert other.due_date is None
    assert not record_next_meeting(meeting_id=world.meeting.pk, held_on=held_on, actor=world.secretariat)
    with pytest.raises(InvalidDateError):
        record_next_meeting(meeting_id=world.meeting.pk, held_on=world.meeting.held_on, actor=world.secretariat)


def test_the_outcome_is_recorded_once_nothing_is_open():
    staff = factories.secretariat()
    of = factories.suggestion()
    tasks = [factories.task(of), factories.task(of)]
    factories.move(tasks[0], Status.CLOSED, on=day(5))
    said = {"actor": staff, "outcome": "resolved", "reply": "已落实，感谢您的建议。"}
    with pytest.raises(InvalidTransitionError):
        act(record_outcome, tasks[0], **said)
    factories.move(tasks[1], Status.TERMINATED, on=day(5))
    entries = act(record_outcome, tasks[0], **said)
    assert {entry.task_id for entry in entries} == {task.pk for task in tasks}
    assert of.outcome.get_outcome_display()
    with pytest.raises(InvalidInputError):
        act(record_outcome, tasks[0], **said)
    act(record_outcome, tasks[0], **{**said, "outcome": "planned"})
    of.outcome.refresh_from_db()
    assert of.outcome.outcome == "planned"
    assert tasks[1].log.filter(kind=EntryKind.OUTCOME).count() == 2


# --- what the table says about who --------------------------------------------------------------


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.step}-{row.source}")
@pytest.mark.same_on_both
def test_each_step_is_refused_to_all_but_its_takers(world, row):
    """By the verb that moves a status; the leader's way back has a verb of its own."""
    task = factories.task(
        factories.suggestion(world.meeting),
        departments=[(world.technology, "responsible"), (world.international, "supporting")],
        leaders=[world.supervisor],
    )
    for status in way_to(row.source):
        factories.move(task, status, on=world.day)
    takers = {
        world.secretariat: {ActorRole.SECRETARIAT},
        world.liaison: {ActorRole.ANSWERABLE_LIAISON, ActorRole.ANY_LIAISON},
        world.supporting_liaison: {ActorRole.ANY_LIAISON},
        world.other_liaison: set(),
        world.leader: set(),
        world.reader: set(),
        world.administrator: set(),
    }
    for account, roles in takers.items():
        if roles & row.takers:
            continue
        with pytest.raises(PermissionDeniedError):
            act(
                update_task,
                task,
                actor=account,
                status=row.target,
                note="试一试。",
                effective_on=world.day,
            )
    act(update_task, task, actor=world.secretariat, status=row.target, note="好。", effective_on=world.day)
    assert task.status == row.target


# --- buttons and addresses ----------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    "who",
    [pytest.param("secretariat", marks=pytest.mark.slow), "liaison", pytest.param("leader", marks=pytest.mark.slow)],
)
def test_what_the_page_does_not_offer_its_address_does_not_do(client, world, who):
    """Sent all the same, with everything filled in: nothing is written, and somebody is told why."""
    account = getattr(world, who)
    client.force_login(account)
    later = (world.day + datetime.timedelta(days=500)).isoformat()
    for task in world.tasks.values():
        page = client.get(task.get_absolute_url())
        context = page.context
        shown = {form.action for form in [*context["other_actions"], *context["decisions"]]}
        shown |= {form.action for form in context["extension_decisions"]}
        for name in set(ACTIONS) - shown:
            said = {
                "version": task.version,
                "effective_on": world.day.isoformat(),
                **dict.fromkeys(("note", "text", "reason", "progress", "reply", "message"), "试一试。"),
                "deadline_text": later,
                "understood": later,
                "meaning": later,
                "outcome": "resolved",
                "months": 7,
                "decision": "accept",
                "department": world.technology.pk,
                "leader": world.supervisor.pk,
                "instruction": 1,
                "evidence": 1,
            }
            entries = task.log.count()
            answer = client.post(f"/tasks/{task.pk}/{name}/", said)
            assert answer.status_code in (403, 404, 422), (task.text, name)
            assert task.log.count() == entries, (task.text, name)
