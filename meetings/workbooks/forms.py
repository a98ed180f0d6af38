"""Forms of fill-in workbooks: which are made, which come back, the review."""

import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.display.fields import label
from meetings.models import Account, Department, Meeting
from meetings.ui.fields import DayField, VersionField
from meetings.ui.file_fields import MultipleFileField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import SearchMultipleChoiceField

from .export import ReturnInstructions

WORKBOOK, ARCHIVE = "xlsx", "zip"
MAX_FILES = 30


class WorkbookExportForm(ServiceForm):
    """Which workbooks are made; the values stand in the address."""

    field_classes = dict.fromkeys(("department", "meeting", "form"), "wide")

    department = SearchMultipleChoiceField(
        label=gettext_lazy("Departments"),
        queryset=Department.objects.none(),
        required=False,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    meeting = forms.ModelChoiceField(
        label=label("meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=gettext_lazy("All meetings"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    return_by = DayField(label=gettext_lazy("To be sent back by"), required=False)
    send_to = forms.CharField(
        label=gettext_lazy("To be sent back to"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("Name, e-mail address or telephone number, as the instructions are to say it."),
    )
    form = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=[
            (WORKBOOK, gettext_lazy("One workbook, a sheet for each department")),
            (ARCHIVE, gettext_lazy("A workbook for each department, in one zip")),
        ],
        required=False,
        initial=WORKBOOK,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def __init__(self, data: QueryDict | None = None, *, account: Account, today: datetime.date) -> None:
        """Offer what ``account`` may have; the day of return is not before ``today``."""
        initial = {"send_to": " ".join(filter(None, [account.display_name, account.email]))}
        super().__init__(data, auto_id="make-%s", initial=initial)
        self.today = today
        self.offered = permissions.workbook_departments(account)
        self.fields["department"].queryset = self.offered
        self.fields["meeting"].queryset = permissions.readable_meetings(account, today)
        self.fields["return_by"].widget.attrs["min"] = today.isoformat()

    def clean_return_by(self) -> datetime.date | None:
        """Refuse a day that has passed."""
        day = self.cleaned_data["return_by"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        return day

    @property
    def departments(self) -> list[Department]:
        """Whose workbooks are wanted; goes with a valid form."""
        return list(self.cleaned_data["department"] or self.offered)

    @property
    def return_instructions(self) -> ReturnInstructions:
        """What the instructions say besides; goes with a valid form."""
        return ReturnInstructions(self.cleaned_data["return_by"], self.cleaned_data["send_to"].strip())


class WorkbookUploadForm(ServiceForm):
    """The workbooks that come back, several at once."""

    files: Any = MultipleFileField(
        label=gettext_lazy("The workbooks that came back"),
        error_messages={"required": gettext_lazy("Choose at least one workbook.")},
    )

    def clean_files(self) -> list[UploadedFile]:
        """Refuse more than are read at a time."""
        if len(self.cleaned_data["files"]) > MAX_FILES:
            raise forms.ValidationError(_("At most %(most)d workbooks at a time.") % {"most": MAX_FILES})
        return self.cleaned_data["files"]


class WorkbookReviewForm(ServiceForm):
    """A button of the review (``action``), its row, and what its page showed."""

    VERSION_FIELD = "seen"

    action = forms.ChoiceField(choices=[(name, name) for name in ("choose", "set_aside", "accept")])
    # The number of a row, or ``all`` that are still to be chosen.
    place = forms.CharField(required=False)
    choice = forms.CharField(required=False)
    seen = forms.CharField(required=False)
    seen_at = VersionField()
    leave_out = forms.BooleanField(required=False)
