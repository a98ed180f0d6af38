"""公文模板: Word templates of the office's own, in place of the register's."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account


class Paper(models.TextChoices):
    """What is written on a letterhead."""

    REPORT = "report", _("Report")
    BULLETIN = "bulletin", _("Bulletin")
    REPLY = "reply", _("Reply")
    SLIP = "slip", _("Supervision slip")


def letterhead_path(_letterhead: Letterhead, _name: str) -> str:
    """Return the path below MEDIA_ROOT; no part of it comes from the upload's name."""
    return f"letterheads/{uuid.uuid4().hex}.docx"


class Letterhead(models.Model):
    """The office's template for a paper; without one the shipped template is used.

    A new template is a new row, so that its key tells which one somebody has seen.
    """

    paper = models.CharField(_("paper"), max_length=20, choices=Paper.choices, unique=True)
    file = models.FileField(_("file"), upload_to=letterhead_path, max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64, db_default="", editable=False)
    original_name = models.CharField(_("name of the file"), max_length=200, help_text=_("For display only."))
    uploaded_by = models.ForeignKey(Account, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="letterhead_paper_known", condition=Q(paper__in=Paper.values))]

    def __str__(self) -> str:
        return self.original_name
