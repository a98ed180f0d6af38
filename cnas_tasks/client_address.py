"""Where a request comes from, behind proxies or without one."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address that failed sign-ins are counted by; None through a socket.

    Only as many entries of X-Forwarded-For are believed as there are proxies of our own (`PROXY_COUNT`), counted from
    the right: what stands further left was written by whoever asked.
    """
    proxies = settings.PROXY_COUNT
    forwarded = [entry.strip() for entry in request.headers.get("x-forwarded-for", "").split(",") if entry.strip()]
    client = forwarded[-proxies:][:1] if proxies and len(forwarded) >= proxies else []
    return next(filter(_is_address, [*client, request.META.get("REMOTE_ADDR", "")]), None)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
