"""One's own sessions: by which device, since when, from where; and their end."""

import datetime
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from cnas_tasks.client_address import client_address
from meetings.models import ChangeKind
from meetings.models.secret import hash_secret
from meetings.tasks.services.log import log_change
from meetings.ui.http import Request

# What a session holds beside Django's own.
_SIGN_IN, _SEEN = "sign_in", "seen"
# For so long a sign-in proves who sits there, where no password can be asked for.
FRESH_MINUTES = 10
# The first that is named in what a browser says of itself; many claim to be those below them.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "MicroMessenger": "WeChat",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "HarmonyOS": "HarmonyOS",
    "iPhone|iPad": "iOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Somebody's session, in words; ``id`` names it and opens nothing."""

    id: str
    device: str
    address: str
    signed_in_at: datetime.datetime | None
    ends_at: datetime.datetime
    is_current: bool


def note_sign_in(request: HttpRequest) -> None:
    """Keep in the session what its owner will know it by; it lasts as long as others."""
    # One that had begun the way to an identity server was to end soon.
    request.session.set_expiry(None)
    request.session[_SIGN_IN] = {
        "at": timezone.now().isoformat(),
        "address": client_address(request),
        "browser": request.headers.get("User-Agent", "")[:300],
    }


def is_fresh(session: SessionBase) -> bool:
    """Return whether the session's owner has signed in a short while ago."""
    at = session.get(_SIGN_IN, {}).get("at")
    return at is not None and timezone.now() - datetime.datetime.fromisoformat(at) < datetime.timedelta(
        minutes=FRESH_MINUTES
    )


def renew(session: SessionBase) -> None:
    """Let the session last from now on, where idle ones end.

    It is written at most ten times in that while, so that not every page writes.
    """
    # A program with a token has none.
    if not settings.SESSION_IDLE_MINUTES or SESSION_KEY not in session:
        return
    now = int(time.time())
    if now - session.get(_SEEN, 0) >= settings.SESSION_COOKIE_AGE // 10:
        session[_SEEN] = now


def find_sessions(request: Request) -> list[OwnSession]:
    """Return the sessions of who asks: this one, then the others, the newest first."""
    found = [_describe(row, data, request) for row, data in _own_rows(request)]
    return sorted(found, key=lambda own: (own.is_current, own.signed_in_at or own.ends_at), reverse=True)


@transaction.atomic
def end_sessions(request: Request, chosen: str) -> int:
    """End the session of the id ``chosen``, or all ``others``; return how many ended.

    The one that asks stays: it is ended by signing out.
    """
    number = 0
    for row, data in list(_own_rows(request)):
        session = _describe(row, data, request)
        if session.is_current or chosen not in (session.id, "others"):
            continue
        row.delete()
        number += 1
        log_change(
            request.user,
            kind=ChangeKind.SIGNED_OUT,
            actor=request.user,
            note=_("Ended from another session: %(device)s") % {"device": session.device},
            changes={"address": {"old": None, "new": session.address}} if session.address else {},
        )
    return number


def _own_rows(request: Request) -> Iterator[tuple[Session, dict[str, Any]]]:
    # One from before a new password opens nothing any more.
    password = request.user.get_session_auth_hash()
    # Whose a session is stands in its data alone: all that last are read, 1,000 in 27 ms of a processor.
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = row.get_decoded()
        if data.get(SESSION_KEY) == str(request.user.pk) and data.get(HASH_SESSION_KEY) == password:
            yield row, data


def _describe(row: Session, data: dict[str, Any], request: Request) -> OwnSession:
    sign_in = data.get(_SIGN_IN, {})
    at = sign_in.get("at")
    return OwnSession(
        id=hash_secret(row.session_key),
        device=describe_browser(sign_in.get("browser", "")),
        address=sign_in.get("address") or "",
        signed_in_at=datetime.datetime.fromisoformat(at) if at else None,
        ends_at=row.expire_date,
        is_current=row.session_key == request.session.session_key,
    )


def describe_browser(user_agent: str) -> str:
    """Return the browser and the system that a browser says it is."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for signs, name in _SYSTEMS.items() if re.search(signs, user_agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser of unknown kind")
