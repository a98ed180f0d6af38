"""批示: what a leader wrote on a task they supervise, open until it is answered."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .log import TaskLog
from .organisation import Person
from .task import Task


class InstructionQuerySet(models.QuerySet["Instruction"]):
    """Instructions, as they stood at the end of a day."""

    def open_on(self, day: datetime.date) -> InstructionQuerySet:
        """Return those given by ``day`` (Asia/Shanghai) and not answered by its end."""
        return self.filter(Q(answered_on__isnull=True) | Q(answered_on__gt=day), given_on__lte=day)


class Instruction(models.Model):
    """One instruction, shown on top of its task until answered or withdrawn.

    ``given`` and ``answer`` are log entries (``answer`` may be the withdrawal). Their effective days are repeated here,
    so that a query finds those that were open on a day.
    """

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.PROTECT, related_name="instructions")
    leader = models.ForeignKey(Person, verbose_name=_("leader"), on_delete=models.PROTECT, related_name="instructions")
    text = models.TextField(_("instruction"))
    given = models.OneToOneField(TaskLog, verbose_name=_("given"), on_delete=models.PROTECT, related_name="instructs")
    given_on = models.DateField(_("given on"))
    answer = models.OneToOneField(
        TaskLog, verbose_name=_("answer"), on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering = ["task", "pk"]
        constraints = [
            models.CheckConstraint(name="instruction_has_words", condition=~Q(text="")),
            models.CheckConstraint(
                name="instruction_answered_has_entry",
                condition=Q(answer__isnull=True, answered_on__isnull=True)
                | Q(answer__isnull=False, answered_on__gte=F("given_on")),
            ),
        ]
        indexes = [models.Index(name="instruction_open", fields=["task"], condition=Q(answered_on__isnull=True))]

    def __str__(self) -> str:
        return self.text
