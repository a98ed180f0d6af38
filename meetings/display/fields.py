"""Registry of fields: the label of each and how its value is written, once."""

import datetime
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy as _, ngettext, pgettext, pgettext_lazy

from meetings.core.types import StrOrPromise
from meetings.display.import_issues import issue_message
from meetings.models import (
    DepartmentRole,
    Health,
    ImportIssue,
    ImportIssueColumn,
    LandingPage,
    Language,
    Outcome,
    Role,
    Status,
)

# Each --health of static/css/app.css, for mails and the charts of workbooks.
HEALTH_COLOURS = {
    Health.OVERDUE: "C8102E",
    Health.REVIEW_MISSED: "B04A00",
    Health.UNDECIDED: "7A3FB5",
    Health.DUE_SOON: "F6B73C",
    Health.ON_TRACK: "2B6CB0",
    Health.CLOSED: "2F7D46",
    Health.TERMINATED: "646B78",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field's label, and the function that writes a value as the logs hold it."""

    label: StrOrPromise
    format: Callable[[Any], str | Promise] = str


def label(name: str) -> StrOrPromise:
    """Return the label of a field, in the active language; “Other” for unknown ones."""
    return FIELDS.get(name, FIELDS["other"]).label


def format_value(name: str, value: Any) -> str:
    """Write a field's value as the logs hold it; empty for what is missing."""
    return "" if value is None or value == "" else str(FIELDS[name].format(value))


# --- formats ------------------------------------------------------------------------------------


def join_items(items: Iterable[str]) -> str:
    """Write several items in one line."""
    # Translators: what stands between the items of a list.
    return gettext(", ").join(items)


def join_sentences(texts: Iterable[str]) -> str:
    """Write the texts that are not empty as the sentences of one paragraph."""
    sentences = [text for text in texts if text]
    # Translators: Chinese sentences have no blank between them.
    two_sentences = pgettext("two sentences", "%(first)s %(second)s")
    return functools.reduce(lambda first, second: two_sentences % {"first": first, "second": second}, sentences)


def format_day(day: datetime.date) -> str:
    """Write a day in the active language."""
    return _format_day(day, get_language())


@functools.lru_cache(maxsize=4096)
def _format_day(day: datetime.date, _language: str | None) -> str:
    # A page has a hundred days, few of them different.
    return date_format(day, "DATE_FORMAT")


def format_moment(moment: datetime.datetime) -> str:
    """Write a moment in the active language, in the register's time zone."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def format_date(iso_date: str) -> str:
    """Write a day of the logs."""
    return format_day(datetime.date.fromisoformat(iso_date))


def format_deadline(deadline: dict[str, Any]) -> str:
    """Format a deadline of the logs: as printed, with the day it means."""
    if not deadline["due_date"]:
        return deadline["text"]
    values = {"printed": deadline["text"], "day": format_date(deadline["due_date"])}
    return gettext("%(printed)s (until %(day)s)") % values


def _format_milestone(milestone: dict[str, Any]) -> str:
    text = format_deadline(milestone)
    if not milestone.get("met_on"):
        return text
    return gettext("%(milestone)s, met on %(day)s") % {"milestone": text, "day": format_date(milestone["met_on"])}


def format_review_interval(months: int) -> str:
    """Write how often a task is reviewed, in months."""
    return ngettext("every month", "every %(months)d months", months) % {"months": months}


def format_review_days(days: int) -> str:
    """Write how often a task is reviewed, in days."""
    return ngettext("every day", "every %(days)d days", days) % {"days": days}


def _format_department(assignment: dict[str, str]) -> str:
    if assignment["role"] == DepartmentRole.RESPONSIBLE:
        return assignment["name"]
    values = {"name": assignment["name"], "role": DepartmentRole(assignment["role"]).label}
    return gettext("%(name)s (%(role)s)") % values


def _format_person(person: dict[str, str]) -> str:
    return f"{person['capacity']} {person['name']}".strip()


def _format_yes_or_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def _format_confirmed(column: str) -> str:
    return gettext("%(what)s: right as it stands") % {"what": ImportIssueColumn(column).label}


def _format_set_right(column: str) -> str:
    return gettext("%(what)s: not right as it stood") % {"what": ImportIssueColumn(column).label}


def _list_of(format_item: Callable[[Any], str] = str) -> Callable[[Iterable[Any]], str]:
    return lambda items: join_items(format_item(item) for item in items)


# --- the fields ---------------------------------------------------------------------------------

# In the order in which a reader of a log asks for them; those that only lists and exports have come last.
FIELDS: dict[str, Field] = {
    "claimed_day": Field(_("For the day, once the secretariat consents"), format_date),
    "reported_by": Field(_("Reported by (to its day the recorder consented)")),
    "consented_day": Field(_("Counts from"), format_date),
    "refused_day": Field(_("Day that does not count"), format_date),
    "joined_into": Field(_("Joined into")),
    "joined": Field(_("Joined with")),
    "joined_deadline": Field(_("Deadline of what was joined, and the one that counts"), format_deadline),
    "split_from": Field(_("Split from")),
    "split_off": Field(_("Split off")),
    "suggestion_row": Field(_("Row of the table")),
    "raised_before": Field(_("Raised before as")),
    "aspect": Field(_("Aspect")),
    "number": Field(_("Number of the suggestion")),
    "task_number": Field(_("Number of the task")),
    "place_in_table": Field(_("Place in the table")),
    "status": Field(_("Status"), lambda value: Status(value).label),
    "deadline": Field(_("Deadline"), format_deadline),
    "extension": Field(_("Extensions"), lambda extension: gettext("%(count)d, %(days)d days gained") % extension),
    "milestones": Field(_("Milestones"), _list_of(_format_milestone)),
    "next_review": Field(_("Next review"), format_date),
    "review_interval_months": Field(_("Review interval"), format_review_interval),
    "review_interval_days": Field(_("Review interval in days"), format_review_days),
    "departments": Field(_("Responsible departments"), _list_of(_format_department)),
    "leaders": Field(_("Supervising leaders"), _list_of()),
    "text": Field(_("Task")),
    "remarks": Field(_("Remarks")),
    "suggestion": Field(_("Suggestion")),
    "lead_in": Field(_("Lead-in")),
    "sources": Field(_("Suggestion sources"), _list_of(_format_person)),
    "title": Field(_("Title")),
    "breakdown_title": Field(_("Title of the breakdown table")),
    "body": Field(_("Body")),
    "document_number": Field(_("Document number")),
    "held_on": Field(_("Held on"), format_date),
    "issued_on": Field(_("Issued on"), format_date),
    "place": Field(_("Place")),
    "host": Field(_("Host")),
    "chair": Field(_("Chair")),
    "overall_lead": Field(_("Overall lead")),
    "leads": Field(_("Leads"), _list_of()),
    "attendees": Field(_("Attendees"), _list_of(_format_person)),
    "leader_agrees": Field(_("A supervising leader agrees before a task is closed"), _format_yes_or_no),
    "corrected": Field(_("Corrections of the deadline so far")),
    "question": Field(_("Asked"), lambda question: issue_message(ImportIssue(**question))),
    "confirmed": Field(_("Answered"), _format_confirmed),
    "set_right": Field(_("Answered"), _format_set_right),
    "agreed": Field(_("Agreed")),
    "asked_deadline": Field(_("Deadline asked for"), format_deadline),
    "refused_deadline": Field(_("Deadline refused"), format_deadline),
    "instruction": Field(_("Instruction by")),
    "evidence_deleted": Field(_("Files deleted"), _list_of(lambda file: file["name"])),
    "outcome": Field(_("Outcome"), lambda value: Outcome(value).label),
    "reply": Field(_("Reply")),
    "name": Field(_("Name")),
    "unit": Field(_("Unit")),
    "head": Field(_("Head")),
    "robot": Field(_("Group robot")),
    "webhook": Field(_("Webhook")),
    "letterhead": Field(_("Letterhead")),
    "working_calendar": Field(_("Public holidays")),
    "merged_into": Field(_("Merged into")),
    "merged_with": Field(_("Merged with")),
    "tasks_of": Field(_("Tasks of")),
    "task_count": Field(_("Tasks handed over")),
    "username": Field(_("User name")),
    "display_name": Field(_("Name shown")),
    "email": Field(_("E-mail address")),
    "role": Field(_("Role"), lambda value: Role(value).label),
    "person": Field(_("Person")),
    "liaison_departments": Field(_("Reports for"), _list_of()),
    "may_sign_in": Field(_("May sign in"), _format_yes_or_no),
    "language": Field(_("Language of pages and mails"), lambda value: Language(value).label),
    "wants_digest": Field(_("Daily digest by e-mail"), _format_yes_or_no),
    "page_size": Field(_("Rows a page")),
    "landing_page": Field(_("First page"), lambda value: LandingPage(value).label),
    "landing_view": Field(_("First page")),
    "calendar_alarm": Field(_("Alarm in the calendar"), _format_yes_or_no),
    "address": Field(_("From the address")),
    # What lists, filters and exports show besides.
    "printed_number": Field(_("No.")),
    "meeting": Field(_("Meeting")),
    "tasks": Field(_("Task")),
    "department": Field(_("Responsible department")),
    "supporting": Field(_("Supporting department")),
    "silent": Field(_("Silent department")),
    "leader": Field(_("Supervising leader")),
    "source": Field(_("Suggestion source")),
    "health": Field(_("Health"), lambda value: Health(value).label),
    "progress": Field(_("Latest progress")),
    "original_deadline": Field(_("Original deadline")),
    "extension_count": Field(pgettext_lazy("column head", "Extensions")),
    "reported_on": Field(pgettext_lazy("column head", "Reported on")),
    "closed_on": Field(pgettext_lazy("column head", "Closed on")),
    "other": Field(pgettext_lazy("of a column", "Other")),
}
