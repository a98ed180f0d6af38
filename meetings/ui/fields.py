"""Form fields with their widgets: text, day, choice."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from meetings.core.text import MAX_ID_DIGITS
from meetings.models import MAX_TEXT_LENGTH


def normalise_line_ends(text: str) -> str:
    """Return ``text`` with line feeds only, stripped; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class TextField(forms.CharField):
    """Some words on one line, or, with ``rows``, some sentences."""

    def __init__(self, *, rows: int = 0, max_length: int = MAX_TEXT_LENGTH, **options: Any) -> None:
        attrs = {"class": "form-control", "autocomplete": "off"}
        widget = forms.Textarea({**attrs, "rows": rows}) if rows else forms.TextInput(attrs)
        super().__init__(max_length=max_length, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return normalise_line_ends(super().to_python(value) or "")


class DayField(forms.DateField):
    """A day, with the browser's own calendar."""

    default_error_messages = {"invalid": gettext_lazy("This is not a day. Write it as 2023-12-31.")}

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **options)


class SelectField(forms.ChoiceField):
    """One of a few."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Select(attrs={"class": "form-select"}), **options)


class IdField(forms.IntegerField):
    """A hidden id, of no more digits than a database can take."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=10**MAX_ID_DIGITS - 1, **options)


class VersionField(IdField):
    """The version of something; an invalid value becomes 0, older than any."""

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return 0
