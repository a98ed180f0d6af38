"""补录: a liaison's entry for a day long past counts from today.

It counts on the day that it claims once the secretariat has consented (`meetings.tasks.services.back_dating`).
"""

import datetime

from django.conf import settings
from django.utils import timezone

from meetings.core.workdays import first_of_last_working_days
from meetings.models import Account, Role, TaskLog
from meetings.models.log import CLAIMED


def first_free_day(actor: Account | None) -> datetime.date | None:
    """Return the first day that counts without consent; None where every day does."""
    if actor is None or actor.role != Role.LIAISON or settings.BACK_DATING_DAYS < 0:
        return None
    # The working days before today that the setting allows, and today.
    return first_of_last_working_days(timezone.localdate(), settings.BACK_DATING_DAYS + 1)


def needs_consent(actor: Account | None, day: datetime.date) -> bool:
    """Return whether an entry of ``actor`` for ``day`` needs consent to count on it."""
    first = first_free_day(actor)
    return first is not None and day < first


def counted_day(actor: Account | None, day: datetime.date) -> datetime.date:
    """Return the day on which an entry of ``actor`` for ``day`` counts at first."""
    return timezone.localdate() if needs_consent(actor, day) else day


def claim_day(entry: TaskLog, actor: Account | None) -> TaskLog:
    """Let an unsaved ``entry`` count from today where its day needs consent.

    The day it claims is among its changes, unless it changes nothing that a past day shows.
    """
    if not needs_consent(actor, entry.effective_on):
        return entry
    if entry.is_report or entry.is_state_change:
        entry.changes = {**entry.changes, CLAIMED: {"old": None, "new": entry.effective_on.isoformat()}}
    entry.effective_on = timezone.localdate()
    return entry
