"""The navigation of every page: `{% load navigation %}{% navigation %}`."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django import template
from django.template import RequestContext
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy as _

from meetings import permissions
from meetings.models import Account
from meetings.tasks.inbox import count_queue
from meetings.ui.icons import icon
from meetings.ui.markup import fill_html, join_html

register = template.Library()


def _is_for_all(_account: Account) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class NavigationEntry:
    """One entry: URL name, label, icon, who sees it.

    ``name_prefixes`` are beginnings of the URL names that belong to it, too.
    """

    name: str
    label: Promise
    icon: str
    is_for: Callable[[Account], bool] = _is_for_all
    name_prefixes: tuple[str, ...] = ()


_is_administrator = attrgetter("is_staff")
# What is opened every day, always in sight.
LINE = (
    NavigationEntry(
        "dashboard", _("Home"), "home", name_prefixes=("inbox", "confirm", "chasing", "remind", "supervision")
    ),
    NavigationEntry(
        "task_list", _("Tasks"), "list-check", name_prefixes=("task_", "change_many", "saved_views", "change_view")
    ),
    NavigationEntry(
        "meeting_list",
        _("Meetings"),
        "calendar-event",
        name_prefixes=("meeting_", "suggestion", "aspect_", "import_home", "draft"),
    ),
    NavigationEntry(
        "fill_in", _("Fill-in"), "file-spreadsheet", is_for=permissions.can_change_tasks, name_prefixes=("fill_in",)
    ),
    NavigationEntry("reports", _("Reports"), "file-text", name_prefixes=("report", "back_dated", "due_calendar")),
)
# What is opened now and then, behind the account's name.
MENU = (
    NavigationEntry("account_settings", _("My settings"), "settings"),
    NavigationEntry("import_home", _("Import"), "upload", is_for=permissions.is_secretariat, name_prefixes=("draft",)),
    NavigationEntry(
        "organisation",
        _("Departments and people"),
        "building",
        name_prefixes=("organisation_", "department_", "person_"),
    ),
    NavigationEntry("batch_list", _("Batches"), "history", name_prefixes=("batch",)),
    NavigationEntry("accounts", _("Accounts"), "users", is_for=_is_administrator, name_prefixes=("account_",)),
    NavigationEntry("robots", _("Group robots"), "message", is_for=_is_administrator, name_prefixes=("robot_",)),
    NavigationEntry("working_days", _("Working days"), "calendar-time", is_for=_is_administrator),
    NavigationEntry("webhooks", _("Webhooks"), "message", is_for=_is_administrator, name_prefixes=("webhook_",)),
    NavigationEntry("letterheads", _("Letterheads"), "file-text", is_for=_is_administrator),
    NavigationEntry("jobs", _("Background jobs"), "refresh", is_for=_is_administrator),
    NavigationEntry("admin:index", _("Administration"), "adjustments", is_for=_is_administrator),
    NavigationEntry("help", _("Help"), "help-circle", name_prefixes=("help_",)),
)
# Pages that are printed, and have a button for it. The list of tasks has its own, for what stands on its other pages.
PRINTABLE_PAGES = frozenset(
    {
        "dashboard",
        "chasing",
        "supervision_slips",
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
        "report_appraisal",
        "back_dated_list",
    }
)
# An own page whose name begins like another's.
UNGROUPED_PAGES = frozenset({"account_settings"})


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, Any]:
    """Draw the line of entries, with the number of what waits for the account.

    One query, one more for the secretariat, whom the open confirmations wait for, unless the page has counted them
    (``open_issue_count``) or all of it (``queue_number``).
    """
    account, waiting = context["request"].user, context.get("queue_number")
    if waiting is None:
        waiting = getattr(context["request"], "waiting", None)
    if waiting is None:
        waiting = count_queue(account, context.get("open_issue_count"))
    count = fill_html('<span class="pick-count">{}</span>', waiting) if waiting else ""
    links = (
        (_draw_link(place, current, "", get_language(), get_script_prefix()), count if place is LINE[0] else "")
        for place, current in _find_entries(context, LINE)
    )
    return {"entries": join_html("", "{}{}</a>", links)}


@register.inclusion_tag("_account_menu.html", takes_context=True)
def account_menu(context: RequestContext) -> dict[str, Any]:
    """Draw the menu behind the account's name."""
    entries = list(_find_entries(context, MENU))
    links = (
        (_draw_link(place, current, place.icon, get_language(), get_script_prefix()),) for place, current in entries
    )
    return {
        "account": context["request"].user,
        "entries": join_html("", "<li>{}</a></li>", links),
        "is_current": any(current for _place, current in entries),
    }


def _find_entries(
    context: RequestContext, places: tuple[NavigationEntry, ...]
) -> Iterator[tuple[NavigationEntry, str]]:
    """Yield those of ``places`` that are for the account, and which the page is in."""
    request = context["request"]
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    for place in places:
        if place.is_for(request.user):
            inside = view_name.startswith(place.name_prefixes) if place.name_prefixes else False
            inside = inside and view_name not in UNGROUPED_PAGES
            yield place, "page" if view_name == place.name else "true" if inside else ""


@functools.cache
def _draw_link(place: NavigationEntry, current: str, icon_name: str, _language: str | None, _prefix: str) -> SafeString:
    """Draw the link to ``place``, whose end its caller writes."""
    return fill_html(
        '<a href="{}" data-place="{}"{}>{}{}',
        reverse(place.name),
        place.name,
        fill_html(' aria-current="{}"', current) if current else "",
        icon(icon_name) if icon_name else "",
        place.label,
    )


@register.simple_tag(takes_context=True)
def has_print_button(context: RequestContext) -> bool:
    """Say whether the page is one of `PRINTABLE_PAGES`."""
    match = context["request"].resolver_match
    return match is not None and match.view_name in PRINTABLE_PAGES
