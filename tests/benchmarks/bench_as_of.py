"""What a past day costs against today: `python -m tests.benchmarks.bench_as_of [TASKS] [ROUNDS]`.

Makes a register of 50,000 tasks (unless told) in a temporary SQLite file, then asks the questions of the list and of
the dashboard in turn for today and for past days, so that whatever else the machine does falls on all of them alike.
Prints the median of each in milliseconds of processor time (SQLite works inside this process, so that is all of it, and
a busy neighbour counts less) and its ratio to today's.
"""

from __future__ import annotations

import datetime
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

DEFAULT_TASKS = 50_000
DEFAULT_ROUNDS = 15
PAGE_SIZE = 50


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


def questions() -> dict[str, Callable[[datetime.date], object]]:
    """Return what is measured: by name, a function of the day."""
    from django.db.models import Count

    from meetings.models import Health, Task

    def page(tasks):
        lines = tasks.with_last_report().with_first_assignees().for_listing().in_printed_order()
        return tasks.count(), list(lines[:PAGE_SIZE])

    return {
        "list: count and first page": lambda day: page(Task.objects.on(day)),
        "list: overdue ones": lambda day: page(Task.objects.on(day).filter(health=Health.OVERDUE)),
        "dashboard: tasks by health": lambda day: list(
            Task.objects.on(day).order_by().values("health").annotate(count=Count("pk"))
        ),
    }


def measure(rounds: int) -> None:
    from django.utils import timezone

    from meetings.models import Task

    today = timezone.localdate()
    days = [today, today - datetime.timedelta(days=30), today - datetime.timedelta(days=365)]
    days.append(today - datetime.timedelta(days=3 * 365))
    print(f"\n{'':28}" + "".join(f"{day.isoformat():>20}" for day in days))
    print(f"{'tasks in the register':28}" + "".join(f"{Task.objects.on(day).count():>20,}" for day in days))
    for name, ask in questions().items():
        taken: dict[datetime.date, list[float]] = {day: [] for day in days}
        for turn in range(rounds + 1):
            for day in days:
                start = process_time()
                ask(day)
                # The first turn fills the caches.
                if turn:
                    taken[day].append((process_time() - start) * 1000)
        medians = {day: median(times) for day, times in taken.items()}
        cells = (f"{value:.1f} ms ({value / medians[today]:.2f})" for value in medians.values())
        print(f"{name:28}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    run(measure, sys.argv[1:])
