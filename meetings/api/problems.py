"""Errors as RFC 9457 has them (application/problem+json)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _, gettext_lazy

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("A valid token is needed"),
    403: gettext_lazy("This account or token may not do that"),
    404: gettext_lazy("There is no such thing here"),
    405: gettext_lazy("This address does not take that method"),
    409: gettext_lazy("Another save is in the way"),
    412: gettext_lazy("Somebody changed this meanwhile"),
    413: gettext_lazy("Too much was sent at once"),
    414: gettext_lazy("The address is too long"),
    415: gettext_lazy("The body has to be JSON, and to say so"),
    422: gettext_lazy("What was sent cannot be done"),
    428: gettext_lazy("The version is missing"),
    429: gettext_lazy("Too many wrong tokens"),
    503: gettext_lazy("The register cannot answer just now"),
    507: gettext_lazy("Nothing can be stored just now"),
}


def problem_response(status: int, detail: str = "", **members: Any) -> HttpResponse:
    """Return the answer that says what was wrong; ``members`` are further ones."""
    title = str(TITLES.get(status) or HTTPStatus(status).phrase)
    content = {"title": title, "status": status, **({"detail": detail} if detail else {}), **members}
    response = JsonResponse(content, status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "10"
    return response


def refusal_response(errors: Iterable[tuple[str | None, str]], status: int = 422, **members: Any) -> HttpResponse:
    """Return the response with the errors: field and message; None: of all fields."""
    problems = [{"message": message, **({"field": field} if field else {})} for field, message in errors]
    return problem_response(status, " ".join(each["message"] for each in problems), errors=problems, **members)


def say_version_is_missing() -> HttpResponse:
    """Return the answer to a change that names no version."""
    return problem_response(428, _("Send in If-Match the ETag of the task that you read."))
