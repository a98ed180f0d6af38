"""What a person sets about their own account. Not about a task, so nothing of it is in a task's log."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Account, CalendarAddress, Language
from meetings.models.reminders import hashed, new_secret
from meetings.refusals import Incomplete


def change_settings(*, account: Account, language: str, wants_digest: bool) -> None:
    """Keep the person's language (none: not chosen) and whether they want the daily digest."""
    if language not in ("", *Language.values):
        raise Incomplete(_("Choose one of the languages offered."), field="language")
    account.language, account.wants_digest = language, wants_digest
    account.save(update_fields=["language", "wants_digest"])


def choose_language(*, account: Account, language: str) -> None:
    """Keep the language chosen by the switch of the pages; an unknown one is left to the switch to ignore."""
    if language in Language.values and account.language != language:
        account.language = language
        account.save(update_fields=["language"])


@transaction.atomic
def make_calendar_address(*, account: Account) -> str:
    """Return a new secret for the account's calendar; the one before it opens nothing any more.

    It is not stored and cannot be shown again.
    """
    secret = new_secret()
    CalendarAddress.objects.filter(account=account).delete()
    CalendarAddress.objects.create(account=account, secret_hash=hashed(secret))
    return secret


def revoke_calendar_address(*, account: Account) -> None:
    """Let the account's calendar address open nothing any more."""
    CalendarAddress.objects.filter(account=account).delete()
