"""What every page draws: icons, and the facts of the footer. `{% load interface %}`."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

import cnas_tasks

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw one of the sprite's icons (`cnas_tasks.frontend.ICONS`); the words beside it say what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def version() -> str:
    """Return the version of the register."""
    return cnas_tasks.__version__


@register.simple_tag
def review_interval_months() -> int:
    """Return after how many months a task without a due date has to be reviewed, unless it says otherwise."""
    return settings.REVIEW_INTERVAL_MONTHS
