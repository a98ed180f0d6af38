"""补录: what was recorded for a day that was past, as a list and as a file."""

import datetime

from django.db.models import Case, F, OuterRef, Prefetch, Q, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.core.as_of import day_bounds
from meetings.display.fields import join_items, label
from meetings.exports.columns import CellKind, Column
from meetings.models import EntryKind, Evidence, TaskLog
from meetings.models.log import CONSENTED, TaskLogQuerySet

from .display import describe_changes


def find_back_dated(first: datetime.date, last: datetime.date, day: datetime.date | None = None) -> TaskLogQuerySet:
    """Return what was recorded from ``first`` to ``last`` for an earlier day.

    The newest first; with ``day`` only entries that changed that day's state. ``changed_from`` is the first day that an
    entry changed: for an undoing entry the first day of what it undid, for a task joined into another its first day.
    The entry of a task into the register is left out.
    """
    begin, end = day_bounds(first, last)
    entries = TaskLog.objects.filter(recorded_at__gte=begin, recorded_at__lt=end).exclude(kind=EntryKind.ENTERED)
    of_task = TaskLog.objects.filter(task=OuterRef("task")).order_by("effective_on").values("effective_on")
    # Consent undoes entries and writes them again: only the new ones are listed.
    undoes = Q(kind=EntryKind.UNDONE) & ~Q(changes__has_key=CONSENTED)
    changed_from = Case(
        When(undoes, then=Subquery(of_task.filter(batch=OuterRef("batch__undoes"))[:1])),
        When(kind=EntryKind.ARRANGED, changes__has_key="joined_into", then=Subquery(of_task[:1])),
        default=F("effective_on"),
    )
    entries = entries.annotate(changed_from=changed_from)  # type: ignore[no-redef]  # declared
    entries = entries.filter(recorded_at__date__gt=F("changed_from"))
    if day is not None:
        entries = entries.filter(Q(changed_from__lte=day), recorded_at__date__gt=day)
    entries = entries.select_related("actor", "department", "task__suggestion__meeting")
    entries = entries.prefetch_related(Prefetch("evidence", Evidence.objects.order_by("pk")))
    return entries.order_by("-recorded_at", "-pk")


def _changes(entry: TaskLog) -> str:
    return join_items(f"{change.label} {change.new}" for change in describe_changes(entry) if change.new)


COLUMNS: tuple[Column[TaskLog], ...] = (
    Column(_("Recorded on"), 11, lambda entry: timezone.localdate(entry.recorded_at), CellKind.DATE),
    Column(_("Effective on"), 11, lambda entry: entry.changed_from, CellKind.DATE),
    Column(label("meeting"), 16, lambda entry: entry.task.suggestion.meeting.title, is_long=True),
    Column(label("printed_number"), 5, lambda entry: entry.task.suggestion.number, CellKind.INTEGER),
    Column(label("text"), 24, lambda entry: entry.task.text, is_long=True),
    Column(_("Kind of entry"), 9, str),
    Column(_("On behalf of"), 10, lambda entry: entry.department.name if entry.department else ""),
    Column(_("Recorded by"), 10, lambda entry: str(entry.actor or "")),
    Column(_("In words"), 26, lambda entry: entry.note, is_long=True),
    Column(_("What changed"), 24, _changes, is_long=True),
)
