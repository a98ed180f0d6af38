"""The request as the views behind the sign-in see it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from meetings.models import Account


class Request(HttpRequest):
    """A request that passed SignInMiddleware and HtmxMiddleware, as a type only."""

    user: Account
    htmx: HtmxDetails
    # What the navigation says that waits, where it was counted before the page.
    waiting: int
