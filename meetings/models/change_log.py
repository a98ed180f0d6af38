"""更改记录: the append-only log of changes of meetings, people, accounts."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .fields import optional_reference
from .meeting import Meeting
from .organisation import Department, Person


class ChangeKind(models.TextChoices):
    """What was done."""

    ENTERED = "entered", _("Entered")
    CORRECTED = "corrected", _("Corrected")
    ARRANGED = "arranged", _("Rearranged")
    REMOVED = "removed", _("Removed")
    RENAMED = "renamed", _("Renamed")
    MERGED = "merged", _("Merged")
    RETIRED = "retired", _("Retired")
    RESTORED = "restored", _("Taken back into use")
    HANDED_OVER = "handed_over", _("Handed over")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")


# They change nothing, and happen every day.
SIGN_IN_KINDS = (ChangeKind.SIGNED_IN, ChangeKind.SIGNED_OUT, ChangeKind.SIGN_IN_FAILED)
SUBJECTS = ("meeting", "department", "person", "account")


def _exactly_one_subject() -> Q:
    either = Q()
    for chosen in SUBJECTS:
        either |= Q(**{f"{name}__isnull": name != chosen for name in SUBJECTS})
    return either


class ChangeLogQuerySet(AppendOnlyQuerySet["ChangeLog"]):
    """Entries of the change log."""

    def changes(self) -> Self:
        """Return the changes, without signing in and out."""
        return self.exclude(kind__in=SIGN_IN_KINDS)


class ChangeLog(AppendOnlyModel):
    """A change of something other than a task, or a sign-in: who, when, what, why.

    It is about exactly one of `SUBJECTS`; aspects, suggestions, sources, leads and attendees are their meeting's.
    ``changes`` maps what changed to ``{"old": …, "new": …}``, as in `TaskLog`; where it is of a part of a meeting,
    ``part`` names that in words (for instance the suggestion's number and text at that time).
    """

    meeting = optional_reference(Meeting, _("meeting"), "change_log")
    department = optional_reference(Department, _("department"), "change_log")
    person = optional_reference(Person, _("person"), "change_log")
    account = optional_reference(Account, _("account"), "change_log")
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind.choices)
    part = models.TextField(_("part"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    actor = optional_reference(Account, _("by"), "changes_made")
    note = models.TextField(_("note"), blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)

    objects = ChangeLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("change log")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="change_kind_known", condition=Q(kind__in=ChangeKind.values)),
            models.CheckConstraint(name="change_of_one_thing", condition=_exactly_one_subject()),
        ]
        indexes = [models.Index(name="change_recorded", fields=["recorded_at"])]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def subject(self) -> Meeting | Department | Person | Account:
        """What it is about."""
        return next(filter(None, (getattr(self, name) for name in SUBJECTS)))

    @property
    def subject_name(self) -> str:
        """What it is about, in words; an account with its user name."""
        return self.account.name_and_username if self.account else str(self.subject)
