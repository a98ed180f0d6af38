"""What the list of tasks shows for the parameters that it is asked with."""

from __future__ import annotations

from dataclasses import dataclass

from meetings.models import Task


@dataclass
class Answer:
    """What the list showed."""

    status: int
    found: set[int]
    order: list[int]
    errors: list[str]
    text: str


def ids(*tasks: Task) -> set[int]:
    return {task.pk for task in tasks}


def assert_refused(answer: Answer, *words: str) -> None:
    """A parameter without a meaning yields no rows, and the page says which it is."""
    assert answer.found == set()
    assert len(answer.errors) == 1
    for word in words:
        assert word in answer.errors[0]
