"""The one job queue: a worker runs what a request must not wait for.

A job is a function decorated with `job`. Call its ``enqueue`` inside the transaction that needs it: the job is queued
if the transaction commits. It may run again after a failure or a lost worker, so it must be harmless to repeat. Its
arguments are JSON.
"""

from collections.abc import Callable
from typing import Any

from django_tasks import task
from django_tasks.base import Task

from meetings.core.types import StrOrPromise

# The labels of jobs on the page of jobs, by the path that a job is stored with.
LABELS: dict[str, StrOrPromise] = {}


def job(label: StrOrPromise) -> Callable[[Callable[..., Any]], Task]:
    """Make a function a job, called ``label`` on the page of jobs.

    django-tasks calls it a task, which is something else in this project.
    """

    def decorate(function: Callable[..., Any]) -> Task:
        made: Task = task(function)
        LABELS[made.module_path] = label
        return made

    return decorate
