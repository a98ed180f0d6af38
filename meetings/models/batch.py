"""批量办理: entries made in one go by one person, which can be undone in one go."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .fields import StableIdField


class BatchSource(models.TextChoices):
    """Where the entries of a batch were asked for."""

    LIST = "list", _("Selected in the list")
    WORKBOOK = "fill_in", _("Fill-in workbook")
    REMINDER = "reminder", _("Reminder")
    BACK_DATED = "back_dated", _("Back-dated")


class Consent(models.TextChoices):
    """Whether what a batch claims about past days counts on them (补录)."""

    NOT_NEEDED = "", _("Claims no day")
    ASKED = "asked", _("Waits for consent to its day")
    GRANTED = "granted", _("Counts on the day it claimed")
    REFUSED = "refused", _("Counts on the day of recording")


class BatchQuerySet(models.QuerySet["Batch"]):
    def for_listing(self) -> Self:
        """Annotate numbers of tasks: all, touched since, untouched, not undone."""
        entries = _entries_of("pk")
        return self.select_related("made_by", "undoes", "undone_by__made_by").annotate(
            task_count=_count_tasks(entries),
            touched_count=_count_tasks(entries.superseded()),
            untouched_count=F("task_count") - F("touched_count"),
            standing_count=count_standing_tasks("pk"),
        )


def count_standing_tasks(batch: str) -> Coalesce:
    """Return for how many of its tasks the batch at ``batch`` was not undone."""
    return _count_tasks(_entries_of(batch).standing())


def _entries_of(batch: str) -> Any:
    return apps.get_model("meetings", "TaskLog").objects.filter(batch=OuterRef(batch)).order_by().values("batch")


def _count_tasks(entries: Any) -> Coalesce:
    return Coalesce(Subquery(entries.annotate(number=Count("task", distinct=True)).values("number")), 0)


class Batch(models.Model):
    """One act on many tasks; its entries are found by `TaskLog.batch`.

    Another batch (``undoes``) undoes it by compensating entries; nothing is removed from the log. Tasks changed in the
    meantime get no such entry: for them the first batch stands. ``file_name`` and
    ``file_sha256`` are those of the workbook it was read from, if any. ``consent`` is to the days that its entries
    claim; what is granted is a batch that undoes it and writes it again.
    """

    stable_id = StableIdField()
    made_by = models.ForeignKey(Account, verbose_name=_("by"), on_delete=models.PROTECT, related_name="batches")
    made_at = models.DateTimeField(_("recorded"), default=timezone.now)
    source = models.CharField(_("source"), max_length=20, choices=BatchSource.choices)
    note = models.TextField(_("note"), blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    consent = models.CharField(
        _("consent"), max_length=20, choices=Consent.choices, default=Consent.NOT_NEEDED, blank=True
    )
    undoes = models.OneToOneField(
        "self", verbose_name=_("undoes"), on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    # Annotated by `BatchQuerySet.for_listing`, or set for a page.
    task_count: int
    touched_count: int
    untouched_count: int
    standing_count: int
    changes: list[Any]

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="batch_source_known", condition=Q(source__in=BatchSource.values)),
            models.CheckConstraint(name="batch_consent_known", condition=Q(consent__in=Consent.values)),
            models.CheckConstraint(
                name="batch_does_not_undo_itself", condition=Q(undoes__isnull=True) | ~Q(undoes=F("id"))
            ),
        ]
        indexes = [
            # Every page shows the inbox's number; few batches are waiting, so a partial index is small.
            models.Index(name="batch_awaits_consent", fields=["consent"], condition=Q(consent="asked"))
        ]

    def __str__(self) -> str:
        return self.get_source_display()

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    @property
    def is_consent(self) -> bool:
        """Whether it consents: it undoes a batch and writes it again on the days claimed."""
        return self.undoes is not None and self.undoes.consent == Consent.GRANTED
