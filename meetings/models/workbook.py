"""填报表交回: fill-in workbooks as uploaded, and the decisions about them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .batch import Batch
from .organisation import Department


class WorkbookState(models.TextChoices):
    """What has become of a workbook that was handed in."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    SET_ASIDE = "set_aside", _("Set aside")


def workbook_path(_upload: WorkbookUpload, _name: str) -> str:
    """Return the path below MEDIA_ROOT; no part of it comes from the upload's name."""
    return f"fill-in/{uuid.uuid4().hex}.xlsx"


class WorkbookHandout(models.Model):
    """The handing out of a department's fill-in workbook, alone or in an archive."""

    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="workbook_handouts"
    )
    handed_out_to = models.ForeignKey(
        Account, verbose_name=_("handed out to"), on_delete=models.PROTECT, related_name="workbook_handouts"
    )
    handed_out_at = models.DateTimeField(_("handed out"), default=timezone.now)

    class Meta:
        verbose_name = _("workbook handed out")
        verbose_name_plural = _("workbooks handed out")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.department)


class WorkbookUploadQuerySet(models.QuerySet["WorkbookUpload"]):
    """Workbooks that were handed in; the last comes first."""

    def waiting(self) -> WorkbookUploadQuerySet:
        """Return those about which nobody has decided yet."""
        return self.filter(state=WorkbookState.WAITING)

    def accepted(self) -> WorkbookUploadQuerySet:
        """Return those that became a batch."""
        return self.filter(state=WorkbookState.ACCEPTED)

    def in_force(self) -> WorkbookUploadQuerySet:
        """Return those that became a batch which was not undone."""
        return self.accepted().filter(batch__undone_by__isnull=True)


class WorkbookUpload(models.Model):
    """A fill-in workbook as uploaded; it counts only once it is accepted.

    ``content`` is what was read (`meetings.core.converter`), ``decisions`` maps the place of a row in it to
    what holds where the register changed meanwhile: ``file`` or ``register``, and a place with a column to the text
    that it was corrected to. ``batch`` is what accepting made of it.
    """

    file = models.FileField(_("file"), upload_to=workbook_path, max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size (bytes)"))
    original_name = models.CharField(_("name of the file"), max_length=200, help_text=_("For display only."))
    uploaded_by = models.ForeignKey(
        Account, verbose_name=_("handed in by"), on_delete=models.PROTECT, related_name="workbook_uploads"
    )
    uploaded_at = models.DateTimeField(_("handed in"), default=timezone.now)
    content = models.JSONField(_("what was read"), default=dict)
    decisions = models.JSONField(_("decisions"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=WorkbookState.choices, default=WorkbookState.WAITING)
    batch = models.OneToOneField(
        Batch, verbose_name=_("batch"), on_delete=models.PROTECT, null=True, blank=True, related_name="workbook_upload"
    )

    objects = WorkbookUploadQuerySet.as_manager()

    class Meta:
        db_table = "meetings_fillinupload"
        verbose_name = _("fill-in workbook")
        verbose_name_plural = _("fill-in workbooks")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="fill_in_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="fill_in_state_known", condition=Q(state__in=WorkbookState.values)),
            models.CheckConstraint(
                name="fill_in_accepted_as_a_batch",
                condition=Q(state=WorkbookState.ACCEPTED, batch__isnull=False)
                | (~Q(state=WorkbookState.ACCEPTED) & Q(batch__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_pending(self) -> bool:
        """Whether it can still be decided about."""
        return self.state == WorkbookState.WAITING
