"""Saved views of the list of tasks."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from meetings.models import Account, Role, SavedView

from .roles import is_secretariat


def readable_views(account: Account) -> QuerySet[SavedView]:
    """Return the saved views that are the account's own or shared with its role."""
    views = SavedView.objects.all()
    return views.filter(Q(owner=account) | Q(shared_with=account.role)) if account.is_authenticated else views.none()


def readable_view(account: Account, pk: int) -> SavedView:
    """Return the view for opening it; raises Http404 for one of others, not shared."""
    return get_object_or_404(readable_views(account), pk=pk)


def own_view(account: Account, pk: int) -> SavedView:
    """Return the view for changing it; raises Http404, PermissionDenied if shared."""
    view = readable_view(account, pk)
    if view.owner_id != account.pk:
        raise PermissionDenied(_("Only whoever keeps a view may change it."))
    return view


def roles_to_share_with(account: Account) -> list[Role]:
    """Return the roles to share a view with: one's own, for the secretariat all."""
    return list(Role) if is_secretariat(account) else [Role(account.role)]
