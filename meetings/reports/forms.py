"""Forms of reports: which meeting, which period, whose suggestions, and the day."""

import datetime
from typing import Any, BinaryIO

from django import forms
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON, InvalidAsOfError, name_day, parse_as_of, parse_known_on
from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.jobs import job
from meetings.jobs.files import file_response, write_file
from meetings.models import Account, Meeting, Person, Suggestion, SuggestionSource
from meetings.models.day_of_knowledge import known_on
from meetings.models.task import TaskQuerySet
from meetings.tasks.appraisal import DepartmentAppraisal, appraise_departments
from meetings.ui.fields import IdField, SelectField, TextField
from meetings.ui.forms import ServiceForm
from meetings.ui.http import Request
from meetings.ui.widgets import MeetingField, SearchChoiceField, SearchSelect

from .appraisal_workbook import write_appraisal
from .bulletin import count_named_tasks
from .bulletin_document import write_bulletin
from .progress_document import write_meeting_report
from .register_workbook import write_register_with_summary
from .replies_document import write_reply_sheet
from .summary_document import write_meeting_summary


class DayField(forms.CharField):
    """A day up to today (Asia/Shanghai); an empty optional one is today."""

    def __init__(self, *, label: StrOrPromise, today: datetime.date, required: bool = False, **options: Any) -> None:
        super().__init__(label=label, required=required, widget=self.widget_of(today), **options)
        self.today = today

    @staticmethod
    def widget_of(today: datetime.date) -> forms.DateInput:
        """Return the widget of a day up to ``today``."""
        return forms.DateInput(attrs={"type": "date", "class": "form-control", "max": today.isoformat()})

    def clean(self, value: str) -> datetime.date:
        """Return the day, or raise with the messages of every page's ``as_of``."""
        text = super().clean(value)
        try:
            return parse_as_of(text, self.today)
        except InvalidAsOfError as error:
            raise forms.ValidationError(str(error)) from None


class ReportForm(forms.Form):
    """The base of the reports' forms, whose values stand in the address."""

    # What tells the fields of the page's forms apart.
    name = ""
    # The ending of the report's file, and what a row of it costs (`file_response`).
    ending, row_cost = "docx", 1
    # By name: of which class each is, is known where it is declared.
    fields: dict[str, Any]
    data: QueryDict

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        account: Account,
        today: datetime.date,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"{self.name}-%s", initial=initial)
        self.account, self.today = account, today
        self.known_day: datetime.date | None = None

    def add_known_on(self) -> None:
        """Offer the day of knowledge, as the last field."""
        self.fields[KNOWN_ON] = forms.CharField(
            label=_("As known on"),
            required=False,
            widget=DayField.widget_of(self.today),
            help_text=_("What was recorded later does not count. Everything counts, where no day is given."),
            max_length=40,
        )

    def clean_days(self, shown: str) -> None:
        """Parse the day of knowledge beside that of the field ``shown``."""
        day = self.cleaned_data.get(shown)
        try:
            # Without one, the day to show is that of knowledge.
            given = None if day is None or not self.data.get(shown, "").strip() else day.isoformat()
            day, self.known_day = parse_known_on(self.cleaned_data.get(KNOWN_ON), given, self.today)
        except InvalidAsOfError as error:
            self.add_error(KNOWN_ON, str(error))
        else:
            if shown in self.cleaned_data:
                self.cleaned_data[shown] = day

    def make_report(self, request: Request) -> HttpResponseBase:
        """Hand out the report as a file, or lead to it; for a valid form."""
        with known_on(self.known_day):
            return file_response(
                request,
                self.write,
                name=self.file_name(),
                ending=self.ending,
                row_count=self.count_rows(),
                row_cost=self.row_cost,
                writer=write_report,
                form=self.name,
                query=self.data.urlencode(),
                today=self.today.isoformat(),
            )

    def count_rows(self) -> int:
        """Return how many rows the file has of the register."""
        raise NotImplementedError

    def file_name(self) -> str:
        """Return what the file is called, without its ending."""
        raise NotImplementedError

    def write(self, file: BinaryIO) -> None:
        """Write the report into ``file``."""
        raise NotImplementedError


