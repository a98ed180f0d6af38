"""What the dashboard's trend costs beside its other counts: `python -m tests.benchmarks.bench_trend [TASKS] [ROUNDS]`.

Makes the register of `bench_as_of` and prints the median of each count in milliseconds of processor time.
"""

from __future__ import annotations

import sys
from statistics import median
from time import process_time

from .bench_as_of import run


def measure(rounds: int) -> None:
    from django.utils import timezone

    from meetings.models import Department, Task, TaskState
    from meetings.tasks import statistics

    today = timezone.localdate()
    tasks = Task.objects.on(today)
    largest = Department.objects.first()
    own = TaskState.objects.filter(task__in=Task.objects.assigned_to([largest.pk]))
    questions = {
        "trend, all tasks": lambda: statistics.count_trend(TaskState.objects.all(), today),
        "trend, one department": lambda: statistics.count_trend(own, today),
        "counts by meeting": lambda: statistics.count_by_meeting(tasks),
        "counts by department and leader": lambda: statistics.count_by_department_and_leader(tasks),
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
