"""办理记录: the append-only log of tasks, and the intervals derived from it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.core import lifecycle
from meetings.core.dates import add_interval

from .account import Account
from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .batch import Batch
from .choices import EntryKind
from .deadline_fields import DeadlineFields
from .fields import optional_reference
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet
from .orders import DAY_INDEX
from .organisation import Department
from .prepared import Identified
from .task import RELATED_TASK_KEY, Status, Task, TaskDepartment

# Changes that must be in chronological order. A review day is only a plan that any later report overrides.
ORDERED_CHANGES = frozenset({"status", "deadline", "milestones", "extension"})
# Changes that make up the state on a day; of everything else each day shows today's value.
STATE_CHANGES = ORDERED_CHANGES | {"review_interval_months", "review_interval_days", "next_review"}
# The key in an entry's changes for the entries that it undoes.
UNDONE = "undone"
# Keys for back-dating: the day claimed while the entry counts from its recording, and the decision on that claim.
CLAIMED, CONSENTED, REFUSED = "claimed_day", "consented_day", "refused_day"
REPORTED_BY = "reported_by"


class TaskLogQuerySet(  # type: ignore[override]  # each of the two would return a manager of its own
    AppendOnlyQuerySet["TaskLog"], NaturalKeyQuerySet["TaskLog"]
):
    """Entries of the logs of tasks."""

    def recorded_after(self, version: int) -> list[TaskLog]:
        """Return a task's entries after ``version``, oldest first, with their people."""
        return mark_undone(self.filter(sequence__gt=version).select_related("actor", "department").order_by("sequence"))

    def standing(self) -> TaskLogQuerySet:
        """Return the entries that were not undone."""
        undoing = TaskLog.objects.filter(
            kind=EntryKind.UNDONE, task=OuterRef("task"), batch__undoes=OuterRef("batch"), batch__isnull=False
        )
        return self.filter(Q(batch__isnull=True) | ~Exists(undoing))

    def last_of_departments(self, day: datetime.date) -> TaskLogQuerySet:
        """Return each department's own last report on a task by ``day``, newest first.

        A merged department's reports belong to the one it was merged into; reports for no department count together as
        one department's. ``is_shared``: other departments have a part in the task.
        """
        reports = self.standing().filter(is_report=True, effective_on__lte=day)
        reports = reports.annotate(reporter=Coalesce("department__merged_into", "department", 0))
        later = Q(effective_on__gt=OuterRef("effective_on")) | Q(
            effective_on=OuterRef("effective_on"), sequence__gt=OuterRef("sequence")
        )
        same_reporter: Exact = Exact(F("reporter"), OuterRef("reporter"))
        later_ones = reports.filter(later, same_reporter, task=OuterRef("task"))
        others = TaskDepartment.objects.filter(task=OuterRef("task")).exclude(department=OuterRef("reporter"))
        reports = reports.filter(~Exists(later_ones)).annotate(is_shared=Exists(others))  # type: ignore[no-redef] # declared
        return reports.select_related("department__merged_into").order_by("task_id", "-effective_on", "-sequence")

    def superseded(self) -> TaskLogQuerySet:
        """Return batch entries whose task has a later standing entry of no such batch."""
        later = TaskLog.objects.standing().exclude(kind=EntryKind.UNDONE)
        later = later.filter(task=OuterRef("task"), sequence__gt=OuterRef("sequence"))
        return self.filter(Exists(later.exclude(batch=OuterRef("batch"))), batch__isnull=False)

    def for_first_tasks(self, batches: Iterable[int]) -> TaskLogQuerySet:
        """Return the entries about the first task of each of ``batches``."""
        of_batch = TaskLog.objects.filter(batch=OuterRef("batch")).order_by("task_id").values("task_id")[:1]
        entries = self.filter(batch__in=list(batches), task_id=Subquery(of_batch))
        return entries.select_related("batch").order_by("batch_id", "sequence")

    def chronological(self) -> TaskLogQuerySet:
        """Order by effective day, within a day by the order of recording."""
        return self.order_by("task_id", "effective_on", "sequence")


