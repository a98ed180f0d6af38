"""Any sequence of verbs, and the same decision by two people at once."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.breakdown.services.split_merge import merge_tasks
from meetings.core.lifecycle import ENDED_STATUSES, ExtensionState, Status, find_transition
from meetings.errors import ConflictError, ServiceError
from meetings.models import Account, ExtensionRequest, Task, TaskState
from meetings.models.log import replay
from meetings.tasks.services.back_dating import consent_to_back_dating
from meetings.tasks.services.closure import accept_closure, agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.extensions import grant_extension, refuse_extension, request_extension
from meetings.tasks.services.instructions import give_instruction
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.reviews import review_without_news, set_review_interval
from meetings.tasks.services.status import reopen_task, terminate_task, update_task
from tests import factories
from tests.depth import examples

from .helpers import act

pytestmark = pytest.mark.django_db


# --- any sequence of verbs ----------------------------------------------------------------------


def moves(world, random: Random):
    """One thing that somebody tries to do, sensible or not."""
    actor = random.choice([world.secretariat, world.secretariat, world.liaison, world.liaison, world.leader])
    on = world.day - datetime.timedelta(days=random.choice([0, 0, 0, 1, 3, 20, 100, 500]))
    dated = {"actor": actor, "effective_on": on}
    later = world.day + datetime.timedelta(days=random.randrange(10, 400))
    return random.choice(
        [
            (update_task, {**dated, "note": "推进中。"}),
            (update_task, {**dated, "status": random.choice(list(Status)), "note": "变更。"}),
            (request_closure, {**dated, "summary": "已完成。"}),
            (accept_closure, dated),
            (send_back, {**dated, "reason": "退回。"}),
            (agree_to_closure, {**dated, "note": "同意。"}),
            (terminate_task, {**dated, "reason": "终止。"}),
            (reopen_task, {**dated, "reason": "重开。"}),
            (
                request_extension,
                {**dated, "reason": "需要时间。", "progress": "过半。", "deadline_text": later.isoformat()},
            ),
            (grant_extension, {**dated, "reason": "同意。"}),
            (refuse_extension, {**dated, "reason": "不同意。"}),
            (give_instruction, {**dated, "text": "请抓紧。"}),
            (review_without_news, dated),
            (add_comment, {"actor": actor, "text": "备注。"}),
            (set_review_interval, {"actor": actor, "months": random.randrange(0, 8), "reason": "调整。"}),
        ]
    )


COLUMNS = [field.attname for field in TaskState._meta.concrete_fields if field.name != "id"]


@pytest.mark.long
@pytest.mark.deep
@pytest.mark.parametrize("seed", range(examples(12)))
def test_no_sequence_of_verbs_leaves_the_table(world, seed):
    random = Random(seed)
    if seed % 2:
        set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    tasks = [world.due_soon, world.undecided]
    done = 0
    for _step in range(60):
        verb, arguments = moves(world, random)
        try:
            act(verb, random.choice(tasks), **arguments)
            done += 1
        except ServiceError:
            pass
    assert done > 5
    for task in tasks:
        task.refresh_from_db()
        entries = list(task.log.chronological())
        recorded = sorted(entries, key=lambda entry: entry.sequence)
        changes = [entry.changes["status"] for entry in recorded if "status" in entry.changes]
        assert changes[0]["old"] is None
        for before, after in zip(changes, changes[1:], strict=False):
            assert after["old"] == before["new"]
            assert find_transition(after["old"], after["new"])
        # What is stored is what the log says, in every interval and therefore on every day.
        stored = list(task.states.order_by("since").values(*COLUMNS))
        assert stored == [{name: getattr(state, name) for name in COLUMNS} for state in replay(task.pk, entries)]
        assert (task.status, task.due_date, task.extension_count) == (
            stored[-1]["status"],
            stored[-1]["due_date"],
            stored[-1]["extension_count"],
        )
        for since in {state["since"] for state in stored}:
            on = Task.objects.on(since).get(pk=task.pk)
            assert on.day_status == next(s["status"] for s in reversed(stored) if s["since"] <= since)
        granted = task.extension_requests.filter(status=ExtensionState.GRANTED)
        assert task.extension_count == granted.count()
        assert task.extension_days == sum((request.due_date - request.due_date_before).days for request in granted)
        assert task.original_due_date == stored[0]["due_date"]
        if task.status in ENDED_STATUSES:
            assert not task.extension_requests.waiting().exists()


# --- the same decision by two people ------------------------------------------------------------


ROUNDS = examples(40)


def race(attempts) -> list[object]:
    """Run the attempts at the same moment, each on a connection of its own; return what came of each."""
    results: list[object] = [None] * len(attempts)
    start = threading.Barrier(len(attempts))

    def run(index: int) -> None:
        try:
            start.wait()
            results[index] = attempts[index]()
        except ServiceError as refused:
            results[index] = refused
        except Exception as error:  # noqa: BLE001 - the test has to see what happened in the thread
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.long
@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_of_two_deciders_one_wins_and_one_is_told():
    """Again and again one accepts while the other sends back, on the same version of the page."""
    world = factories.small_world()
    task = world.on_track
    second = factories.account("secretariat", username="秘书处二")
    for _round in range(ROUNDS):
        act(request_closure, task, actor=world.liaison, summary="已完成。", effective_on=world.day)
        common = {"task_id": task.pk, "version": task.version, "effective_on": world.day}
        results = race(
            [
                lambda common=common: accept_closure(**common, actor=world.secretariat),
                lambda common=common: send_back(**common, actor=second, reason="退回。"),
            ]
        )
        told = [result for result in results if isinstance(result, ConflictError)]
        won = [result for result in results if not isinstance(result, Exception)]
        assert (len(told), len(won)) == (1, 1), results
        # The one who is told sees the other's entry.
        assert [entry.pk for entry in told[0].newer_entries] == [won[0].pk]
        version = task.version
        task.refresh_from_db()
        assert task.version == version + 1
        if task.status == Status.CLOSED:
            act(reopen_task, task, actor=world.secretariat, reason="重开。", effective_on=world.day)


@pytest.mark.long
@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_of_two_wishes_and_two_decisions_one_counts():
    world = factories.small_world()
    task = world.due_soon
    for number in range(examples(20)):
        text = (world.day + datetime.timedelta(days=100 + number)).isoformat()
        act(
            request_extension,
            task,
            actor=world.liaison,
            reason="需要时间。",
            progress="过半。",
            deadline_text=text,
            effective_on=world.day,
        )
        common = {"task_id": task.pk, "version": task.version, "effective_on": world.day, "reason": "已研究。"}
        results = race(
            [
                lambda common=common: grant_extension(**common, actor=world.secretariat),
                lambda common=common: refuse_extension(**common, actor=world.secretariat),
            ]
        )
        assert sorted(isinstance(result, ConflictError) for result in results) == [False, True], results
        task.refresh_from_db()
    assert task.extension_count == ExtensionRequest.objects.filter(status=ExtensionState.GRANTED).count()
    assert not ExtensionRequest.objects.waiting().exists()


def decide(tasks: list[Task], liaison: Account) -> Callable[[], object]:
    factories.batch(*tasks, by=liaison, effective_on=timezone.localdate() - datetime.timedelta(days=100))
    staff = factories.secretariat()
    return lambda: factories.act(consent_to_back_dating, tasks[1], staff)


def merge(tasks: list[Task], liaison: Account) -> Callable[[], object]:
    other, later = tasks
    staff, said = factories.secretariat(), {"text": "合并。", "reason": "同一件事。"}
    return lambda: factories.act(merge_tasks, later, staff, other_id=other.pk, other_version=other.version, **said)


def conclude(tasks: list[Task], liaison: Account) -> Callable[[], object]:
    for task in tasks:
        factories.move(task, Status.CLOSED, on=timezone.localdate())
    staff, said = factories.secretariat(), {"outcome": "resolved", "reply": "已落实。"}
    return lambda: factories.act(record_outcome, tasks[1], staff, **said)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", [decide, merge, conclude])
def test_what_changes_several_tasks_locks_them_in_one_order(prepare, settings):
    """Asked from the later task it waits for the earlier one, and holds nothing that the other's holder may want."""
    settings.BACK_DATING_DAYS = 10
    of = factories.suggestion(factories.meeting(issued_on=timezone.localdate() - datetime.timedelta(days=300)))
    tasks = [factories.task(of, deadline="持续跟踪") for _number in range(2)]
    liaison = factories.account("liaison", departments=[factories.department()])
    change = prepare(tasks, liaison)

    def run() -> None:
        try:
            change()
        finally:
            connections.close_all()

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as others:
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=tasks[0].pk)
            changing = others.submit(run)
            with connection.cursor() as cursor:
                for _look in range(200):
                    cursor.execute("SELECT pg_stat_clear_snapshot()")
                    cursor.execute(waiting)
                    if cursor.fetchone()[0]:
                        break
                    time.sleep(0.05)
                else:
                    pytest.fail("It does not wait for the task that is locked.")
            Task.objects.select_for_update(nowait=True).get(pk=tasks[1].pk)
        changing.result()
