"""What happens to every request before a view sees it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme


class LanguageMiddleware:
    """Activate Chinese, unless the account or this browser chose English.

    Django's LocaleMiddleware would follow the browser's Accept-Language; the secretariat's computers are often
    set to English, and the register is a Chinese document (README, Language).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class FileTransferMiddleware:
    """Tell the scripts of uploads and downloads what a browser hides from them.

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


class SignInMiddleware(LoginRequiredMiddleware):
    """Require sign-in, and lead people back to the page they were on.

    What was sent into an ended session is lost to the server; the page stores it (static/js/form-autosave.js), so a
    form's own address, which may be no page, is not where they go on.
    """

    def handle_no_permission(self, request: HttpRequest, view: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        """Return the way to the sign-in page."""
        page = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
        if request.method != "POST" or not ours:
            return super().handle_no_permission(request, view)
        return redirect_to_login(urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl())
