"""落实情况: what became of a meeting's suggestions by a day."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db.models import Prefetch

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
from meetings.tasks.statistics import OTHER_ENDS, Summary, build_department_summaries, build_summary


@dataclass(frozen=True, slots=True)
class SuggestionPart:
    """One suggestion with its outcome by the day and its tasks, which may be none.

    The tasks are from `TaskQuerySet.on`, with departments, leaders and the latest progress.
    """

    suggestion: Suggestion
    outcome: SuggestionOutcome | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class ExtensionSummary:
    """How often a task's deadline was extended, by how many days in all, and why."""

    times: int
    days: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelatedSuggestion:
    """A suggestion with the earlier one it comes back to, and that one's outcome."""

    suggestion: Suggestion
    earlier: Suggestion
    outcome: SuggestionOutcome | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Everything the report to the next meeting says, as of ``day``.

    ``aspects``: the suggestions of each; None: of those without one. By task: the ``extension_requests`` that are open,
    the ``status_entries`` since which a task waits for its closure or is terminated, and the ``extensions``.
    """

    meeting: Meeting
    day: datetime.date
    summary: Summary
    departments: tuple[Summary, ...]
    aspects: dict[Aspect | None, list[SuggestionPart]]
    tasks: tuple[Task, ...]
    extension_requests: dict[int, ExtensionRequest]
    status_entries: dict[int, TaskLog]
    extensions: dict[int, ExtensionSummary]
    raised_before: tuple[RelatedSuggestion, ...]

    @property
    def without_task_count(self) -> int:
        """How many suggestions have not been made a task."""
        return sum(not part.tasks for parts in self.aspects.values() for part in parts)

    @property
    def undecided(self) -> list[Task]:
        """The open tasks whose deadline is undecided, also those whose review was missed."""
        undecided = [task for task in self.tasks if task.day_deadline_kind == DeadlineKind.UNDECIDED]
        return [task for task in undecided if task.day_status in OPEN_STATUSES]

    @property
    def unassigned(self) -> list[Task]:
        """The tasks that no department leads or is responsible for."""
        roles = {task: {part.role for part in task.task_departments.all()} for task in self.tasks}
        return [task for task in self.tasks if roles[task].isdisjoint(ANSWERABLE_ROLES)]

    def in_health(self, health: Health) -> list[Task]:
        """Return the tasks in this health, the longest waiting first."""
        matching = [task for task in self.tasks if task.health == health]
        return sorted(matching, key=lambda task: task.next_day or datetime.date.max)


def build_progress_report(meeting: Meeting, day: datetime.date) -> ProgressReport:
    """Gather the report on ``meeting`` as of ``day``. A fixed number of queries."""
    tasks = Task.objects.on(day).filter(suggestion__meeting=meeting)
    ordered = tuple(tasks.with_department_reports(day).for_listing().order_by("suggestion__position", "number"))
    requests = ExtensionRequest.objects.open_on(day).filter(task__in=[task.pk for task in ordered])
    return ProgressReport(
        meeting=meeting,
        day=day,
        summary=build_summary(tasks, day),
        departments=tuple(build_department_summaries(tasks, day)),
        aspects=group_by_aspect(meeting, ordered, day),
        tasks=ordered,
        extension_requests={request.task_id: request for request in requests},
        status_entries=last_status_entries(ordered, day),
        extensions=summarise_extensions([task for task in ordered if task.day_extension_count], day),
        raised_before=find_related_suggestions(meeting, day),
    )


def group_by_aspect(
    meeting: Meeting, tasks: Iterable[Task], day: datetime.date
) -> dict[Aspect | None, list[SuggestionPart]]:
    """Return a meeting's suggestions with ``tasks`` under the aspects. Three queries.

    In printed order. The rows of an aspect stand together, also where the table prints others between them; those
    without come last.
    """
    sources = Prefetch("suggestion_sources", SuggestionSource.objects.select_related("person"))
    suggestions = meeting.suggestions.select_related("aspect").prefetch_related(sources).order_by("position")
    parts: dict[Aspect | None, list[SuggestionPart]] = {}
    for part in build_suggestion_parts(list(suggestions), tasks, day):
        parts.setdefault(part.suggestion.aspect, []).append(part)
    return {aspect: parts[aspect] for aspect in sorted(parts, key=lambda aspect: not aspect)}


def build_suggestion_parts(
    suggestions: Iterable[Suggestion], tasks: Iterable[Task], day: datetime.date
) -> list[SuggestionPart]:
    """Return the suggestions with their tasks and outcomes by ``day``. One query.

    ``tasks`` are in the order of their suggestions.
    """
    recorded = SuggestionOutcome.objects.on(day).filter(suggestion__in=suggestions)
    outcomes = {outcome.suggestion_id: outcome for outcome in recorded}
    of_suggestion = {pk: tuple(rows) for pk, rows in groupby(tasks, key=attrgetter("suggestion_id"))}
    return [SuggestionPart(of, outcomes.get(of.pk), of_suggestion.get(of.pk, ())) for of in suggestions]


def summarise_extensions(
    tasks: Iterable[Task], last: datetime.date, first: datetime.date = datetime.date.min
) -> dict[int, ExtensionSummary]:
    """Return how ``tasks`` were extended from ``first`` to ``last``, by id. One query.

    What was undone does not count. The reason is that of the request, where an extension decided on one.
    """
    entries: dict[int, list[TaskLog]] = {task.pk: [] for task in tasks}
    standing = TaskLog.objects.standing().filter(task__in=list(entries), kind=EntryKind.DEADLINE)
    in_period = standing.filter(effective_on__gte=first, effective_on__lte=last)
    for entry in in_period.select_related("decides_on").chronological():
        if _days_granted(entry) > 0:
            entries[entry.task_id].append(entry)
    return {
        pk: ExtensionSummary(
            len(of_task), sum(map(_days_granted, of_task)), tuple(dict.fromkeys(filter(None, map(_reason, of_task))))
        )
        for pk, of_task in entries.items()
    }


def _days_granted(entry: TaskLog) -> int:
    change = entry.changes.get("extension")
    return change["new"]["days"] - change["old"]["days"] if change else 0


def _reason(entry: TaskLog) -> str:
    extension_request = getattr(entry, "decides_on", None)
    return (extension_request and extension_request.reason) or entry.note


def last_status_entries(tasks: Iterable[Task], day: datetime.date) -> dict[int, TaskLog]:
    """Return the entries since which ``tasks`` wait for closure or are not carried on."""
    concerned = [task.pk for task in tasks if task.day_status in (Status.CLOSURE_REQUESTED, *OTHER_ENDS)]
    entries = TaskLog.objects.standing().filter(task__in=concerned, effective_on__lte=day, changes__has_key="status")
    return {entry.task_id: entry for entry in entries.exclude(kind=EntryKind.UNDONE).chronological()}


def find_related_suggestions(meeting: Meeting, day: datetime.date) -> tuple[RelatedSuggestion, ...]:
    """Return suggestions that come back to earlier ones, with outcomes by ``day``."""
    linked = Suggestion.objects.filter(meeting=meeting, raised_before__isnull=False).order_by("position")
    pairs = ((suggestion, suggestion.raised_before) for suggestion in linked.select_related("raised_before__meeting"))
    return add_outcomes([(suggestion, before) for suggestion, before in pairs if before], day)


def add_outcomes(pairs: list[tuple[Suggestion, Suggestion]], day: datetime.date) -> tuple[RelatedSuggestion, ...]:
    """Return the ``pairs`` with the earlier one's tasks and outcome. Six queries."""
    earlier = [before for _suggestion, before in pairs]
    tasks = Task.objects.on(day).filter(suggestion__in=earlier).with_department_reports(day).for_listing()
    parts = build_suggestion_parts(earlier, tasks.order_by("suggestion", "number"), day)
    return tuple(
        RelatedSuggestion(suggestion, part.suggestion, part.outcome, part.tasks)
        for (suggestion, _before), part in zip(pairs, parts, strict=True)
    )