class TaskLog(AppendOnlyModel, NaturalKeyModel):
    """One entry of a task's log: who, when, effective on which day, old, new, why.

    ``sequence`` counts a task's entries from 1 in the order of recording; the last is the task's version. ``changes``
    maps what changed to ``{"old": …, "new": …}``; the keys are those of `STATE_CHANGES` and ``text remarks suggestion
    lead_in departments leaders asked_deadline evidence outcome reply``, of its place in the table ``aspect number
    task_number place_in_table sources suggestion_row split_off split_from joined joined_into``. ``is_report``: ``note``
    tells of progress. An entry with ``undone`` (the sequences of entries of a batch) undoes those, for every day;
    its other changes tell the reader what that changed. ``hash`` covers the entry and the hash of the one before it.
    ``claimed_day`` is the day it is about, where that day needs consent and the entry counts from the day of recording;
    consent undoes the entry and writes it again for that day, with ``reported_by``.
    """

    NATURAL_KEY = (*RELATED_TASK_KEY, "sequence")

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.PROTECT, related_name="log")
    sequence = models.PositiveIntegerField(_("sequence"))
    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind.choices)
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    actor = optional_reference(Account, _("by"), "log_entries")
    department = optional_reference(Department, _("on behalf of"), "log_entries")
    is_report = models.BooleanField(_("tells of progress"), default=False)
    note = models.TextField(_("note"), blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    batch = optional_reference(Batch, _("batch"), "entries")
    hash = models.CharField("SHA-256", max_length=64, editable=False)

    # Whether another entry undoes it: set by `mark_undone`.
    is_undone: bool
    # Whether other departments have a part in its task: set by `last_of_departments`.
    is_shared: bool
    # The first day whose state it changed: annotated by `find_back_dated`.
    changed_from: datetime.date

    objects = TaskLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("task log")
        ordering = ["task", "sequence"]
        constraints = [
            models.UniqueConstraint(name="log_sequence", fields=["task", "sequence"]),
            models.CheckConstraint(name="log_kind_known", condition=Q(kind__in=EntryKind.values)),
            models.CheckConstraint(name="log_report_has_words", condition=Q(is_report=False) | ~Q(note="")),
            models.CheckConstraint(name="log_entry_has_a_hash", condition=~Q(hash="")),
        ]
        indexes = [
            models.Index(name="log_as_it_happened", fields=["task", "effective_on", "sequence"]),
            # For the dashboard: changes since the last visit, and the last reminders, which are few.
            models.Index(name="log_recorded", fields=["recorded_at"]),
            # Most entries are of no batch: with a full index, SQLite would assume that a batch is most of the log.
            models.Index(name="log_of_batch", fields=["batch"], condition=Q(batch__isnull=False)),
            models.Index(
                name="log_reminders", fields=["task", "department", "effective_on"], condition=Q(kind="reminder")
            ),
        ]

    def __str__(self) -> str:
        if self.withdraws_instruction:
            return str(_("Withdrawal of an instruction"))
        if CONSENTED in self.changes:
            return str(_("Consent to back-dating"))
        return str(_("Refusal of back-dating")) if REFUSED in self.changes else str(EntryKind(self.kind).label)

    @property
    def withdraws_instruction(self) -> bool:
        """Whether it withdraws an instruction."""
        return self.kind == EntryKind.INSTRUCTION and self.changes.get("instruction", {}).get("new") is None

    @property
    def is_state_change(self) -> bool:
        """Whether it changed status, deadline or milestones, which have to be in order."""
        return not ORDERED_CHANGES.isdisjoint(self.changes)

    @property
    def living_department(self) -> Department | None:
        """The department it was made for, or the one that this was merged into."""
        return self.department and (self.department.merged_into or self.department)

    @property
    def claimed_day(self) -> datetime.date:
        """The day it is about: the effective day, or the day claimed."""
        return _parse_date(self.changes.get(CLAIMED, {}).get("new")) or self.effective_on

    @property
    def undoes(self) -> list[int]:
        """The sequences of the task's entries that it undoes."""
        return self.changes[UNDONE]["new"] if UNDONE in self.changes else []


def exclude_undone(entries: Iterable[TaskLog]) -> list[TaskLog]:
    """Return one task's ``entries`` without undone and undoing ones.

    An undone entry counts on no day, neither as a report nor as a change of state. ``entries`` must include the undoing
    ones, whatever the day asked about.
    """
    entries = list(entries)
    undone = {sequence for entry in entries for sequence in entry.undoes}
    return [entry for entry in entries if entry.sequence not in undone and not entry.undoes]


def mark_undone(entries: Iterable[TaskLog]) -> list[TaskLog]:
    """Return one task's ``entries`` with ``is_undone`` set."""
    entries = list(entries)
    standing = {entry.sequence for entry in exclude_undone(entries)}
    for entry in entries:
        entry.is_undone = entry.sequence not in standing and not entry.undoes
    return entries


class TaskStateQuerySet(Identified, NaturalKeyQuerySet["TaskState"]):
    """Intervals, and their derivation from the log."""

    def overlapping(self, first: datetime.date, last: datetime.date) -> TaskStateQuerySet:
        """Return those that contain at least one day from ``first`` to ``last``."""
        return self.filter(Q(until__or_never__gt=first), since__lte=last)

    def rebuild(self, logs: Mapping[int, Iterable[TaskLog]]) -> dict[int, TaskState]:
        """Replay whole logs and store their intervals; return each task's last one.

        Costs three queries, and on SQLite one more for each sixty intervals that are new. To be called inside the
        transaction that wrote the log.
        """
        stored = {(state.task_id, state.since): state for state in self.filter(task__in=list(logs)).order_by()}
        last: dict[int, TaskState] = {}
        new: list[TaskState] = []
        for task_id, of_task in logs.items():
            for state in replay(task_id, sorted(of_task, key=lambda entry: (entry.effective_on, entry.sequence))):
                if (before := stored.get((task_id, state.since))) is not None and before.has_same_values_as(state):
                    del stored[(task_id, state.since)]
                else:
                    new.append(state)
                last[task_id] = state
        self.filter(pk__in=[state.pk for state in stored.values()]).delete()
        self.bulk_create(new)
        return last


class TaskState(NaturalKeyModel, DeadlineFields):
    """The state of a task from ``since`` until before ``until`` (None: now).

    Derived from the log alone, so that a query for a past day costs as much as one for today
    (docs/domain.md, As-of). ``next_due`` is the earliest unmet milestone or the deadline; ``next_review`` is set
    exactly for open tasks without one. All are days in Asia/Shanghai.
    """

    NATURAL_KEY = (*RELATED_TASK_KEY, "since")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="states")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    extension_count = models.PositiveSmallIntegerField(_("extensions"), default=0)
    extension_days = models.IntegerField(_("days gained"), default=0)
    milestones = models.JSONField(_("milestones"), default=list, blank=True)
    review_interval_months = models.PositiveSmallIntegerField(_("review interval (months)"))
    review_interval_days = models.PositiveSmallIntegerField(_("review interval (days)"), null=True, blank=True)
    next_due = models.DateField(_("due"), null=True, blank=True)
    next_review = models.DateField(_("next review"), null=True, blank=True)
    last_report = optional_reference(TaskLog, _("latest progress"), "+")

    objects = TaskStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("state on a day")
        verbose_name_plural = _("states on a day")
        ordering = ["task", "since"]
        constraints = [
            models.UniqueConstraint(name="state_since", fields=["task", "since"]),
            models.UniqueConstraint(name="state_one_is_current", fields=["task"], condition=Q(until__isnull=True)),
            models.CheckConstraint(
                name="state_until_after_since", condition=Q(until__isnull=True) | Q(until__gt=F("since"))
            ),
        ]
        indexes = [DAY_INDEX]

    def __str__(self) -> str:
        return self.get_status_display()

    def has_same_values_as(self, other: TaskState) -> bool:
        """Return whether the two are equal in all but their key."""
        columns = (field.attname for field in self._meta.concrete_fields if not field.primary_key)
        return all(getattr(self, name) == getattr(other, name) for name in columns)


