"""Who may not try to sign in just now, and until when.

Three rules look at the failures of the last quarter of an hour (AXES_COOLOFF_TIME):

- a name at an address is locked by AXES_FAILURE_LIMIT failures there;
- an address is stopped by MAX_NAMES different names that failed there: one person's mistakes do not stop it;
- a name that failed MAX_FAILURES times, from wherever, is tried once in PAUSE from any address but the one it last
  signed in from: slowed, for somebody else must not be able to shut it.

A try that is turned away is not recorded, so it prolongs nothing.
"""

import datetime
import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessLog
from axes.utils import reset
from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

MAX_NAMES = 10
MAX_FAILURES = 10
PAUSE = datetime.timedelta(seconds=30)
_MINUTE = datetime.timedelta(minutes=1)


class LockoutReason(enum.StrEnum):
    """Which rule turned somebody away."""

    PAIR = "pair"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Lockout:
    """Why and until when nobody may try."""

    reason: LockoutReason
    until: datetime.datetime

    @property
    def minute(self) -> datetime.datetime:
        """The first full minute at which one may try again."""
        return self.until.replace(second=0, microsecond=0) + _MINUTE


def find_lockout(username: str, address: str | None) -> Lockout | None:
    """Return what keeps this name from being tried at this address, if anything does."""
    now, cool_off = timezone.now(), get_cool_off()
    recent = _recent_attempts()
    here = recent.filter(ip_address=address)
    if until := _locked_until(here.filter(username=username)):
        return Lockout(LockoutReason.PAIR, until)
    names = here.values("username").annotate(last=Max("attempt_time")).order_by("-last").values_list("last", flat=True)
    for last in names[MAX_NAMES - 1 : MAX_NAMES]:
        return Lockout(LockoutReason.ADDRESS, last + cool_off)
    failures = recent.filter(username=username).order_by("-attempt_time")
    tried = list(failures.values_list("attempt_time", "failures_since_start"))
    if sum(number for _when, number in tried) < MAX_FAILURES or tried[0][0] + PAUSE <= now:
        return None
    last_sign_in = AccessLog.objects.filter(username=username).order_by("-attempt_time").first()
    known = last_sign_in is not None and last_sign_in.ip_address == address
    return None if known else Lockout(LockoutReason.NAME, tried[0][0] + PAUSE)


def find_lock(username: str) -> Lockout | None:
    """Return the longest lock of the name at an address; None where it is at none."""
    attempts = _recent_attempts().filter(username=username)
    addresses = attempts.order_by().values_list("ip_address", flat=True).distinct()
    moments = [_locked_until(attempts.filter(ip_address=address)) for address in addresses]
    until = max((moment for moment in moments if moment), default=None)
    return Lockout(LockoutReason.PAIR, until) if until else None


def unlock(username: str) -> bool:
    """Forget the failures of a name; return whether there were any."""
    return reset(username=username) > 0


class UnlockByNewPassword:
    """No rule for passwords: unlocks an account whose password was changed.

    Django tells its validators of every new password, whichever page or command it came by.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Accept every password."""

    def get_help_text(self) -> str:
        """Return nothing: there is no rule to be told of."""
        return ""

    def password_changed(self, password: str, user: Any = None) -> None:
        """Forget the failures of the name."""
        unlock(user.get_username())


def _recent_attempts() -> QuerySet:
    return AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - get_cool_off())


def _locked_until(attempts: QuerySet) -> datetime.datetime | None:
    """Return when so many failures will be forgotten that the rest lock nothing."""
    failures = 0
    latest_first: Iterable[tuple[datetime.datetime, int]] = attempts.order_by("-attempt_time").values_list(
        "attempt_time", "failures_since_start"
    )
    for moment, number in latest_first:
        failures += number
        if failures >= settings.AXES_FAILURE_LIMIT:
            return moment + get_cool_off()
    return None


class LockoutHandler(AxesDatabaseHandler):
    """Axes' own, with the rules above."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Return whether a rule turns this name away at this address."""
        return _lockout_of(request, credentials) is not None


def _lockout_of(request: HttpRequest, credentials: dict[str, Any] | None) -> Lockout | None:
    address = getattr(request, "axes_ip_address", None)  # set by axes before it asks its handler
    return find_lockout(get_client_username(request, credentials) or "", address)


def lockout_response(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Return the page that says who may not try, and until when."""
    lockout = _lockout_of(request, credentials)
    if lockout is None:
        # It ended just now.
        return response
    seconds = max(1, math.ceil((lockout.until - timezone.now()).total_seconds()))
    context = {
        "lockout": lockout,
        "minutes": math.ceil(seconds / 60),
        "username": get_client_username(request, credentials) or "",
    }
    page = render(request, "registration/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page
