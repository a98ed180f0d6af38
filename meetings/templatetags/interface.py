"""Tags of every page: icons and the footer's facts. `{% load interface %}`."""

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.db.models.fields.files import FieldFile
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

import cnas_tasks
from meetings import permissions
from meetings.core.text import parse_ids
from meetings.models import Meeting

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw one of the sprite's icons (icons.json), hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def missing_mark(file: FieldFile) -> SafeString | str:
    """Say beside the link to a row's file that the disk has it no more."""
    if not file.name or file.storage.exists(file.name):
        return ""
    return format_html(' <span class="tag">{}</span>', _("missing on the server"))


@register.filter
def undo_batch_id(message: Message) -> int | None:
    """Return the batch that a message can undo: its ``extra_tags`` are ``undo:<id>``."""
    tags = (tag.removeprefix("undo:") for tag in (message.extra_tags or "").split() if tag.startswith("undo:"))
    return next(iter(parse_ids(tags)), None)


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
    """Whether there is no meeting yet. One query, for a page with nothing to show."""
    return not Meeting.objects.exists()
