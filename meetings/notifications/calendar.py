"""A person's deadlines and reviews as an iCalendar feed (RFC 5545)."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from cnas_tasks import __version__
from meetings import permissions
from meetings.models import Account, Task

from .mails import host_name

ONE_DAY = datetime.timedelta(days=1)
# On the day of an event, from its midnight on.
ALARM_AT = datetime.timedelta(hours=9)
# How often programs are asked to look again; some listen.
REFRESH = datetime.timedelta(hours=12)


def build_calendar(account: Account, day: datetime.date) -> bytes:
    """Build the iCalendar file of the account's own tasks that are open on ``day``.

    An all-day event for the deadline, each unmet milestone and the review of each task, in the active language. What
    is overdue stands on ``day`` until it is done. An event has the same UID as long as the register lives, also when
    its day moves; what is closed is no longer there. The same register gives the same bytes the whole day: the events
    are stamped with the time of the task's last entry, or with the beginning of the day they were moved to.
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
    tasks = permissions.own_tasks(account, permissions.readable_tasks(account, day)).open().outside_demonstration()
    for task in tasks.for_listing().prefetch_related("milestones").with_last_entry_at().order_by("pk"):
        for kind, due, summary, late_summary in _dates(task):
            event = _event(task, kind, due, day, late_summary if due < day else summary)
            if account.calendar_alarm:
                event.add_component(_alarm(event))
            calendar.add_component(event)
    return calendar.to_ical()


def _dates(task: Task) -> Iterator[tuple[str, datetime.date, str, str]]:
    """Yield each event's kind and day, and its names until then and afterwards."""
    if task.day_due_date:
        yield "deadline", task.day_due_date, _("Due: %(task)s"), _("Overdue since %(day)s: %(task)s")
    for milestone in task.milestones.all():
        if milestone.due_date and milestone.met_on is None:
            late = _("Milestone overdue since %(day)s: %(task)s")
            yield f"milestone-{milestone.position}", milestone.due_date, _("Milestone: %(task)s"), late
    if task.day_next_review:
        yield "review", task.day_next_review, _("Review: %(task)s"), _("Review missed since %(day)s: %(task)s")


def _alarm(event: Event) -> Alarm:
    """Return what rings on the day of ``event``."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", ALARM_AT)
    return alarm


def _event(task: Task, kind: str, due: datetime.date, day: datetime.date, summary: str) -> Event:
    summary %= {"task": task.text, "day": date_format(due, "DATE_FORMAT")}
    changed_at = task.last_entry_at
    if due < day:
        changed_at = max(changed_at, datetime.datetime.combine(day, datetime.time(), timezone.get_default_timezone()))
    event = Event()
    event.add("uid", f"task-{task.pk}-{kind}@{host_name()}")
    event.add("dtstamp", changed_at.astimezone(datetime.UTC))
    event.add("last-modified", changed_at.astimezone(datetime.UTC))
    # Raised with the day of what moves. The entry that ends that is of today and a version more, so it never falls.
    event.add("sequence", timezone.localdate(changed_at).toordinal() + task.version)
    event.add("dtstart", max(due, day))
    event.add("dtend", max(due, day) + ONE_DAY)
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
