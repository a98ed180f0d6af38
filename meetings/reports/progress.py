"""落实情况: what became of a meeting's suggestions by a day."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch, QuerySet

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import (
    ANSWERABLE_ROLES,
    Aspect,
    DeadlineKind,
    EntryKind,
    ExtensionRequest,
    Health,
    Meeting,
    Status,
    Suggestion,
    SuggestionOutcome,
    SuggestionSource,
    Task,
    TaskLog,
)
from meetings.tasks.statistics import Summary, build_department_summaries, build_summary


@dataclass(frozen=True, slots=True)
class SuggestionPart:
    """One suggestion with its outcome by the day and its tasks, which may be none.

    The tasks are from `TaskQuerySet.on`, with departments, leaders and the latest progress.
    """

    suggestion: Suggestion
    outcome: SuggestionOutcome | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class AspectPart:
    """One aspect (none: suggestions without one) and its suggestions."""

    aspect: Aspect | None
    suggestions: tuple[SuggestionPart, ...]


@dataclass(frozen=True, slots=True)
class ExtensionGrant:
    """One extension of a deadline: its days, and why it was requested and granted."""

    days: int
    request_reason: str
    grant_reason: str


@dataclass(frozen=True, slots=True)
class ExtendedTask:
    """A task whose deadline was moved, and how that came."""

    task: Task
    grants: tuple[ExtensionGrant, ...]


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A task with the entry of its present status, for its reason."""

    task: Task
    on: datetime.date
    reason: str


@dataclass(frozen=True, slots=True)
class PendingExtension:
    """A task with the later deadline that is being asked for."""

    task: Task
    request: ExtensionRequest


