"""Fields for text as a table prints it, and forms that know what each field was when they were opened.

Such a form carries what each field was (``was-…``), so that only what somebody changed is said, and a save that comes
too late does not put back what another person has corrected.
"""

from __future__ import annotations

from django import forms
from django.http import QueryDict


def normalize_line_ends(text: str) -> str:
    """Return ``text`` with the line ends the register keeps; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class PrintedField(forms.CharField):
    """A text as the table prints it."""

    def __init__(self, *, rows: int = 1, is_multiline: bool = True, **options) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if is_multiline else forms.TextInput()
        widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: str | None) -> str:
        return normalize_line_ends(super().to_python(value))


class ConflictAwareFormMixin:
    """A form that knows what its fields ``REMEMBERED`` were when it was opened."""

    TRACKED_FIELDS: tuple[str, ...] = ()
    # What another person has made of fields that this one changed too, once a save came too late.
    others: dict[str, str]

    def base_value(self, name: str) -> str:
        """Return what the field was when the form was opened."""
        sent = self.data.get(f"was-{self.add_prefix(name)}") if self.is_bound else None
        return normalize_line_ends(self.initial.get(name) or "" if sent is None else sent)

    def typed(self, name: str) -> str:
        """Return what stands in the field."""
        sent = self.data.get(self.add_prefix(name)) if self.is_bound else None
        return self.base_value(name) if sent is None else normalize_line_ends(sent)

    def is_changed(self, name: str) -> bool:
        """Whether somebody typed something else into the field than was there."""
        return self.typed(name) != self.base_value(name)

    @property
    def base_value_fields(self) -> list[tuple[str, str]]:
        """The hidden fields that tell the next sending what was there."""
        return [(f"was-{self.add_prefix(name)}", self.base_value(name)) for name in self.TRACKED_FIELDS]

    def merge_with_current(self, data: QueryDict) -> dict[str, str]:
        """Put what is there now into ``data`` for the fields left alone; return it for those changed by both."""
        conflicts = {}
        for name in self.TRACKED_FIELDS:
            now = normalize_line_ends(self.initial.get(name) or "")
            if not self.is_changed(name):
                data[self.add_prefix(name)] = now
            elif self.base_value(name) != now:
                conflicts[name] = now
            data[f"was-{self.add_prefix(name)}"] = now
        return conflicts
