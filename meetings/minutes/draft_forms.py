"""The fields of a draft: those of a row, of its tasks, and those around the table."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from meetings.display.fields import FIELDS
from meetings.ui.fields import DayField


class LinesField(forms.CharField):
    """Text whose lines are stripped; empty lines and NUL characters go.

    How long it may be is said where the draft is accepted.
    """

    def __init__(self, *, rows: int = 0, attrs: Mapping[str, Any] | None = None, **options: Any) -> None:
        attrs = {"class": "form-control", **(attrs or {})}
        widget = forms.Textarea({**attrs, "rows": rows}) if rows else forms.TextInput(attrs)
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        lines = re.split(r"\r\n?|\n", (super().to_python(value) or "").replace("\0", ""))
        return "\n".join(line.strip() for line in lines if line.strip())


class RowNumberField(LinesField):
    """The number of a row, or nothing."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not re.fullmatch("[0-9]{0,5}", text):
            message = gettext("“%(value)s” is not the number of a row. Write a whole number, or nothing.")
            raise forms.ValidationError(message % {"value": text[:40]})
        return int(text) if text else None


class MetadataDayField(DayField):
    """A day around the table; its message, shown above the fields, quotes the value."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            message = gettext("“%(value)s” is not a day. Write it as year, month and day, such as 2023-12-31.")
            raise forms.ValidationError(message % {"value": value[:40]}) from None


class RowFields(forms.Form):
    """The fields of a row, but for those of its tasks."""

    number = RowNumberField()
    aspect = LinesField()
    suggestion = LinesField()
    lead_in = LinesField()
    sources = LinesField()
    remarks = LinesField()


class TaskFields(forms.Form):
    """The fields of one task of a row; the prefix is its place."""

    text = LinesField()
    departments = LinesField()
    leaders = LinesField()
    deadline = LinesField()
    meaning = LinesField()
    milestones = LinesField()


class MetadataFields(forms.Form):
    """What stands around the table."""

    field_classes = {"title": "wide", "breakdown_title": "wide", "attendees": "wide"}

    title = LinesField(label=gettext_lazy("Title of the meeting"), attrs={"maxlength": 200})
    document_number = LinesField(label=FIELDS["document_number"].label, attrs={"maxlength": 100})
    issued_on = MetadataDayField(label=FIELDS["issued_on"].label, required=False)
    held_on = MetadataDayField(label=FIELDS["held_on"].label, required=False)
    place = LinesField(label=FIELDS["place"].label, attrs={"maxlength": 200})
    body = LinesField(label=FIELDS["body"].label, attrs={"maxlength": 200, "list": "bodies"})
    host = LinesField(label=FIELDS["host"].label, attrs={"maxlength": 200})
    chair = LinesField(label=FIELDS["chair"].label, attrs={"maxlength": 50})
    overall_lead = LinesField(label=FIELDS["overall_lead"].label, attrs={"maxlength": 50})
    leads = LinesField(
        label=FIELDS["leads"].label,
        attrs={"maxlength": 1000},
        help_text=gettext_lazy("In printed order, for example: 肖良、张朝华"),
    )
    breakdown_title = LinesField(label=FIELDS["breakdown_title"].label, attrs={"maxlength": 200})
    attendees = LinesField(
        label=FIELDS["attendees"].label,
        rows=6,
        help_text=gettext_lazy("A line each, the capacity before the name."),
    )
