"""What all views share: the day, the way back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.models import Account, LandingPage, Task
from meetings.tasks import inbox
from meetings.tasks.saved_views import address_of

LANDING_PAGES = {
    LandingPage.OVERVIEW: "overview",
    LandingPage.DASHBOARD: "dashboard",
    LandingPage.TASKS: "task_list",
    LandingPage.INBOX: "inbox",
    LandingPage.MEETINGS: "meeting_list",
}


def today() -> datetime.date:
    """Return the present day in Asia/Shanghai."""
    return timezone.localdate()


def without_nul(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Take the character NUL out of what is sent to a view that reads fields by itself.

    Forms of Django refuse it in their fields. Nobody means it, and PostgreSQL stores no text that has it.
    """

    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        spoilt = [name for name, values in request.POST.lists() if any("\0" in value for value in values)]
        if spoilt:
            request.POST = request.POST.copy()
            for name in spoilt:
                request.POST.setlist(name, [value.replace("\0", "") for value in request.POST.getlist(name)])
        return view(request, *args, **kwargs)

    return read


def as_of_query(day: datetime.date) -> QueryDict:
    """Return the parameters that keep a link on ``day``; none for today, so that a kept link stays up to date."""
    query = QueryDict(mutable=True)
    if day != today():
        query[AS_OF] = day.isoformat()
    return query


def way_back(request: HttpRequest) -> str:
    """Return the page of ours that ``next`` names, where the user came from; empty: nowhere in particular."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if not asked.startswith("/") or not url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return ""
    parts = urlsplit(asked)
    # The row that stands after # is the task's own, and said where the address is used.
    return "" if parts.path == request.path else parts._replace(fragment="").geturl()


def after_saving(request: HttpRequest, task: Task, *, settles: bool, to_list: bool = False) -> str:
    """Return the address to go to once something about ``task`` is saved.

    Who came from the inbox and has settled what waited there (``settles``) gets the next task at once. ``to_list``:
    back to the place in the list the user came from, as from an overview always; otherwise the task stays, and the
    way back with it.
    """
    back = way_back(request)
    if settles and urlsplit(back).path == reverse("inbox"):
        following = inbox.next_task(request.user, today(), besides=task.pk)
        return waiting_address(following) if following else reverse("inbox")
    if back and (to_list or urlsplit(back).path == reverse("overview")):
        return f"{back}#task-{task.pk}"
    return f"{task.get_absolute_url()}?{urlencode({'next': back})}" if back else task.get_absolute_url()


def waiting_address(task: Task) -> str:
    """Return the address of a task out of the inbox: at what waits there, and back to the inbox from there."""
    return f"{task.get_absolute_url()}?{urlencode({'next': reverse('inbox')})}#waiting"


def first_page(account: Account) -> str:
    """Return the address that opens after signing in: the chosen view, as long as the account may see it, or page."""
    view = (
        permissions.readable_views(account).filter(pk=account.landing_view_id).first()
        if account.landing_view_id
        else None
    )
    return address_of(view) if view else reverse(LANDING_PAGES[account.landing_page])