# The columns of the last interval that the task repeats: one list, so that none is forgotten. ``next_due``, which no
# form shows, is copied by triggers (migration 0019).
CURRENT_COLUMNS = frozenset(field.attname for field in Task._meta.concrete_fields if field.editable).intersection(
    field.attname for field in TaskState._meta.concrete_fields if not field.primary_key
)


@dataclass
class _ReplayState:
    """The state of a task after the entries replayed so far."""

    issued_on: datetime.date
    values: dict[str, Any] = field(
        default_factory=lambda: {
            "status": Status.NOT_STARTED,
            "deadline": None,
            "milestones": [],
            "extension": {"count": 0, "days": 0},
            "review_interval_months": None,
            "review_interval_days": None,
        }
    )
    closed_on: datetime.date | None = None
    last_report: TaskLog | None = None
    review_set: datetime.date | None = None

    def apply(self, entry: TaskLog) -> None:
        if entry.is_report:
            self.last_report, self.review_set = entry, None
        for name, change in entry.changes.items():
            if name == "next_review":
                self.review_set = _parse_date(change["new"])
            elif name in STATE_CHANGES:
                self.values[name] = change["new"]
        if "status" in entry.changes:
            self.closed_on = entry.effective_on if self.values["status"] == Status.CLOSED else None

    def to_state(self, task_id: int, first_day: datetime.date) -> TaskState:
        values = self.values
        due = _earliest_due(values["deadline"], values["milestones"])
        review = None
        if due is None and values["status"] in lifecycle.OPEN_STATUSES:
            counted_from = self.last_report.effective_on if self.last_report else self.issued_on
            interval = values["review_interval_months"], values["review_interval_days"]
            review = self.review_set or add_interval(counted_from, *interval)
        return TaskState(
            task_id=task_id,
            since=first_day,
            status=values["status"],
            closed_on=self.closed_on,
            **deadline_columns_from_json(values["deadline"]),
            extension_count=values["extension"]["count"],
            extension_days=values["extension"]["days"],
            milestones=values["milestones"],
            review_interval_months=values["review_interval_months"],
            review_interval_days=values["review_interval_days"],
            next_due=due,
            next_review=review,
            last_report=self.last_report,
        )


