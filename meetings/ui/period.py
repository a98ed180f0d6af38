"""The form of a page of entries by when they were recorded."""

import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from .fields import DayField
from .navigation import today

# The default period, in days.
USUAL_DAYS = 90


class RecordedForm(forms.Form):
    """From when to when something was recorded; cleaned, both days are known."""

    # Declared by name, because "from" is a keyword.
    fields: dict[str, Any]

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["from"] = DayField(label=gettext_lazy("Recorded from"), required=False)
        self.fields["to"] = DayField(label=gettext_lazy("to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Fill the days that were left empty; refuse a period that ends before it begins."""
        data = super().clean() or {}
        if not self.errors:
            data["to"] = data["to"] or today()
            data["from"] = data["from"] or self.find_beginning(data)
            if data["to"] < data["from"]:
                message = _("The period ends before it begins. Choose a later day, or an earlier beginning.")
                self.add_error("to", message)
        return data

    def find_beginning(self, data: dict[str, Any]) -> datetime.date:
        """Return the default first day."""
        return min(today(), data["to"]) - datetime.timedelta(days=USUAL_DAYS)
