"""签收: a department takes over its tasks of a meeting."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .fields import optional_reference
from .meeting import Meeting
from .organisation import Department


class Acknowledgement(AppendOnlyModel):
    """That a department has taken over its tasks of a meeting, by whom and when.

    A meeting says since when that is asked for (`Meeting.acknowledgement_asked_on`). It changes neither the status nor
    the health of a task.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="acknowledgements"
    )
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="acknowledgements"
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    actor = optional_reference(Account, _("by"), "acknowledgements")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(name="acknowledgement_once", fields=["meeting", "department"])]

    def __str__(self) -> str:
        return f"{self.department} · {self.meeting}"
