"""A person's deadlines and reviews as an iCalendar feed (RFC 5545)."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from cnas_tasks import __version__
from meetings import permissions
from meetings.models import Account, Task

from .mails import host_name

ONE_DAY = datetime.timedelta(days=1)
# How often programs are asked to look again; some listen.
REFRESH = datetime.timedelta(hours=12)


def build_calendar(account: Account, day: datetime.date) -> bytes:
    """Build the iCalendar file of the account's own tasks that are open on ``day``.

    An all-day event for the deadline, each unmet milestone and the review of each task, in the active language. An
    event has the same UID as long as the register lives, also when its day moves; what is closed is no longer there.
    The same register gives the same bytes, for the events are stamped with the time of the task's last entry.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//cnas-task-register//{__version__}//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = _("Committee tasks: %(name)s") % {"name": account}
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    tasks = permissions.own_tasks(account, permissions.readable_tasks(account, day)).open()
    for task in tasks.for_listing().prefetch_related("milestones").with_last_entry_at().order_by("pk"):
        for event in _events(task):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(task: Task) -> Iterator[Event]:
    if task.day_due_date:
        yield _event(task, "deadline", task.day_due_date, _("Due: %(task)s") % {"task": task.text})
    for milestone in task.milestones.all():
        if milestone.due_date and milestone.met_on is None:
            summary = _("Milestone: %(task)s") % {"task": task.text}
            yield _event(task, f"milestone-{milestone.position}", milestone.due_date, summary)
    if task.day_next_review:
        yield _event(task, "review", task.day_next_review, _("Review: %(task)s") % {"task": task.text})


def _event(task: Task, kind: str, day: datetime.date, summary: str) -> Event:
    event = Event()
    event.add("uid", f"task-{task.pk}-{kind}@{host_name()}")
    event.add("dtstamp", task.last_entry_at.astimezone(datetime.UTC))
    event.add("last-modified", task.last_entry_at.astimezone(datetime.UTC))
    event.add("sequence", task.version)
    event.add("dtstart", day)
    event.add("dtend", day + ONE_DAY)
    event.add("summary", " ".join(summary.split()))
    departments = _(", ").join(part.department.name for part in task.task_departments.all())
    leaders = _(", ").join(part.person.name for part in task.task_leaders.all())
    event.add(
        "description",
        _("Responsible: %(departments)s\nSupervised by: %(leaders)s\nDeadline as printed: %(deadline)s\n%(address)s")
        % {
            "departments": departments,
            "leaders": leaders,
            "deadline": task.day_deadline_text,
            "address": settings.BASE_URL + task.get_absolute_url(),
        },
    )
    event.add("url", settings.BASE_URL + task.get_absolute_url())
    event.add("class", "PRIVATE")
    # A deadline does not make its day a busy one.
    event.add("transp", "TRANSPARENT")
    return event
