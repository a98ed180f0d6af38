"""Departments, people and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from meetings.models import Account, Department, Person, Role

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


# --- tasks --------------------------------------------------------------------------------------


def secretariat() -> Account:
    """Return the secretariat's account that helpers act as, made if it is not there."""
    return Account.objects.filter(username="秘书处").first() or account(Role.SECRETARIAT, username="秘书处")
