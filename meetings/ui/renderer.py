"""How forms are drawn: FORM_RENDERER of the settings."""

from collections.abc import Iterable
from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import TemplatesSetting


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

    @property
    def theirs(self) -> str | None:
        """What another person has made of the field meanwhile (`ui.forms.TrackedForm`)."""
        return getattr(self.form, "theirs", {}).get(self.name)

    @property
    def original(self) -> str | None:
        """What was printed first, where something else stands now."""
        return getattr(self.form, "originals", {}).get(self.name)


class FormRenderer(TemplatesSetting):
    """Draws each field, and each form as a whole, by one template of ours."""

    form_template_name = "meetings/ui/form.html"
    field_template_name = "meetings/ui/field.html"
    bound_field_class = StyledField
