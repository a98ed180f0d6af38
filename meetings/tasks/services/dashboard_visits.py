"""Remember when an account looked at the dashboard."""

import datetime
import logging

from meetings.faults import FaultError, faults_in_words
from meetings.models import Account
from meetings.tasks import dashboard_queries

logger = logging.getLogger(__name__)


def record_visit(*, account: Account, now: datetime.datetime) -> None:
    """Record that the account looked at its dashboard; later changes are new to it.

    Within `dashboard_queries.SAME_VISIT_MINUTES` it is still the same visit, and what was new stays so.
    """
    if not dashboard_queries.is_same_visit(account, now):
        account.looked_before = account.looked_at
    account.looked_at = now
    try:
        with faults_in_words():
            account.save(update_fields=["looked_at", "looked_before"])
    except FaultError as fault:
        # The page is there to be read; what is new on it stays new until the next look.
        logger.warning("That account %s looked at the dashboard is not recorded: %s", account.pk, fault)
