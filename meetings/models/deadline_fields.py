"""The columns of a deadline, for tasks, milestones, intervals and requests."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.deadlines import Deadline, DeadlineKind as Kind, Precision as Exactness

from .choices import DeadlineKind, Precision


class DeadlineFields(models.Model):
    """A deadline as printed, and what it was understood to mean."""

    deadline_text = models.CharField(_("deadline as printed"), max_length=500, blank=True)
    deadline_kind = models.CharField(_("kind of deadline"), max_length=20, choices=DeadlineKind.choices)
    deadline_precision = models.CharField(_("precision"), max_length=20, choices=Precision.choices, blank=True)
    due_date = models.DateField(_("due date"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def deadline(self) -> Deadline:
        """The deadline in force, as `meetings.deadlines` writes it."""
        return Deadline(
            text=self.deadline_text,
            kind=Kind(self.deadline_kind),
            due_date=self.due_date,
            precision=Exactness(self.deadline_precision) if self.deadline_precision else None,
        )


def dated_constraint(model_name: str, prefix: str = "") -> models.CheckConstraint:
    """Return the constraint «dated exactly when there is a due date», for a prefix.

    The next meeting's deadline gets its day when that meeting is recorded, so it may have one.
    """
    kind, due = f"{prefix}deadline_kind", f"{prefix}due_date"
    return models.CheckConstraint(
        name=f"{model_name}_{prefix}dated_has_date",
        condition=(
            Q(**{kind: DeadlineKind.DATED, f"{due}__isnull": False})
            | Q(**{kind: DeadlineKind.NEXT_MEETING})
            | (~Q(**{kind: DeadlineKind.DATED}) & Q(**{f"{due}__isnull": True}))
        ),
    )
