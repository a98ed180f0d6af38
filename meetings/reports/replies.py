"""答复: what became of one member's suggestions, over all meetings."""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from meetings.models import Person, Suggestion, SuggestionSource, Task
from meetings.tasks.statistics import Summary, build_summary

from .progress import SuggestionPart, build_suggestion_parts


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """Everything the reply sheet for ``person`` says as of ``day``.

    ``parts``: the suggestions, those of the newest meeting first, also those without a task. ``later``: in which ones
    each was raised again, by its id.
    """

    person: Person
    day: datetime.date
    summary: Summary
    parts: list[SuggestionPart]
    later: dict[int, list[Suggestion]]


def build_reply_sheet(person: Person, day: datetime.date) -> ReplySheet:
    """Gather the reply sheet as of ``day``. A fixed number of queries."""
    by_person = Exists(SuggestionSource.objects.filter(suggestion=OuterRef("pk"), person=person))
    own = Suggestion.objects.filter(by_person, meeting__issued_on__lte=day)
    newest_first = own.order_by("-meeting__issued_on", "-meeting_id", "position")
    suggestions = list(newest_first.select_related("meeting", "raised_before__meeting"))
    of_person = Task.objects.on(day).filter(suggestion__in=suggestions)
    tasks = of_person.with_department_reports(day).for_listing().order_by("suggestion", "number")
    again: dict[int, list[Suggestion]] = {}
    later = Suggestion.objects.filter(raised_before__in=suggestions, meeting__issued_on__lte=day)
    for suggestion in later.select_related("meeting").order_by("meeting__issued_on", "position"):
        assert suggestion.raised_before_id is not None  # it is what they were looked up by
        again.setdefault(suggestion.raised_before_id, []).append(suggestion)
    parts = build_suggestion_parts(suggestions, tasks, day)
    return ReplySheet(person, day, build_summary(of_person, day), parts, again)
