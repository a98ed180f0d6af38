"""Services for the secrets of an account: its calendar address, its API tokens."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.errors import InvalidDateError
from meetings.models import Account, ApiToken, CalendarAddress, ChangeKind, TokenScope
from meetings.models.secret import hash_secret, make_secret
from meetings.tasks.services.log import diff_values, log_change

# A token that was forgotten ends by itself.
MAX_TOKEN_DAYS = 366


@transaction.atomic
def make_calendar_address(*, account: Account) -> str:
    """Return a new secret for the account's calendar; the former one is void.

    It is not stored and cannot be shown again.
    """
    secret = make_secret()
    CalendarAddress.objects.filter(account=account).delete()
    CalendarAddress.objects.create(account=account, secret_hash=hash_secret(secret))
    log_change(account, kind=ChangeKind.CORRECTED, actor=account, note=_("A calendar address was made."))
    return secret


@transaction.atomic
def set_calendar_alarm(*, account: Account, is_on: bool) -> None:
    """Let the account's calendar ring, whatever its address, or be silent."""
    changes = diff_values({"calendar_alarm": (account.calendar_alarm, is_on)})
    account.calendar_alarm = is_on
    account.save(update_fields=["calendar_alarm"])
    if changes:
        log_change(account, kind=ChangeKind.CORRECTED, actor=account, changes=changes)


@transaction.atomic
def revoke_calendar_address(*, account: Account) -> None:
    """Let the account's calendar address open nothing any more."""
    number, _of_models = CalendarAddress.objects.filter(account=account).delete()
    if number:
        log_change(account, kind=ChangeKind.CORRECTED, actor=account, note=_("The calendar address was revoked."))


@transaction.atomic
def make_api_token(*, account: Account, name: str, scope: str, ends_on: datetime.date) -> str:
    """Return a new secret by which a program does what ``account`` may do.

    It is not stored and cannot be shown again. Raises InvalidDateError for a last day that has passed or is far away.
    """
    today = timezone.localdate()
    last = today + datetime.timedelta(days=MAX_TOKEN_DAYS)
    if not today <= ends_on <= last:
        raise InvalidDateError(
            _("Choose a last day from today to %(last)s.") % {"last": date_format(last, "DATE_FORMAT")},
            field="ends_on",
        )
    secret = make_secret()
    ApiToken.objects.create(account=account, name=name, scope=scope, ends_on=ends_on, secret_hash=hash_secret(secret))
    words = {"name": name, "scope": TokenScope(scope).label, "day": date_format(ends_on, "DATE_FORMAT")}
    note = _("The API token “%(name)s” was made (%(scope)s, until %(day)s).") % words
    log_change(account, kind=ChangeKind.CORRECTED, actor=account, note=note)
    return secret


@transaction.atomic
def revoke_api_token(*, actor: Account, token: ApiToken) -> None:
    """Let the token open nothing any more, for its owner or an administrator."""
    note = _("The API token “%(name)s” was revoked.") % {"name": token.name}
    token.delete()
    log_change(token.account, kind=ChangeKind.CORRECTED, actor=actor, note=note)
