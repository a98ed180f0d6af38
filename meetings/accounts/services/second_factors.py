"""Services for second factors: codes of an app (TOTP), and recovery codes.

Each change is an entry of the account's log. Secrets are encrypted by a key made from SECRET_KEY, so that a backup
alone opens no account; after a change of SECRET_KEY recovery codes still do.
"""

from __future__ import annotations

import base64
import logging
import secrets
import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from meetings.accounts.services.accounts import readable_secret
from meetings.errors import InvalidInputError, NoChangesError
from meetings.models import Account, ChangeKind, FactorKind, SecondFactor
from meetings.models.secret import hash_secret
from meetings.organisation.services.organisation import lock_row
from meetings.permissions import require_administrator
from meetings.tasks.services.log import log_change

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

logger = logging.getLogger(__name__)

RECOVERY_CODES = 8
STEP_SECONDS = 30


def has_second_factor(account: Account) -> bool:
    """Return whether signing in asks for more than the password."""
    return account.second_factors.devices().exists() or account.passkeys.exists()


def new_secret() -> str:
    """Return a secret that codes are made from, as apps read it (160 bits)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def provisioning_uri(account: Account, secret: str) -> str:
    """Return the address that an app reads from a picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=_("Committee Task Register"))


@transaction.atomic
def add_codes(*, account: Account, secret: str, code: str) -> list[str]:
    """Let the account sign in with codes of an app; return its recovery codes.

    They are shown once. Raises InvalidInputError where ``code`` is not one of ``secret``.
    """
    account = lock_row(account)
    step = _find_step(secret, code, after=0)
    if step is None:
        raise InvalidInputError(
            _("This is not the code that the app shows now. See whether the phone’s clock is right."), field="code"
        )
    account.second_factors.filter(kind=FactorKind.CODES).delete()
    encrypted = _cipher().encrypt(secret.encode()).decode()
    account.second_factors.create(kind=FactorKind.CODES, secret=encrypted, last_step=step)
    log_factor(account, account, _("Codes of an app were set up as a second factor."))
    return replace_recovery_codes(account)


@transaction.atomic
def renew_recovery_codes(*, account: Account) -> list[str]:
    """Return new recovery codes; the former ones are void. Raises NoChangesError."""
    account = lock_row(account)
    if not has_second_factor(account):
        raise NoChangesError
    log_factor(account, account, _("New recovery codes were made."))
    return replace_recovery_codes(account)


@transaction.atomic
def remove_second_factors(*, account: Account, actor: Account | None) -> None:
    """Let the account sign in by its password alone.

    Its owner does it, an administrator, or a command (no ``actor``). Raises PermissionDeniedError, NoChangesError.
    """
    if actor is not None and actor.pk != account.pk:
        require_administrator(actor)
    account = lock_row(account)
    if not has_second_factor(account):
        raise NoChangesError
    account.passkeys.all().delete()
    account.second_factors.all().delete()
    log_factor(account, actor, _("The second factor was removed."))


@transaction.atomic
def use_code(*, account: Account, code: str) -> bool:
    """Return whether it is a code of the app or for recovery; each is taken once."""
    typed = "".join(code.split()).lower()
    factors = account.second_factors.select_for_update()
    for factor in factors.filter(kind=FactorKind.CODES):
        step = _find_step(_decrypt(factor), typed, after=factor.last_step)
        if step is not None:
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return True
    number, _of_models = factors.filter(kind=FactorKind.RECOVERY, secret=hash_secret(typed)).delete()
    if number:
        left = account.second_factors.filter(kind=FactorKind.RECOVERY).count()
        log_factor(account, account, _("A recovery code was used; so many are left: %(number)d") % {"number": left})
    return bool(number)


def replace_recovery_codes(account: Account) -> list[str]:
    """Make new recovery codes of an account that is locked, and return them."""
    account.second_factors.filter(kind=FactorKind.RECOVERY).delete()
    # 79 bits each, which nobody guesses from an unsalted hash.
    codes = [readable_secret(groups=4) for _number in range(RECOVERY_CODES)]
    SecondFactor.objects.bulk_create(
        SecondFactor(account=account, kind=FactorKind.RECOVERY, secret=hash_secret(code)) for code in codes
    )
    return codes


def _find_step(secret: str, code: str, *, after: int) -> int | None:
    """Return the half minute, about now and later than ``after``, of the code."""
    import pyotp

    now, codes = int(time.time()) // STEP_SECONDS, pyotp.TOTP(secret)
    steps = (step for step in (now, now - 1, now + 1) if step > after)
    return next((s for s in steps if secrets.compare_digest(codes.generate_otp(s).encode(), code.encode())), None)


def _decrypt(factor: SecondFactor) -> str:
    from cryptography.fernet import InvalidToken

    try:
        return _cipher().decrypt(factor.secret).decode()
    except InvalidToken:
        logger.error("A second factor cannot be read: SECRET_KEY is another one than when it was set up.")
        # No code fits; a recovery code does, and an administrator removes it.
        return new_secret()


def _cipher() -> Fernet:
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(salted_hmac("meetings.second_factor", "", algorithm="sha256").digest()))


def log_factor(account: Account, actor: Account | None, note: str) -> None:
    """Record what was done to the second factors of ``account``."""
    log_change(account, kind=ChangeKind.CORRECTED, actor=actor, note=note)
