"""The buttons of the page of a breakdown table, and its rows."""

from __future__ import annotations

import datetime

from django.urls import reverse

from meetings.breakdown.services.ordering import table_version_token
from meetings.models import Meeting, Suggestion, Task

ISSUED = datetime.date(2023, 11, 8)
TODAY = datetime.date(2024, 3, 1)


def send(client, meeting: Meeting, action: str, **said):
    """Press a button of the table's page, as it is at this moment."""
    data = {"action": action, "seen": table_version_token(meeting), **said}
    return client.post(reverse("meeting_arrange", args=[meeting.pk]), data)


def rows(meeting: Meeting) -> list[tuple[int | None, str]]:
    return list(meeting.suggestions.order_by("position").values_list("number", "text"))


def row(meeting: Meeting, text: str) -> Suggestion:
    return meeting.suggestions.get(text=text)


def last_entry(task: Task):
    return task.log.order_by("sequence").last()


def _version(task: Task) -> int:
    return Task.objects.values_list("version", flat=True).get(pk=task.pk)
