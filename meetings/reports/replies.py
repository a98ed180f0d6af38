"""答复: what became of one member's suggestions, over all meetings."""

import datetime
import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from meetings.models import Person, Suggestion, SuggestionSource, Task, TaskLog
from meetings.tasks.statistics import Summary, build_summary

from .progress import SuggestionPart, build_suggestion_parts, last_status_entries

# The capacities in which somebody is addressed as a member: 委员, …委员会委员, 执委, 常委; not …委员会副主任.
_MEMBER = re.compile("(委员|执委|常委)$")


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """Everything the reply sheet for ``person`` says as of ``day``.

    ``parts``: the suggestions, those of the newest meeting first, also those without a task. ``later``: in which ones
    each was raised again, by its id. ``is_member``: a suggestion was made as a member; ``status_entries``: how a
    task ended, by its id.
    """

    person: Person
    day: datetime.date
    summary: Summary
    parts: list[SuggestionPart]
    later: dict[int, list[Suggestion]]
    is_member: bool
    status_entries: dict[int, TaskLog]


def build_reply_sheet(person: Person, day: datetime.date) -> ReplySheet:
    """Gather the reply sheet as of ``day``. A fixed number of queries."""
    sources = SuggestionSource.objects.filter(person=person)
    own = Suggestion.objects.filter(Exists(sources.filter(suggestion=OuterRef("pk"))), meeting__issued_on__lte=day)
    newest_first = own.order_by("-meeting__issued_on", "-meeting_id", "position")
    suggestions = list(newest_first.select_related("meeting", "raised_before__meeting"))
    of_person = Task.objects.on(day).filter(suggestion__in=suggestions)
    tasks = list(of_person.with_department_reports(day).for_listing().order_by("suggestion", "number"))
    again: dict[int, list[Suggestion]] = {}
    later = Suggestion.objects.filter(raised_before__in=suggestions, meeting__issued_on__lte=day)
    for suggestion in later.select_related("meeting").order_by("meeting__issued_on", "position"):
        assert suggestion.raised_before_id is not None  # it is what they were looked up by
        again.setdefault(suggestion.raised_before_id, []).append(suggestion)
    capacities = sources.filter(suggestion__in=suggestions).values_list("capacity", flat=True)
    return ReplySheet(
        person=person,
        day=day,
        summary=build_summary(of_person, day),
        parts=build_suggestion_parts(suggestions, tasks, day),
        later=again,
        is_member=any(_MEMBER.search(capacity) for capacity in capacities),
        status_entries=last_status_entries(tasks, day),
    )
