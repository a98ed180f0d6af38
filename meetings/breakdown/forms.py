"""What the secretariat sets for all tasks of a meeting."""

from __future__ import annotations

import datetime

from django import forms
from django.utils.translation import gettext_lazy

from meetings.core.as_of import InvalidAsOfError, parse_date
from meetings.ui.forms import ServiceForm


class LeaderAgreementForm(ServiceForm):
    """Whether a supervising leader agrees before a task of the meeting is closed."""

    agrees = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)


class NextMeetingForm(ServiceForm):
    """The day of the next meeting."""

    held_on = forms.CharField(
        label=gettext_lazy("Day of the next meeting"),
        help_text=gettext_lazy(
            "Open tasks that are due at the next meeting, and have no day yet, get this day. It is no extension."
        ),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )

    def clean_held_on(self) -> datetime.date:
        """Return the day, or say in the words of every page's ``as_of`` why there is none."""
        try:
            return parse_date(self.cleaned_data["held_on"])
        except InvalidAsOfError as error:
            raise forms.ValidationError(str(error)) from error
