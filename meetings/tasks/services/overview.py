"""Remember when an account looked at its overview."""

from __future__ import annotations

import datetime

from meetings.models import Account
from meetings.tasks import overview


def record_visit(*, account: Account, now: datetime.datetime) -> None:
    """Remember that the person looked at their overview: what is recorded from ``now`` on is new to them next time.

    Within `overview.SAME_VISIT_MINUTES` it is still the same look, and what was new stays so.
    """
    if not overview.is_same_visit(account, now):
        account.looked_before = account.looked_at
    account.looked_at = now
    account.save(update_fields=["looked_at", "looked_before"])
