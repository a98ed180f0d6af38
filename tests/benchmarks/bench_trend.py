"""What trend and appraisal cost beside other counts: `python -m tests.benchmarks.bench_trend [TASKS] [ROUNDS]`.

Makes a register of 50,000 tasks (unless told) in a temporary SQLite file and prints the median of each count in
milliseconds of processor time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

DEFAULT_TASKS = 50_000
DEFAULT_ROUNDS = 15


def run(measure: Callable[[int], None], arguments: list[str]) -> None:
    """Make a register in a temporary file and measure it: ``arguments`` are the tasks and the rounds, if given."""
    tasks, rounds = [*map(int, arguments[:2]), *[DEFAULT_TASKS, DEFAULT_ROUNDS][len(arguments[:2]) :]]
    with tempfile.TemporaryDirectory(prefix="register-bench-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'register.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "cnas_tasks.settings"
        import django

        django.setup()
        make_register(tasks)
        measure(rounds)


def make_register(tasks: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from meetings.models import TaskLog, TaskState

    call_command("migrate", verbosity=0)
    start = process_time()
    call_command("generate_tasks", str(tasks))
    print(
        f"made in {process_time() - start:.0f} s of processor time: {TaskLog.objects.count():,} entries of the log,",
        end=" ",
    )
    print(f"{TaskState.objects.count():,} intervals")
    with connection.cursor() as cursor:
        # What the server does by itself on a register that grew over the years.
        cursor.execute("ANALYZE")


def measure(rounds: int) -> None:
    from django.utils import timezone

    from meetings.models import Department, Task, TaskState
    from meetings.tasks import statistics
    from meetings.tasks.appraisal import appraise_departments
    from meetings.tasks.trend import count_trend

    today = timezone.localdate()
    first = today.replace(month=1, day=1)
    tasks = Task.objects.on(today)
    largest = Department.objects.first()
    own = TaskState.objects.filter(task__in=Task.objects.assigned_to([largest.pk]))
    questions = {
        "trend, all tasks": lambda: count_trend(TaskState.objects.all(), today),
        "trend, one department": lambda: count_trend(own, today),
        "appraisal of the year, all tasks": lambda: appraise_departments(tasks, first, today, today),
        "counts by meeting": lambda: statistics.count_by(tasks, "meeting"),
        "counts by department and leader": lambda: statistics.count_by(tasks, "department", "leader"),
    }
    for name, ask in questions.items():
        taken = []
        for _turn in range(rounds + 1):
            start = process_time()
            ask()
            taken.append((process_time() - start) * 1000)
        # The first turn fills the caches.
        print(f"{name:34}{median(taken[1:]):8.0f} ms")


if __name__ == "__main__":
    run(measure, sys.argv[1:])
