"""Signing in by a directory (LDAP, Active Directory), after our lockout."""

import logging
import ssl
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.translation import gettext as _

from meetings.accounts.circuit_breaker import TIMEOUT_SECONDS, call_server
from meetings.accounts.services.identities import Claim, find_account
from meetings.errors import ServiceError
from meetings.models import Account

logger = logging.getLogger(__name__)

# Where the sign-in form finds why somebody is refused whose password was right.
REFUSAL = "register.sign_in_refusal"


class DirectoryBackend(ModelBackend):
    """Asks the directory, after our own passwords: they do while it is away."""

    def authenticate(  # type: ignore[override]  # Django asks it for what it takes alone
        self, request: HttpRequest | None, *, username: str, password: str
    ) -> Account | None:
        """Return the account of who has this name and password in the directory."""
        # Without a password, directories let anybody in as nobody.
        if not settings.LDAP_URL or not password:
            return None
        from ldap3.core.exceptions import LDAPExceptionError

        try:
            with call_server("ldap"):
                claim = ask_directory(username, password)
            return None if claim is None else find_account(claim)
        except ServiceError as error:
            refusal = error.message
        except (LDAPExceptionError, OSError) as error:
            logger.warning("The directory did not answer: %s", type(error).__name__)
            refusal = _("The directory did not answer. Whoever has a password here, signs in by it.")
        if request is not None:
            request.META[REFUSAL] = refusal
        return None


def ask_directory(username: str, password: str) -> Claim | None:
    """Return what the directory says of who has this name, if the password is theirs."""
    import ldap3
    from ldap3.core.exceptions import LDAPInvalidCredentialsResult
    from ldap3.utils.conv import escape_filter_chars

    name, groups = settings.LDAP_NAME_ATTRIBUTE, settings.IDENTITY_GROUPS
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED)
    server = ldap3.Server(settings.LDAP_URL, connect_timeout=TIMEOUT_SECONDS, tls=tls, get_info=ldap3.NONE)
    with _connect(server, settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD) as connection:
        connection.search(
            settings.LDAP_BASE,
            f"({name}={escape_filter_chars(username)})",
            attributes=[name, "displayName", "cn", "mail", "entryUUID", "objectGUID", groups],
            size_limit=2,
        )
        entries = [entry for entry in connection.response if entry["type"] == "searchResEntry"]
    if len(entries) != 1:
        return None
    (entry,) = entries
    attributes: dict[str, list[bytes]] = entry["raw_attributes"]
    # Directories also pass over blanks, accents and what cannot be seen, and our lockout does not.
    if username.casefold() not in [value.decode().casefold() for value in attributes.get(name, [])]:
        return None
    try:
        _connect(server, entry["dn"], password).unbind()
    except LDAPInvalidCredentialsResult:
        return None
    # What no other entry ever gets: a name may be given to the next one who comes.
    guid = attributes.get("objectGUID")
    return Claim(
        issuer="ldap",
        subject=guid[0].hex() if guid else _first(attributes, "entryUUID") or entry["dn"],
        username=_first(attributes, name),
        name=_first(attributes, "displayName") or _first(attributes, "cn"),
        email=_first(attributes, "mail"),
        groups=frozenset(_group_name(value.decode()) for value in attributes.get(groups, [])),
    )


def _connect(server: Any, dn: str, password: str) -> Any:
    import ldap3

    secures = settings.LDAP_STARTTLS and not server.ssl
    return ldap3.Connection(
        server,
        dn or None,
        password or None,
        auto_bind=ldap3.AUTO_BIND_TLS_BEFORE_BIND if secures else ldap3.AUTO_BIND_NO_TLS,
        receive_timeout=TIMEOUT_SECONDS,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        raise_exceptions=True,
    )


def _first(attributes: dict[str, list[bytes]], name: str) -> str:
    return attributes[name][0].decode() if attributes.get(name) else ""


def _group_name(value: str) -> str:
    """Return the name of a group from its place (``cn=staff,ou=groups,…``)."""
    from ldap3.core.exceptions import LDAPInvalidDnError
    from ldap3.utils.dn import parse_dn

    try:
        return str(parse_dn(value)[0][1])
    except (LDAPInvalidDnError, IndexError):
        return value
