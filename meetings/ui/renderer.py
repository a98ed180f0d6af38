"""How forms are drawn: FORM_RENDERER of the settings."""

from collections.abc import Iterable

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting


class StyledField(BoundField):
    """A bound field with the layout's CSS classes (the form's ``field_classes``)."""

    def css_classes(self, extra_classes: str | Iterable[str] | None = None) -> str:
        return super().css_classes(extra_classes or getattr(self.form, "field_classes", {}).get(self.name))

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
