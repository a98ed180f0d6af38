"""The digest of a day for one account, and who gets one."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation

from meetings.models import Account, Department
from meetings.tasks.inbox import ROLES_WITH_INBOX

from .sections import SECTIONS, Reading, Section


@dataclass(frozen=True, slots=True)
class Digest:
    """What ``account`` is told at the end of ``day`` (Asia/Shanghai), in its language.

    ``composed_at`` is the moment before the register was asked: what was recorded later is for the next digest.
    """

    account: Account
    day: datetime.date
    sections: list[Section]
    composed_at: datetime.datetime
    # The day of the digest before, None without one: then nothing is marked as new.
    last_digest_on: datetime.date | None = None

    @property
    def total(self) -> int:
        """How many tasks it tells of, each counted once."""
        return len({pk for section in self.sections for pk in section.task_ids})

    @property
    def new_total(self) -> int:
        """How many of them the digest before did not tell."""
        return len({pk for section in self.sections for pk in section.new_task_ids})


def language_of(account: Account) -> str:
    """Return the language of mails and calendars for ``account``."""
    return account.language or settings.LANGUAGE_CODE


def potential_recipients() -> QuerySet[Account]:
    """Return the active accounts that a digest might have something for."""
    heads = Department.objects.filter(head=OuterRef("person"))
    return Account.objects.filter(Q(role__in=ROLES_WITH_INBOX) | Exists(heads), is_active=True).select_related("person")


def compose_digest(account: Account, day: datetime.date) -> Digest | None:
    """Return the digest of ``account``; None where nothing is new and nothing due.

    Some twenty queries at most.
    """
    return compose_reading(Reading.of(account, day))


def compose_reading(reading: Reading) -> Digest | None:
    """Return the digest for whoever reads; see `compose_digest`."""
    account, day = reading.account, reading.day
    composed_at = timezone.now()
    with translation.override(language_of(account)):
        built = [section_of(reading) for section_of in SECTIONS]
    sections = [section for section in built if section and (account.wants_digest or section.is_required)]
    if reading.last_digest_on is not None and not any(section.is_due or section.new_total for section in sections):
        return None
    return Digest(account, day, sections, composed_at, reading.last_digest_on) if sections else None


def compose_digests(day: datetime.date) -> Iterator[Digest]:
    """Yield the digests that are not empty, in the order of the accounts."""
    for account in potential_recipients().order_by("pk"):
        digest = compose_digest(account, day)
        if digest is not None:
            yield digest
