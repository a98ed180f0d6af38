"""佐证材料: files that show what was done; served as downloads only."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .fields import optional_reference
from .log import TaskLog
from .task import Task


def evidence_path(evidence: Evidence, filename: str) -> str:
    """Return the path below MEDIA_ROOT; no part of it comes from the upload's name."""
    return f"evidence/{evidence.entry.recorded_at:%Y}/{uuid.uuid4().hex}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def not_deleted(self) -> EvidenceQuerySet:
        """Return those that nobody has deleted."""
        return self.filter(removal__isnull=True)


class Evidence(models.Model):
    """One file of evidence; ``entry`` tells who added it and when.

    Deleting is an entry of the log (``removal``); the file itself stays, for the administrators.
    """

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.PROTECT, related_name="evidence")
    entry = models.ForeignKey(TaskLog, verbose_name=_("added"), on_delete=models.PROTECT, related_name="evidence")
    file = models.FileField(_("file"), upload_to=evidence_path, max_length=100)
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    content_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    removal = optional_reference(TaskLog, _("deleted"), "+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["task", "pk"]
        constraints = [
            models.CheckConstraint(name="evidence_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="evidence_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
