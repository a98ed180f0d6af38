"""The operators' figures, as Prometheus reads them.

Requests are counted where they are answered. The processes of one machine count in files of one directory,
PROMETHEUS_MULTIPROC_DIR, so that whichever is asked knows of all; the rest is read when it is asked for. No label is of
a person, or of what anybody typed.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from meetings.accounts.second_factor_check import find_first_page
from meetings.errors import PermissionDeniedError
from meetings.jobs.heartbeat import last_seen
from meetings.jobs.last_runs import find_ages
from meetings.models import Mailing, MailState, RobotMessage, Task, TaskLog, WebhookMessage
from meetings.tasks.statistics import count_by_health

_IS_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
if _IS_SHARED:
    # In two containers that share it, two processes may have one number.
    _HOST = socket.gethostname()
    values.ValueClass = values.MultiProcessValue(lambda: f"{_HOST}-{os.getpid()}")

REQUEST_SECONDS = Histogram(
    "register_request_seconds",
    "How long requests took, by view, method and class of status",
    ("view", "method", "status"),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=None,
)
UNSENT = Q(state__in=(MailState.WAITING, MailState.CLAIMED))


def observe_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request."""
    REQUEST_SECONDS.labels(view=view, method=method, status=f"{status // 100}xx").observe(seconds)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Show all figures.

    Refused with 403, not 404: that there is such a page is no secret, and who mistyped the token learns what is wrong.
    """
    is_administrator = request.user.is_staff and not find_first_page(request, request.user)
    if not (has_token(request) or is_administrator):
        raise PermissionDeniedError(_("The figures are for administrators, and for who has their token."))
    registry = CollectorRegistry()
    if _IS_SHARED:
        MultiProcessCollector(registry)
    else:
        registry.register(REQUEST_SECONDS)
    registry.register(RegisterCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def has_token(request: HttpRequest) -> bool:
    """Return whether the request holds METRICS_TOKEN, where one is set."""
    scheme, _blank, sent_token = request.headers.get("authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    return bool(token) and scheme.lower() == "bearer" and constant_time_compare(sent_token.strip(), token)


def figure_lines() -> list[str]:
    """Return the figures of the register alone, for people."""
    registry = CollectorRegistry()
    registry.register(RegisterCollector())
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if not line.startswith("#")]


class RegisterCollector(Collector):
    """Reads what stands in the register and on its disk; writes nothing."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures; of a database that is away, that it is."""
        free = shutil.disk_usage(_existing(settings.DATA_DIR)).free
        yield GaugeMetricFamily("register_disk_free_bytes", "Free on the disk of data/", free)
        seen = last_seen()
        if seen is not None:
            age = (timezone.now() - seen).total_seconds()
            yield GaugeMetricFamily("register_worker_last_seen_seconds", "Since a worker last said that it lives", age)
        runs = GaugeMetricFamily("register_last_run_seconds", "Since a command last succeeded", labels=["command"])
        for command, ago in find_ages().items():
            runs.add_metric([command], ago.total_seconds())
        yield runs
        try:
            figures = [*_jobs(), *_mails(), *_log(), *_tasks()]
        except (DatabaseError, InterfaceError):
            figures = []
        yield GaugeMetricFamily("register_database_up", "Whether the database answers", bool(figures))
        yield from figures


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest around it."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _jobs() -> Iterator[GaugeMetricFamily]:
    now, ready = timezone.now(), DBTaskResult.objects.ready()
    numbers = dict(DBTaskResult.objects.order_by().values_list("status").annotate(number=Count("pk")))
    waiting = ready.count()
    jobs = GaugeMetricFamily("register_jobs", "Background jobs; later: not before some moment", labels=["status"])
    jobs.add_metric(["waiting"], waiting)
    jobs.add_metric(["later"], numbers.get(TaskResultStatus.READY, 0) - waiting)
    jobs.add_metric(["running"], numbers.get(TaskResultStatus.RUNNING, 0))
    jobs.add_metric(["failed"], numbers.get(TaskResultStatus.FAILED, 0))
    yield jobs
    since = ready.aggregate(
        asked=Min("enqueued_at", filter=Q(run_after=get_date_max())), due=Min("run_after", filter=Q(run_after__lte=now))
    )
    age = max(((now - moment).total_seconds() for moment in since.values() if moment), default=0)
    yield GaugeMetricFamily("register_job_oldest_waiting_seconds", "Since when the oldest job could be run", age)


def _mails() -> Iterator[GaugeMetricFamily]:
    unsent = GaugeMetricFamily("register_messages_unsent", "Messages composed and not sent, by way", labels=["way"])
    unsent.add_metric(["mail"], Mailing.objects.filter(UNSENT).count())
    unsent.add_metric(["robot"], RobotMessage.objects.filter(UNSENT).count())
    unsent.add_metric(["webhook"], WebhookMessage.objects.filter(UNSENT).count())
    yield unsent


def _log() -> Iterator[GaugeMetricFamily]:
    # Entries are never deleted, so that the last one's number tells how many there are without reading them.
    last = TaskLog.objects.aggregate(last=Max("pk"))["last"] or 0
    yield GaugeMetricFamily("register_log_entries", "Number of the last entry of the tasks' logs", last)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        size = cursor.fetchone()[0]
    yield GaugeMetricFamily("register_database_bytes", "Size of the database", size)


def _tasks() -> Iterator[GaugeMetricFamily]:
    tasks = GaugeMetricFamily("register_tasks", "Tasks by health today", labels=["health"])
    counts = count_by_health(Task.objects.on(timezone.localdate()))
    for health, number in counts.by_health.items():
        tasks.add_metric([health], number)
    yield tasks
