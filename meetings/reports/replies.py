"""答复: what became of one member's suggestions, over all meetings."""

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet

from meetings.models import Meeting, Person, Suggestion, SuggestionOutcome, SuggestionSource, Task
from meetings.tasks.statistics import Summary, build_summary

from .progress import outcomes_by_suggestion


@dataclass(frozen=True, slots=True)
class SuggestionReply:
    """One suggestion of the member with its tasks, outcome and later recurrences."""

    suggestion: Suggestion
    tasks: tuple[Task, ...]
    outcome: SuggestionOutcome | None
    earlier: Suggestion | None
    later: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class MeetingReplies:
    """The member's suggestions at one meeting."""

    meeting: Meeting
    replies: tuple[SuggestionReply, ...]


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """Everything the reply sheet for ``person`` says as of ``day``."""

    person: Person
    day: datetime.date
    summary: Summary
    meetings: tuple[MeetingReplies, ...]

    @property
    def suggestions(self) -> int:
        """How many suggestions the member made, also those without a task."""
        return sum(len(of.replies) for of in self.meetings)


def suggestions_of(person: Person, day: datetime.date) -> QuerySet[Suggestion]:
    """Return what ``person`` suggested at meetings issued by ``day``, newest first."""
    by_person = Exists(SuggestionSource.objects.filter(suggestion=OuterRef("pk"), person=person))
    suggestions = Suggestion.objects.filter(by_person, meeting__issued_on__lte=day)
    return suggestions.order_by("-meeting__issued_on", "-meeting_id", "position")


def build_reply_sheet(person: Person, day: datetime.date) -> ReplySheet:
    """Gather the reply sheet as of ``day``. A fixed number of queries."""
    own = suggestions_of(person, day)
    suggestions = list(own.select_related("meeting", "raised_before__meeting"))
    of_person = Task.objects.on(day).filter(suggestion__in=[suggestion.pk for suggestion in suggestions])
    tasks: dict[int, list[Task]] = {}
    for task in of_person.with_last_report().for_listing().order_by("suggestion", "number"):
        tasks.setdefault(task.suggestion_id, []).append(task)
    outcomes = outcomes_by_suggestion(suggestions, day)
    again: dict[int, list[Suggestion]] = {}
    later = Suggestion.objects.filter(raised_before__in=suggestions, meeting__issued_on__lte=day)
    for suggestion in later.select_related("meeting").order_by("meeting__issued_on", "position"):
        assert suggestion.raised_before_id is not None  # it is what they were looked up by
        again.setdefault(suggestion.raised_before_id, []).append(suggestion)
    return ReplySheet(
        person=person,
        day=day,
        summary=build_summary(of_person, day),
        meetings=tuple(
            MeetingReplies(
                meeting,
                tuple(
                    SuggestionReply(
                        suggestion,
                        tuple(tasks.get(suggestion.pk, ())),
                        outcomes.get(suggestion.pk),
                        suggestion.raised_before,
                        tuple(again.get(suggestion.pk, ())),
                    )
                    for suggestion in of_meeting
                ),
            )
            for meeting, of_meeting in groupby(suggestions, key=lambda suggestion: suggestion.meeting)
        ),
    )
