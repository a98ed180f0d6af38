"""Original values of a task, read from its log of corrections."""

from collections.abc import Iterable, Mapping
from typing import Any

from meetings.models.task import TASK_TEXTS
from meetings.tasks.services.deadline_corrections import CORRECTION_NUMBER

# What is today's on every day, and what only a correction makes differ from the printed: an extension does not.
_TEXTS = frozenset({*TASK_TEXTS, "suggestion", "lead_in", "departments", "leaders"})
_DEADLINES = frozenset({"deadline", "milestones"})


def find_original_values(changes: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the values before the first correction that differ from the last one.

    By their names in the log. ``changes`` are those of a task's entries in the order of recording. The values are as
    the log writes them.
    """
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for of_entry in changes:
        names = _TEXTS | _DEADLINES if CORRECTION_NUMBER in of_entry else _TEXTS
        for name in names.intersection(of_entry):
            change = of_entry[name]
            if change["old"] is None:
                continue
            first.setdefault(name, change["old"])
            last[name] = change["new"]
    return {
        name: old for name, old in first.items() if _without_met_days(name, old) != _without_met_days(name, last[name])
    }


def count_deadline_corrections(changes: Iterable[Mapping[str, Mapping[str, Any]]]) -> int:
    """Return how often the deadline was corrected, by the same ``changes``."""
    return sum(CORRECTION_NUMBER in of_entry for of_entry in changes)


def _without_met_days(name: str, value: Any) -> Any:
    # Whether a milestone is met is not printed.
    return [{**each, "met_on": None} for each in value] if name == "milestones" else value
