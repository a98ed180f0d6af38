"""Services of administrators on accounts; each change is one entry of the log.

An account is never deleted, for the logs name it. A password that is made here is returned once and stored nowhere.
"""

import secrets
from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.accounts import lockout
from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.models import Account, ChangeKind, Department, Person, Role
from meetings.organisation.services.organisation import lock_row
from meetings.permissions import require_administrator
from meetings.tasks.services.log import compare_values, diff_values, log_change

# What a new account has without anybody saying so is no change.
_ON_BY_DEFAULT = ("may_sign_in", "wants_digest")
# Without 0 O 1 l I and their like: a password is read from a screen and typed.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Return a readable password of 12 random characters (59 bits) in groups of four."""
    return readable_secret(groups=3)


def readable_secret(groups: int) -> str:
    """Return so many groups of four random characters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(groups))


@transaction.atomic
def create_account(
    *,
    actor: Account,
    username: str,
    display_name: str,
    role: str,
    email: str = "",
    person: Person | None = None,
    departments: Collection[Department] = (),
) -> tuple[Account, str]:
    """Create an account; return it with its first password, which is shown once.

    Raises PermissionDeniedError, InvalidInputError.
    """
    require_administrator(actor)
    account = Account(
        username=Account.normalize_username(username.strip()),
        display_name=display_name.strip(),
        email=email.strip(),
        role=role,
        person=person,
    )
    password = new_password()
    account.set_password(password)
    account.password_issued_at = timezone.now()
    _check_account(account, departments)
    account.save()
    account.departments.set(departments)
    new = account_to_json(account)
    changes = diff_values({name: (None, new[name] or None) for name in new if name not in _ON_BY_DEFAULT})
    log_change(account, kind=ChangeKind.ENTERED, actor=actor, changes=changes)
    return account, password


@transaction.atomic
def edit_account(
    *,
    account: Account,
    actor: Account,
    username: str,
    display_name: str,
    role: str,
    email: str,
    person: Person | None,
    departments: Collection[Department],
    is_active: bool,
    language: str | None = None,
    wants_digest: bool | None = None,
    version: int | None = None,
    note: str = "",
) -> Account:
    """Change an account's names, role, departments and access.

    ``language`` and ``wants_digest``: None, as they are.

    Raises PermissionDeniedError, ConflictError, InvalidInputError, InvalidTransitionError.
    """
    require_administrator(actor)
    account = lock_row(account, version)
    old = account_to_json(account)
    account.username = Account.normalize_username(username.strip())
    account.display_name, account.email = display_name.strip(), email.strip()
    account.role, account.person, account.is_active = role, person, is_active
    account.language = account.language if language is None else language
    account.wants_digest = account.wants_digest if wants_digest is None else wants_digest
    _check_account(account, departments)
    require_an_administrator(account)
    account.save()
    account.departments.set(departments)
    new = account_to_json(account)
    changes = compare_values(old, new)
    if not changes:
        raise NoChangesError
    kind = ChangeKind.CORRECTED
    if "may_sign_in" in changes:
        kind = ChangeKind.RESTORED if is_active else ChangeKind.RETIRED
    log_change(account, kind=kind, actor=actor, note=note, changes=changes)
    return account


@transaction.atomic
def reset_password(*, account: Account, actor: Account) -> tuple[Account, str]:
    """Give the account a new password, which unlocks it; return both.

    The password is shown once. Raises PermissionDeniedError, InvalidTransitionError.
    """
    require_administrator(actor)
    account = lock_row(account)
    if account.identities.exists():
        raise InvalidTransitionError(_("An identity server opens this account. Unlink it first."))
    password = new_password()
    store_password(account, password, actor=actor, is_issued=True)
    return account, password


def store_password(account: Account, password: str, *, actor: Account | None, is_issued: bool = False) -> None:
    """Set a password and record that it was; its text stands nowhere.

    One that ``is_issued`` somebody else has seen: its owner has to choose another one before anything else.
    """
    account.set_password(password)
    account.password_issued_at = timezone.now() if is_issued else None
    account.save(update_fields=["password", "password_issued_at"])
    log_change(account, kind=ChangeKind.CORRECTED, actor=actor, note=_("A new password was set."))


@transaction.atomic
def unlock_account(*, account: Account, actor: Account) -> None:
    """Let the account be tried again at once, wherever it failed.

    Raises PermissionDeniedError, NoChangesError.
    """
    require_administrator(actor)
    account = lock_row(account)
    if not lockout.unlock(account.username):
        raise NoChangesError
    log_change(account, kind=ChangeKind.CORRECTED, actor=actor, note=_("The account was unlocked."))


def find_account_errors(account: Account, departments: Collection[Department]) -> Iterator[InvalidInputError]:
    """Yield what columns cannot hold, and what would open an empty page."""
    try:
        account.full_clean(exclude=["password"])
    except ValidationError as invalid:
        for field, messages in invalid.message_dict.items():
            yield InvalidInputError(messages[0], field=field)
    if account.role == Role.LIAISON and account.is_active and not departments:
        yield InvalidInputError(_("Say which departments this liaison reports for."), field="departments")
    if account.role == Role.LEADER and account.person is None:
        yield InvalidInputError(_("Say which leader this account belongs to."), field="person")


def _check_account(account: Account, departments: Collection[Department]) -> None:
    for error in find_account_errors(account, departments):
        raise error


def require_an_administrator(account: Account) -> None:
    """Refuse to leave the register without an administrator of its own.

    One whom no identity server vouches for, who so gets in while such a server is away.
    """
    local = Account.objects.filter(role=Role.ADMINISTRATOR, is_active=True, identities=None)
    is_local = account.is_staff and not account.identities.exists()
    if not is_local and not local.exclude(pk=account.pk).exists():
        raise InvalidTransitionError(
            _("This is the last administrator who may sign in. Make somebody else one first."), field="role"
        )


def account_to_json(account: Account) -> dict[str, object]:
    departments = account.departments.order_by("pk").values_list("name", flat=True) if account.pk else ()
    return {
        "username": account.username,
        "display_name": account.display_name,
        "email": account.email or None,
        "role": str(account.role),
        "person": str(account.person) if account.person else None,
        "liaison_departments": list(departments),
        "may_sign_in": account.is_active,
        "language": account.language or None,
        "wants_digest": account.wants_digest,
    }
