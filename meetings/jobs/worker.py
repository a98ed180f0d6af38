"""The worker that runs waiting jobs, one after the other.

django-tasks-db keeps the jobs and lets Django's own interface enqueue them. Its worker is not used: it takes SQLite's
write lock each time it looks for work, tries nothing twice, and a job whose worker was killed stays ``RUNNING`` for
ever. Here looking is one SELECT, a claim is one UPDATE that only one worker can win, a failed job is tried again after
RETRY_AFTER, and the jobs of a worker that is gone go back to the queue.
"""

import datetime
import logging
import os
import signal
import time
from traceback import format_exception
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from cnas_tasks.logs import describe, log_context
from meetings.faults import FaultError
from meetings.storage.files import settle_files

from .heartbeat import Heartbeat, is_alive

logger = logging.getLogger(__name__)

# How long a job waits after its first, second and third failure; after the fourth it has failed.
RETRY_AFTER = (datetime.timedelta(minutes=1), datetime.timedelta(minutes=10), datetime.timedelta(hours=1))
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
# How long a job that is done stays in the database.
KEEP_DONE = datetime.timedelta(days=7)
# In seconds: how often a worker looks for jobs, and whether another worker is gone.
LOOK_EVERY = 1
LOOK_FOR_LOST_EVERY = 30
SETTLE_FILES_EVERY = 600


class WorkerLostError(Exception):
    """Noted of a job whose worker was killed, or lost its machine, while it ran."""


# A job that has ended, with what it failed by.
Outcome = tuple[DBTaskResult, Exception | None]


class Worker:
    """Runs each job once where it succeeds, and four times at most where it fails."""

    def __init__(self) -> None:
        self.worker_id = get_random_string(32)
        self._is_stopped = False
        self._next_look_for_lost = 0.0
        self._next_settling = 0.0
        # What the database has not been told yet. Nothing else is begun before it is.
        self._unrecorded: Outcome | None = None

    def run_ready(self) -> None:
        """Run the jobs that are ready, and return."""
        with Heartbeat(self.worker_id):
            while self._run_next():
                pass

    def run(self, *, parent: int | None = None) -> None:
        """Run jobs until SIGTERM or SIGINT.

        With ``parent``, the ID of the process that started this one, also until that process has ended. The job that
        runs is still done; a second signal stops it, and another worker will run it again.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        is_reached = True
        with Heartbeat(self.worker_id):
            logger.info("The worker %s waits for jobs.", self.worker_id)
            while not self._is_stopped and parent in (None, os.getppid()):
                # A worker lives for weeks: a connection that has gone meanwhile is made anew.
                close_old_connections()
                try:
                    has_run, is_reached = self._run_next(), True
                except (OperationalError, InterfaceError) as problem:
                    # The database is away, or another writer keeps it for long: neither ends a worker.
                    if is_reached:
                        logger.warning("The worker cannot reach its jobs and goes on trying: %s", describe(problem))
                    connection.close()
                    has_run = is_reached = False
                if not has_run:
                    time.sleep(LOOK_EVERY)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopped = True
        signal.signal(number, signal.SIG_DFL)

    def _run_next(self) -> bool:
        """Run one job; False where none is ready, and then nothing was written."""
        self._record_outcome()
        if time.monotonic() >= self._next_look_for_lost:
            self._next_look_for_lost = time.monotonic() + LOOK_FOR_LOST_EVERY
            _give_back_lost_jobs()
        if time.monotonic() >= self._next_settling:
            self._next_settling = time.monotonic() + SETTLE_FILES_EVERY
            _settle_files()
        job = self._claim_next()
        if job is not None:
            self._unrecorded = job, _call(job)
            self._record_outcome()
        return job is not None

    def _record_outcome(self) -> None:
        if self._unrecorded is not None:
            _record(*self._unrecorded)
            self._unrecorded = None

    def _claim_next(self) -> DBTaskResult | None:
        while (job := DBTaskResult.objects.ready().first()) is not None:
            worker_ids = [*job.worker_ids, self.worker_id]
            # Whoever changes the status first has the job; the others look for the next.
            if DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.READY).update(
                status=TaskResultStatus.RUNNING, started_at=timezone.now(), worker_ids=worker_ids
            ):
                job.refresh_from_db()
                return job
        return None


def _call(job: DBTaskResult) -> Exception | None:
    """Call a job's function; return what it failed by. What it returns is nobody's."""
    with log_context(job_id=str(job.pk)):
        try:
            job.task.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        except Exception as error:
            # Whatever it is, it is this job's: the next one has its chance. Its words stand on the page of jobs.
            logger.warning("%s failed: %s", job.task_path, describe(error))
            return error
    return None


def _record(job: DBTaskResult, error: Exception | None) -> None:
    """Record how a job ended: done, to be tried later, or failed for good.

    Not where it is another's meanwhile: a worker that counted as gone may come back.
    """
    now, attempts = timezone.now(), len(job.worker_ids)
    changes: dict[str, Any] = {"status": TaskResultStatus.SUCCESSFUL, "finished_at": now}
    changes |= {"exception_class_path": "", "traceback": ""}
    if error is not None:
        changes = {
            "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
            "traceback": "".join(format_exception(error)),
        }
        if attempts >= MAX_ATTEMPTS:
            changes |= {"status": TaskResultStatus.FAILED, "finished_at": now}
        else:
            changes |= {"status": TaskResultStatus.READY, "run_after": now + RETRY_AFTER[attempts - 1]}
    of_this_attempt = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING, started_at=job.started_at)
    of_this_attempt.update(**changes)
    if error is None:
        DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_DONE).delete()


def _give_back_lost_jobs() -> None:
    for job in DBTaskResult.objects.running():
        if not is_alive(job.worker_ids[-1]):
            _record(job, WorkerLostError(_("The worker ended while it ran this job.")))


def _settle_files() -> None:
    try:
        deleted = settle_files()
    except (OSError, FaultError) as error:
        # The folder of files may be back for the next time; the jobs do not wait for it.
        logger.warning("Files that killed processes left cannot be settled: %s", error)
    else:
        if deleted:
            logger.info("Deleted, for they were left by killed processes: %s", ", ".join(deleted))
