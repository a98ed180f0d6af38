"""Departments, people and accounts."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from meetings.models import Account, Department, Passkey, Person, Role

from .meetings import _numbers

# --- organisation and accounts ------------------------------------------------------------------


def department(name: str = "技术部", **fields: Any) -> Department:
    """Return the department of this name, made if it is not there."""
    return Department.objects.get_or_create(name=name, defaults=fields)[0]


def person(name: str = "肖良", unit: str = "") -> Person:
    """Return the person of this name and unit, made if not there."""
    return Person.objects.get_or_create(name=name, unit=unit)[0]


def account(
    role: str = Role.READER,
    *,
    username: str | None = None,
    password: str | None = None,
    departments: Iterable[Department] = (),
    person: Person | None = None,
    **fields: Any,
) -> Account:
    """Make an account; without a ``password`` it is for `client.force_login`, for hashing one takes its time.

    A leader without a ``person`` is 肖良.
    """
    if role == Role.LEADER and person is None:
        person = Person.objects.get_or_create(name="肖良", unit="")[0]
    made = Account.objects.create_user(
        username or f"{role}-{next(_numbers)}",
        password,
        **{"role": role, "display_name": str(Role(role).label), "person": person, **fields},
    )
    made.departments.set(departments)
    return made


def passkey(account: Account) -> Passkey:
    """Give the account a passkey whose private half nobody has."""
    # Not for every test: they take a while.
    from cryptography.hazmat.primitives.asymmetric import ec
    from fido2.cose import ES256
    from fido2.webauthn import Aaguid, AttestedCredentialData

    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(Aaguid.NONE, b"a key", key)
    return account.passkeys.create(name="手机", credential=base64.b64encode(bytes(credential)).decode())


# --- tasks --------------------------------------------------------------------------------------


def secretariat() -> Account:
    """Return the secretariat's account that helpers act as, made if it is not there."""
    return Account.objects.filter(username="秘书处").first() or account(Role.SECRETARIAT, username="秘书处")
