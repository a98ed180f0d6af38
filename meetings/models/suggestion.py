"""意见建议: what was suggested at a meeting, and by whom."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .fields import PinyinField, optional_reference
from .meeting import Aspect, Meeting
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet, PrintedPart
from .organisation import Person


class Suggestion(NaturalKeyModel):
    """One row of a breakdown table.

    ``position`` orders the rows of a meeting; ``number`` is what the table prints, which may be missing
    or begin again under each section.
    """

    NATURAL_KEY = ("meeting__title", "meeting__issued_on", "position")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="suggestions")
    aspect = optional_reference(Aspect, _("aspect"), "suggestions")
    position = models.PositiveSmallIntegerField(_("position"))
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    text = models.TextField(_("suggestion"), blank=True)
    lead_in = models.TextField(
        _("lead-in"), blank=True, help_text=_("What the table prints before the first numbered task.")
    )
    raised_before: models.ForeignKey[Suggestion | None, Suggestion | None] = optional_reference(
        "self",
        _("raised before as"),
        "raised_again",
        on_delete=models.SET_NULL,
        help_text=_("The suggestion of an earlier meeting that this one comes back to."),
    )
    spelling = PinyinField(of="text")
    sources: models.ManyToManyField[Person, SuggestionSource] = models.ManyToManyField(
        Person, verbose_name=_("sources"), through="SuggestionSource", blank=True, related_name="suggestions"
    )

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["meeting", "position"]
        constraints = [models.UniqueConstraint(name="suggestion_position", fields=["meeting", "position"])]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("suggestion", args=[self.pk])

    def __str__(self) -> str:
        if self.number is None:
            return self.text
        return _("%(number)s) %(text)s") % {"number": self.number, "text": self.text}


class SuggestionSource(PrintedPart):
    """建议来源: a person who made the suggestion, with the printed capacity."""

    NATURAL_KEY = (*(f"suggestion__{path}" for path in Suggestion.NATURAL_KEY), "position")

    suggestion = models.ForeignKey(Suggestion, on_delete=models.CASCADE, related_name="suggestion_sources")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="suggestion_sources"
    )
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)

    class Meta(PrintedPart.Meta):
        verbose_name = _("suggestion source")
        verbose_name_plural = _("suggestion sources")
        constraints = [
            models.UniqueConstraint(name="source_position", fields=["suggestion", "position"]),
            models.UniqueConstraint(name="source_once_per_capacity", fields=["suggestion", "person", "capacity"]),
        ]

    def __str__(self) -> str:
        return _("%(capacity)s %(name)s") % {"capacity": self.capacity, "name": self.person.name}
