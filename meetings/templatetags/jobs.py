"""What templates say about jobs."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from meetings.core.types import StrOrPromise
from meetings.jobs import LABELS, heartbeat

register = template.Library()


@register.filter
def job_label(job: DBTaskResult) -> StrOrPromise:
    """Return what the job is called; its path where the code has it no more."""
    return LABELS.get(job.task_path, job.task_path)


@register.filter
def last_problem(job: DBTaskResult) -> str:
    """Return what went wrong last: the error's words, its name where it has none."""
    last_line = job.traceback.strip().rpartition("\n")[2]
    # A traceback calls Python's own errors without their module.
    return last_line.removeprefix(f"{job.exception_class_path.removeprefix('builtins.')}: ")


@register.simple_tag
def worker_alert() -> str:
    """Return what to say while no worker was seen for a minute; empty while one is."""
    if heartbeat.is_any_alive():
        return ""
    seen = heartbeat.last_seen()
    if seen is None:
        return _(
            "Mails wait: no worker has been seen that sends them. An administrator starts one: manage.py db_worker."
        )
    return _(
        "Mails wait: the worker that sends them was last seen on %(when)s. An administrator starts it: "
        "manage.py db_worker."
    ) % {"when": date_format(timezone.localtime(seen), "DATETIME_FORMAT")}
