"""Entries of the change log: who signed in or out, and whose sign-in failed.

A try that the lockout refuses is not recorded, or a stranger could fill the log. A try with an unknown name is not
recorded either, for it may be a password typed into the wrong field. The server's own log has both.
"""

import datetime
import logging
from typing import Any

from axes.models import AccessLog
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from cnas_tasks.client_address import client_address
from cnas_tasks.logs import add_to_log_context
from meetings.accounts.sessions import note_sign_in
from meetings.models import Account, ChangeKind
from meetings.tasks.services.log import log_change

logger = logging.getLogger(__name__)

FORGET_AFTER = datetime.timedelta(days=90)


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest | None, user: Account, **kwargs: Any) -> None:
    """Record that ``user`` signed in."""
    add_to_log_context(account_id=user.pk)
    if request is not None:
        note_sign_in(request)
    _record(ChangeKind.SIGNED_IN, user, user, request)
    _forget_former_sign_ins()


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest | None, user: Account | None, **kwargs: Any) -> None:
    """Record that ``user`` signed out, unless the session had ended before."""
    if user is not None:
        _record(ChangeKind.SIGNED_OUT, user, user, request)


@receiver(user_login_failed)
def record_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Record a failed sign-in with the name of an existing account."""
    if getattr(request, "axes_locked_out", False):
        logger.warning("A sign-in was turned away: too many failed before it.")
        return
    logger.warning("A sign-in failed.")
    username = Account.normalize_username(str(credentials.get(Account.USERNAME_FIELD) or ""))
    if account := Account.objects.filter(username=username).first():
        note = _("The password was right, the second factor was not.") if "second_factor" in credentials else ""
        _record(ChangeKind.SIGN_IN_FAILED, account, None, request, note)


def _forget_former_sign_ins() -> None:
    """Delete ended sessions, and the browsers of sign-ins long ago.

    The change log keeps what has to be kept; axes deletes failed sign-ins by itself.
    """
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessLog.objects.filter(attempt_time__lt=now - FORGET_AFTER).delete()


def _record(
    kind: ChangeKind, account: Account, actor: Account | None, request: HttpRequest | None, note: str = ""
) -> None:
    address = client_address(request) if request else None
    changes = {"address": {"old": None, "new": address}} if address else {}
    log_change(account, kind=kind, actor=actor, changes=changes, note=note)
