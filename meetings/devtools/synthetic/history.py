"""The made-up log of one task: only what the services would have allowed."""

import datetime
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.utils import timezone

from meetings.core.dates import add_months
from meetings.core.lifecycle import ENDED_STATUSES, find_transition
from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.models import Department, EntryKind, Status, TaskLog
from meetings.tasks.services.log import deadline_to_json

from .vocabulary import vocabulary


@dataclass
class History:
    """A task's entries, each method adding one; days may not go backwards."""

    random: Random
    issued_on: datetime.date
    deadline: Deadline
    milestones: list[dict[str, Any]]
    review_interval_months: int
    departments: list[Department]
    entries: list[TaskLog] = field(default_factory=list)
    status: Status = Status.NOT_STARTED
    extension: dict[str, int] = field(default_factory=lambda: {"count": 0, "days": 0})

    def enter(self) -> None:
        """Enter the task on the issue day."""
        self._write(
            EntryKind.ENTERED,
            self.issued_on,
            changes={
                "status": {"old": None, "new": Status.NOT_STARTED.value},
                "deadline": {"old": None, "new": deadline_to_json(self.deadline)},
                "milestones": {"old": None, "new": self.milestones},
                "review_interval_months": {"old": None, "new": self.review_interval_months},
            },
        )

    def report(self, day: datetime.date) -> None:
        """Report progress; the first starts the task."""
        changes = {}
        if self.status == Status.NOT_STARTED:
            changes["status"] = {"old": self.status.value, "new": Status.IN_PROGRESS.value}
            self.status = Status.IN_PROGRESS
        self._write(
            EntryKind.PROGRESS,
            day,
            note=self.random.choice(vocabulary.reports),
            is_report=True,
            department=self.random.choice(self.departments),
            changes=changes,
        )

    def report_back_dated(self) -> None:
        """Add progress of a day between entries, on which the task was open."""
        ended = [e.effective_on for e in self.entries if e.changes.get("status", {}).get("new") in ENDED_STATUSES]
        first, last = self.issued_on, min([*ended, self.entries[-1].effective_on])
        # Not the day of the ending itself: within a day the order of recording counts, and this one comes later.
        days = (last - first).days
        if self.status != Status.NOT_STARTED and days > 0:
            self.report(first + datetime.timedelta(days=self.random.randrange(days)))

    def change_status(self, target: Status, day: datetime.date, reason: str) -> None:
        """Change the status; raises AssertionError for a step not in the lifecycle."""
        transition = find_transition(self.status, target)
        if transition is None:
            raise AssertionError(f"the lifecycle has no step from {self.status} to {target}")
        changes = {"status": {"old": self.status.value, "new": target.value}}
        self.status = target
        self._write(EntryKind.STATUS, day, note=reason, is_report=transition.is_report, changes=changes)

    def extend(self, day: datetime.date, months: int) -> None:
        """Grant a deadline ``months`` calendar months later, at that month's end."""
        before = self.deadline.due_date
        assert before is not None  # only what is dated is extended
        later = end_of_month(add_months(before, months))
        assert later.due_date is not None
        gained = (later.due_date - before).days
        extension = {"count": self.extension["count"] + 1, "days": self.extension["days"] + gained}
        changes = {
            "deadline": {"old": deadline_to_json(self.deadline), "new": deadline_to_json(later)},
            "extension": {"old": self.extension, "new": extension},
        }
        self.deadline, self.extension = later, extension
        self._write(EntryKind.DEADLINE, day, note="受外部条件影响，经秘书处同意延期。", changes=changes)

    def meet_milestone(self, day: datetime.date) -> None:
        """Meet the first milestone."""
        old = self.milestones
        self.milestones = [{**old[0], "met_on": day.isoformat()}, *old[1:]]
        changes = {"milestones": {"old": old, "new": self.milestones}}
        self._write(EntryKind.MILESTONE, day, note="已按节点完成。", changes=changes)

    def _write(self, kind: EntryKind, day: datetime.date, **columns: Any) -> None:
        # Recorded in the morning of the day it counts from; what is written up belatedly, after the rest.
        recorded = datetime.datetime.combine(
            day, datetime.time(8, self.random.randrange(60)), tzinfo=timezone.get_default_timezone()
        )
        if self.entries:
            recorded = max(recorded, self.entries[-1].recorded_at + datetime.timedelta(minutes=1))
        self.entries.append(
            TaskLog(sequence=len(self.entries) + 1, kind=kind, effective_on=day, recorded_at=recorded, **columns)
        )


def end_of_month(day: datetime.date) -> Deadline:
    """Return the deadline that is printed as the month of ``day``."""
    first_of_next = add_months(day.replace(day=1), 1)
    due = first_of_next - datetime.timedelta(days=1)
    return Deadline(f"{due.year}.{due.month}", DeadlineKind.DATED, due, Precision.MONTH)
