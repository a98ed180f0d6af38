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

# What a session holds: the first step of somebody, and that there was a second one.
_PENDING, VERIFIED = "first_step", "second_factor"
# What a passkey is to sign, once.
CHALLENGE = "passkey_challenge"
_PENDING_SECONDS = 300
# The pages that come before all others, each with the addresses that it takes to have done with it.
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
    """Takes a second factor of an account; passwords are no business of its."""

    def authenticate(  # type: ignore[override]  # Django asks it for what it takes alone
        self, request: HttpRequest | None, *, username: str, second_factor: str
    ) -> Account | None:
        """Return the account of which it is a code, or what one of its keys signed."""
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
    """Return the first step of who asks, if it is recent and its password valid."""
    pending = request.session.get(_PENDING)
    if pending is None or pending["at"] + _PENDING_SECONDS < time.time():
        return None
    account = Account.objects.filter(pk=pending["account"], is_active=True).first()
    if account is None or account.get_session_auth_hash() != pending["hash"]:
        return None
    return FirstStep(account, pending["next"])


def complete(request: HttpRequest) -> None:
    """Note in the session of who is signed in that there was a second factor."""
    request.session.pop(_PENDING, None)
    request.session[VERIFIED] = True


def find_first_page(request: HttpRequest, account: Account) -> str:
    """Return the name of the page that comes before all others; empty where none does."""
    if account.password_issued_at is not None:
        return "change_password"
    is_asked = account.role in settings.SECOND_FACTOR_ROLES
    return "second_factors" if is_asked and not request.session.get(VERIFIED) else ""


def leads_elsewhere(request: HttpRequest, account: Account, name: str) -> str:
    """Return `find_first_page` where the page called ``name`` has to wait for it."""
    page = find_first_page(request, account)
    return page if page and name not in {"logout", *_FIRST_PAGES[page]} else ""
