"""Tokens instead of sessions, and problems instead of pages that tell errors."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from meetings import permissions
from meetings.models import ApiToken
from meetings.models.secret import hash_secret

from .problems import CONTENT_TYPE, problem_response

PREFIX = "/api/v1/"
# So much of a hash tells wrong tokens from one another.
_NAME_LENGTH = 12


class ApiRequest(HttpRequest):
    """A request that passed `ApiMiddleware`, as a type only."""

    api_token: ApiToken | None


class ProblemMiddleware:
    """Say in problem+json whatever is wrong, whoever found out.

    Before the middleware that answers with a page where the disk or the database fails.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            request.path_info.startswith(PREFIX)
            and response.status_code >= 400
            and response.headers["Content-Type"] != CONTENT_TYPE
        ):
            # The language of the request has ended.
            with translation.override(response.headers.get("Content-Language", settings.LANGUAGE_CODE)):
                _make_problem(response)
        return response


class ApiMiddleware:
    """Let a token stand for its account.

    After the middleware of sessions, before all that asks who it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        token = permissions.find_token(secret.strip()) if scheme.lower() == "bearer" else None
        request.api_token = token  # type: ignore[attr-defined]  # it is an ApiRequest from now on
        if token is not None:
            request.user = token.account
        elif scheme:
            # A session of the same browser does not speak for it.
            request.user = AnonymousUser()
            # Counted as a failed sign-in by a name that nobody has (accounts/lockout.py).
            authenticate(request, username=f"token:{hash_secret(secret)[:_NAME_LENGTH]}")
        return self.get_response(request)


def _make_problem(response: HttpResponse) -> None:
    problem = problem_response(response.status_code)
    response.content = problem.content
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))
    for name, value in problem.headers.items():
        response.headers.setdefault(name, value)
    response.headers["Content-Type"] = CONTENT_TYPE
