"""Accounts of people whom an identity server vouches for (docs/security.md).

An identity that is known opens its account. A new one is matched as IDENTITY_MATCH says, never with an administrator's
account, nor with one of another identity; where nothing matches, a new account is made if the groups give a role that
needs neither departments nor a person. Whoever is left is refused in a sentence.
"""

from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from meetings.accounts.services.accounts import account_to_json, find_account_errors
from meetings.errors import InvalidInputError, NoChangesError
from meetings.models import Account, ChangeKind, ExternalIdentity, Role
from meetings.organisation.services.organisation import lock_row
from meetings.permissions import require_administrator
from meetings.tasks.services.log import compare_values, diff_values, log_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an identity server says of who signed in there."""

    issuer: str
    subject: str
    username: str
    name: str = ""
    email: str = ""
    is_email_verified: bool = False
    groups: frozenset[str] = frozenset()


@transaction.atomic
def find_account(claim: Claim) -> Account:
    """Return the account that ``claim`` opens, or raise InvalidInputError."""
    role = _find_role(claim)
    identity = ExternalIdentity.objects.filter(issuer=claim.issuer, subject=claim.subject).first()
    if identity is not None:
        account = lock_row(identity.account)
    elif (match := _find_match(claim)) is not None:
        account = _link(lock_row(match), claim)
    else:
        return _create(claim, role)
    if not account.is_active:
        raise InvalidInputError(_("Your account may not sign in. Ask the administrator."))
    if role and role != account.role:
        _change_role(account, role)
    return account


@transaction.atomic
def unlink_identities(*, account: Account, actor: Account) -> None:
    """Let no identity server open the account any more.

    Raises PermissionDeniedError, NoChangesError.
    """
    require_administrator(actor)
    account = lock_row(account)
    names = [str(identity) for identity in account.identities.all()]
    if not names:
        raise NoChangesError
    account.identities.all().delete()
    note = _("Signs in no more as %(identity)s.") % {"identity": ", ".join(names)}
    log_change(account, kind=ChangeKind.CORRECTED, actor=actor, note=note)


def _find_role(claim: Claim) -> str:
    """Return the role of the first group in IDENTITY_ROLES; "" without such roles."""
    roles: dict[str, str] = settings.IDENTITY_ROLES
    role = next((role for group, role in roles.items() if group in claim.groups), "")
    if roles and not role:
        raise InvalidInputError(_("None of your groups may use the register. Ask the administrator."))
    return role


def _find_match(claim: Claim) -> Account | None:
    accounts = Account.objects.filter(is_active=True, identities=None).exclude(role=Role.ADMINISTRATOR)
    # Beyond ASCII, databases take letters for each other that no mail server does.
    if settings.IDENTITY_MATCH == "email" and claim.is_email_verified and claim.email and claim.email.isascii():
        found = list(accounts.filter(email__iexact=claim.email)[:2])
    elif settings.IDENTITY_MATCH == "username" and claim.username:
        found = list(accounts.filter(username=Account.normalize_username(claim.username)))
    else:
        found = []
    return found[0] if len(found) == 1 else None


def _link(account: Account, claim: Claim) -> Account:
    """Let the identity open the account, and nothing else do so any more."""
    account.set_unusable_password()
    account.password_issued_at = None
    account.save(update_fields=["password", "password_issued_at"])
    identity = account.identities.create(issuer=claim.issuer, subject=claim.subject)
    note = _("Signs in from now on as %(identity)s, and by no password.") % {"identity": identity}
    log_change(account, kind=ChangeKind.CORRECTED, actor=None, note=note)
    return account


def _create(claim: Claim, role: str) -> Account:
    username = Account.normalize_username(claim.username)
    account = Account(username=username, display_name=claim.name or username, role=role, email=claim.email)
    account.set_unusable_password()
    if not role or any(find_account_errors(account, ())):
        _refuse(claim)
    account.save()
    new = account_to_json(account)
    log_change(account, kind=ChangeKind.ENTERED, actor=None, changes=diff_values({n: (None, new[n]) for n in new}))
    return _link(account, claim)


def _refuse(claim: Claim) -> NoReturn:
    message = _("You signed in there as %(name)s, but no account here is yours. Ask the administrator for one.")
    raise InvalidInputError(message % {"name": claim.username or claim.subject})


def _change_role(account: Account, role: str) -> None:
    old = account_to_json(account)
    account.role = role
    if any(find_account_errors(account, list(account.departments.all()))):
        message = _("Your groups give you the role “%(role)s”, and the administrator has to say first of whom.")
        raise InvalidInputError(message % {"role": Role(role).label})
    account.save(update_fields=["role"])
    note = _("By the groups at the identity server.")
    changes = compare_values(old, account_to_json(account))
    log_change(account, kind=ChangeKind.CORRECTED, actor=None, note=note, changes=changes)
