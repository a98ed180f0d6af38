"""How forms are drawn: FORM_RENDERER of the settings."""

from collections.abc import Iterable
from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString

from .field_markup import draw_field
from .widget_markup import DRAWN


class StyledField(BoundField):
    """A bound field with the layout's CSS classes (the form's ``field_classes``)."""

    def css_classes(self, extra_classes: str | Iterable[str] | None = None) -> str:
        return super().css_classes(extra_classes or getattr(self.form, "field_classes", {}).get(self.name))

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Focus the first invalid field, so that the page opens where it stands."""
        attrs = super().build_widget_attrs(attrs, widget)
        if self.errors and not self.is_hidden and not self.form.non_field_errors():
            invalid = (field.name for field in self.form.visible_fields() if field.errors)
            if self.name == next(invalid):
                attrs["autofocus"] = True
        return attrs

    def render(self, *_template: Any, **_context: Any) -> SafeString:
        """Draw the field with its label and notes: ``as_field_group`` in a template."""
        return draw_field(self)

    @property
    def theirs(self) -> str | None:
        """The value that another person saved meanwhile (`ui.forms.TrackedForm`)."""
        return getattr(self.form, "theirs", {}).get(self.name)

    @property
    def original(self) -> str | None:
        """The original printed value, if it differs from the present one."""
        return getattr(self.form, "originals", {}).get(self.name)


class FormRenderer(TemplatesSetting):
    """Draws forms by a template of ours, their fields and usual widgets by functions."""

    form_template_name = "meetings/ui/form.html"
    bound_field_class = StyledField

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Draw a usual widget by its function, all else by its template."""
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)