def replay(task_id: int, entries: list[TaskLog]) -> Iterator[TaskState]:
    """Yield the intervals that the ``entries`` of one task make, in order.

    ``entries`` are ordered by effective day, then by sequence; the first is the task's entry in the register,
    effective on the issue day. Undone entries are ignored, as if they had never been written.
    """
    replayed = _ReplayState(issued_on=entries[0].effective_on)
    current: TaskState | None = None
    for day, of_day in groupby(exclude_undone(entries), key=lambda entry: entry.effective_on):
        for entry in of_day:
            replayed.apply(entry)
        if current is not None:
            current.until = day
            yield current
        current = replayed.to_state(task_id, day)
    if current is not None:
        yield current


def deadline_columns_from_json(value: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of `DeadlineFields` for a deadline as the log writes it."""
    return {
        "deadline_text": value["text"],
        "deadline_kind": value["kind"],
        "deadline_precision": value["precision"] or "",
        "due_date": _parse_date(value["due_date"]),
    }


def _earliest_due(deadline: dict[str, Any], milestones: list[dict[str, Any]]) -> datetime.date | None:
    days = [deadline["due_date"], *(m["due_date"] for m in milestones if not m.get("met_on"))]
    return min(filter(None, map(_parse_date, days)), default=None)


def _parse_date(value: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None
