"""What became of a suggestion in the end, and the reply to the people who made it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .log import TaskLog
from .suggestion import Suggestion


class Outcome(models.TextChoices):
    """The four ways in which a suggestion may end."""

    RESOLVED = "resolved", _("Resolved")
    BEING_RESOLVED = "being_resolved", _("Being resolved")
    PLANNED = "planned", _("Planned for")
    FOR_REFERENCE = "for_reference", _("Kept for reference")


class SuggestionOutcome(models.Model):
    """The outcome in force; earlier ones are in the logs of the suggestion's tasks."""

    suggestion = models.OneToOneField(
        Suggestion, verbose_name=_("suggestion"), on_delete=models.PROTECT, related_name="outcome"
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    reply = models.TextField(_("reply to the people who made it"))
    entry = models.ForeignKey(TaskLog, verbose_name=_("recorded"), on_delete=models.PROTECT, related_name="+")

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
