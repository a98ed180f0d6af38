"""Signing in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from meetings.accounts import second_factor_check
from meetings.accounts.forms import SignInForm
from meetings.accounts.identity_settings import find_identity_servers
from meetings.accounts.services.second_factors import has_second_factor
from meetings.models import Account
from meetings.tasks.navigation import landing_url
from meetings.ui.navigation import is_page


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """The one page for people who are not signed in."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:
        """Return the page the person was on the way to; empty for the register's root."""
        url = super().get_redirect_url()
        return url if url != reverse("dashboard") and is_page(url) else ""

    def get_default_redirect_url(self) -> str:
        """Return the first page that the person chose."""
        assert isinstance(self.request.user, Account)  # asked for only of who has signed in
        return landing_url(self.request.user)

    def get_context_data(self, **further: Any) -> dict[str, Any]:
        """Add the ways by identity servers, and whether the directory's passwords count."""
        return super().get_context_data(**further, ways=find_identity_servers(), has_directory=bool(settings.LDAP_URL))

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or ask for the second factor first."""
        account = form.get_user()
        assert isinstance(account, Account)  # what our backends find
        if not has_second_factor(account):
            return super().form_valid(form)
        second_factor_check.begin(self.request, account, self.get_redirect_url())
        return redirect("second_factor")