class DayReportForm(ReportForm):
    """A report about a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[AS_OF] = DayField(
            label=_("As of"),
            today=self.today,
            help_text=_("Where no day is given: that of “As known on”, or today."),
            max_length=40,
        )
        self.add_known_on()

    def clean(self) -> dict[str, Any]:
        """Let the day of knowledge be the day, where that is left out."""
        super().clean()
        self.clean_days(AS_OF)
        return self.cleaned_data


class MeetingReportForm(DayReportForm):
    """The report to the next meeting."""

    name, row_cost = "meeting", 2
    meeting = MeetingField(
        label=label("meeting"),
        queryset=Meeting.objects.none(),
        empty_label=gettext_lazy("Choose a meeting"),
        error_messages={
            "required": gettext_lazy("Choose the meeting that the report is about."),
            "invalid_choice": gettext_lazy("There is no such meeting. Choose one from the list."),
        },
    )

    length = SelectField(
        label=gettext_lazy("Length"),
        required=False,
        choices=[("full", gettext_lazy("The whole report")), ("summary", gettext_lazy("A summary of two pages"))],
        error_messages={"invalid_choice": gettext_lazy("There is no such length. Choose one from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = permissions.readable_meetings(self.account, self.today)

    def clean(self) -> dict[str, Any]:
        """Refuse a day before the minutes were issued: there was nothing to report on."""
        super().clean()
        data = self.cleaned_data
        meeting, day = data.get("meeting"), data.get(AS_OF)
        if meeting and day and day < meeting.issued_on:
            self.add_error(AS_OF, _("The minutes of this meeting had not been issued on that day."))
        return data

    def file_name(self) -> str:
        values = {"title": self.cleaned_data["meeting"].title, "day": name_day(self.cleaned_data[AS_OF])}
        if self.cleaned_data["length"] == "summary":
            return _("%(title)s, summary of the report as of %(day)s") % values
        return _("%(title)s, report as of %(day)s") % values

    def count_rows(self) -> int:
        tasks = permissions.readable_tasks(self.account, self.cleaned_data[AS_OF])
        return tasks.filter(meeting=self.cleaned_data["meeting"]).order_by().count()

    def write(self, file: BinaryIO) -> None:
        write = write_meeting_summary if self.cleaned_data["length"] == "summary" else write_meeting_report
        write(file, self.cleaned_data["meeting"], self.cleaned_data[AS_OF])


class PeriodReportForm(ReportForm):
    """A report about the days from one to another, both included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = {"required": _("Say from which day to which day.")}
        for name, end in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = DayField(
                label=end, today=self.today, required=True, max_length=40, error_messages=missing
            )
        self.add_known_on()

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        super().clean()
        data = self.cleaned_data
        first, last = data.get("from"), data.get("to")
        if first and last and last < first:
            self.add_error("to", _("The period ends before it begins. Choose a later day, or an earlier beginning."))
        self.clean_days("to")
        return data

    @property
    def period(self) -> dict[str, str]:
        """The first and the last day, for the name of a file."""
        return {"first": self.cleaned_data["from"].isoformat(), "last": name_day(self.cleaned_data["to"])}


class BulletinForm(PeriodReportForm):
    """The bulletin of a period."""

    name, row_cost = "bulletin", 3

    def file_name(self) -> str:
        return _("Bulletin from %(first)s to %(last)s") % self.period

    def count_rows(self) -> int:
        return count_named_tasks(self.cleaned_data["from"], self.cleaned_data["to"])

    def write(self, file: BinaryIO) -> None:
        write_bulletin(file, self.cleaned_data["from"], self.cleaned_data["to"])


class AppraisalForm(PeriodReportForm):
    """The appraisal of the departments in a period, of one leader's tasks or of all."""

    name = "appraisal"
    ending = "xlsx"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"] = forms.ModelChoiceField(
            queryset=permissions.readable_people(self.account),
            required=False,
            widget=forms.HiddenInput,
            error_messages={"invalid_choice": _("There is no such leader. Leave the parameter “leader” out.")},
        )

    def tasks(self) -> TaskQuerySet:
        """Return the tasks that are appraised, as they stood at the end of the period."""
        tasks = permissions.readable_tasks(self.account, self.cleaned_data["to"])
        leader = self.cleaned_data["leader"]
        return tasks.supervised_by([leader.pk]) if leader else tasks

    def appraise(self) -> list[DepartmentAppraisal]:
        """Return the appraisal of each department."""
        return appraise_departments(self.tasks(), self.cleaned_data["from"], self.cleaned_data["to"], self.today)

    def count_rows(self) -> int:
        return self.tasks().order_by().count()

    def file_name(self) -> str:
        return _("Appraisal from %(first)s to %(last)s") % self.period

    def write(self, file: BinaryIO) -> None:
        write_appraisal(file, self.file_name(), self.appraise(), self.tasks(), self.cleaned_data["to"])


