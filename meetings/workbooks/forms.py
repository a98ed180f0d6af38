"""Forms of fill-in workbooks: which are made, which come back, the review."""

import datetime
from typing import Any, BinaryIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.text import parse_ids
from meetings.display.fields import label
from meetings.models import Account, Department, Meeting, Status
from meetings.models.task import TaskQuerySet
from meetings.ui.fields import DayField, SelectField, TextField, VersionField, normalise_line_ends
from meetings.ui.file_fields import MultipleFileField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import MeetingField, SearchMultipleChoiceField

from .columns import COLUMNS
from .corrections import shown_text
from .export import ReturnInstructions, count_rows, write_workbook
from .format import OPEN_COLUMNS, WorkbookColumn
from .reviewed_rows import ReviewedRow
from .values import parse_status

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
    meeting = MeetingField(
        label=label("meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=gettext_lazy("All meetings"),
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
        # A liaison sends it to the secretariat, not to themselves.
        names = [account.display_name, account.email] if permissions.is_secretariat(account) else []
        initial = {"send_to": " ".join(filter(None, names))}
        super().__init__(data, auto_id="make-%s", initial=initial)
        self.account, self.today = account, today
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
    def ending(self) -> str:
        """Of the file's name; goes with a valid form."""
        return ARCHIVE if self._is_archive else WORKBOOK

    @property
    def _is_archive(self) -> bool:
        return self.cleaned_data["form"] == ARCHIVE

    def count_rows(self) -> int:
        """Return how many rows the file has; raises what `write` raises."""
        return count_rows(self.departments, self._tasks(), is_archive=self._is_archive)

    def write(self, file: BinaryIO) -> None:
        """Write the workbook, or the zip of them; for a valid form."""
        write_workbook(
            file,
            departments=self.departments,
            tasks=self._tasks(),
            today=self.today,
            instructions=ReturnInstructions(self.cleaned_data["return_by"], self.cleaned_data["send_to"].strip()),
            name_of=self.workbook_name if self._is_archive else None,
        )

    def workbook_name(self, department: Department) -> str:
        """Return what the workbook of a department is called, without its ending."""
        day = self.today.isoformat()
        return _("Fill-in workbook of %(department)s %(day)s") % {"department": department, "day": day}

    def _tasks(self) -> TaskQuerySet:
        tasks = permissions.readable_tasks(self.account, self.today)
        meeting = self.cleaned_data["meeting"]
        return tasks if meeting is None else tasks.filter(suggestion__meeting=meeting)


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

    action = forms.ChoiceField(
        choices=[(name, name) for name in ("choose", "correct", "as_filed", "take", "leave", "set_aside", "accept")]
    )
    # The number of a row, or ``all`` that are still to be chosen.
    place = forms.CharField(required=False)
    choice = forms.CharField(required=False)
    # The key of a comment or picture.
    offer = forms.CharField(required=False)
    seen = forms.CharField(required=False)
    seen_at = VersionField()
    leave_out = forms.BooleanField(required=False)
    # A row's cells as corrected; what is wrong with them the review says.
    progress = forms.CharField(required=False)
    new_status = forms.CharField(required=False)
    day = forms.CharField(required=False)
    reason = forms.CharField(required=False)

    @property
    def place_number(self) -> int:
        """The row that ``place`` names; -1 for none."""
        return next(iter(parse_ids([self.cleaned_data["place"]])), -1)

    @property
    def texts(self) -> dict[WorkbookColumn, str]:
        """The cells as corrected; goes with a valid form."""
        return {column: normalise_line_ends(self.cleaned_data[column.value]) for column in OPEN_COLUMNS}


class WorkbookRowForm(ServiceForm):
    """The open cells of a row, to be corrected; `WorkbookReviewForm` takes them."""

    progress = TextField(label=COLUMNS[WorkbookColumn.PROGRESS].head, required=False, rows=3)
    new_status = SelectField(label=COLUMNS[WorkbookColumn.NEW_STATUS].head, required=False)
    day = TextField(
        label=COLUMNS[WorkbookColumn.DAY].head,
        required=False,
        help_text=gettext_lazy("Such as 2024-05-31; empty means the day of handing in."),
    )
    reason = TextField(label=COLUMNS[WorkbookColumn.REASON].head, required=False, rows=3)

    field_classes = dict.fromkeys(("new_status", "day"), "batch-half")

    def __init__(self, row: ReviewedRow) -> None:
        """Show what ``row`` holds; a status that cannot be chosen is left open."""
        cells = row.parsed.open_cells
        texts = {column.value: shown_text(cell) for column, cell in cells.items() if not cell.defect}
        status = parse_status(texts.get("new_status", ""))
        texts["new_status"] = str(Status(status).label) if status in row.statuses else ""
        super().__init__(initial=texts, auto_id=f"row-{row.place}-%s")
        labels = [str(each.label) for each in row.statuses]
        self.fields["new_status"].choices = [("", _("Leave as it is")), *((each, each) for each in labels)]
