"""Remember when an account looked at its overview."""

import datetime

from meetings.models import Account
from meetings.tasks import overview


def record_visit(*, account: Account, now: datetime.datetime) -> None:
    """Record that the account looked at its overview; later changes are new to it.

    Within `overview.SAME_VISIT_MINUTES` it is still the same visit, and what was new stays so.
    """
    if not overview.is_same_visit(account, now):
        account.looked_before = account.looked_at
    account.looked_at = now
    account.save(update_fields=["looked_at", "looked_before"])
