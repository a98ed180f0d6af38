"""Signing in by an identity server of the office."""

import logging

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetings.accounts import second_factor_check
from meetings.accounts.circuit_breaker import call_server
from meetings.accounts.forms import SignInForm
from meetings.accounts.identity_servers import (
    SERVER_FAULTS,
    NotVouchedForError,
    ask_cas_server,
    ask_openid_provider,
)
from meetings.accounts.identity_settings import find_identity_servers
from meetings.accounts.services.identities import find_account
from meetings.errors import ServiceError
from meetings.tasks.navigation import landing_url
from meetings.ui.navigation import get_next_url

logger = logging.getLogger(__name__)

_WAYS = {"oidc": ask_openid_provider, "cas": ask_cas_server}
# In the session: the page that follows. Who is on the way there has ten minutes.
_NEXT, _SECONDS = "identity_next", 600


@login_not_required
@never_cache
@require_safe
def identity_sign_in(request: HttpRequest, way: str) -> HttpResponse:
    """Lead to the identity server; sign in who comes back from it.

    The second factor is that server's to ask for.
    """
    if way not in find_identity_servers():
        raise Http404
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    try:
        with call_server(way):
            found = _WAYS[way](request)
        if isinstance(found, HttpResponse):
            request.session[_NEXT] = get_next_url(request)
            request.session.set_expiry(_SECONDS)
            return found
        account = find_account(found)
    except ServiceError as error:
        return _refuse(request, error.message)
    except (NotVouchedForError, *SERVER_FAULTS) as error:
        logger.warning("Signing in by %s failed: %s", way, type(error).__name__)
        return _refuse(
            request,
            _("The identity server did not answer as it should. Whoever has a password here, signs in by it."),
        )
    next_url = request.session.pop(_NEXT, "")
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    second_factor_check.complete(request)
    return redirect(next_url or landing_url(account))


def _refuse(request: HttpRequest, message: str) -> HttpResponse:
    context = {"form": SignInForm(request), "refusal": message, "ways": find_identity_servers()}
    return render(request, "registration/login.html", context, status=403)