class ReplySheetForm(DayReportForm):
    """The reply sheet for one member."""

    name, row_cost = "reply", 2
    person = SearchChoiceField(
        label=label("person"),
        queryset=Person.objects.none(),
        widget=SearchSelect(kind="source"),
        empty_label=gettext_lazy("Choose a person"),
        error_messages={
            "required": gettext_lazy("Choose the person whose suggestions are answered."),
            "invalid_choice": gettext_lazy("This person made no suggestion. Choose one from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = permissions.readable_suggesters(self.account)

    def file_name(self) -> str:
        values = {"name": self.cleaned_data["person"].name, "day": name_day(self.cleaned_data[AS_OF])}
        return _("Reply to %(name)s as of %(day)s") % values

    def count_rows(self) -> int:
        tasks = permissions.readable_tasks(self.account, self.cleaned_data[AS_OF])
        sources = SuggestionSource.objects.filter(person=self.cleaned_data["person"])
        return tasks.filter(suggestion__in=sources.values("suggestion")).order_by().count()

    def write(self, file: BinaryIO) -> None:
        write_reply_sheet(file, self.cleaned_data["person"], self.cleaned_data[AS_OF])


class RegisterForm(DayReportForm):
    """The register with its summary."""

    name = "register"
    ending = "xlsx"

    def file_name(self) -> str:
        return _("Register with summary as of %(day)s") % {"day": name_day(self.cleaned_data[AS_OF])}

    def write(self, file: BinaryIO) -> None:
        states = permissions.readable_states(self.account)
        write_register_with_summary(file, self.tasks().in_printed_order(), states, self.cleaned_data[AS_OF])

    def tasks(self) -> TaskQuerySet:
        """Return the tasks of the day."""
        return permissions.readable_tasks(self.account, self.cleaned_data[AS_OF])

    def count_rows(self) -> int:
        return self.tasks().order_by().count()


# The forms of the page, by their names.
REPORT_FORMS: dict[str, type[ReportForm]] = {
    form.name: form for form in (MeetingReportForm, BulletinForm, AppraisalForm, ReplySheetForm, RegisterForm)
}


@job(gettext_lazy("Write a report"))
def write_report(
    *, key: str, asked_by: int, language: str, name: str, row_count: int, form: str, query: str, today: str
) -> None:
    """Write the report of a form that was valid on the day ``today``."""
    account, day = Account.objects.get(pk=asked_by), datetime.date.fromisoformat(today)
    filled = REPORT_FORMS[form](QueryDict(query), account=account, today=day)
    if not filled.is_valid():
        raise ValueError(filled.errors.as_text())
    with known_on(filled.known_day):
        write_file(key, language, filled.write)


class CompareForm(forms.Form):
    """Which two meetings stand side by side, whichever is named first."""

    def __init__(self, data: QueryDict | None = None, *, account: Account, day: datetime.date) -> None:
        super().__init__(data, auto_id="compare-%s")
        for name, which in (("a", _("One meeting")), ("b", _("The other meeting"))):
            self.fields[name] = MeetingField(
                label=which,
                queryset=permissions.readable_meetings(account, day),
                empty_label=_("Choose a meeting"),
                error_messages={
                    "required": _("Choose two meetings."),
                    "invalid_choice": _("There was no such meeting on that day. Choose one from the list."),
                },
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a meeting beside itself."""
        super().clean()
        data = self.cleaned_data
        if data.get("a") and data.get("a") == data.get("b"):
            self.add_error("b", _("This is the same meeting. Choose another one."))
        return data


class RelatedSuggestionForm(ServiceForm):
    """Which earlier suggestion this one comes back to, and which it did before."""

    VERSION_FIELD = "was"
    _INVALID_CHOICE = dict.fromkeys(
        ("invalid", "min_value", "max_value"), gettext_lazy("Choose one of the suggestions, or none.")
    )

    earlier = IdField(required=False, error_messages=_INVALID_CHOICE)
    was = IdField(required=False, error_messages=_INVALID_CHOICE)
    note = TextField(label=gettext_lazy("Why (if it needs to be said)"), required=False, max_length=500)
    q = TextField(label=gettext_lazy("Search in earlier suggestions"), required=False)

    def __init__(self, data: QueryDict | None = None, *, suggestion: Suggestion) -> None:
        super().__init__(data, auto_id="%s", initial={"earlier": suggestion.raised_before_id})
        self.suggestion = suggestion

    def arguments(self) -> dict[str, Any]:
        """Return what was chosen, as the service's arguments; for a valid form."""
        data = self.cleaned_data
        return {
            "suggestion_id": self.suggestion.pk,
            "earlier_id": data["earlier"] or None,
            "expected_earlier_id": data["was"] or None,
            "note": data["note"],
        }
