"""The one job queue: what must not be waited for in a request runs in a worker.

A job is a function with `job`, called by its ``enqueue`` inside the transaction that needs it done: it waits once that
commits, and never otherwise. It may be run again after a failure or a lost worker, so it must be harmless to repeat.
Its arguments are JSON.
"""

from collections.abc import Callable
from typing import Any

from django_tasks import task
from django_tasks.base import Task

from meetings.core.types import StrOrPromise

# What a job is called on the page of jobs, by the path that it is stored with.
LABELS: dict[str, StrOrPromise] = {}


def job(label: StrOrPromise) -> Callable[[Callable[..., Any]], Task]:
    """Make a function a job, called ``label`` on the page of jobs.

    django-tasks says task, which is something else in this house.
    """

    def decorate(function: Callable[..., Any]) -> Task:
        made: Task = task(function)
        LABELS[made.module_path] = label
        return made

    return decorate
