"""Where a request comes from, behind proxies or without one."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that failed sign-ins are counted by.

    Only as many entries of X-Forwarded-For are believed as there are proxies of our own (`PROXY_COUNT`), counted from
    the right: what stands further left was written by whoever asked.
    """
    proxies = settings.PROXY_COUNT
    forwarded = [entry.strip() for entry in request.headers.get("x-forwarded-for", "").split(",") if entry.strip()]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return request.META.get("REMOTE_ADDR", "")
