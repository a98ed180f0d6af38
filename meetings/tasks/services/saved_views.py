"""A person's list of tasks: columns and saved views. Not logged."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.errors import InvalidInputError, PermissionDeniedError, ServiceError
from meetings.models import Account, Role, SavedView
from meetings.models.fields import max_length_of

MAX_NAME_LENGTH = max_length_of(SavedView, "name")


class NameTakenError(ServiceError):
    """Raised where the account has a view of this name that is not to be replaced."""

    status_code = 409


def choose_columns(*, account: Account, columns: Sequence[str]) -> None:
    """Set the columns of the account's list of tasks, in order; empty: default."""
    account.task_columns = list(columns)
    account.save(update_fields=["task_columns"])


@transaction.atomic
def save_view(*, owner: Account, name: str, query: str, shared_with: str = "", overwrite: bool = False) -> SavedView:
    """Save a view under a name; with ``overwrite`` in place of one of this name.

    ``query`` is what `meetings.tasks.saved_views.build_saved_query` made of the list's parameters.
    """
    name = _clean_name(name)
    _require_sharing(owner, shared_with)
    view, created = SavedView.objects.get_or_create(
        owner=owner, name=name, defaults={"query": query, "shared_with": shared_with}
    )
    if created:
        return view
    if not overwrite:
        raise NameTakenError(
            _("You keep a view “%(name)s” already. Overwrite it, or choose another name.") % {"name": name},
            field="name",
        )
    view.query, view.shared_with = query, shared_with
    view.save(update_fields=["query", "shared_with"])
    return view


@transaction.atomic
def change_view(*, view_id: int, actor: Account, name: str, shared_with: str) -> SavedView:
    """Rename a view, and share it with a role or nobody; only its owner may."""
    view = _lock_own_view(view_id, actor)
    name = _clean_name(name)
    if shared_with != view.shared_with:
        _require_sharing(actor, shared_with)
    if SavedView.objects.filter(owner=actor, name=name).exclude(pk=view.pk).exists():
        raise InvalidInputError(
            _("You keep a view “%(name)s” already. Choose another name.") % {"name": name}, field="name"
        )
    view.name, view.shared_with = name, shared_with
    view.save(update_fields=["name", "shared_with"])
    return view


@transaction.atomic
def delete_view(*, view_id: int, actor: Account) -> None:
    """Delete an own view; those who begin with it get their first page again."""
    _lock_own_view(view_id, actor).delete()


def set_landing_view(*, account: Account, view: SavedView | None) -> None:
    """Set the view that opens after signing in; None: the first page of the settings."""
    if view is not None and not permissions.readable_views(account).filter(pk=view.pk).exists():
        raise PermissionDeniedError(_("This view is not shared with you. Choose another first page."))
    account.landing_view = view
    account.save(update_fields=["landing_view"])


def _lock_own_view(view_id: int, actor: Account) -> SavedView:
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view_id)
    if view.owner_id != actor.pk:
        raise PermissionDeniedError(_("Only whoever keeps a view may change it."))
    return view


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError(_("Give the view a name."), field="name")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInputError(
            _("A name has %(most)d characters at most. Choose a shorter one.") % {"most": MAX_NAME_LENGTH}, field="name"
        )
    return name


def _require_sharing(actor: Account, role: str) -> None:
    if not role or role in permissions.roles_to_share_with(actor):
        return
    if role not in Role.values:
        raise InvalidInputError(_("Choose one of the roles offered."), field="shared_with")
    raise PermissionDeniedError(
        _("You may share a view with your own role; with another one, only the secretariat may."), field="shared_with"
    )
