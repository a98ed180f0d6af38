"""The servers where people sign in: an OpenID provider, a CAS server.

Each function leads there, and, once somebody comes back, returns what the server says of them.
"""

import secrets
from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from cas import CASClient
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from joserfc.errors import JoseError
from lxml.etree import XMLSyntaxError

from meetings.accounts.circuit_breaker import TIMEOUT_SECONDS, SilentServerError
from meetings.accounts.services.identities import Claim

_CAS_STATE = "cas_state"


class NotVouchedForError(Exception):
    """Raised where what came back proves nothing."""


# The server is away, or what it says is not to be believed.
SERVER_FAULTS = (
    *(AuthlibBaseError, JoseError, requests.RequestException, XMLSyntaxError, KeyError, ValueError),
    SilentServerError,
)


def ask_openid_provider(request: HttpRequest) -> Claim | HttpResponse:
    """Sign somebody in by OpenID Connect: authorization code, PKCE, nonce, signature."""
    client = OAuth().register(
        "oidc",
        server_metadata_url=f"{settings.OIDC_ISSUER}/.well-known/openid-configuration",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )
    metadata = client.load_server_metadata()
    if metadata["issuer"].rstrip("/") != settings.OIDC_ISSUER:
        raise NotVouchedForError("The provider calls itself otherwise than OIDC_ISSUER.")
    if not {"state", "error"} & request.GET.keys():
        response: HttpResponse = client.authorize_redirect(request, settings.BASE_URL + request.path)
        return response
    token = client.authorize_access_token(request)
    attributes = dict(token["userinfo"])
    if "userinfo_endpoint" in metadata:
        # What many providers leave out of the token: addresses, groups.
        further = client.userinfo(token=token)
        if further["sub"] != attributes["sub"]:
            raise NotVouchedForError("The provider told of somebody else.")
        attributes |= further
    return Claim(
        issuer=metadata["issuer"],
        subject=attributes["sub"],
        username=_text(attributes, "preferred_username"),
        name=_text(attributes, "name"),
        email=_text(attributes, "email"),
        is_email_verified=attributes.get("email_verified") is True,
        groups=frozenset(_texts(attributes, settings.IDENTITY_GROUPS)),
    )


def ask_cas_server(request: HttpRequest) -> Claim | HttpResponse:
    """Sign somebody in by CAS; ``state`` ties the ticket to who asked for it."""
    if "ticket" not in request.GET:
        request.session[_CAS_STATE] = secrets.token_urlsafe(16)
        return redirect(_cas_client(request, request.session[_CAS_STATE]).get_login_url())
    state = request.session.pop(_CAS_STATE, "")
    if not state or not secrets.compare_digest(state.encode(), request.GET.get("state", "").encode()):
        raise NotVouchedForError("A ticket came that this browser had not asked for.")
    username, cas_attributes, _pgt_iou = _cas_client(request, state).verify_ticket(request.GET["ticket"])
    if not username:
        raise NotVouchedForError("The CAS server does not know the ticket.")
    attributes = cas_attributes or {}
    return Claim(
        issuer="cas",
        subject=username,
        username=username,
        name=_text(attributes, "displayName", "name", "cn"),
        email=_text(attributes, "mail", "email"),
        groups=frozenset(_texts(attributes, settings.IDENTITY_GROUPS)),
    )


def _cas_client(request: HttpRequest, state: str) -> Any:
    service = f"{settings.BASE_URL}{request.path}?{urlencode({'state': state})}"
    return CASClient(version=3, service_url=service, server_url=f"{settings.CAS_URL}/", session=_Session())


class _Session(requests.Session):
    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Wait for no server that is silent."""
        return super().request(*arguments, **{"timeout": TIMEOUT_SECONDS, **options})


def _text(attributes: Mapping[str, Any], *names: str) -> str:
    """Return the first text that stands under one of ``names``; "" without any."""
    return next((text for name in names for text in _texts(attributes, name)), "")


def _texts(attributes: Mapping[str, Any], name: str) -> list[str]:
    """Return what stands under ``name``: none, one or several."""
    value = attributes.get(name) or []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
