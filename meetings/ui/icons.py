"""The icons of the sprite (icons.json)."""

import functools

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


def icon(name: str, css_class: str = "") -> SafeString:
    """Draw one of the sprite's icons, hidden from screen readers."""
    return _draw(static("vendor/icons.svg"), name, css_class)


@functools.cache
def _draw(sprite: str, name: str, css_class: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        css_class and f" {css_class}",
        sprite,
        name,
    )
