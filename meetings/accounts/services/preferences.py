"""Services for a person's own account; each change is one entry of its log."""

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.accounts.services.accounts import store_password
from meetings.errors import InvalidInputError
from meetings.models import Account, ChangeKind, LandingPage, Language, SavedView
from meetings.tasks.services.log import diff_values, log_change


@transaction.atomic
def change_settings(
    *,
    account: Account,
    language: str,
    wants_digest: bool,
    page_size: int | None = None,
    landing_page: str = LandingPage.DASHBOARD,
    landing_view: SavedView | None = None,
) -> list[str]:
    """Save a person's settings; return the names of the arguments that changed.

    ``language``: empty, not chosen. ``page_size``: None, as many rows a page as usual. ``landing_view`` takes the place
    of ``landing_page`` and is one that the account may see. What else can be chosen, the form and the table know.
    """
    if landing_view is not None and not permissions.readable_views(account).filter(pk=landing_view.pk).exists():
        raise InvalidInputError(_("This view is not shared with you. Choose another first page."), field="landing")
    values = {
        "language": language,
        "wants_digest": wants_digest,
        "page_size": page_size,
        "landing_page": landing_page,
        "landing_view": landing_view,
    }
    old = {name: getattr(account, name) for name in values}
    changed = [name for name, value in values.items() if old[name] != value]
    for name in changed:
        setattr(account, name, values[name])
    account.save(update_fields=changed)
    if changed:
        pairs = {name: (_to_json(old[name]), _to_json(values[name])) for name in changed}
        log_change(account, kind=ChangeKind.CORRECTED, actor=account, changes=diff_values(pairs))
    return changed


def _to_json(value: object) -> object:
    """Return a setting as the log holds it; a saved view by its name."""
    if isinstance(value, SavedView):
        return str(value)
    return None if value == "" else value


@transaction.atomic
def change_password(*, account: Account, password: str) -> None:
    """Set another password; the form has checked the old one and the rules.

    Every other browser the person is signed in with is signed out by it.
    """
    store_password(account, password, actor=account)


@transaction.atomic
def choose_language(*, account: Account, language: str) -> None:
    """Save the language chosen by the pages' switch; an unknown one is ignored."""
    if language in Language.values and account.language != language:
        changes = diff_values({"language": (account.language or None, language)})
        account.language = language
        account.save(update_fields=["language"])
        log_change(account, kind=ChangeKind.CORRECTED, actor=account, changes=changes)
