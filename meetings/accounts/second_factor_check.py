"""The second step of signing in, after the right password.

Between the two steps nobody is signed in; the session holds whose password it was, for five minutes. A wrong answer is
a failed sign-in like any other: it counts for the lockout, which is asked first.
"""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from meetings.accounts.services.passkeys import use_passkey
from meetings.accounts.services.second_factors import use_code
from meetings.models import Account

# Keys of the session: the first step, and whether the second one was taken.
_PENDING, VERIFIED = "first_step", "second_factor"
# Key of the session: what a passkey has to sign, valid once.
CHALLENGE = "passkey_challenge"
_PENDING_SECONDS = 300
# Pages that an account has to complete first, each with the names of the URLs that this takes.
_FIRST_PAGES = {
    "change_password": {"change_password"},
    "second_factors": {"second_factors", "add_passkey"},
}


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Whose password it was, and the page they were on the way to."""

    account: Account
    next: str


class SecondFactorBackend(ModelBackend):
    """Authenticates by a second factor of an account, never by a password."""

    def authenticate(  # type: ignore[override]  # Django calls it with these arguments alone
        self, request: HttpRequest | None, *, username: str, second_factor: str
    ) -> Account | None:
        """Return the account whose code it is, or whose passkey signed it; else None."""
        account = Account.objects.filter(username=username, is_active=True).first()
        if account is None:
            return None
        if second_factor.startswith("{") and request is not None:
            state = request.session.pop(CHALLENGE, None)
            is_right = use_passkey(account=account, state=state, answer=second_factor)
        else:
            is_right = use_code(account=account, code=second_factor)
        return account if is_right else None


def begin(request: HttpRequest, account: Account, next_url: str) -> None:
    """Note that somebody gave the password of ``account``."""
    request.session.cycle_key()
    pending: dict[str, Any] = {"account": account.pk, "next": next_url, "at": int(time.time())}
    request.session[_PENDING] = {**pending, "hash": account.get_session_auth_hash()}


def find_first_step(request: HttpRequest) -> FirstStep | None:
    """Return the session's first step, if it is recent and the password still valid."""
    pending = request.session.get(_PENDING)
    if pending is None or pending["at"] + _PENDING_SECONDS < time.time():
        return None
    account = Account.objects.filter(pk=pending["account"], is_active=True).first()
    if account is None or account.get_session_auth_hash() != pending["hash"]:
        return None
    return FirstStep(account, pending["next"])


def complete(request: HttpRequest) -> None:
    """Note in the session that the second factor was given."""
    request.session.pop(_PENDING, None)
    request.session[VERIFIED] = True


def find_first_page(request: HttpRequest, account: Account) -> str:
    """Return the name of the page to complete first; empty where there is none."""
    if account.password_issued_at is not None:
        return "change_password"
    is_asked = account.role in settings.SECOND_FACTOR_ROLES
    return "second_factors" if is_asked and not request.session.get(VERIFIED) else ""


def leads_elsewhere(request: HttpRequest, account: Account, name: str) -> str:
    """Return `find_first_page` if it has to be completed before the page ``name``."""
    page = find_first_page(request, account)
    return page if page and name not in {"logout", *_FIRST_PAGES[page]} else ""
