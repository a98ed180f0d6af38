"""催办: mails that remind people, each sent once."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, Self, TypeVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .append_only import AppendOnlyModel, AppendOnlyQuerySet
from .batch import Batch
from .fields import optional_reference
from .log import TaskLog


class MailKind(models.TextChoices):
    """Why a mail is sent."""

    DIGEST = "digest", _("Daily digest")
    REMINDER = "reminder", _("Reminder by hand")


class MailState(models.TextChoices):
    """States of a mail: claimed by one sender before it is sent."""

    WAITING = "waiting", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Sent")
    SUPERSEDED = "superseded", _("Replaced by a later one")


_Delivery = TypeVar("_Delivery", bound="Delivery")


class DeliveryQuerySet(models.QuerySet[_Delivery]):
    """Deliveries; each step is one statement, so two senders never take the same one."""

    def sendable(self, now: datetime.datetime) -> Self:
        """Return those waiting, or claimed by a sender whose lease ran out."""
        return self.filter(Q(state=MailState.WAITING) | Q(state=MailState.CLAIMED, claimed_until__lt=now))

    def claim(self, pk: int, lease: datetime.timedelta) -> uuid.UUID | None:
        """Claim it until ``lease`` from now; None where it is taken or sent."""
        now = timezone.now()
        claim = uuid.uuid4()
        claimed = self.sendable(now).filter(pk=pk)
        number = claimed.update(
            state=MailState.CLAIMED, claim=claim, claimed_until=now + lease, attempts=models.F("attempts") + 1
        )
        return claim if number else None

    def release(self, claim: uuid.UUID, problem: str) -> None:
        """Give it back after a failed attempt, so that the next run may send it."""
        self.filter(claim=claim).update(state=MailState.WAITING, claim=None, claimed_until=None, problem=problem)

    def give_up(self) -> None:
        """Give up the unsent ones, which have nothing to say any more."""
        self.sendable(timezone.now()).update(state=MailState.SUPERSEDED, claim=None, claimed_until=None)


class Delivery(models.Model):
    """Something that is claimed in the database before it is sent.

    ``claimed_until`` is when a sender that crashed loses its claim.
    """

    state = models.CharField(_("state"), max_length=20, choices=MailState.choices, default=MailState.WAITING)
    claim = models.UUIDField(_("claim"), null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    problem = models.TextField(_("last problem"), blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="%(class)s_state_known", condition=Q(state__in=MailState.values)),
            models.CheckConstraint(
                name="%(class)s_claimed_by_somebody",
                condition=Q(state=MailState.CLAIMED, claim__isnull=False, claimed_until__isnull=False)
                | (~Q(state=MailState.CLAIMED) & Q(claim__isnull=True, claimed_until__isnull=True)),
            ),
        ]


class PostedQuerySet(DeliveryQuerySet[_Delivery]):
    """Messages that are posted to an address, which answers."""

    def record_answer(self, claim: Any, answer: str) -> None:
        """Mark the message as sent, unless another sender took over."""
        self.filter(claim=claim).update(
            state=MailState.SENT, claim=None, claimed_until=None, problem="", answer=answer, sent_at=timezone.now()
        )


class PostedMessage(Delivery):
    """A message that is posted; ``answer`` is what was answered, without secrets."""

    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta(Delivery.Meta):
        abstract = True


class MailingQuerySet(DeliveryQuerySet["Mailing"]):
    """Mails to be sent."""

    def get_or_create_digest(self, account: Account, day: datetime.date) -> Mailing:
        """Return the digest of ``account`` for ``day``, created once by any process."""
        wanted = {"account": account, "kind": MailKind.DIGEST, "day": day}
        # No get_or_create: between its SELECT and its INSERT another machine may write the row.
        self.bulk_create([self.model(**wanted)], ignore_conflicts=True)
        return self.get(**wanted)

    def about_reminder(self, entry: int) -> MailingQuerySet:
        """Return those of the reminder that ``entry`` (an id) is, be it of a batch."""
        return self.filter(Q(entry=entry) | Q(entry__batch__in=Batch.objects.filter(entries=entry)))

    def about_batch(self, batch: Batch) -> MailingQuerySet:
        """Return those of a batch of reminders, with their accounts."""
        return self.filter(entry__batch=batch).select_related("account")

    @transaction.atomic
    def record_sent(self, claim: uuid.UUID, **mail_columns: str | datetime.datetime) -> bool:
        """Mark the mail as sent and log it with ``mail_columns`` (those of `SentMail`).

        False, and nothing is written, where the lease ran out and another sender took over.
        """
        mailing = self.select_for_update().filter(claim=claim).first()
        if mailing is None:
            return False
        mailing.state, mailing.claim, mailing.claimed_until, mailing.problem = MailState.SENT, None, None, ""
        mailing.save()
        SentMail.objects.create(mailing=mailing, **mail_columns)
        return True


class Mailing(Delivery):
    """One mail to one account, claimed in the database before it is sent.

    ``day`` (Asia/Shanghai) is the one a digest is about, or of a reminder by hand; ``entry`` is then the reminder's
    entry in the task's log.
    """

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="mailings")
    kind = models.CharField(_("kind"), max_length=20, choices=MailKind.choices)
    day = models.DateField(_("day"))
    entry = optional_reference(TaskLog, _("log entry"), "mailings")

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail to be sent")
        verbose_name_plural = _("mails to be sent")
        ordering = ["-day", "pk"]
        constraints = [
            *Delivery.Meta.constraints,
            models.UniqueConstraint(
                name="mailing_one_digest_a_day", fields=["account", "day"], condition=Q(kind=MailKind.DIGEST)
            ),
            models.UniqueConstraint(name="mailing_one_for_each_entry", fields=["account", "entry"]),
            models.CheckConstraint(
                name="mailing_reminder_has_an_entry",
                condition=Q(kind=MailKind.DIGEST, entry__isnull=True) | Q(kind=MailKind.REMINDER, entry__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SentMail(AppendOnlyModel):
    """The append-only log of mails: what was sent to which address, and when.

    ``composed_at`` is the moment before what it tells was looked up; what was written after it is not in the mail.
    """

    mailing = models.OneToOneField(Mailing, verbose_name=_("mail"), on_delete=models.PROTECT, related_name="sent")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    composed_at = models.DateTimeField(_("composed"), default=timezone.now)
    address = models.EmailField(_("e-mail address"))
    subject = models.CharField(_("subject"), max_length=500)
    body = models.TextField(_("text"))
    message_id = models.CharField(_("message ID"), max_length=255)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent mail")
        verbose_name_plural = _("sent mails")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject
