"""Signing in, and the check that the server lives."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from meetings.accounts import form_recovery
from meetings.tasks.navigation import landing_url
from meetings.ui.navigation import get_next_url


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """The one page for people who are not signed in."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:
        """Return where the person was on the way to; the bare address of the register is nowhere in particular."""
        asked = super().get_redirect_url()
        return "" if asked == reverse("dashboard") else asked

    def get_default_redirect_url(self) -> str:
        """Return the first page that the person chose."""
        return landing_url(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kept=self.request.POST.get("kept", ""), **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, and take over what was typed before the session ended, if it is this account's own."""
        response = super().form_valid(form)
        words = form_recovery.unseal(self.request.POST.get("kept", ""))
        if words and not form_recovery.take_over(self.request, words):
            messages.info(self.request, _("What was typed before belongs to another account and was thrown away."))
        return response


@require_POST
def discard_kept(request: HttpRequest) -> HttpResponse:
    """Throw away what was typed before the session ended, and show the page again."""
    form_recovery.forget(request)
    messages.info(request, _("What you had typed before signing in again was thrown away."))
    return redirect(get_next_url(request) or "dashboard")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer «ok» while the database answers; tells nothing else, for anybody may ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
