"""Redirects after saving and after signing in."""

from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from meetings import permissions
from meetings.models import Account, LandingPage, Task
from meetings.tasks import inbox
from meetings.tasks.saved_views import saved_view_url
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today

LANDING_PAGES: dict[str, str] = {
    LandingPage.OVERVIEW: "dashboard",
    LandingPage.DASHBOARD: "dashboard",
    LandingPage.TASKS: "task_list",
    LandingPage.INBOX: "inbox",
    LandingPage.MEETINGS: "meeting_list",
}


def url_after_save(request: Request, task: Task, *, advances_inbox: bool, to_list: bool = False) -> str:
    """Return the address to go to once something about ``task`` is saved.

    Who came from the inbox and has settled what waited there (``advances_inbox``) gets the next task at once, which is
    the same one where something else waits on it for the secretariat's decision.
    ``to_list``: back to the place in the list the user came from, as from the dashboard always; otherwise the task
    stays, and the way back with it.
    """
    back = get_next_url(request)
    if advances_inbox and urlsplit(back).path == reverse("inbox"):
        if permissions.is_secretariat(request.user) and inbox.still_waits(request.user, today(), task):
            return inbox_task_url(task)
        following = inbox.next_task(request.user, today(), excluded_id=task.pk)
        return inbox_task_url(following) if following else reverse("inbox")
    if back and (to_list or urlsplit(back).path == reverse("dashboard")):
        return f"{back}#task-{task.pk}"
    return f"{task.get_absolute_url()}?{urlencode({'next': back})}" if back else task.get_absolute_url()


def inbox_task_url(task: Task) -> str:
    """Return the address of a task opened from the inbox, with the way back."""
    return f"{task.get_absolute_url()}?{urlencode({'next': reverse('inbox')})}#waiting"


def landing_url(account: Account) -> str:
    """Return the address that opens after signing in: the chosen view, or page."""
    view = (
        permissions.readable_views(account).filter(pk=account.landing_view_id).first()
        if account.landing_view_id
        else None
    )
    return saved_view_url(view) if view else reverse(LANDING_PAGES[account.landing_page])
