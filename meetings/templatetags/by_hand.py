"""Forms that are typed by hand: what stands in a field. `{% load by_hand %}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def form_value(values: Mapping[str, str], name: str) -> str:
    """Return what was typed in the field of this name, empty where nothing was."""
    return values.get(name, "")
