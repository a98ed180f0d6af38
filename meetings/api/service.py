"""The API as a whole: who may ask, what errors become, and its description."""

from functools import cache
from http import HTTPStatus
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from meetings.accounts.second_factor_check import find_first_page
from meetings.core.as_of import InvalidAsOfError
from meetings.errors import ConflictError, ServiceError
from meetings.faults import FaultError, recognise_fault
from meetings.models import Account, TokenScope

from . import read_operations, write_operations
from .middleware import PREFIX, ApiRequest
from .problems import CONTENT_TYPE, problem_response, refusal_response

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class TokenAuth(HttpBearer):
    """A token that `ApiMiddleware` found; or a session, by which the API is tried."""

    def __call__(self, request: HttpRequest) -> Account | None:
        """Return what `authenticate` does; the header has been read."""
        return self.authenticate(cast(ApiRequest, request), "")

    def authenticate(self, request: ApiRequest, _token: str) -> Account | None:  # type: ignore[override]  # it is one
        """Return whose request it is; raises PermissionDenied beyond the token's scope."""
        account = request.user
        if not account.is_authenticated:
            return None
        if request.api_token is None and find_first_page(request, account):
            raise PermissionDenied(_("Open a page of the register first: it says what has to be done before all else."))
        if request.method not in SAFE_METHODS:
            self._check_writing(request)
        return account

    @staticmethod
    def _check_writing(request: ApiRequest) -> None:
        if request.content_type != "application/json":
            raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "")
        if request.api_token is None:
            if check_csrf(request) is not None:
                raise PermissionDenied(_("The page is outdated: load it again."))
        elif request.api_token.scope != TokenScope.WRITE:
            raise PermissionDenied(_("This token may only read."))


api = NinjaAPI(
    title="Register of a committee's tasks",
    version="1",
    description=(
        "Everything is read as of today, or of a day (`as_of`), as it was known on a day (`known_on`). Whoever changes "
        "a task sends its ETag in `If-Match`. A token is made in the settings of an account, and does what that may."
    ),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    auth=TokenAuth(),
)
api.add_router("", read_operations.router)
api.add_router("", write_operations.router)


@api.get("/openapi.json", include_in_schema=False, url_name="openapi")
def description(request: HttpRequest) -> HttpResponse:
    """Return the description of the API (OpenAPI 3.1)."""
    return JsonResponse(describe_api())


@cache
def describe_api() -> dict[str, Any]:
    """Return the description, with what every operation may answer besides."""
    described = dict(api.get_openapi_schema(path_prefix=PREFIX))
    described["components"]["schemas"]["Problem"] = PROBLEM
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in described["paths"].values():
        for method, operation in operations.items():
            operation["tags"] = ["Reading" if method == "get" else "Writing"]
            operation["responses"]["default"] = {"description": "A problem (RFC 9457)", "content": content}
    return described


_WORDS = {"type": "string"}
PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "title": _WORDS,
        "status": {"type": "integer"},
        "detail": _WORDS,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": _WORDS, "message": _WORDS}, "required": ["message"]},
        },
        "understood": _WORDS,
        "version": {"type": "integer"},
        "newer_entries": {"type": "array", "items": {"$ref": "#/components/schemas/LogEntry"}},
    },
}


@api.exception_handler(Exception)
def answer_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the response for an exception; raises one that is a mistake of ours."""
    match error:
        case ValidationError():
            return problem_response(422, errors=[_describe_error(each) for each in error.errors])
        case AuthenticationError():
            return problem_response(401)
        case HttpError():
            return problem_response(error.status_code, error.message)
        case Http404():
            return problem_response(404)
        case PermissionDenied():
            return problem_response(403, str(error))
        case InvalidAsOfError():
            return problem_response(422, str(error))
        case ConflictError():
            return write_operations.conflict_response(error)
        case ServiceError() if not isinstance(error, FaultError):
            return refusal_response([(error.field, error.message)], error.status_code)
    if fault := recognise_fault(error):
        return problem_response(max(fault.status_code, HTTPStatus.SERVICE_UNAVAILABLE), fault.message)
    raise error


def _describe_error(error: dict[str, Any]) -> dict[str, str]:
    """Return what pydantic says of one value; of a body, its own name is nobody's."""
    place = [str(part) for part in error["loc"]]
    return {"field": ".".join(place[2:] if place[0] == "body" else place[1:]), "message": error["msg"]}
