"""Messages to group robots: what mails tell, each posted once by a job.

A department's robot is told what its liaisons are, the robot for all what the secretariat is.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.workdays import is_working_day
from meetings.jobs import job
from meetings.models import (
    Account,
    Department,
    EntryKind,
    MailState,
    Robot,
    RobotMessage,
    RobotMessageKind,
    Role,
    Task,
    TaskLog,
)
from meetings.tasks.signals import reminders_recorded

from .digest import Digest, compose_reading
from .mails import digest_subject, reminder_subject, render_text, shorten_subject
from .sections import Reading


@dataclass(frozen=True, slots=True)
class RobotReader:
    """Stands in for an account: a liaison of one department, or the secretariat."""

    role: str
    departments: QuerySet[Department]
    is_active: bool = True
    is_authenticated: bool = True
    wants_digest: bool = True
    language: str = ""
    person: None = None
    person_id: None = None


def compose_robot_digests(day: datetime.date) -> Iterator[tuple[Robot, Digest]]:
    """Yield what there is to tell each robot on ``day``."""
    for robot in Robot.objects.select_related("department"):
        reader = RobotReader(
            Role.LIAISON if robot.department else Role.SECRETARIAT,
            Department.objects.filter(pk=robot.department_id or 0),
        )
        sent = robot.messages.filter(kind=RobotMessageKind.DIGEST, state=MailState.SENT, day__lt=day)
        last = sent.order_by("-day").values_list("day", "composed_at").first()
        # The sections ask an account for nothing else than the reader has.
        digest = compose_reading(Reading(cast(Account, reader), day, *(last or (None, None))))
        if digest is not None:
            yield robot, digest


def enqueue_digests(day: datetime.date) -> int:
    """Let the worker post the digests of ``day``, and what waits; return how many."""
    if is_working_day(day):
        # The new ones repeat what those of earlier days tell.
        RobotMessage.objects.filter(kind=RobotMessageKind.DIGEST, day__lt=day).give_up()
        for robot, digest in compose_robot_digests(day):
            with translation.override(settings.LANGUAGE_CODE):
                RobotMessage.objects.get_or_create_once(
                    {"robot": robot, "kind": RobotMessageKind.DIGEST, "day": day},
                    title=_title(digest_subject(digest)),
                    text=render_text("digest", {"digest": digest, "day": day}),
                    composed_at=digest.composed_at,
                )
    waiting = list(RobotMessage.objects.sendable(timezone.now()).values_list("pk", flat=True))
    for pk in waiting:
        deliver_robot_message.enqueue(pk)
    return len(waiting)


@receiver(reminders_recorded)
def enqueue_reminders(entries: Mapping[TaskLog, set[int]], **_of_signal: Any) -> None:
    """Let the worker tell the robots of the reminded departments, each by one message."""
    of_department: dict[int, list[TaskLog]] = defaultdict(list)
    for entry, departments in entries.items():
        for department in departments:
            of_department[department].append(entry)
    day = timezone.localdate()
    for robot in Robot.objects.filter(department__in=list(of_department)):
        first = of_department[cast(int, robot.department_id)][0]
        message, _is_new = RobotMessage.objects.get_or_create_once(
            {"robot": robot, "kind": RobotMessageKind.REMINDER, "entry": first},
            day=day,
            **_compose_reminder(robot, first, day),
        )
        deliver_robot_message.enqueue(message.pk)


def _compose_reminder(robot: Robot, entry: TaskLog, day: datetime.date) -> dict[str, str]:
    """Return the ``title`` and ``text`` of a reminder, or nothing.

    It is of all tasks of the act of ``entry``; nothing where none of the tasks is still open and the department's.
    """
    act = Q(pk=entry.pk) if entry.batch_id is None else Q(batch=entry.batch_id)
    to_it = Q(department=robot.department) | Q(department__merged_into=robot.department) | Q(department__isnull=True)
    reminders = TaskLog.objects.filter(act, to_it, kind=EntryKind.REMINDER)
    going_on = Task.objects.on(day).outside_demonstration().open().filter(pk__in=reminders.values("task"))
    tasks = list(going_on.assigned_to([robot.department_id or 0]).for_listing().in_printed_order())
    if not tasks:
        return {}
    with translation.override(settings.LANGUAGE_CODE):
        text = render_text("reminder", {"tasks": tasks, "entry": entry, "day": day})
        return {"title": _title(reminder_subject(tasks)), "text": text}


def _title(subject: str) -> str:
    """Name the sender, as a mail's head does; a robot may ask for it as a keyword."""
    return shorten_subject(_("[Committee Task Register] %(subject)s") % {"subject": subject})


def greet(robot: Robot) -> None:
    """Let the worker post a first message, so that its answer shows if it works."""
    with translation.override(settings.LANGUAGE_CODE):
        message = robot.messages.create(
            kind=RobotMessageKind.GREETING,
            day=timezone.localdate(),
            title=_title(_("Connected")),
            text=_("Digests and reminders of the register are posted here from now on."),
        )
    deliver_robot_message.enqueue(message.pk)


@job(gettext_lazy("Post a message to a group robot"))
def deliver_robot_message(message_id: int) -> None:
    """Post one message, unless that was done or its robot is gone.

    Raises DeliveryError where it was not taken: the job is tried again.
    """
    from . import robots
    from .posting import post_once

    def post(message: RobotMessage) -> str | None:
        if message.entry:
            # Of what is still open now, as a mail tells it.
            reminder = _compose_reminder(message.robot, message.entry, timezone.localdate())
            if not reminder:
                return None
            RobotMessage.objects.filter(pk=message_id).update(**reminder)
            message.title, message.text = reminder["title"], reminder["text"]
        return robots.post(message.robot.address, message.title, message.text)

    post_once(RobotMessage.objects.select_related("robot", "entry"), message_id, post)
