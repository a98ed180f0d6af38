"""待确认: what a printed table leaves open and a person has to settle."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .fields import optional_reference
from .log import TaskLog
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet
from .task import RELATED_TASK_KEY, Task


class ImportIssueColumn(models.TextChoices):
    """Which column of the printed row an import issue is about."""

    DEPARTMENTS = "departments", _("departments")
    LEADERS = "leaders", _("supervising leaders")
    DEADLINE = "deadline", _("deadline")
    SOURCES = "sources", _("suggestion sources")
    NUMBER = "number", _("number")
    OTHER = "other", _("other")


class ImportIssueQuerySet(NaturalKeyQuerySet["ImportIssue"]):
    def open(self) -> ImportIssueQuerySet:
        """Return those nobody has answered, of tasks that are still tasks of their own."""
        return self.filter(answer__isnull=True, task__joined_into__isnull=True)

    def open_on(self, day: datetime.date) -> ImportIssueQuerySet:
        """Return those that were not answered by the end of ``day``."""
        return self.filter(Q(answer__isnull=True) | Q(answer__effective_on__gt=day))


class ImportIssue(NaturalKeyModel):
    """Something the printed table leaves open, to be confirmed by the secretariat.

    ``code``, ``value`` and ``parameters`` say what: the sentence is made from them in the reader's language
    (`meetings.minutes.issue_records`).
    ``answer`` is the log entry that settled it, none while it is open.
    """

    NATURAL_KEY = (*RELATED_TASK_KEY, "column", "code")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="import_issues")
    column = models.CharField(_("column"), max_length=20, choices=ImportIssueColumn.choices)
    code = models.CharField(_("question"), max_length=50)
    value = models.TextField(_("printed value"), blank=True)
    parameters = models.JSONField(_("details"), default=dict, blank=True)
    answer = optional_reference(TaskLog, _("answer"), "+")

    objects = ImportIssueQuerySet.as_manager()

    class Meta:
        db_table = "meetings_confirmationmark"
        verbose_name = _("mark to confirm")
        verbose_name_plural = _("marks to confirm")
        ordering = ["task", "pk"]
        constraints = [models.UniqueConstraint(name="confirmation_once", fields=["task", "column", "code"])]

    def __str__(self) -> str:
        return self.get_column_display()
