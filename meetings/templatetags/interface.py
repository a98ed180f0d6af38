"""Tags of every page: icons and the footer's facts. `{% load interface %}`."""

import datetime
import re

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.db.models.fields.files import FieldFile
from django.template import Context, RequestContext
from django.template.base import Parser, Token
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _

import cnas_tasks
from meetings import permissions
from meetings.core import as_of
from meetings.core.text import parse_ids
from meetings.display.fields import join_sentences
from meetings.models import Meeting, Role
from meetings.organisation.services.working_days import find_unknown_year
from meetings.ui.icons import icon
from meetings.ui.tables import ListTable

register = template.Library()


register.simple_tag(icon)
register.filter(permissions.is_secretariat)


class SameForAllNode(template.Node):
    """Renders what is in it once for each language.

    That is kept as long as the template is.
    """

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[tuple[str | None, str], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Return it, made without the page's variables: none of them stays in it."""
        key = get_language(), get_script_prefix()
        if key not in self.kept:
            self.kept[key] = self.nodelist.render(context.new())
        return self.kept[key]


@register.tag
def same_for_all(parser: Parser, _token: Token) -> SameForAllNode:
    """Say of what stands in every page that it depends on the language alone.

    Rendering it anew was a third of a page without rows.
    """
    nodelist = parser.parse(("end_same_for_all",))
    parser.delete_first_token()
    return SameForAllNode(nodelist)


@register.simple_tag(takes_context=True)
def draw_rows(context: Context, table: ListTable) -> SafeString:
    """Draw the rows of a list's page."""
    # The tag that draws a table hands its template no more than that; the page's own variables are in its context.
    return table.draw_rows(getattr(table, "context", context))


@register.simple_tag(takes_context=True)
def unknown_holidays(context: Context) -> str:
    """Return what to say while the holidays of a year at hand are not known.

    Only to those who can do something about it.
    """
    account = context["request"].user
    if not permissions.can_manage_organisation(account):
        return ""
    year = find_unknown_year()
    if year is None:
        return ""
    missing = _("The public holidays of %(year)s are not known yet: Monday to Friday count as working days.")
    is_own_work = account.role == Role.ADMINISTRATOR
    enter = _("Enter them under “Working days”.") if is_own_work else _("An administrator can enter them.")
    return join_sentences([missing % {"year": year}, enter])


@register.simple_tag
def missing_mark(file: FieldFile) -> SafeString | str:
    """Say beside the link to a row's file that the disk has it no more."""
    if not file.name or file.storage.exists(file.name):
        return ""
    return format_html(' <span class="tag">{}</span>', _("missing on the server"))


@register.filter(is_safe=True)
def as_paragraph(sentences: str) -> str:
    """Leave no blank between Chinese sentences, lines of a template."""
    return re.sub(r"(?<=。)\s+", "", sentences)


@register.filter
def undo_batch_id(message: Message) -> int | None:
    """Return the batch that a message can undo: its ``extra_tags`` are ``undo:<id>``."""
    tags = (tag.removeprefix("undo:") for tag in (message.extra_tags or "").split() if tag.startswith("undo:"))
    return next(iter(parse_ids(tags)), None)


@register.filter
def withdrawable_instruction(message: Message) -> list[int]:
    """Return task, version and instruction that a message can withdraw; or nothing."""
    tags = (tag.removeprefix("withdraw:") for tag in (message.extra_tags or "").split() if tag.startswith("withdraw:"))
    return [number for tag in tags for number in map(int, tag.split(":"))]


@register.simple_tag
def known_day() -> datetime.date | None:
    """Return the day of knowledge of a page about another day than today."""
    return as_of.known_day()


@register.simple_tag
def known_on_field() -> SafeString | str:
    """Draw what a form about the day of its page has besides: the day of knowledge."""
    if (day := as_of.known_day()) is None:
        return ""
    return format_html('<input type="hidden" name="{}" value="{}">', as_of.KNOWN_ON, day.isoformat())


@register.simple_tag
def version() -> str:
    """Return the version of the register."""
    return cnas_tasks.__version__


@register.simple_tag
def review_interval_months() -> int:
    """Return the months between reviews of a task without a due date, by default."""
    return settings.REVIEW_INTERVAL_MONTHS


@register.inclusion_tag("meetings/tasks/help/_getting_started.html", takes_context=True)
def getting_started(context: RequestContext) -> dict[str, object]:
    """Draw how to begin with an empty register."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "can_import": permissions.is_secretariat(request.user),
    }


@register.simple_tag
def register_is_empty() -> bool:
    """Return whether there is no meeting yet; costs a query."""
    return not Meeting.objects.exists()
