"""What waits for whoever is signed in, and handing out evidence."""

import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.exports.downloads import stored_file_response
from meetings.models import Account, Task
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet
from meetings.tasks import inbox as waiting
from meetings.tasks.acknowledgements import find_pending_acknowledgements
from meetings.tasks.import_issues import count_open_issues
from meetings.tasks.navigation import inbox_task_url
from meetings.ui.http import Request
from meetings.ui.navigation import today

# Items of each group; a larger group has a page of its own.
TASKS_PER_PAGE = 20


@require_safe
def inbox(request: Request) -> HttpResponse:
    """Show what waits for the account, the longest first; ``?begin`` opens the first."""
    day = today()
    if "begin" in request.GET:
        first = waiting.next_task(request.user, day)
        return redirect(inbox_task_url(first) if first else "inbox")
    # Counted once, for this page and the navigation.
    open_issue_count = count_open_issues() if permissions.is_secretariat(request.user) else 0
    counts = waiting.count_waiting(request.user, day)
    found = waiting.groups(request.user, day) if counts else []
    chosen = next((group for group in found if group.key == request.GET.get("group")), None)
    asked = request.GET.get("page") if chosen else 1
    groups = [
        (group, _find_page(request.user, day, group, counts.get(group.key, 0), asked))
        for group in ([chosen] if chosen else found)
    ]
    acknowledges = waiting.ACKNOWLEDGE in counts and not chosen
    pending_acknowledgements = find_pending_acknowledgements(request.user, day) if acknowledges else []
    meetings = {task.suggestion.meeting_id for _group, page in groups for task in page}
    # No query where nothing waits for consent.
    claiming = [task for group, page in groups if group.key == waiting.BACK_DATING for task in page]
    claimed_days = waiting.claimed_days(claiming) if claiming else {}
    for task in claiming:
        task.claimed_days = claimed_days.get(task.pk, [])
    number = sum(page.paginator.count for _group, page in groups)
    context = {
        "day": day,
        "chosen": chosen,
        "pending_acknowledgements": pending_acknowledgements,
        "groups": groups,
        "names_meetings": len(meetings) > 1,
        "reminded_besides": waiting.reminded_task_ids(request.user, day) if number else set(),
        "number": number + len(pending_acknowledgements),
        "task_number": number,
        "open_issue_count": open_issue_count,
        "queue_number": sum(counts.values()) + open_issue_count,
        "has_inbox": waiting.has_inbox(request.user),
        "is_secretariat": permissions.is_secretariat(request.user),
    }
    return render(request, "meetings/tasks/inbox.html", context)


def _find_page(
    account: Account, day: datetime.date, group: waiting.InboxGroup, number: int, asked: str | int | None
) -> Page[Task]:
    items: Any = _Items(account, day, group, number)
    return Paginator(items, TASKS_PER_PAGE).get_page(asked)


class _Items:
    """The tasks of a group, of which a page is loaded; no query where there are none."""

    def __init__(self, account: Account, day: datetime.date, group: waiting.InboxGroup, number: int) -> None:
        self.asked = account, day, group.key
        # An act that waits for consent is counted with each of its tasks, and a task may wait with several.
        self.number = group.tasks.count() if number and group.key == waiting.BACK_DATING else number

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, page: slice) -> list[Task]:
        if not self.number:
            return []
        return _find_items.fetch(*self.asked, page.start, TASKS_PER_PAGE, settings.DUE_SOON_DAYS)


@PreparedQuery
def _find_items(account: Account, day: datetime.date, key: str, start: int, number: int, _days: int) -> TaskQuerySet:
    [group] = [group for group in waiting.groups(account, day) if group.key == key]
    return group.items(day)[start : start + number]


@require_safe
def evidence(request: Request, pk: int) -> HttpResponseBase:
    """Serve a file of evidence, always as a download in a sandbox."""
    file = permissions.downloadable_evidence(request.user, pk)
    sandbox = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return stored_file_response(request, file.file, file.name, file.content_type, **sandbox)
