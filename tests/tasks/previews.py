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

    What one row moves on from where another one moved it is one change.
    """
    tree = html.fromstring(page)
    entries, consequences = (
        sorted(_words(part) for part in tree.iterfind(f".//div[@class='{name}']"))
        for name in ("planned-entry", "planned-consequence")
    )
    for first in list(consequences):
        for second in consequences:
            old, new = first.split(" → "), second.split(" → ")
            if old[1:] and old[1] == new[0].split("：")[1]:
                consequences = sorted({*consequences, f"{old[0]} → {new[1]}"} - {first, second})
                break
    return entries, consequences


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
