"""Jobs are run once where they succeed, again where they fail, and by an idle worker nothing is written."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from meetings.jobs import heartbeat, worker
from meetings.jobs.worker import RETRY_AFTER, Worker
from tests.helpers import database_url

from .samples import DONE, fail, note


@pytest.fixture(autouse=True)
def workers(settings, tmp_path) -> Path:
    """The folder of this test's workers."""
    settings.WORKERS_DIR = tmp_path / "workers"
    DONE.clear()
    return settings.WORKERS_DIR


@pytest.mark.django_db
def test_what_waits_is_run_once_in_its_order():
    for word in ("first", "second"):
        note.enqueue(word)
    Worker().run_ready()
    Worker().run_ready()
    assert DONE == ["first", "second"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


@pytest.mark.django_db
def test_what_was_not_saved_is_not_run():
    with transaction.atomic():
        note.enqueue("never")
        transaction.set_rollback(True)
    Worker().run_ready()
    assert DONE == []


@pytest.mark.django_db
def test_a_job_that_fails_is_tried_four_times_and_has_failed_then():
    fail.enqueue("no luck")
    note.enqueue("the next one")
    Worker().run_ready()
    assert DONE == ["no luck", "the next one"], "a failure keeps no other job waiting"
    for attempt, pause in enumerate(RETRY_AFTER, start=1):
        job = DBTaskResult.objects.get(status="READY")
        assert "ValueError: no luck" in job.traceback
        assert pause - datetime.timedelta(seconds=30) < job.run_after - timezone.now() <= pause
        Worker().run_ready()
        assert DONE.count("no luck") == attempt, "not before its time"
        DBTaskResult.objects.filter(pk=job.pk).update(run_after=timezone.now())
        Worker().run_ready()
    assert DONE.count("no luck") == len(RETRY_AFTER) + 1
    failed = DBTaskResult.objects.get(status="FAILED")
    assert "ValueError: no luck" in failed.traceback
    Worker().run_ready()
    assert DONE.count("no luck") == len(RETRY_AFTER) + 1


@pytest.mark.django_db
def test_a_job_that_the_code_has_no_more_keeps_no_other_waiting():
    DBTaskResult.objects.filter(pk=note.enqueue("gone").id).update(task_path="meetings.jobs.no_such_job")
    note.enqueue("the next one")
    Worker().run_ready()
    assert DONE == ["the next one"]
    assert "no_such_job" in DBTaskResult.objects.get(status="READY").traceback


@pytest.mark.django_db
def test_the_jobs_of_a_worker_that_is_gone_are_tried_again(workers):
    for word, worker_id in (("lost", "gone"), ("in hand", "alive")):
        job = DBTaskResult.objects.filter(pk=note.enqueue(word).id)
        job.update(status="RUNNING", worker_ids=[worker_id], started_at=timezone.now())
    workers.mkdir()
    (workers / "alive").touch()
    Worker().run_ready()
    lost = DBTaskResult.objects.get(status="READY")
    assert lost.args_kwargs["args"] == ["lost"]
    assert "WorkerLostError" in lost.traceback
    assert DBTaskResult.objects.get(status="RUNNING").args_kwargs["args"] == ["in hand"]


@pytest.mark.django_db
def test_a_job_that_another_worker_took_first_is_left_to_it(monkeypatch):
    note.enqueue("once")
    slow, quick = Worker(), Worker()
    rows = type(DBTaskResult.objects.all())
    update = rows.update

    def claim_too_late(self, **values) -> int:
        """Let the quick one come between the slow one's look and its claim."""
        monkeypatch.setattr(rows, "update", update)
        quick.run_ready()
        return update(self, **values)

    monkeypatch.setattr(rows, "update", claim_too_late)
    slow.run_ready()
    assert DONE == ["once"]


@pytest.mark.django_db
def test_how_a_job_ended_is_recorded_once_the_database_takes_it_and_the_job_is_not_run_again(monkeypatch):
    note.enqueue("once")
    note.enqueue("the next one")
    running = Worker()
    rows = type(DBTaskResult.objects.all())
    update = rows.update
    refusals = []

    def refuse_to_record(self, **values) -> int:
        """Be locked twice, when the first job has ended."""
        if "finished_at" in values and len(refusals) < 2:
            refusals.append(values)
            raise OperationalError("database is locked")
        return update(self, **values)

    monkeypatch.setattr(rows, "update", refuse_to_record)
    for _look in range(2):
        with pytest.raises(OperationalError):
            running.run_ready()
    assert DONE == ["once"], "nothing else is begun before"
    running.run_ready()
    assert DONE == ["once", "the next one"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


@pytest.mark.django_db
@pytest.mark.parametrize("error", [None, ValueError("late")])
def test_a_worker_that_comes_back_changes_nothing_about_a_job_that_another_took_over(error):
    stale = DBTaskResult.objects.get(pk=note.enqueue("taken over").id)
    stale.started_at, stale.worker_ids = timezone.now() - datetime.timedelta(minutes=5), ["gone"]
    DBTaskResult.objects.filter(pk=stale.pk).update(status="RUNNING", started_at=timezone.now(), worker_ids=["a", "b"])
    before = DBTaskResult.objects.values().get()
    worker._record(stale, error)
    assert DBTaskResult.objects.values().get() == before


@pytest.mark.django_db
def test_an_idle_worker_only_reads():
    """On SQLite whoever writes keeps the others from it, be it for a moment only."""
    with CaptureQueriesContext(connection) as queries:
        Worker().run_ready()
    assert queries.captured_queries
    assert {query["sql"].split()[0] for query in queries.captured_queries} == {"SELECT"}


@pytest.mark.django_db
def test_what_is_done_goes_after_a_week():
    note.enqueue("old")
    Worker().run_ready()
    DBTaskResult.objects.update(finished_at=timezone.now() - worker.KEEP_DONE - datetime.timedelta(minutes=1))
    note.enqueue("new")
    Worker().run_ready()
    assert DBTaskResult.objects.get().args_kwargs["args"] == ["new"]


@pytest.mark.django_db
def test_a_database_that_is_away_ends_no_worker(monkeypatch):
    running = Worker()
    looks = []

    def look() -> bool:
        looks.append(1)
        if len(looks) == 1:
            raise OperationalError("the connection is closed")
        running._is_stopped = True
        return True

    monkeypatch.setattr(running, "_run_next", look)
    # Closing it would take this test's transaction with it.
    monkeypatch.setattr(worker.connection, "close", lambda: None, raising=False)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0)
    running.run()
    assert len(looks) == 2


def test_a_worker_counts_as_gone_after_a_minute_of_silence(workers):
    assert heartbeat.last_seen() is None
    assert not heartbeat.is_any_alive()
    with heartbeat.Heartbeat("one"):
        assert heartbeat.is_any_alive()
        assert heartbeat.is_alive("one")
        assert not heartbeat.is_alive("another")
        for age, alive in ((heartbeat.GONE_AFTER - 2, True), (heartbeat.GONE_AFTER + 2, False)):
            os.utime(workers / "one", (time.time() - age,) * 2)
            assert heartbeat.is_any_alive() is alive
    assert not list(workers.iterdir()), "who ends well leaves nothing"


def test_a_busy_worker_says_that_it_lives(workers, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_EVERY", 0.02)
    with heartbeat.Heartbeat("one"):
        os.utime(workers / "one", (0, 0))
        until = time.monotonic() + 10
        while not heartbeat.is_any_alive() and time.monotonic() < until:
            time.sleep(0.02)
        assert heartbeat.is_any_alive()


@pytest.fixture
def start(repository, workers):
    """Return the function that starts a program on the test's database, whose workers use this test's folder."""
    started = []
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "SECRET_KEY": "of this test alone",
        "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
        "TEST_WORKERS_DIR": str(workers),
    }

    def start(*command: str) -> subprocess.Popen:
        started.append(subprocess.Popen(command, cwd=repository, env=environment))
        return started[-1]

    yield start
    for running in started:
        running.kill()
        running.wait()


def wait_for(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it has not come true"
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_jobs_until_it_is_stopped(start, workers):
    running = start(sys.executable, "manage.py", "db_worker")
    wait_for(heartbeat.is_any_alive)
    note.enqueue("by the worker")
    wait_for(DBTaskResult.objects.successful().exists)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 0
    assert not list(workers.iterdir())


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.django_db(transaction=True)
def test_a_worker_ends_with_the_program_that_started_it(start, workers):
    script = f"{sys.executable} manage.py db_worker --end-with $$ & wait"
    shell = start("sh", "-c", script)
    wait_for(heartbeat.is_any_alive)
    shell.kill()
    wait_for(lambda: not list(workers.iterdir()))


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_program_has_ended_before_it_began_ends_at_once(start, workers):
    """A server that does not start, for its port is none, leaves no worker."""
    ended = start("true")
    ended.wait()
    assert start(sys.executable, "manage.py", "db_worker", "--end-with", str(ended.pid)).wait(timeout=60) == 0
    assert not list(workers.iterdir())
