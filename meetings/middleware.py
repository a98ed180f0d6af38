"""Middleware: logging, headers, faults, input checks, language, methods."""

import logging
import re
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote, unquote, unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from cnas_tasks.logs import add_to_log_context, log_context

from .faults import FaultError, recognise_fault
from .operations.metrics import observe_request
from .operations.readiness import healthz, healthz_live
from .storage.files import UploadHandler
from .ui.navigation import page_before

logger = logging.getLogger("register.request")


class RequestLogMiddleware:
    """Give each request an id, and log one line of how it was answered.

    The line names the view, never the address, which may contain search words.
    """

    ID_HEADER = "X-Request-ID"
    SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
    METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    # Requested by machines all day long; logged only on failure.
    QUIET_VIEWS = frozenset({"healthz", "healthz_live", "metrics", "static"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started, request_id = time.perf_counter(), self._request_id(request)
        with log_context(request_id=request_id):
            response = self.get_response(request)
            response.headers[self.ID_HEADER] = request_id
            self._log(request, response, time.perf_counter() - started)
        return response

    def _request_id(self, request: HttpRequest) -> str:
        """Return the id given by our proxy, which drops any id of the client."""
        sent = request.headers.get(self.ID_HEADER, "") if settings.PROXY_COUNT else ""
        return sent if self.SAFE_ID.fullmatch(sent) else secrets.token_hex(16)

    def _log(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        status, view = response.status_code, view_name(request)
        method = request.method if request.method in self.METHODS else "OTHER"
        level = logging.INFO if status < 400 else logging.WARNING if status < 500 else logging.ERROR
        if level == logging.INFO and view in self.QUIET_VIEWS:
            return
        observe_request(view=view, method=method, status=status, seconds=seconds)
        fields = {"method": method, "view": view, "status": status, "duration_ms": round(seconds * 1000, 1)}
        logger.log(level, "%s %s %d", method, view, status, extra=fields)


def view_name(request: HttpRequest) -> str:
    """Return the name of the view that answered; empty where none did."""
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return ""
    return match.view_name or ""


class BrowserPolicyMiddleware:
    """Set the response headers for which Django has no setting.

    Other sites may not embed our resources, and no page needs features of the device.
    """

    HEADERS: ClassVar = {
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers[name] = value
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compress pages and their parts.

    Django adds random padding against BREACH. Files are not compressed: .xlsx and .docx are compressed already, and
    browsers can show the progress of a download.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)


class HealthMiddleware:
    """Answer health checks before any middleware that may block."""

    VIEWS: ClassVar = {"/healthz": healthz, "/healthz/live": healthz_live}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.VIEWS.get(request.path_info, self.get_response)(request)


class FaultMiddleware:
    """Answer a full disk, an unreachable database or a lock in words.

    It handles faults of views, templates and sessions, so it precedes all middleware that use the database, and uses
    none itself. The submitted fields come back, to be sent again.
    """

    EXCEPTION = "register.exception"
    # Values that are no words (numbers, days, choices, tokens) are kept in hidden fields.
    TYPED = re.compile(r"\s|[^\x00-\x7f]")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Known without a query.
        with translation.override(getattr(request, "LANGUAGE_CODE", "") or chosen_language(request)):
            fault = recognise_fault(request.META.get(self.EXCEPTION))
            return response if fault is None else self._answer(request, fault)

    def _answer(self, request: HttpRequest, fault: FaultError) -> HttpResponse:
        sent = self._sent(request)
        context = {
            "fault": fault,
            "address": request.get_full_path(),
            "is_post": request.method == "POST",
            "fields": [(name, value, bool(self.TYPED.search(value))) for name, value in sent],
            "page_before": page_before(request) or "/",
        }
        response = HttpResponse(render_to_string("fault.html", context), status=503)
        response["Content-Language"] = translation.get_language()
        response["Cache-Control"] = "no-store"
        response["Retry-After"] = "10"
        # Scripts show this header and leave the page as it is (static/js/toasts.js).
        response["X-Fault"] = quote(fault.message)
        return response

    @staticmethod
    def _sent(request: HttpRequest) -> list[tuple[str, str]]:
        """Return the submitted fields without secrets; long bodies are not read."""
        is_read, length = "_post" in vars(request), request.META.get("CONTENT_LENGTH") or ""
        is_small = length.isdecimal() and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.method != "POST" or not (is_read or is_small):
            return []
        try:
            fields = request.POST.lists()
        except (SuspiciousOperation, MultiPartParserError, OSError):
            return []
        return [(name, value) for name, values in fields if not _is_secret(name) for value in values]


def _is_secret(name: str) -> bool:
    return "password" in name or "secret" in name


@receiver(got_request_exception)
def note_exception(request: HttpRequest | None = None, **_others: Any) -> None:
    """Store the exception of a request for `FaultMiddleware`."""
    if request is not None:
        request.META[FaultMiddleware.EXCEPTION] = sys.exc_info()[1]


class InputMiddleware:
    """Refuse invalid input before any view reads it.

    Every view then gets UTF-8 text without NUL, within the size limit of its page (a small one for anonymous
    requests). Listed before the session middleware, because cookies are checked, too.
    """

    MAX_ADDRESS_LENGTH = 8000
    MAX_BYTES_BEFORE_SIGN_IN = 64 * 1024
    # The URL names of pages that accept files; the services check the size of each file.
    FILE_PAGES = frozenset({"task_detail", "task_action", "import_home", "fill_in", "letterheads"})

    # Control characters other than TAB and line ends; text copied from a PDF may contain some.
    CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if not self.CONTROL.search(value)}
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Return an error page for an invalid request, else None."""
        address = request.get_full_path()
        if len(address) > self.MAX_ADDRESS_LENGTH:
            numbers = {"length": len(address), "limit": self.MAX_ADDRESS_LENGTH}
            message = _("The address has %(length)d characters, of which at most %(limit)d are read. Choose less.")
            return self._refuse(request, message % numbers, status=414)
        query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        if self.CONTROL.search(request.path) or not self._is_utf8(query) or self.CONTROL.search(unquote(query)):
            return self._refuse(
                request, _("The address holds characters that are no text. Type it anew, or follow a link to the page.")
            )
        # Anonymous users are redirected to sign in; the body is not read.
        if request.method != "POST" or (getattr(view, "login_required", True) and not request.user.is_authenticated):
            return None
        length, limit = request.META.get("CONTENT_LENGTH") or "", self._max_bytes(request)
        size = int(length) if length.isdecimal() else 0
        if size > limit:
            message = _(
                "You sent %(size)s, and this page takes %(limit)s at most. Nothing was saved: go back, send less."
            )
            sizes = {"size": filesizeformat(size), "limit": filesizeformat(limit)}
            return self._refuse(request, message % sizes, status=413)
        urlencoded = request.content_type == "application/x-www-form-urlencoded"
        words = [word for name, values in request.POST.lists() for word in (name, *values)]
        if UploadHandler.FAULT in request.META:
            raise request.META[UploadHandler.FAULT]
        # For other forms, Django has replaced invalid bytes by this character.
        forbidden = "\0" if urlencoded else "\0\ufffd"
        if (urlencoded and not self._is_utf8(request.body)) or any(
            sign in word for word in words for sign in forbidden
        ):
            return self._refuse(
                request,
                _("The form holds what is no text. Nothing was saved: go back, load the page anew and type it again."),
            )
        if any(map(self.CONTROL.search, words)):
            self._leave_out_control_characters(request)
        return None

    def _max_bytes(self, request: HttpRequest) -> int:
        if not request.user.is_authenticated:
            return self.MAX_BYTES_BEFORE_SIGN_IN
        match = request.resolver_match
        if match is None or match.url_name not in self.FILE_PAGES:
            return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # The files, and the words around them.
        return settings.UPLOAD_MAX_MEGABYTES * 1024 * 1024 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @staticmethod
    def _is_utf8(content: bytes) -> bool:
        try:
            unquote_to_bytes(content).decode()
        except UnicodeDecodeError:
            return False
        return True

    def _leave_out_control_characters(self, request: HttpRequest) -> None:
        sent = request.POST.copy()
        for name, values in sent.lists():
            # Includes Word's line break within a paragraph (VT).
            lines = [value.replace("\v", "\n").replace("\f", "\n") for value in values]
            sent.setlist(name, [self.CONTROL.sub("", value) for value in lines])
        sent._mutable = False
        request.POST = sent  # type: ignore[assignment]  # it is immutable again

    @staticmethod
    def _refuse(request: HttpRequest, message: str, *, status: int = 400) -> HttpResponse:
        return render(request, "400.html", {"message": message}, status=status)


class LanguageMiddleware:
    """Activate Chinese, unless the account or this browser chose English.

    Django's LocaleMiddleware would follow the browser's Accept-Language; the secretariat's computers are often
    set to English, and the register is a Chinese document.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        add_to_log_context(account_id=request.user.pk)
        language = chosen_language(request, getattr(request.user, "language", ""))
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


def chosen_language(request: HttpRequest, of_account: str = "") -> str:
    """Return the language chosen for the account or in this browser."""
    chosen = of_account or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class FileTransferMiddleware:
    """Tell upload and download scripts what a browser hides from them.

    A form with files is sent by `static/js/upload.js`, which shows how much has arrived. A redirect would be
    followed behind its back, and the page at its end, with the message of what was done, be spent on nobody: it is told
    the address instead. A response with a file deletes the cookie that the script watches to know that it was made.
    """

    UPLOAD_HEADER, REDIRECT_HEADER, PENDING_DOWNLOAD_COOKIE = "X-Upload", "X-Redirected-To", "file_in_making"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_redirect = 300 <= response.status_code < 400 and "Location" in response.headers
        if is_redirect and self.UPLOAD_HEADER in request.headers:
            response.headers[self.REDIRECT_HEADER] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 200
        is_file = response.get("Content-Disposition", "").startswith("attachment")
        if is_file and self.PENDING_DOWNLOAD_COOKIE in request.COOKIES:
            response.delete_cookie(self.PENDING_DOWNLOAD_COOKIE, samesite="Lax")
        return response


class MethodMiddleware:
    """Answer 405 with a page that explains it.

    Django's empty answer would be shown as a white page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
