"""What happens to every request before a view sees it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control

from .accounts import form_recovery


class LanguageMiddleware:
    """Chinese, unless the reader chose English: for their account, or without one in this browser.

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
    """What `static/js/loading-state.js` has to know of an answer, and a browser's script cannot see.

    A form with files is sent by the script, which shows how much has arrived. A redirect would be followed behind its
    back, and the page at its end, with the message of what was done, be spent on nobody: it is told the address
    instead. An answer that brings a file takes away the cookie that the script watches to know that it was made.
    """

    UPLOAD_HEADER, REDIRECT_HEADER, PENDING_DOWNLOAD_COOKIE = "X-Upload", "X-Redirected-To", "file_in_making"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            self.UPLOAD_HEADER in request.headers
            and 300 <= response.status_code < 400
            and "Location" in response.headers
        ):
            response.headers[self.REDIRECT_HEADER] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 200
        if self.PENDING_DOWNLOAD_COOKIE in request.COOKIES and response.get("Content-Disposition", "").startswith(
            "attachment"
        ):
            response.delete_cookie(self.PENDING_DOWNLOAD_COOKIE, samesite="Lax")
        return response


class KeptWordsMiddleware:
    """Let what was sent into an ended session survive it (see `meetings.accounts.form_recovery`).

    It stands before LoginRequiredMiddleware, which would send to the sign-in page with empty hands.
    """

    # base.html has this place for it, below the messages.
    PLACE = '<div id="kept"></div>'

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            if self._owner(request) != str(request.user.pk):
                response.set_signed_cookie(
                    form_recovery.OWNER_COOKIE,
                    str(request.user.pk),
                    salt=form_recovery.SALT,
                    max_age=settings.SESSION_COOKIE_AGE + form_recovery.LONGEST_AGE,
                    secure=settings.SESSION_COOKIE_SECURE,
                    httponly=True,
                    samesite="Lax",
                )
            if request.method == "GET" and "HX-Request" not in request.headers:
                self._bring_back(request, response)
        elif request.method == "POST" and request.path == reverse("logout"):
            response.delete_cookie(form_recovery.OWNER_COOKIE, samesite="Lax")
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if request.method != "POST":
            return None
        if request.user.is_authenticated:
            words = form_recovery.waiting(request)
            if words and request.path == words["path"]:
                # Sent again: the answer says what became of it.
                form_recovery.forget(request)
            return None
        owner = self._owner(request)
        # What is fetched into a page, or sent by a script, is kept by the page itself (static/js/form-autosave.js).
        scripted = "HX-Request" in request.headers or FileTransferMiddleware.UPLOAD_HEADER in request.headers
        if not owner or scripted or not getattr(view, "login_required", True):
            return None
        sealed = form_recovery.seal(request, owner)
        if not sealed:
            return None
        context = {"form": AuthenticationForm(request), "next": form_recovery.page_of(request), "kept": sealed}
        response = render(request, "registration/login.html", context)
        patch_cache_control(response, no_store=True, private=True)
        return response

    def _owner(self, request: HttpRequest) -> str:
        return request.get_signed_cookie(form_recovery.OWNER_COOKIE, default="", salt=form_recovery.SALT)

    def _bring_back(self, request: HttpRequest, response: HttpResponse) -> None:
        words = form_recovery.waiting(request)
        html = words and response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
        if not html or response.streaming:
            return
        page, found = form_recovery.fill(response.content.decode(), words["path"], words["fields"], here=request.path)
        if found or request.path == urlsplit(words["page"]).path:
            context = {"found": found, "texts": form_recovery.without_place(page, words["fields"])}
            notice = render_to_string("_form_recovery.html", context, request)
            response.content = page.replace(self.PLACE, notice, 1)
            del response.headers["Content-Length"]
