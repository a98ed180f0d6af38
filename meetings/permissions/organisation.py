"""Departments, people and accounts."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from meetings.models import Account, ApiToken, CalendarAddress, Department, Person, Role
from meetings.models.organisation import DepartmentQuerySet, PersonQuerySet
from meetings.models.secret import hash_secret

from .roles import can_manage_organisation, require_administrator, require_organisation_manager


def readable_departments(account: Account) -> DepartmentQuerySet:
    """Return the departments, merged ones too: everyone signed in reads everything."""
    return Department.objects.all() if account.is_authenticated else Department.objects.none()


def readable_people(account: Account) -> PersonQuerySet:
    """Return the people, merged ones too: everyone signed in reads everything."""
    return Person.objects.all() if account.is_authenticated else Person.objects.none()


def readable_department(account: Account, pk: int) -> Department:
    """Return the department; raises Http404 where there is none."""
    return get_object_or_404(readable_departments(account).select_related("head", "merged_into"), pk=pk)


def readable_person(account: Account, pk: int) -> Person:
    """Return the person; raises Http404 where there is none."""
    return get_object_or_404(readable_people(account).select_related("merged_into"), pk=pk)


def editable_department(account: Account, pk: int) -> Department:
    """Return the department for changing it; raises Http404 or PermissionDenied."""
    require_organisation_manager(account)
    return readable_department(account, pk)


def editable_person(account: Account, pk: int) -> Person:
    """Return the person for changing them; raises as `editable_department` does."""
    require_organisation_manager(account)
    return readable_person(account, pk)


def managed_accounts(account: Account) -> QuerySet[Account]:
    """Return all accounts; raises PermissionDenied for all but administrators."""
    require_administrator(account)
    return Account.objects.select_related("person")


def managed_account(account: Account, pk: int) -> Account:
    """Return the account for changing it; raises Http404 or PermissionDenied."""
    return get_object_or_404(managed_accounts(account), pk=pk)


def handover_account(account: Account, pk: int) -> Account:
    """Return a liaison's account for handing its departments over."""
    require_organisation_manager(account)
    return get_object_or_404(Account, pk=pk, role=Role.LIAISON)


def calendar_owner(secret: str) -> Account:
    """Return the account whose calendar ``secret`` opens; raises Http404 for others.

    Beside `find_token` the one way to anything for who is not signed in (docs/domain.md, Roles).
    """
    addresses = CalendarAddress.objects.select_related("account__person")
    return get_object_or_404(addresses, secret_hash=hash_secret(secret), account__is_active=True).account


def find_token(secret: str) -> ApiToken | None:
    """Return the API token that ``secret`` is, while it and its account last."""
    tokens = ApiToken.objects.select_related("account")
    return tokens.filter(
        secret_hash=hash_secret(secret), ends_on__gte=timezone.localdate(), account__is_active=True
    ).first()


def revocable_token(account: Account, pk: int) -> ApiToken:
    """Return an API token of the account's own, for administrators any; or Http404."""
    tokens = ApiToken.objects.select_related("account")
    return get_object_or_404(tokens if account.is_staff else tokens.filter(account=account), pk=pk)


def liaisons_to_hand_over_to(account: Account) -> QuerySet[Account]:
    """Return the liaisons in use, for who hands departments over; else none."""
    liaisons = Account.objects.filter(role=Role.LIAISON, is_active=True)
    return liaisons if can_manage_organisation(account) else liaisons.none()
