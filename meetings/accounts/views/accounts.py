"""The accounts, for administrators: who may sign in, and as what."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import permissions
from meetings.accounts import lockout
from meetings.accounts.forms import EditAccountForm, NewAccountForm
from meetings.accounts.identity_settings import describe_matching
from meetings.accounts.services.accounts import create_account, edit_account, reset_password, unlock_account
from meetings.accounts.services.identities import unlink_identities
from meetings.accounts.services.second_factors import has_second_factor, remove_second_factors
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.errors import InvalidTransitionError, NoChangesError
from meetings.models import ANSWERABLE_ROLES, Account, Role
from meetings.models.text_search import contains_word
from meetings.organisation.tables import AccountTable
from meetings.ui.http import Request


@require_safe
def account_list(request: Request) -> HttpResponse:
    """Show the accounts, those who may sign in first."""
    accounts = (
        permissions.managed_accounts(request.user).prefetch_related("departments").order_by("-is_active", "username")
    )
    search_text, role = request.GET.get("q", "").strip()[:200], request.GET.get("role", "")
    for word in search_text.split():
        accounts = accounts.filter(contains_word(word, "username", "display_name", "email"))
    if role in Role.values:
        accounts = accounts.filter(role=role)
    table, errors = AccountTable.build(request, accounts)
    table.show_page(request)
    context = {
        "table": table,
        "errors": errors,
        "search_text": search_text,
        "role": role,
        "roles": Role.choices,
        "matching": describe_matching(),
    }
    return render(request, "meetings/accounts/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: Request) -> HttpResponse:
    """Open an account, and show its first password this once.

    No redirect: the password would have to be stored somewhere on the way.
    """
    permissions.require_administrator(request.user)
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.submit(lambda: create_account(actor=request.user, **form.cleaned_data)):
        account, password = form.result
        return _page(request, account, password=password)
    return render(request, "meetings/accounts/new.html", {"form": form}, status=form.status_code)


@require_http_methods(["GET", "HEAD", "POST"])
def account_detail(request: Request, pk: int) -> HttpResponse:
    """Show and change one account."""
    account = permissions.managed_account(request.user, pk)
    if request.method != "POST":
        return _page(request, account)
    form = EditAccountForm(request.POST, subject=account)
    reported_for = [department.pk for department in account.departments.all() if account.role == Role.LIAISON]
    if form.submit(lambda: edit_account(account=account, actor=request.user, **form.cleaned_data)):
        messages.success(request, _("Saved: the account is changed."))
        if account.is_active:
            _warn_of_nobody(request, reported_for)
        return redirect("account_detail", pk)
    return _page(request, account, form=form)


def _warn_of_nobody(request: Request, departments: list[int]) -> None:
    """Name the departments that lost their last liaison, and what nobody reports on."""
    found = permissions.readable_departments(request.user).filter(pk__in=departments)
    asked = OPEN_STATUSES, ANSWERABLE_ROLES
    for department in found.without_liaison(*asked).with_counts(*asked).order_by("pk"):
        number = department.open_count
        message = ngettext(
            "%(department)s has no liaison any more: nobody reports on its %(number)d open task. Give it another "
            "liaison.",
            "%(department)s has no liaison any more: nobody reports on its %(number)d open tasks. Give it another "
            "liaison.",
            number,
        )
        messages.warning(request, message % {"department": department, "number": number})


@never_cache
@require_POST
def account_password(request: Request, pk: int) -> HttpResponse:
    """Give the account a new password, and show it this once; see `account_new`."""
    account = permissions.managed_account(request.user, pk)
    try:
        account, password = reset_password(account=account, actor=request.user)
    except InvalidTransitionError as error:
        messages.error(request, error.message)
        return redirect("account_detail", pk)
    return _page(request, account, password=password)


@require_POST
def account_unlock(request: Request, pk: int) -> HttpResponse:
    """Let the account be tried again, wherever it was locked."""
    done = _("The account is unlocked: it may be tried again at once.")
    return _change(request, pk, unlock_account, done=done, nothing=_("The account was not locked."))


@require_POST
def account_second_factor(request: Request, pk: int) -> HttpResponse:
    """Remove the second factor of somebody who lost it."""
    done = _("The second factor is removed: the password alone is enough.")
    return _change(request, pk, remove_second_factors, done=done, nothing=_("The account had no second factor."))


@require_POST
def account_unlink(request: Request, pk: int) -> HttpResponse:
    """Let no identity server open the account any more."""
    done = _("No identity server opens the account any more. Make it a password.")
    return _change(request, pk, unlink_identities, done=done, nothing=_("No identity server opened the account."))


def _change(request: Request, pk: int, change: Callable[..., object], *, done: str, nothing: str) -> HttpResponse:
    """Do the ``change``, and say that it is ``done`` or that there was ``nothing``."""
    try:
        change(account=permissions.managed_account(request.user, pk), actor=request.user)
    except NoChangesError:
        messages.warning(request, nothing)
    else:
        messages.success(request, done)
    return redirect("account_detail", pk)


def _page(
    request: Request, account: Account, *, form: EditAccountForm | None = None, password: str = ""
) -> HttpResponse:
    form = form or EditAccountForm(subject=account)
    context = {
        "account": account,
        "form": form,
        "password": password,
        "api_tokens": account.api_tokens.all(),
        "identities": account.identities.all(),
        "has_second_factor": has_second_factor(account),
        "lock": lockout.find_lock(account.username),
        "changes": account.change_log.changes().select_related("actor"),
    }
    return render(request, "meetings/accounts/detail.html", context, status=form.status_code)
