"""A field of a form: its label, its widget, and what stands below it.

A template would take four times as long, and the page of a task has two dozen fields.
"""

from typing import TYPE_CHECKING

from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, pgettext

from .markup import fill_html, join_html

if TYPE_CHECKING:
    from .renderer import StyledField


def draw_field(field: "StyledField") -> SafeString:
    """Draw a field with its label and notes; of several boxes, as a group."""
    if field.use_fieldset:
        described = field.aria_describedby
        return fill_html(
            '<fieldset class="field {}"{}><legend class="form-label">{}</legend>{}{}</fieldset>',
            field.css_classes(),
            fill_html(' aria-describedby="{}"', described) if described else "",
            field.label,
            field if field.widget_type == "assignments" else _draw_boxes(field),
            _draw_notes(field),
        )
    if field.widget_type == "checkbox":
        whole = '<label class="form-check" for="{}">{}<span class="form-check-label">{}</span></label>'
        labelled = fill_html(whole, field.id_for_label, field, field.label)
    else:
        is_marked = getattr(field.form, "marks_optional", False) and not field.field.required
        mark = fill_html(' <span class="hint">{}</span>', pgettext("a field", "optional")) if is_marked else ""
        whole = '<label class="form-label" for="{}">{}{}</label>{}'
        labelled = fill_html(whole, field.id_for_label, field.label, mark, field)
    return fill_html('<div class="field {}">{}{}</div>', field.css_classes(), labelled, _draw_notes(field))


def _draw_boxes(field: "StyledField") -> SafeString:
    boxes = join_html(
        "",
        '<label class="form-check" for="{}">{}<span class="form-check-label">{}</span></label>',
        ((option.id_for_label, option.tag(), option.choice_label) for option in field),
    )
    return boxes or fill_html('<p class="hint">{}</p>', _("None."))


def _draw_notes(field: "StyledField") -> SafeString:
    """Draw the help text, the errors, and the value that somebody else saved."""
    notes = []
    if field.help_text:
        notes.append(fill_html('<div class="hint" id="{}_helptext">{}</div>', field.auto_id, field.help_text))
    if field.errors:
        errors = join_html("", "<div>{}</div>", ((error,) for error in field.errors))
        whole = '<div class="invalid-feedback" id="{}_error" role="alert">{}</div>'
        notes.append(fill_html(whole, field.auto_id, errors))
    if "hx-target" in field.field.widget.attrs:
        notes.append(SafeString('<div class="preview" aria-live="polite"></div>'))
    if field.theirs is not None:
        whole = '<div class="alert alert-warning user-text"><strong>{}</strong> {}</div>'
        notes.append(fill_html(whole, _("It now says:"), linebreaksbr(field.theirs or _("nothing"))))
    if field.original:
        notes.append(render_to_string("meetings/ui/_original_value.html", {"original": field.original}))
    return join_html("", "{}", ((note,) for note in notes))
