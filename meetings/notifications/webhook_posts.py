"""Webhooks: which addresses count, and posting to them, signed.

The signature is that of Standard Webhooks, for which receivers have libraries in most languages (docs/api.md).
"""

import base64
import hashlib
import hmac
import ipaddress
import socket
import time
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError
from meetings.models import WebhookMessage

from .posting import RefusedError, problem_of_answer

# Seconds to connect, and to wait for the answer.
_TIMEOUT = (5, 15)


def parse_webhook_address(text: str) -> str:
    """Return the address; raises InvalidInputError for none, or one inside."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        is_address = (
            parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0 and not parts.username
        )
    except ValueError:
        is_address = False
    # Programs do not agree on what a backslash means.
    if not is_address or not address.isprintable() or "\\" in address:
        raise InvalidInputError(_("This is no http or https address of a webhook."), field="address")
    if (inside := find_inside(address)) is not None:
        raise InvalidInputError(
            _("%(host)s is inside (%(ip)s). If that is meant, its name has to stand in the setting WEBHOOK_HOSTS.")
            % {"host": urlsplit(address).hostname, "ip": inside},
            field="address",
        )
    return address


def find_inside(address: str) -> str | None:
    """Return the address of a network of ours that its host has, unless it is allowed.

    A host that is not known is none: posting will say so.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if host in settings.WEBHOOK_HOSTS:
        return None
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    ips = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    # What is written as IPv6 may be an address of IPv4.
    return next((str(ip) for ip in ips if not (getattr(ip, "ipv4_mapped", None) or ip).is_global), None)


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """Return the signature of a message, as its header holds it."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def post(message: WebhookMessage) -> str:
    """Post a message; return what was answered. Raises RefusedError."""
    webhook, message_id, timestamp = message.webhook, f"msg_{message.pk}", int(time.time())
    if (inside := find_inside(webhook.address)) is not None:
        # Whoever owns the name may have led it there since.
        raise RefusedError(_("Its host is inside by now (%(ip)s).") % {"ip": inside})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "cnas-tasks",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(webhook.secret, message_id, timestamp, message.body),
    }
    answer, problem = None, None
    try:
        # What is answered is not read.
        answer = requests.post(
            webhook.address,
            message.body.encode(),
            headers=headers,
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        )
        answer.close()
    except requests.RequestException as error:
        problem = error
    if words := problem_of_answer(answer, problem):
        raise RefusedError(words)
    assert answer is not None  # else there was a problem
    return f"HTTP {answer.status_code}"
