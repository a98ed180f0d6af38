"""SSRF guard: connections to typed addresses end in time and reach nothing inside.

The IP address is checked once the connection is made, because a host name may resolve differently each time.
"""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from meetings.errors import InvalidInputError

from .posting import RefusedError

# Seconds to connect, and to wait for a part of the response; then for the whole of it.
TIMEOUT = (5, 15)
MAX_SECONDS = 20


def find_inside(address: str) -> str | None:
    """Return the inside IP address that the host of ``address`` has, unless allowed.

    None for an unknown host: posting to it will fail and say so.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if _is_allowed(host):
        return None
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return next((ip for ip in (str(each[4][0]) for each in found) if _is_inside(ip)), None)


def require_outside(address: str, field: str) -> None:
    """Raise InvalidInputError for an inside address that is not allowed."""
    if (inside := find_inside(address)) is not None:
        raise InvalidInputError(
            _("%(host)s is inside (%(ip)s). If that is meant, its name has to stand in the setting WEBHOOK_HOSTS.")
            % {"host": urlsplit(address).hostname, "ip": inside},
            field=field,
        )


def _is_allowed(host: str) -> bool:
    # Connections have the host name in ASCII.
    return host in settings.WEBHOOK_HOSTS or host in [
        name.encode("idna").decode() for name in settings.WEBHOOK_HOSTS if not name.isascii()
    ]


def _is_inside(text: str) -> bool:
    ip = ipaddress.ip_address(text.partition("%")[0])
    # An IPv4 address may be written as IPv6.
    return not (getattr(ip, "ipv4_mapped", None) or ip).is_global


class _Guarded(HTTPConnection):
    """A connection that is closed if it leads inside, or when its time is over."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        ip = made.getpeername()[0]
        if _is_inside(ip) and not _is_allowed(self.host.rstrip(".")):
            made.close()
            raise RefusedError(_("Its host is inside by now (%(ip)s).") % {"ip": ip})
        _time.get().end(made)
        return made


class _GuardedTLS(_Guarded, HTTPSConnection):
    pass


class _Time:
    """The time for one message, however many parts its response comes in."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + MAX_SECONDS
        self._ends: list[tuple[Timer, socket.socket]] = []

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    def end(self, connection: socket.socket) -> None:
        """Shut the connection down once the time is over."""
        # TLS takes over the socket itself, so a duplicate is kept.
        hand = connection.dup()
        timer = Timer(max(0, self._ends_at - time.monotonic()), _hang_up, [hand])
        timer.daemon = True
        timer.start()
        self._ends.append((timer, hand))

    def close(self) -> None:
        """Forget the connections."""
        for timer, hand in self._ends:
            timer.cancel()
            hand.close()


_time: ContextVar[_Time] = ContextVar("time of a message")


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


@contextmanager
def guarded_session() -> Iterator[requests.Session]:
    """Yield a session for posting once.

    Raises RefusedError for an inside address, requests.Timeout for a response that does not end. The office's own
    proxy connects by itself, unguarded: check `find_inside` before posting through one.
    """
    left = _Time()
    token = _time.set(left)
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter())
            yield session
            if left.is_over:
                # A response that was cut off may look complete.
                raise requests.Timeout
    except requests.RequestException as error:
        if left.is_over:
            raise requests.Timeout from error
        raise
    finally:
        left.close()
        _time.reset(token)
