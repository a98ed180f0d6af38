"""Django's usual widgets by a function each; a page has two dozen."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.safestring import SafeString

from .markup import fill_html, join_html


def _draw_attributes(attributes: Mapping[str, Any]) -> SafeString:
    """Draw attributes as Django does: True stands by its name, False not at all."""
    drawn = (
        (name, "" if value is True else fill_html('="{}"', value))
        for name, value in attributes.items()
        if value is not False
    )
    return join_html("", " {}{}", drawn)


def draw_input(widget: Mapping[str, Any]) -> SafeString:
    """Draw a field of one line, a day, a number, a secret, a box to tick."""
    value = "" if widget["value"] is None else fill_html(' value="{}"', widget["value"])
    return fill_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _draw_attributes(widget["attrs"])
    )


def draw_option_input(widget: Mapping[str, Any]) -> SafeString:
    """Draw one of the boxes to choose from, in its label where it is to have one."""
    box = draw_input(widget)
    if not widget["wrap_label"]:
        return box
    key = widget["attrs"].get("id")
    return fill_html("<label{}>{} {}</label>", fill_html(' for="{}"', key) if key else "", box, widget["label"])


def draw_textarea(widget: Mapping[str, Any]) -> SafeString:
    """Draw a field of several lines."""
    attributes = _draw_attributes(widget["attrs"])
    # A browser leaves out the first line end.
    return fill_html('<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes, widget["value"] or "")


def draw_select(widget: Mapping[str, Any]) -> SafeString:
    """Draw a list to choose from, and its groups."""
    groups = (
        (fill_html('<optgroup label="{}">{}</optgroup>', label, options) if label else options,)
        for label, group, _index in widget["optgroups"]
        if (options := join_html("", "{}", ((_draw_option(option),) for option in group))) or label
    )
    attributes = _draw_attributes(widget["attrs"])
    return fill_html('<select name="{}"{}>{}</select>', widget["name"], attributes, join_html("", "{}", groups))


def _draw_option(option: Mapping[str, Any]) -> SafeString:
    return fill_html(
        '<option value="{}"{}>{}</option>', option["value"], _draw_attributes(option["attrs"]), option["label"]
    )


_FOLDER = "django/forms/widgets"
_INPUTS = ("checkbox", "date", "email", "hidden", "input", "number", "password", "text")
DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{f"{_FOLDER}/{name}.html": draw_input for name in _INPUTS},
    f"{_FOLDER}/checkbox_option.html": draw_option_input,
    f"{_FOLDER}/radio_option.html": draw_option_input,
    f"{_FOLDER}/textarea.html": draw_textarea,
    f"{_FOLDER}/select.html": draw_select,
}
