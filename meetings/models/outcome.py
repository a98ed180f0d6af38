"""What became of a suggestion in the end, and the reply to the people who made it."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from .choices import EntryKind
from .log import TaskLog, TaskLogQuerySet
from .suggestion import Suggestion


class Outcome(models.TextChoices):
    """The four ways in which a suggestion may end."""

    RESOLVED = "resolved", _("Resolved")
    BEING_RESOLVED = "being_resolved", _("Being resolved")
    PLANNED = "planned", _("Planned for")
    FOR_REFERENCE = "for_reference", _("Kept for reference")


class SuggestionOutcomeQuerySet(models.QuerySet["SuggestionOutcome"]):
    """Outcomes of suggestions."""

    def on(self, day: datetime.date) -> SuggestionOutcomeQuerySet:
        """Return those there were by the end of ``day``: ``day_outcome`` etc."""
        outcomes = self.annotate(  # type: ignore[no-redef]  # declared
            day_outcome=SuggestionOutcome.on(day),
            day_reply=SuggestionOutcome.on(day, "reply"),
            day_recorded_on=SuggestionOutcome.recorded_on(day),
        )
        return outcomes.filter(Q(day_outcome__isnull=False))


class SuggestionOutcome(models.Model):
    """The outcome in force; earlier ones are in the logs of the suggestion's tasks."""

    # What it was on a day: annotated by `on`.
    day_outcome: str
    day_reply: str
    day_recorded_on: datetime.date

    suggestion = models.OneToOneField(
        Suggestion, verbose_name=_("suggestion"), on_delete=models.PROTECT, related_name="outcome"
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    reply = models.TextField(_("reply to the people who made it"))
    entry = models.ForeignKey(TaskLog, verbose_name=_("recorded"), on_delete=models.PROTECT, related_name="+")

    objects = SuggestionOutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome of a suggestion")
        verbose_name_plural = _("outcomes of suggestions")
        ordering = ["suggestion"]
        constraints = [
            models.CheckConstraint(name="outcome_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="outcome_has_a_reply", condition=~Q(reply="")),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

    @staticmethod
    def on(day: datetime.date, name: str = "outcome", path: str = "") -> Combinable:
        """Return the outcome (or ``reply``) of a suggestion by the end of ``day``.

        None where there was none. ``path`` leads to the `SuggestionOutcome`. The log is asked only where another one
        was recorded after the day.
        """
        changes = f"changes__{name}__new"
        last = _recorded_by(day, path).filter(**{f"{changes}__isnull": False}).values(value=KT(changes))[:1]
        return _either(day, path, F(f"{path}{name}"), last, models.CharField())

    @staticmethod
    def recorded_on(day: datetime.date) -> Combinable:
        """Return when the outcome by the end of ``day`` was recorded."""
        return _either(
            day, "", F("entry__effective_on"), _recorded_by(day).values("effective_on")[:1], models.DateField()
        )


def _recorded_by(day: datetime.date, path: str = "") -> TaskLogQuerySet:
    """Return the entries of a suggestion's outcomes by ``day``, newest first."""
    entries = TaskLog.objects.filter(task__suggestion=OuterRef(f"{path}suggestion"), kind=EntryKind.OUTCOME)
    return entries.filter(effective_on__lte=day).order_by("-effective_on", "-pk")


def _either(
    day: datetime.date, path: str, present: F, last: models.QuerySet[Any, Any], output: models.Field[Any, Any]
) -> Combinable:
    return Case(
        When(**{f"{path}entry__effective_on__lte": day}, then=present),
        When(**{f"{path}entry__isnull": False}, then=Subquery(last)),
        output_field=output,
    )
