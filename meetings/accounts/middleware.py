"""Who has to sign in, and what comes before the page that they asked for."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from meetings.ui.navigation import page_before


class SignInMiddleware(LoginRequiredMiddleware):
    """Require sign-in, and lead people back to the page they were on.

    What somebody signed in was shown, pages, exports and files, is stored nowhere: after signing out, Back asks the
    server.

    What was sent into an ended session is lost to the server; the page stores it (static/js/form-autosave.js), so a
    form's own address, which may be no page, is not where they go on.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Let no browser keep the answer, unless its view says what may be kept."""
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def handle_no_permission(self, request: HttpRequest, view: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        """Return the way to the sign-in page."""
        page = page_before(request)
        if request.method != "POST" or not page:
            return super().handle_no_permission(request, view)
        return redirect_to_login(page)
