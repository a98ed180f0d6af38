"""Who has to sign in, and what comes before the page that they asked for."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from meetings.accounts.second_factor_check import leads_elsewhere
from meetings.accounts.sessions import renew
from meetings.models import Account
from meetings.ui.navigation import page_before

# Pages that ask again every other second, whether somebody sits before them or not.
POLLED = frozenset({"export"})


class SignInMiddleware(LoginRequiredMiddleware):
    """Require sign-in, and lead people back to the page they were on.

    What somebody signed in was shown, pages, exports and files, is stored nowhere: after signing out, Back asks the
    server.

    What was sent into an ended session is lost to the server; the page stores it (static/js/form-autosave.js), so a
    form's own address, which may be no page, is not where they go on.

    Whose password somebody else has seen chooses another one before anything else, and whose role asks for a second
    factor sets it up.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Return the way to the page that comes first, if one does."""
        response = super().process_view(request, view_func, view_args, view_kwargs)
        match = request.resolver_match
        # A token is no sign-in: what comes first after one is no business of a program's.
        is_by_token = getattr(request, "api_token", None) is not None
        if response is not None or match is None or is_by_token or not isinstance(request.user, Account):
            return response
        is_open = not getattr(view_func, "login_required", True)
        first = "" if is_open else leads_elsewhere(request, request.user, match.url_name or "")
        page = request.get_full_path() if request.method == "GET" else ""
        return redirect_to_login(page, reverse(first)) if first else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Let no browser keep the answer, unless its view says what may be kept."""
        if request.user.is_authenticated:
            match = request.resolver_match
            asks_by_itself = match is not None and match.url_name in POLLED and "HX-Request" in request.headers
            if not asks_by_itself:
                renew(request.session)
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def handle_no_permission(self, request: HttpRequest, view: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        """Return the way to the sign-in page."""
        page = page_before(request)
        if request.method != "POST" or not page:
            return super().handle_no_permission(request, view)
        return redirect_to_login(page)