@dataclass(frozen=True, slots=True)
class RelatedSuggestion:
    """A suggestion with the earlier one it comes back to, and that one's outcome."""

    suggestion: Suggestion
    earlier: Suggestion
    outcome: SuggestionOutcome | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class PendingDecisions:
    """What the committee, or whoever decides for it, has to settle."""

    undecided: tuple[Task, ...]
    unassigned: tuple[Task, ...]
    extension_requests: tuple[PendingExtension, ...]
    closure_requests: tuple[StatusChange, ...]
    terminated: tuple[StatusChange, ...]

    def __bool__(self) -> bool:
        return any((self.undecided, self.unassigned, self.extension_requests, self.closure_requests, self.terminated))


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Everything the report to the next meeting says, as of ``day``."""

    meeting: Meeting
    day: datetime.date
    summary: Summary
    departments: tuple[Summary, ...]
    aspects: tuple[AspectPart, ...]
    overdue: tuple[Task, ...]
    review_missed: tuple[Task, ...]
    extension_requests: dict[int, ExtensionRequest]
    extended: tuple[ExtendedTask, ...]
    raised_before: tuple[RelatedSuggestion, ...]
    pending_decisions: PendingDecisions

    @property
    def without_task_count(self) -> int:
        """How many suggestions have not been made a task."""
        return sum(not part.tasks for of in self.aspects for part in of.suggestions)


def build_progress_report(meeting: Meeting, day: datetime.date) -> ProgressReport:
    """Gather the report on ``meeting`` as of ``day``. A fixed number of queries."""
    tasks = Task.objects.on(day).filter(suggestion__meeting=meeting)
    ordered = tuple(tasks.with_last_report().for_listing().order_by("suggestion__position", "number"))
    extension_requests = open_extension_requests(ordered, day)
    status_entries = last_status_entries(ordered, day)
    return ProgressReport(
        meeting=meeting,
        day=day,
        summary=build_summary(tasks, day),
        departments=tuple(build_department_summaries(tasks, day)),
        aspects=group_by_aspect(meeting, ordered, day),
        overdue=filter_by_health(ordered, Health.OVERDUE),
        review_missed=filter_by_health(ordered, Health.REVIEW_MISSED),
        extension_requests=extension_requests,
        extended=find_extended_tasks(ordered, day),
        raised_before=find_related_suggestions(meeting, day),
        pending_decisions=PendingDecisions(
            undecided=tuple(task for task in ordered if _is_undecided(task)),
            unassigned=tuple(task for task in ordered if not responsible_department_names(task)),
            extension_requests=tuple(
                PendingExtension(task, extension_requests[task.pk]) for task in ordered if task.pk in extension_requests
            ),
            closure_requests=_status_changes(Status.CLOSURE_REQUESTED, ordered, status_entries),
            terminated=_status_changes(Status.TERMINATED, ordered, status_entries),
        ),
    )


def responsible_department_names(task: Task) -> list[str]:
    """Return the names of the departments that lead or are responsible."""
    return [part.department.name for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES]


def _is_undecided(task: Task) -> bool:
    return task.day_deadline_kind == DeadlineKind.UNDECIDED and task.day_status in OPEN_STATUSES


def filter_by_health(tasks: Iterable[Task], health: Health) -> tuple[Task, ...]:
    """Return those of ``tasks`` in this health, the longest waiting first."""
    matching = [task for task in tasks if task.health == health]
    return tuple(sorted(matching, key=lambda task: task.next_day or datetime.date.max))


def group_by_aspect(meeting: Meeting, tasks: Iterable[Task], day: datetime.date) -> tuple[AspectPart, ...]:
    """Return a meeting's suggestions with ``tasks`` under the aspects. Three queries.

    In printed order. The rows of an aspect stand together, also where the table prints others between them; those
    without come last.
    """
    sources = Prefetch("suggestion_sources", SuggestionSource.objects.select_related("person"))
    suggestions = meeting.suggestions.select_related("aspect").prefetch_related(sources).order_by("position")
    outcomes = outcomes_by_suggestion(list(suggestions), day)
    of_suggestion = {pk: tuple(rows) for pk, rows in groupby(tasks, key=lambda task: task.suggestion_id)}
    parts: dict[Aspect | None, list[SuggestionPart]] = {}
    for suggestion in suggestions:
        part = SuggestionPart(suggestion, outcomes.get(suggestion.pk), of_suggestion.get(suggestion.pk, ()))
        parts.setdefault(suggestion.aspect, []).append(part)
    return tuple(AspectPart(aspect, tuple(parts[aspect])) for aspect in sorted(parts, key=lambda aspect: not aspect))


def outcomes_by_suggestion(suggestions: Iterable[Suggestion | int], day: datetime.date) -> dict[int, SuggestionOutcome]:
    """Return the outcomes recorded of ``suggestions`` by ``day``. One query."""
    recorded = SuggestionOutcome.objects.filter(suggestion__in=suggestions, entry__effective_on__lte=day)
    return {outcome.suggestion_id: outcome for outcome in recorded}


def open_extension_requests(tasks: Iterable[Task], day: datetime.date) -> dict[int, ExtensionRequest]:
    """Return the extension requests open at the end of ``day``, by task. One query."""
    requests = ExtensionRequest.objects.open_on(day).filter(task__in=[task.pk for task in tasks])
    return {request.task_id: request for request in requests.select_related("asked__department")}


def extension_entries_between(
    first: datetime.date | None, last: datetime.date, tasks: QuerySet | list[int]
) -> list[TaskLog]:
    """Return the entries that extended ``tasks`` up to ``last``, by day. One query.

    What was undone by then is not among them. With their extension request, where they decided on one. Without
    ``first``: from the beginning.
    """
    entries = TaskLog.objects.standing(last).filter(task__in=tasks, kind=EntryKind.DEADLINE, effective_on__lte=last)
    if first is not None:
        entries = entries.filter(effective_on__gte=first)
    entries = entries.select_related("decides_on").chronological()
    return [entry for entry in entries if days_granted(entry) > 0]


def days_granted(entry: TaskLog) -> int:
    """Return by how many days ``entry`` extended a deadline; 0 where it did not."""
    change = entry.changes.get("extension")
    return change["new"]["days"] - change["old"]["days"] if change else 0


def find_extended_tasks(tasks: Iterable[Task], day: datetime.date) -> tuple[ExtendedTask, ...]:
    """Return the tasks extended by ``day``, each with its extensions. One query."""
    moved = [task for task in tasks if task.day_extension_count]
    grants: dict[int, list[ExtensionGrant]] = {}
    for entry in extension_entries_between(None, day, [task.pk for task in moved]):
        extension_request = getattr(entry, "decides_on", None)
        grants.setdefault(entry.task_id, []).append(
            ExtensionGrant(
                days_granted(entry),
                extension_request.reason if extension_request else "",
                entry.note,
            )
        )
    return tuple(ExtendedTask(task, tuple(grants.get(task.pk, ()))) for task in moved)


def last_status_entries(tasks: Iterable[Task], day: datetime.date) -> dict[int, TaskLog]:
    """Return the entries since which ``tasks`` wait for closure or are terminated."""
    concerned = [task.pk for task in tasks if task.day_status in (Status.CLOSURE_REQUESTED, Status.TERMINATED)]
    entries = TaskLog.objects.standing(day).filter(task__in=concerned, effective_on__lte=day, changes__has_key="status")
    return {entry.task_id: entry for entry in entries.exclude(kind=EntryKind.UNDONE).chronological()}


def _status_changes(status: Status, tasks: Iterable[Task], entries: dict[int, TaskLog]) -> tuple[StatusChange, ...]:
    return tuple(
        StatusChange(task, entries[task.pk].effective_on, entries[task.pk].note)
        for task in tasks
        if task.day_status == status
    )


def find_related_suggestions(meeting: Meeting, day: datetime.date) -> tuple[RelatedSuggestion, ...]:
    """Return suggestions that come back to earlier ones, with outcomes by ``day``."""
    linked = (
        Suggestion.objects.filter(meeting=meeting, raised_before__isnull=False)
        .select_related("raised_before__meeting")
        .order_by("position")
    )
    pairs = ((suggestion, suggestion.raised_before) for suggestion in linked)
    return add_outcomes([(suggestion, before) for suggestion, before in pairs if before], day)


def add_outcomes(pairs: list[tuple[Suggestion, Suggestion]], day: datetime.date) -> tuple[RelatedSuggestion, ...]:
    """Return the ``pairs`` with the earlier one's tasks and outcome. Five queries."""
    earlier = [before.pk for _suggestion, before in pairs]
    tasks: dict[int, list[Task]] = {}
    task_rows = Task.objects.on(day).filter(suggestion__in=earlier).with_last_report().for_listing()
    for task in task_rows.order_by("suggestion", "number"):
        tasks.setdefault(task.suggestion_id, []).append(task)
    outcomes = outcomes_by_suggestion(earlier, day)
    return tuple(
        RelatedSuggestion(suggestion, before, outcomes.get(before.pk), tuple(tasks.get(before.pk, ())))
        for suggestion, before in pairs
    )
