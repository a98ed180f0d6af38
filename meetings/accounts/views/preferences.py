"""Pages for one's own account: settings, password, sessions, calendar, tokens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from meetings import permissions
from meetings.accounts import sessions
from meetings.accounts.forms import AccountSettingsForm, ApiTokenForm, PasswordForm
from meetings.accounts.services import preferences, secrets
from meetings.accounts.services.preferences import change_settings
from meetings.models import CalendarAddress
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, is_page

# What is seldom looked for, and comes when it is opened (`meetings/ui/_more.html`).
PARTS = ("password", "calendar", "tokens", "sessions")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: Request) -> HttpResponse:
    """Show and change the settings of the account that is signed in."""
    form = AccountSettingsForm(request.POST if request.method == "POST" else None, account=request.user)
    if form.is_bound and form.submit(lambda: change_settings(account=request.user, **form.arguments())):
        with override(request.user.language or request.LANGUAGE_CODE):
            messages.success(request, _success_message(form, form.result))
        return redirect("account_settings")
    return _render(request, form=form, status=form.status_code)


def _success_message(form: AccountSettingsForm, changed: list[str]) -> str:
    if not changed:
        return _("Nothing was changed: these were your settings already.")
    # Translators: what stands between the settings that were changed.
    return _("Your settings are saved. %(changes)s") % {"changes": _("; ").join(form.describe_changes(changed))}


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: Request) -> HttpResponse:
    """Change the password of the account that is signed in, which stays signed in.

    Who has to, finds nothing else on the page.
    """
    form = PasswordForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        if request.user.password_issued_at is None:
            return _render(request, password_form=form, status=status)
        context = {"password_form": form, "next": get_next_url(request)}
        return render(request, "registration/new_password.html", context, status=status)
    preferences.change_password(account=request.user, password=form.cleaned_data["new_password1"])
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed. Wherever else you were signed in, sign in again with it."))
    return redirect(get_next_url(request) or "account_settings")


@require_POST
def end_session(request: Request) -> HttpResponse:
    """End the session that was named (``session=``), or all but this one (``others``)."""
    number = sessions.end_sessions(request, request.POST.get("session", ""))
    if number:
        message = ngettext("%(number)d session is ended.", "%(number)d sessions are ended.", number)
        messages.success(request, message % {"number": number})
    else:
        messages.warning(request, _("This session had ended already."))
    return _redirect_to("sessions")


@never_cache
@require_POST
def make_calendar_address(request: Request) -> HttpResponse:
    """Make a new calendar address and show it, this once.

    No redirect: the secret would have to be stored somewhere on the way.
    """
    secret = secrets.make_calendar_address(account=request.user)
    address = settings.BASE_URL + reverse("calendar", args=[secret])
    return _render(request, new_address=address)


@require_POST
def revoke_calendar_address(request: Request) -> HttpResponse:
    """Let the calendar address open nothing any more."""
    secrets.revoke_calendar_address(account=request.user)
    messages.success(request, _("The calendar address is revoked: it opens nothing any more."))
    return _redirect_to("calendar")


@require_POST
def set_calendar_alarm(request: Request) -> HttpResponse:
    """Switch the calendar's alarm on (``alarm=on``) or off."""
    is_on = request.POST.get("alarm") == "on"
    secrets.set_calendar_alarm(account=request.user, is_on=is_on)
    messages.success(
        request,
        _("The calendar rings at 9:00 on the day of each event, once your calendar program has asked for it again.")
        if is_on
        else _("The calendar is silent, once your calendar program has asked for it again."),
    )
    return _redirect_to("calendar")


@never_cache
@require_POST
def make_api_token(request: Request) -> HttpResponse:
    """Make an API token and show it, this once; see `make_calendar_address`."""
    form = ApiTokenForm(request.POST)
    if not form.submit(lambda: secrets.make_api_token(account=request.user, **form.cleaned_data)):
        return _render(request, token_form=form, status=form.status_code)
    return _render(request, new_token=form.result)


@require_POST
def revoke_api_token(request: Request, pk: int) -> HttpResponse:
    """Let an API token open nothing any more; its owner or an administrator may."""
    token = permissions.revocable_token(request.user, pk)
    secrets.revoke_api_token(actor=request.user, token=token)
    messages.success(request, _("The API token is revoked: it opens nothing any more."))
    return _redirect_to("tokens") if token.account == request.user else redirect(token.account)


def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser, and save it for a signed-in account."""
    if request.method == "POST" and request.user.is_authenticated:
        preferences.choose_language(account=request.user, language=request.POST.get("language", ""))
    response = set_language(request)
    if not is_page(response.get("Location", "")):
        response.headers["Location"] = reverse("dashboard")
    return response


def _render(
    request: Request,
    *,
    form: AccountSettingsForm | None = None,
    password_form: PasswordForm | None = None,
    new_address: str = "",
    token_form: ApiTokenForm | None = None,
    new_token: str = "",
    status: int = 200,
) -> HttpResponse:
    # What was sent is answered by all of it; else it holds the part that was opened.
    parts = set(PARTS) if request.method == "POST" else {request.GET.get("whole")}
    context: dict[str, Any] = {
        "form": form or AccountSettingsForm(account=request.user),
        "new_address": new_address,
        "new_token": new_token,
    }
    if "password" in parts:
        context["password_form"] = password_form or PasswordForm(request.user)
    if "calendar" in parts:
        context["shows_calendar"] = True
        context["calendar_address"] = CalendarAddress.objects.filter(account=request.user).first()
    if "tokens" in parts:
        context["token_form"] = token_form or ApiTokenForm()
        context["api_tokens"] = request.user.api_tokens.all()
    if "sessions" in parts:
        context["sessions"] = sessions.find_sessions(request)
    return render(request, "meetings/accounts/settings.html", context, status=status)


def _redirect_to(part: str) -> HttpResponseRedirect:
    """Lead to the settings with ``part`` of them opened."""
    return HttpResponseRedirect(f"{reverse('account_settings')}?whole={part}#{part}")
