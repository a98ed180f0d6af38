"""群机器人: where messages to a department, or to all, are posted, and what was."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import optional_reference
from .log import TaskLog
from .notification import PostedMessage, PostedQuerySet
from .organisation import Department


class Robot(models.Model):
    """A group robot of a department or, without one, of all departments.

    ``address`` is a secret: whoever has it posts there. It is shown nowhere (`meetings.notifications.robots`).
    """

    department = optional_reference(Department, _("department"), "robots")
    address = models.TextField(_("address"), editable=False)

    class Meta:
        verbose_name = _("group robot")
        verbose_name_plural = _("group robots")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(Coalesce("department", 0), name="robot_one_for_each")]

    def __str__(self) -> str:
        return str(self.department or _("All departments: what the secretariat is told"))


class RobotMessageKind(models.TextChoices):
    """Why a message is posted."""

    DIGEST = "digest", _("Daily digest")
    REMINDER = "reminder", _("Reminder by hand")
    GREETING = "greeting", _("Greeting of a new robot")


class RobotMessageQuerySet(PostedQuerySet["RobotMessage"]):
    """Messages to be posted."""

    def get_or_create_once(self, once: dict[str, Any], **text: str | datetime.date) -> tuple[RobotMessage, bool]:
        """Return the message identified by ``once``, and whether it is new."""
        # No get_or_create: between its SELECT and its INSERT another machine may write the row.
        before = self.filter(**once).first()
        if before is None:
            self.bulk_create([self.model(**once, **text)], ignore_conflicts=True)
        return before or self.get(**once), before is None


class RobotMessage(PostedMessage):
    """One message to one robot, posted once.

    ``day`` (Asia/Shanghai) and ``entry`` are as in `Mailing`; ``composed_at`` is the moment before what it tells was
    looked up, ``answer`` what was answered, without the secret.
    """

    robot = models.ForeignKey(Robot, verbose_name=_("group robot"), on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(_("kind"), max_length=20, choices=RobotMessageKind.choices)
    day = models.DateField(_("day"))
    entry = optional_reference(TaskLog, _("log entry"), "robot_messages")
    title = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("text"))
    composed_at = models.DateTimeField(_("composed"), default=timezone.now)

    objects = RobotMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to a group robot")
        verbose_name_plural = _("messages to group robots")
        ordering = ["-pk"]
        constraints = [
            *PostedMessage.Meta.constraints,
            models.UniqueConstraint(
                name="robotmessage_one_digest_a_day",
                fields=["robot", "day"],
                condition=Q(kind=RobotMessageKind.DIGEST),
            ),
            models.UniqueConstraint(name="robotmessage_one_for_each_entry", fields=["robot", "entry"]),
            models.CheckConstraint(
                name="robotmessage_reminder_has_an_entry",
                condition=Q(kind=RobotMessageKind.REMINDER, entry__isnull=False)
                | (~Q(kind=RobotMessageKind.REMINDER) & Q(entry__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
