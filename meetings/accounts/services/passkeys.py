"""Services for passkeys (WebAuthn), which no page elsewhere can ask for.

Browsers have them where the register is served over https, and on the machine that runs it.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from meetings.accounts.services.second_factors import has_second_factor, log_factor, replace_recovery_codes
from meetings.errors import InvalidInputError
from meetings.models import Account
from meetings.organisation.services.organisation import lock_row

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

# What a browser answers that was made for another page, or by hand.
_UNBELIEVABLE = (ValueError, KeyError, TypeError, AttributeError)


def are_possible() -> bool:
    """Return whether browsers make passkeys for pages at this address."""
    return settings.SERVED_OVER_HTTPS or urlsplit(settings.BASE_URL).hostname == "localhost"


def begin_adding(account: Account) -> tuple[dict[str, Any], Any]:
    """Return what a browser makes a passkey by, and what to keep until it answers."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    owner = PublicKeyCredentialUserEntity(
        id=str(account.stable_id).encode(), name=account.username, display_name=str(account)
    )
    options, state = _server().register_begin(
        owner,
        _credentials(account),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options.public_key), state


@transaction.atomic
def add_passkey(*, account: Account, name: str, state: Any, answer: str) -> list[str]:
    """Let the account sign in with the key that a browser made.

    Return recovery codes, shown once, where it is the first second factor. Raises InvalidInputError.
    """
    account = lock_row(account)
    try:
        data = _server().register_complete(state, json.loads(answer)).credential_data
    except _UNBELIEVABLE as error:
        raise InvalidInputError(_("This browser made no passkey. Try again."), field="name") from error
    is_first = not has_second_factor(account)
    account.passkeys.create(name=name, credential=base64.b64encode(bytes(data or b"")).decode())
    log_factor(account, account, _("A passkey was added: %(name)s") % {"name": name})
    return replace_recovery_codes(account) if is_first else []


@transaction.atomic
def remove_passkey(*, account: Account, pk: int) -> None:
    """Let one of several keys sign in no more."""
    account = lock_row(account)
    passkey = account.passkeys.filter(pk=pk).first()
    if passkey is None:
        raise InvalidInputError(_("This passkey is removed already."))
    passkey.delete()
    log_factor(account, account, _("A passkey was removed: %(name)s") % {"name": passkey.name})
    if not has_second_factor(account):
        account.second_factors.all().delete()


def begin_use(account: Account) -> tuple[dict[str, Any], Any] | None:
    """Return what one of the account's keys is asked for by, and what to keep.

    None where it has no key.
    """
    credentials = _credentials(account) if are_possible() else []
    if not credentials:
        return None
    options, state = _server().authenticate_begin(credentials)
    return dict(options.public_key), state


def use_passkey(*, account: Account, state: Any, answer: str) -> bool:
    """Return whether the answer was signed by one of the account's keys."""
    if not state:
        return False
    try:
        _server().authenticate_complete(state, _credentials(account), json.loads(answer))
    except _UNBELIEVABLE:
        return False
    return True


def _server() -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    party = PublicKeyCredentialRpEntity(id=urlsplit(settings.BASE_URL).hostname, name=_("Committee Task Register"))
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.BASE_URL)


def _credentials(account: Account) -> list[AttestedCredentialData]:
    from fido2.webauthn import AttestedCredentialData

    return [AttestedCredentialData(base64.b64decode(passkey.credential)) for passkey in account.passkeys.all()]
