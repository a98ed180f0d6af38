"""What a preview shows, to be compared with what the log and the tasks have afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils import translation
from lxml import html

from meetings.models import Task, TaskLog
from meetings.tasks.display import describe_changes
from meetings.tasks.services.batch_plan import PlannedRow, TaskChange
from meetings.tasks.services.log import iso


def shown(page: str) -> tuple[list[str], list[str]]:
    """Return the entries, and what else changes, that a preview says; both sorted.

    What one row moves on from where another one of its task moved it is one change.
    """
    tree = html.fromstring(page)
    entries = sorted(_words(part) for part in tree.iterfind(".//div[@class='planned-entry']"))
    of_tasks: dict[str, list[str]] = {}
    for part in tree.iterfind(".//div[@class='planned-consequence']"):
        of_tasks.setdefault(_task_of(part), []).append(_words(part))
    return entries, sorted(change for changes in of_tasks.values() for change in _joined(changes))


def _task_of(part: html.HtmlElement) -> str:
    """Return the address of the task that the nearest row around ``part`` names."""
    rows = (row.xpath(".//a[contains(@href, '/tasks/')]/@href") for row in part.iterancestors())
    return next((hrefs[0].split("#")[0] for hrefs in rows if hrefs), "")


def _joined(changes: list[str]) -> list[str]:
    for first in changes:
        for second in changes:
            old, new = first.split(" → "), second.split(" → ")
            if old[1:] and old[1] == new[0].split("：")[1]:
                return _joined([*({*changes} - {first, second}), f"{old[0]} → {new[1]}"])
    return changes


def happened(entries: Iterable[TaskLog], before: Iterable[Task], language: str) -> tuple[list[str], list[str]]:
    """Return in a preview's words the ``entries`` written, and what no entry says of the tasks as they were."""
    entries = list(entries)
    said = {entry.task_id for entry in entries if "next_review" in entry.changes}
    consequences = []
    with translation.override(language):
        for old in before:
            new = Task.objects.get(pk=old.pk)
            if new.next_review != old.next_review and old.pk not in said:
                changes = {"next_review": {"old": iso(old.next_review), "new": iso(new.next_review)}}
                row = PlannedRow(old, TaskChange(task_id=old.pk, effective_on=entries[0].effective_on), changes=changes)
                (change,) = describe_changes(row)
                consequences.append(_drawn("meetings/ui/_change.html", change=change))
        written = [_drawn("meetings/tasks/batches/_entry.html", entry=entry) for entry in entries]
    return sorted(written), sorted(consequences)


def shown_undoing(page: str) -> list[str]:
    """Return the changes that the page of a batch says undoing it writes, sorted."""
    path = ".//div[@class='planned-consequence']/div[@class='log-change']"
    return sorted(_words(change) for change in html.fromstring(page).iterfind(path))


def changes_of(entries: Iterable[TaskLog], language: str) -> list[str]:
    """Return in a page's words what ``entries`` changed, sorted."""
    with translation.override(language):
        changes = [change for entry in entries for change in describe_changes(entry)]
        return sorted(_drawn("meetings/ui/_change.html", change=change) for change in changes)


def _drawn(template: str, **context: object) -> str:
    return _words(html.fromstring(f"<div>{render_to_string(template, context)}</div>"))


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
