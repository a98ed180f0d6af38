"""The places of the register, on every page: `{% load navigation %}{% navigation %}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings import permissions
from meetings.models import Role
from meetings.tasks import import_issues, inbox

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: the name of its address, its words and icon, who is offered it, and what else belongs to it.

    ``under`` are beginnings of the names of addresses at which one is still in this place. ``rank`` 1 is always in
    sight, 2 only where there is room, 3 only in the menu.
    """

    name: str
    label: Promise
    icon: str
    rank: int = 3
    roles: frozenset[str] = frozenset(Role.values)
    under: tuple[str, ...] = ()


STAFF = frozenset({Role.SECRETARIAT})
FILLING = frozenset({Role.SECRETARIAT, Role.LIAISON})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
PLACES = (
    Place("overview", _("At a glance"), "eye", rank=1, roles=frozenset(Role.values) - {Role.LIAISON}),
    Place("dashboard", _("Dashboard"), "home", rank=2),
    Place("task_list", _("Tasks"), "list-check", rank=1, under=("task_",)),
    Place("meeting_list", _("Meetings"), "calendar-event", rank=1, under=("meeting_", "suggestion_", "aspect_")),
    Place("inbox", _("Inbox"), "message", rank=1),
    Place("confirmations", _("Confirmations"), "check", rank=2, roles=STAFF, under=("confirm",)),
    Place("import_home", _("Import"), "upload", rank=2, roles=STAFF, under=("draft",)),
    Place("fill_in", _("Fill-in workbooks"), "file-spreadsheet", roles=FILLING, under=("fill_in",)),
    Place("reports", _("Reports"), "file-text", under=("report",)),
    Place("organisation", _("Organisation"), "building", under=("organisation_", "department_", "person_")),
    Place("batch_list", _("Batches"), "history", under=("batch",)),
    Place("accounts", _("Accounts"), "users", roles=ADMINISTRATORS, under=("account_",)),
    Place("admin:index", _("Administration"), "settings", roles=ADMINISTRATORS),
    Place("help", _("Help"), "help-circle", under=("help_",)),
)
# Pages that are printed, and have a button for it. The list of tasks has its own, for what stands on its other pages.
PRINTED = frozenset(
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
ELSEWHERE = frozenset({"account_settings"})


def address_of(name: str) -> str:
    """Return the address of this name, empty where this register has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, Any]:
    """Draw the places that the account is offered: the main ones as a line, the others in a menu.

    One query for the number of the inbox, one more for staff, whom the open confirmations wait for.
    """
    request = context["request"]
    account = request.user
    match = request.resolver_match
    here = match.view_name if match else ""
    numbers = {"confirmations": _open_confirmations(account)}
    if inbox.has_inbox(account):
        numbers["inbox"] = inbox.number(account, timezone.localdate())
    entries = []
    for place in PLACES:
        offered = account.role in place.roles and (place.name != "inbox" or "inbox" in numbers)
        address = address_of(place.name) if offered else ""
        if address:
            inside = place.under and here.startswith(place.under) and here not in ELSEWHERE
            entries.append(
                {
                    "place": place,
                    "address": address,
                    "current": "page" if here == place.name else "true" if inside else "",
                    "number": numbers.get(place.name),
                }
            )
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "line": [entry for entry in entries if entry["place"].rank < 3],
        "menu": [entry for entry in entries if entry["place"].rank > 1],
        "in_menu": any(entry["current"] for entry in entries if entry["place"].rank == 3),
        "in_narrow_menu": any(entry["current"] for entry in entries if entry["place"].rank > 1),
    }


@register.simple_tag
def search_address() -> str:
    """Return where the box of the bar looks: the search of everything, or the list of tasks."""
    return address_of("search") or reverse("task_list")


@register.simple_tag(takes_context=True)
def is_printed(context: RequestContext) -> bool:
    """Say whether the page is one of `PRINTED`."""
    match = context["request"].resolver_match
    return match is not None and match.view_name in PRINTED


def _open_confirmations(account) -> int | None:
    if not permissions.is_secretariat(account) or not address_of("confirmations"):
        return None
    return import_issues.number()
