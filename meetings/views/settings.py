"""What a person sets about their own account: language, digest, private calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from meetings import actions
from meetings.forms import AccountSettingsForm
from meetings.models import CalendarAddress
from meetings.refusals import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """Show and change the settings of the account that is signed in."""
    form = AccountSettingsForm(request.POST or None, account=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_settings(account=request.user, **form.cleaned_data)
        except Refused as refused:
            form.explain(refused)
        else:
            with override(request.user.language or request.LANGUAGE_CODE):
                messages.success(request, _("Your settings are saved."))
            return redirect("account_settings")
    return _render(request, form, status=422 if request.method == "POST" else 200)


@never_cache
@require_POST
def make_calendar_address(request: HttpRequest) -> HttpResponse:
    """Make a new calendar address and show it, this once.

    No redirect: the secret would have to be stored somewhere on the way.
    """
    secret = actions.make_calendar_address(account=request.user)
    address = settings.BASE_URL + reverse("calendar", args=[secret])
    return _render(request, AccountSettingsForm(account=request.user), new_address=address)


@require_POST
def revoke_calendar_address(request: HttpRequest) -> HttpResponse:
    """Let the calendar address open nothing any more."""
    actions.revoke_calendar_address(account=request.user)
    messages.success(request, _("The calendar address is revoked: it opens nothing any more."))
    return redirect("account_settings")


def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages in this browser, and keep it for the account of who is signed in."""
    if request.method == "POST" and request.user.is_authenticated:
        actions.choose_language(account=request.user, language=request.POST.get("language", ""))
    return set_language(request)


def _render(request: HttpRequest, form: AccountSettingsForm, *, new_address: str = "", status: int = 200):
    address = CalendarAddress.objects.filter(account=request.user).first()
    context = {"form": form, "calendar_address": address, "new_address": new_address}
    return render(request, "registration/settings.html", context, status=status)
