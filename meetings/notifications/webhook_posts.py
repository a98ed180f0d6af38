"""Webhooks: which addresses count, and posting to them, signed.

The signature is that of Standard Webhooks, for which receivers have libraries in most languages (docs/api.md).
"""

import base64
import hashlib
import hmac
import time
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError
from meetings.models import WebhookMessage

from .posting import RefusedError, problem_of_answer
from .ssrf_guard import TIMEOUT, find_inside, guarded_session, require_outside


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
    require_outside(address, "address")
    return address


def _name(message: WebhookMessage) -> str:
    """Return what a receiver knows it again by, which no other register says."""
    return f"msg_{message.pk}_{message.created_at:%Y%m%d%H%M%S%f}"


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """Return the signature of a message, as its header holds it."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def post(message: WebhookMessage) -> str:
    """Post a message; return what was answered. Raises RefusedError."""
    webhook, message_id, timestamp = message.webhook, _name(message), int(time.time())
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
        with (
            guarded_session() as session,
            session.post(
                webhook.address,
                message.body.encode(),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            pass
    except requests.RequestException as error:
        answer, problem = None, error
    if words := problem_of_answer(answer, problem):
        raise RefusedError(words)
    assert answer is not None  # else there was a problem
    return f"HTTP {answer.status_code}"
