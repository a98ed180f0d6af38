"""What changing many tasks in one step costs, and taking it back: `python -m tests.benchmarks.bench_batch [TASKS]`.

Makes a synthetic register on SQLite in a folder that goes away again, and changes 100, 1,000 and 2,000 of its tasks: a
status with one note, and a status with one note and another leader, which is two entries a task. Prints seconds
of processor time, queries, and queries a hundred rows, for previewing, running and undoing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from time import process_time

DEFAULT_TASKS = 5_000
SIZES = (100, 1_000, 2_000)


def main(tasks: int) -> None:
    """Make the register, measure, print."""
    with tempfile.TemporaryDirectory(prefix="register-bench-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'register.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "cnas_tasks.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from meetings.devtools import synthetic

        call_command("migrate", verbosity=0)
        synthetic.generate(tasks, seed=7)
        print(f"{'':30}{'preview':>20}{'run':>24}{'undo':>24}")
        for size in SIZES:
            measure(size, with_leader=False)
            measure(size, with_leader=True)


def measure(size: int, *, with_leader: bool) -> None:
    from django.utils import timezone

    from meetings.models import Account, Person, Role, Status, Task
    from meetings.tasks.services.batch import plan_batch, run_batch
    from meetings.tasks.services.batch_plan import REPLACE_ALL, Assignment, TaskChange
    from meetings.tasks.services.batch_undo import undo_batch

    staff = Account.objects.filter(role=Role.SECRETARIAT).first() or Account.objects.create_user(
        "bench", None, role=Role.SECRETARIAT, display_name="bench"
    )
    leader = Person.objects.filter(task_leaders__isnull=False).first()
    placing = Assignment(leader, replaces=REPLACE_ALL) if with_leader else None
    changes = [
        TaskChange(
            task_id=task.pk,
            version=task.version,
            effective_on=timezone.localdate(),
            status=Status.TERMINATED if task.is_open else Status.IN_PROGRESS,
            note="统一办理。",
            place_leader=placing,
        )
        for task in Task.objects.order_by("pk")[:size]
    ]
    planned = spent(lambda: plan_batch(changes=changes, actor=staff))
    ran = spent(lambda: run_batch(changes=changes, actor=staff))
    batch = staff.batches.first()
    undone = spent(lambda: undo_batch(batch_id=batch.pk, actor=staff))
    name = f"{size:,} tasks, status{' and leader' if with_leader else ''}"
    cells = (
        f"{seconds:5.2f} s {queries:4} ({100 * queries / size:4.1f})" for seconds, queries in (planned, ran, undone)
    )
    print(f"{name:30}{'    '.join(cells)}")


def spent(work) -> tuple[float, int]:
    """Return the seconds and the queries that ``work`` takes."""
    from django.db import connection

    numbers = []

    def count(execute, *arguments):
        numbers.append(1)
        return execute(*arguments)

    with connection.execute_wrapper(count):
        start = process_time()
        work()
        return process_time() - start, len(numbers)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_TASKS)
