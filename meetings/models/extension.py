"""延期: requests for a later deadline and their decisions."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import ExtensionState

from .deadline_fields import DeadlineFields
from .log import TaskLog
from .task import Task


class ExtensionStatus(models.TextChoices):
    """States of an extension request, with their labels."""

    REQUESTED = ExtensionState.REQUESTED.value, _("Waiting for a decision")
    GRANTED = ExtensionState.GRANTED.value, _("Granted")
    REFUSED = ExtensionState.REFUSED.value, _("Refused")
    LAPSED = ExtensionState.LAPSED.value, _("Lapsed with the end of the task")


class ExtensionQuerySet(models.QuerySet["ExtensionRequest"]):
    def waiting(self) -> ExtensionQuerySet:
        """Return those that nobody has decided yet."""
        return self.filter(status=ExtensionStatus.REQUESTED)

    def open_on(self, day: datetime.date) -> ExtensionQuerySet:
        """Return those made by ``day`` (Asia/Shanghai) and not decided by its end."""
        return self.filter(Q(decided__isnull=True) | Q(decided__effective_on__gt=day), asked__effective_on__lte=day)


class ExtensionRequest(DeadlineFields):
    """A request for a later deadline; the inherited columns are the new deadline.

    ``asked`` is the log entry of the request, ``decided`` that of the decision, whose note is the decision's reason.
    Who, when and on behalf of which department are those entries'.
    """

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.PROTECT, related_name="extension_requests")
    asked = models.OneToOneField(TaskLog, verbose_name=_("asked"), on_delete=models.PROTECT, related_name="asks_for")
    reason = models.TextField(_("reason"))
    progress = models.TextField(_("progress so far"))
    # What the deadline was then: a day (Asia/Shanghai), to show how many days are asked for.
    due_date_before = models.DateField(_("due date before"))
    status = models.CharField(
        _("decision"), max_length=20, choices=ExtensionStatus.choices, default=ExtensionStatus.REQUESTED
    )
    decided = models.OneToOneField(
        TaskLog, verbose_name=_("decided"), on_delete=models.PROTECT, null=True, blank=True, related_name="decides_on"
    )

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")
        ordering = ["task", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="extension_one_is_open", fields=["task"], condition=Q(status=ExtensionStatus.REQUESTED)
            ),
            models.CheckConstraint(name="extension_status_known", condition=Q(status__in=ExtensionStatus.values)),
            models.CheckConstraint(
                name="extension_decided_has_entry",
                condition=Q(status=ExtensionStatus.REQUESTED, decided__isnull=True)
                | (~Q(status=ExtensionStatus.REQUESTED) & Q(decided__isnull=False)),
            ),
            models.CheckConstraint(
                name="extension_is_later",
                condition=Q(due_date__isnull=False) & Q(due_date__gt=F("due_date_before")),
            ),
        ]

    def __str__(self) -> str:
        return self.deadline_text

    @property
    def days_requested(self) -> int:
        """How many days later than before the asking."""
        assert self.due_date is not None  # the constraint extension_is_later
        return (self.due_date - self.due_date_before).days
