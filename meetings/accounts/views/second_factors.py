"""The second factor: at signing in, and in one's settings."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from meetings.accounts import second_factor_check, sessions
from meetings.accounts.forms import CodeForm, FactorForm
from meetings.accounts.services import passkeys, second_factors as services
from meetings.models import FactorKind
from meetings.tasks.navigation import landing_url
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url

# The name in the session of what the codes of an app are made from that is being set up.
_NEW_FACTOR = "new_second_factor"


@login_not_required
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask who gave the right password for the second factor."""
    first = second_factor_check.find_first_step(request)
    if first is None:
        return redirect("login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        account = authenticate(request, username=first.account.username, **form.cleaned_data)
        if account is not None:
            login(request, account)
            second_factor_check.complete(request)
            return redirect(first.next or landing_url(first.account))
        form.add_error("second_factor", _("This code is wrong, or was used already. Wait for the next one."))
    context: dict[str, Any] = {"form": form}
    if begun := passkeys.begin_use(first.account):
        context["passkey_options"], request.session[second_factor_check.CHALLENGE] = json.dumps(begun[0]), begun[1]
    return render(request, "registration/second_factor.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factors(request: Request) -> HttpResponse:
    """Show one's second factor; set up the codes of an app."""
    if request.method != "POST":
        return _page(request)
    secret = _new_secret(request)
    form = FactorForm(request.POST, request=request, asks_code=True)
    if not form.submit(lambda: services.add_codes(account=request.user, secret=secret, code=form.cleaned_data["code"])):
        return _page(request, form=form)
    del request.session[_NEW_FACTOR]
    return _done(request, form.result)


@sensitive_post_parameters()
@never_cache
@require_POST
def add_passkey(request: Request) -> HttpResponse:
    """Add the key that the browser made (``passkey``)."""
    form = FactorForm(request.POST, request=request, asks_name=True)
    state, answer = request.session.pop(second_factor_check.CHALLENGE, None), request.POST.get("passkey", "")
    if not form.submit(
        lambda: passkeys.add_passkey(account=request.user, name=form.cleaned_data["name"], state=state, answer=answer)
    ):
        return _page(request, passkey_form=form)
    if form.result:
        return _done(request, form.result)
    messages.success(request, _("The passkey is added."))
    return redirect("second_factors")


@sensitive_post_parameters()
@never_cache
@require_POST
def recovery_codes(request: Request) -> HttpResponse:
    """Make new recovery codes and show them, this once."""
    form = FactorForm(request.POST, request=request)
    if form.submit(lambda: services.renew_recovery_codes(account=request.user)):
        return _page(request, codes=form.result)
    return _page(request, form=form)


@sensitive_post_parameters()
@never_cache
@require_POST
def remove_second_factor(request: Request) -> HttpResponse:
    """Remove a passkey (``passkey``), or all: the password alone is then enough."""
    form = FactorForm(request.POST, request=request)
    passkey = request.POST.get("passkey", "")
    if not form.submit(lambda: _remove(request, passkey)):
        return _page(request, form=form)
    if services.has_second_factor(request.user):
        messages.success(request, _("The passkey is removed."))
        return redirect("second_factors")
    request.session.pop(second_factor_check.VERIFIED, None)
    messages.success(request, _("The second factor is removed: your password alone signs you in."))
    return redirect("account_settings")


def _remove(request: Request, passkey: str) -> None:
    if passkey.isdecimal():
        passkeys.remove_passkey(account=request.user, pk=int(passkey[:18]))
    else:
        services.remove_second_factors(account=request.user, actor=request.user)


def _done(request: Request, codes: list[str]) -> HttpResponse:
    """Show the recovery codes of who has a second factor now."""
    # Whoever is signed in elsewhere did without.
    sessions.end_sessions(request, "others")
    second_factor_check.complete(request)
    return _page(request, codes=codes)


def _new_secret(request: Request) -> str:
    secret: str = request.session.setdefault(_NEW_FACTOR, services.new_secret())
    return secret


def _page(
    request: Request,
    *,
    form: FactorForm | None = None,
    passkey_form: FactorForm | None = None,
    codes: list[str] | None = None,
) -> HttpResponse:
    account = request.user
    factors = list(account.second_factors.all())
    has_codes = any(factor.kind == FactorKind.CODES for factor in factors)
    is_setting_up = form is not None and "code" in form.fields
    context: dict[str, Any] = {
        "form": FactorForm(request=request) if form is None or is_setting_up else form,
        "codes_form": form if is_setting_up else FactorForm(request=request, asks_code=True),
        "has_codes": has_codes,
        "passkeys": account.passkeys.all(),
        "recovery_codes": codes,
        "left": sum(factor.kind == FactorKind.RECOVERY for factor in factors),
        "is_required": bool(second_factor_check.find_first_page(request, account)),
        "next": get_next_url(request) or landing_url(account),
    }
    if not has_codes:
        import segno

        secret = _new_secret(request)
        picture = segno.make(services.provisioning_uri(account, secret), micro=False)
        context |= {"picture": picture.svg_data_uri(scale=4, light="white"), "secret": secret}
    if passkeys.are_possible():
        options, request.session[second_factor_check.CHALLENGE] = passkeys.begin_adding(account)
        context["passkey_options"] = json.dumps(options)
        context["passkey_form"] = passkey_form or FactorForm(request=request, asks_name=True)
    status = (passkey_form or form or context["form"]).status_code
    return render(request, "registration/second_factors.html", context, status=status)
