"""Record when an account visits the dashboard."""

import datetime
import logging

from meetings.faults import FaultError, faults_in_words
from meetings.models import Account
from meetings.tasks import dashboard_queries

logger = logging.getLogger(__name__)


def record_visit(*, account: Account, now: datetime.datetime) -> None:
    """Record a visit of the dashboard; later changes are new to the account.

    Within `dashboard_queries.SAME_VISIT_MINUTES` it is the same visit, and what was new stays new.
    """
    if not dashboard_queries.is_same_visit(account, now):
        account.looked_before = account.looked_at
    account.looked_at = now
    try:
        with faults_in_words():
            account.save(update_fields=["looked_at", "looked_before"])
    except FaultError as fault:
        # The page is shown all the same; what is new stays new until the next visit.
        logger.warning("That account %s looked at the dashboard is not recorded: %s", account.pk, fault)
