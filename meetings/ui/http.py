"""The request type of views behind the sign-in, and responses for htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from meetings.models import Account


class Request(HttpRequest):
    """A request that passed SignInMiddleware and HtmxMiddleware, as a type only."""

    user: Account
    htmx: HtmxDetails
    # The number the navigation shows, where it was counted already.
    waiting: int


def is_for_fragment(request: Request) -> bool:
    """Return whether a script asks for a part of the page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def render_fragment(
    request: Request, fragment: str, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render the template ``fragment`` for a script that asks for it, else ``page``.

    The templates know by ``is_fragment``. The same address is a page or a part of one; a cache must not hand out the
    wrong of the two.
    """
    is_fragment = is_for_fragment(request)
    template = fragment if is_fragment else page
    response = render(request, f"meetings/{template}", {**context, "is_fragment": is_fragment}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response
