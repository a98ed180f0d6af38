"""The navigation of every page: `{% load navigation %}{% navigation %}`."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings import permissions
from meetings.models import Role
from meetings.tasks import import_issues, inbox

register = template.Library()


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry: URL name, label, icon, the roles it is for.

    ``name_prefixes`` are beginnings of the URL names that belong to it, too. ``rank`` 1 is always in sight, 2 only
    where there is room, 3 only in the menu.
    """

    name: str
    label: Promise
    icon: str
    rank: int = 3
    roles: frozenset[str] = frozenset(Role.values)
    name_prefixes: tuple[str, ...] = ()


SECRETARIAT_ONLY = frozenset({Role.SECRETARIAT})
WORKBOOK_ROLES = frozenset({Role.SECRETARIAT, Role.LIAISON})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
ENTRIES = (
    NavigationEntry("overview", _("At a glance"), "eye", rank=1, roles=frozenset(Role.values) - {Role.LIAISON}),
    NavigationEntry("dashboard", _("Dashboard"), "home", rank=2),
    NavigationEntry("task_list", _("Tasks"), "list-check", rank=1, name_prefixes=("task_",)),
    NavigationEntry(
        "meeting_list", _("Meetings"), "calendar-event", rank=1, name_prefixes=("meeting_", "suggestion_", "aspect_")
    ),
    NavigationEntry("inbox", _("Inbox"), "message", rank=1),
    NavigationEntry(
        "confirmations", _("Confirmations"), "check", rank=2, roles=SECRETARIAT_ONLY, name_prefixes=("confirm",)
    ),
    NavigationEntry("import_home", _("Import"), "upload", rank=2, roles=SECRETARIAT_ONLY, name_prefixes=("draft",)),
    NavigationEntry(
        "fill_in", _("Fill-in workbooks"), "file-spreadsheet", roles=WORKBOOK_ROLES, name_prefixes=("fill_in",)
    ),
    NavigationEntry("reports", _("Reports"), "file-text", name_prefixes=("report",)),
    NavigationEntry(
        "organisation", _("Organisation"), "building", name_prefixes=("organisation_", "department_", "person_")
    ),
    NavigationEntry("batch_list", _("Batches"), "history", name_prefixes=("batch",)),
    NavigationEntry("accounts", _("Accounts"), "users", roles=ADMINISTRATORS, name_prefixes=("account_",)),
    NavigationEntry("jobs", _("Background jobs"), "refresh", roles=ADMINISTRATORS),
    NavigationEntry("admin:index", _("Administration"), "settings", roles=ADMINISTRATORS),
    NavigationEntry("help", _("Help"), "help-circle", name_prefixes=("help_",)),
)
# Pages that are printed, and have a button for it. The list of tasks has its own, for what stands on its other pages.
PRINTABLE_PAGES = frozenset(
    {
        "dashboard",
        "overview",
        "task_detail",
        "meeting_list",
        "meeting_detail",
        "inbox",
        "confirmations",
        "organisation",
        "department_detail",
        "person_detail",
        "batch_list",
        "batch",
    }
)
# An own page whose name begins like another's.
UNGROUPED_PAGES = frozenset({"account_settings"})


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, Any]:
    """Draw the entries for the account: the main ones as a line, others in a menu.

    One query for the number of the inbox, one more for staff, whom the open confirmations wait for, unless the page has
    counted them (``open_issue_count``).
    """
    request = context["request"]
    account = request.user
    match = request.resolver_match
    view_name = match.view_name if match else ""
    numbers = {}
    if permissions.is_secretariat(account):
        known = context.get("open_issue_count")
        numbers["confirmations"] = import_issues.count_open_issues() if known is None else known
    if inbox.has_inbox(account):
        numbers["inbox"] = inbox.count_waiting(account, timezone.localdate())
    entries: list[dict[str, Any]] = []
    for place in ENTRIES:
        if account.role in place.roles and (place.name != "inbox" or "inbox" in numbers):
            inside = (
                place.name_prefixes and view_name.startswith(place.name_prefixes) and view_name not in UNGROUPED_PAGES
            )
            entries.append(
                {
                    "place": place,
                    "address": reverse(place.name),
                    "current": "page" if view_name == place.name else "true" if inside else "",
                    "number": numbers.get(place.name),
                }
            )
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "line": [entry for entry in entries if entry["place"].rank < 3],
        "menu_entries": [entry for entry in entries if entry["place"].rank > 1],
        "in_menu": any(entry["current"] for entry in entries if entry["place"].rank == 3),
        "in_narrow_menu": any(entry["current"] for entry in entries if entry["place"].rank > 1),
    }


@register.simple_tag(takes_context=True)
def has_print_button(context: RequestContext) -> bool:
    """Say whether the page is one of `PRINTABLE_PAGES`."""
    match = context["request"].resolver_match
    return match is not None and match.view_name in PRINTABLE_PAGES
