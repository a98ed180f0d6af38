"""How pages put the register into words: lateness, the log's changes. Sentences are whole, in the reader's language."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.core.dates import add_months
from meetings.deadlines import Deadline
from meetings.deadlines import DeadlineKind as Kind
from meetings.deadlines import Precision as Exactness
from meetings.display.import_issues import mark_sentence
from meetings.models import (
    ChangeLog,
    DeadlineKind,
    DepartmentRole,
    Health,
    ImportIssue,
    ImportIssueColumn,
    Outcome,
    Precision,
    Role,
    Status,
    Task,
    TaskLog,
)


def lateness(task: Task, day: datetime.date) -> str:
    """Say how late ``task`` (from `TaskQuerySet.on` the ``day``) is, or how near; empty where nothing is to be said."""
    if task.next_day is None:
        return ""
    days = (day - task.next_day).days
    match task.health:
        case Health.OVERDUE:
            return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
        case Health.REVIEW_MISSED:
            return ngettext("Review missed by %(days)d day", "Review missed by %(days)d days", days) % {"days": days}
        case Health.DUE_SOON if days == 0:
            return _("Due today")
        case Health.DUE_SOON:
            return ngettext("%(days)d day left", "%(days)d days left", -days) % {"days": -days}
    return ""


def relevant_day(task: Task) -> datetime.date | None:
    """Return the day that ``task`` (from `TaskQuerySet.on`) is judged by, or was due on; none where it has none."""
    return task.next_day or task.day_due_date


def format_relevant_day(task: Task) -> str:
    """Write `date_from_match` the ``task``, and what it is where it is not the deadline's own; empty without a day."""
    day = relevant_day(task)
    if day is None:
        return ""
    written = date_format(day, "DATE_FORMAT")
    if task.day_next_due and task.day_next_due != task.day_due_date:
        return _("Milestone %(day)s") % {"day": written}
    if not task.day_next_due and task.day_next_review:
        return _("Review %(day)s") % {"day": written}
    return written


def due_text(task: Task, day: datetime.date) -> str:
    """Say by when something has to happen to an open ``task`` (from `TaskQuerySet.on` the ``day``), and how late it is.

    For lines of mails and calendars, where no column says which day it is.
    """
    if task.day_next_due:
        due = _("Due on %(day)s") % {"day": date_format(task.day_next_due, "DATE_FORMAT")}
    elif task.day_next_review:
        due = _("To be reviewed by %(day)s") % {"day": date_format(task.day_next_review, "DATE_FORMAT")}
    else:
        return closure_text(task)
    return _join(part for part in (due, lateness(task, day)) if part)


def department_names(task: Task) -> str:
    """Return the names of the departments of ``task``, in printed order."""
    return _join(part.department.name for part in task.task_departments.all())


def closure_text(task: Task) -> str:
    """Say whether a closed ``task`` (from `TaskQuerySet.on`) was closed on time or late; empty for others.

    Without a due date there is nothing to be late for.
    """
    if task.day_closed_on is None:
        return ""
    if task.day_due_date is None:
        return _("Closed")
    late = (task.day_closed_on - task.day_due_date).days
    if late <= 0:
        return _("Closed on time")
    return ngettext("Closed %(days)d day late", "Closed %(days)d days late", late) % {"days": late}


def extension_text(task: Task) -> str:
    """Say how often and by how much the deadline was extended; empty where it never was."""
    if not task.day_extension_count:
        return ""
    times = ngettext("Extended once", "Extended %(count)d times", task.day_extension_count)
    return _("%(times)s, %(days)d days gained") % {
        "times": times % {"count": task.day_extension_count},
        "days": task.day_extension_days,
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One thing an entry changed; ``old`` is empty where there was nothing before."""

    label: str
    old: str
    new: str


def describe_changes(entry: TaskLog | ChangeLog) -> list[Change]:
    """Return what ``entry`` changed, in the order a reader asks for it."""
    labels = {
        "joined_into": _("Joined into"),
        "joined": _("Joined with"),
        "joined_deadline": _("Deadline of what was joined, and the one that counts"),
        "split_from": _("Split from"),
        "split_off": _("Split off"),
        "suggestion_row": _("Row of the table"),
        "raised_before": _("Raised before as"),
        "aspect": _("Aspect"),
        "number": _("Number of the suggestion"),
        "task_number": _("Number of the task"),
        "place_in_table": _("Place in the table"),
        "status": _("Status"),
        "deadline": _("Deadline"),
        "extension": _("Extensions"),
        "milestones": _("Milestones"),
        "next_review": _("Next review"),
        "review_interval_months": _("Review interval"),
        "departments": _("Responsible departments"),
        "leaders": _("Supervising leaders"),
        "text": _("Task"),
        "remarks": _("Remarks"),
        "suggestion": _("Suggestion"),
        "lead_in": _("Lead-in"),
        "sources": _("Suggestion sources"),
        "title": _("Title"),
        "breakdown_title": _("Title of the breakdown table"),
        "body": _("Body"),
        "document_number": _("Document number"),
        "held_on": _("Held on"),
        "issued_on": _("Issued on"),
        "place": _("Place"),
        "host": _("Host"),
        "chair": _("Chair"),
        "overall_lead": _("Overall lead"),
        "leads": _("Leads"),
        "attendees": _("Attendees"),
        "leader_agrees": _("A supervising leader agrees before a task is closed"),
        "corrected": _("Corrections of the deadline so far"),
        "question": _("Asked"),
        "confirmed": _("Answered"),
        "set_right": _("Answered"),
        "agreed": _("Agreed"),
        "asked_deadline": _("Deadline asked for"),
        "refused_deadline": _("Deadline refused"),
        "instruction": _("Instruction by"),
        "evidence_deleted": _("Files deleted"),
        "outcome": _("Outcome"),
        "reply": _("Reply"),
        **_organisation_labels(),
    }
    return [
        Change(label, _format_value(name, change["old"]), _format_value(name, change["new"]))
        for name, label in labels.items()
        if (change := entry.changes.get(name)) is not None and (change["new"] != [] or change["old"])
    ]


def _organisation_labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "unit": _("Unit"),
        "head": _("Head"),
        "merged_into": _("Merged into"),
        "merged_with": _("Merged with"),
        "tasks_of": _("Tasks of"),
        "task_count": _("Tasks handed over"),
        "username": _("User name"),
        "display_name": _("Name shown"),
        "email": _("E-mail address"),
        "role": _("Role"),
        "person": _("Person"),
        "liaison_departments": _("Reports for"),
        "may_sign_in": _("May sign in"),
    }


def _format_value(name: str, value: Any) -> str:  # noqa: C901 - one branch a kind of value
    if value is None or value == "":
        return ""
    match name:
        case "status":
            return Status(value).label
        case "deadline" | "joined_deadline" | "asked_deadline" | "refused_deadline":
            return format_deadline(value)
        case "milestones":
            return _join(_format_milestone(milestone) for milestone in value)
        case "evidence_deleted":
            return _join(file["name"] for file in value)
        case "outcome":
            return Outcome(value).label
        case "next_review" | "held_on" | "issued_on":
            return _format_date(value)
        case "review_interval_months":
            return interval_text(value)
        case "departments":
            return _join(_format_department(part) for part in value)
        case "leaders" | "leads" | "liaison_departments":
            return _join(value)
        case "role":
            return Role(value).label
        case "may_sign_in" | "leader_agrees":
            return _("yes") if value else _("no")
        case "sources" | "attendees":
            return _join(f"{person['capacity']} {person['name']}".strip() for person in value)
        case "extension":
            return _("%(count)d, %(days)d days gained") % value
        case "question":
            return mark_sentence(ImportIssue(**value))
        case "confirmed":
            return _("%(what)s: right as it stands") % {"what": ImportIssueColumn(value).label}
        case "set_right":
            return _("%(what)s: not right as it stood") % {"what": ImportIssueColumn(value).label}
    return str(value)


def describe_original_values(original_values: dict[str, Any]) -> dict[str, str]:
    """Return what was printed first (`meetings.tasks.corrections_history`), each in words; what was empty says so."""
    return {name: _format_value(name, value) or _("nothing") for name, value in original_values.items()}


def correction_count_text(number: int) -> str:
    """Say how often a deadline was corrected; empty where it never was."""
    return ngettext("Corrected once", "Corrected %(number)d times", number) % {"number": number} if number else ""


def interval_text(months: int) -> str:
    """Return how often a task is reviewed."""
    return ngettext("every month", "every %(months)d months", months) % {"months": months}


def format_deadline(written: dict[str, Any]) -> str:
    """Return a deadline of the log: as printed, with the day it was understood to mean."""
    if not written["due_date"]:
        return written["text"]
    return _("%(printed)s (until %(day)s)") % {"printed": written["text"], "day": _format_date(written["due_date"])}


def _format_milestone(milestone: dict[str, Any]) -> str:
    words = format_deadline(milestone)
    if not milestone.get("met_on"):
        return words
    return _("%(milestone)s, met on %(day)s") % {"milestone": words, "day": _format_date(milestone["met_on"])}


def _format_department(part: dict[str, str]) -> str:
    if part["role"] == DepartmentRole.RESPONSIBLE:
        return part["name"]
    return _("%(name)s (%(role)s)") % {"name": part["name"], "role": DepartmentRole(part["role"]).label}


def _join(items) -> str:
    # Translators: what stands between the items of a list.
    return _(", ").join(items)


def _format_date(iso: str) -> str:
    return date_format(datetime.date.fromisoformat(iso), "DATE_FORMAT")


def describe_deadline(deadline: Deadline) -> str:
    """Say what a printed deadline was understood to mean."""
    if deadline.due_date:
        day = date_format(deadline.due_date, "DATE_FORMAT")
        if deadline.precision in (None, Exactness.DAY):
            return _("Due on %(day)s.") % {"day": day}
        label = Precision(deadline.precision.value).label
        return _("A %(precision)s: due on its last day, %(day)s.") % {"precision": label, "day": day}
    match deadline.kind:
        case Kind.RECURRING:
            return ngettext(
                "Recurring: reviewed every month.",
                "Recurring: reviewed every %(months)d months.",
                deadline.review_months or 1,
            ) % {"months": deadline.review_months or 1}
        case Kind.ONGOING:
            return _("Ongoing, without a day: reviewed regularly.")
        case Kind.NEXT_MEETING:
            return _("Due on the day of the next meeting.")
    return _("Not understood as a day: undecided, and reviewed regularly.")


def explain_due_date(task: Task) -> str:
    """Say how the due day or the review day of ``task`` (from `TaskQuerySet.on`) came about (docs/domain.md,
    Deadlines).
    """
    kind, printed = task.day_deadline_kind, task.day_deadline_text
    if task.day_next_due and task.day_next_due != task.day_due_date:
        return _("The first milestone that is not met yet falls on %(day)s; the task is as late as that one.") % {
            "day": date_format(task.day_next_due, "DATE_FORMAT")
        }
    if task.day_due_date:
        day = date_format(task.day_due_date, "DATE_FORMAT")
        if task.day_deadline_precision in ("", Precision.DAY):
            return _("Printed as “%(printed)s”: due on %(day)s, overdue from the day after.") % {
                "printed": printed,
                "day": day,
            }
        return _(
            "Printed as “%(printed)s”, a %(precision)s: due on its last day, %(day)s, overdue from the day after."
        ) % {
            "printed": printed,
            "precision": Precision(task.day_deadline_precision).label,
            "day": day,
        }
    if kind == DeadlineKind.UNDECIDED:
        return _("“%(printed)s” could not be read as a day. Until that is decided, the task is reviewed regularly.") % {
            "printed": printed
        }
    if task.day_next_review is None:
        return ""
    counted_from = task.last_report_on or task.suggestion.meeting.issued_on
    if task.day_next_review != add_months(counted_from, task.day_review_interval_months):
        return _("“%(printed)s” names no day. The review day was set by the secretariat and holds until a report.") % {
            "printed": printed
        }
    if task.last_report_on:
        return ngettext(
            "“%(printed)s” names no day, so it is reviewed %(months)d month after the last report of %(day)s.",
            "“%(printed)s” names no day, so it is reviewed %(months)d months after the last report of %(day)s.",
            task.day_review_interval_months,
        ) % {
            "printed": printed,
            "months": task.day_review_interval_months,
            "day": date_format(counted_from, "DATE_FORMAT"),
        }
    return ngettext(
        "“%(printed)s” names no day, so it is reviewed %(months)d month after the issue on %(day)s.",
        "“%(printed)s” names no day, so it is reviewed %(months)d months after the issue on %(day)s.",
        task.day_review_interval_months,
    ) % {
        "printed": printed,
        "months": task.day_review_interval_months,
        "day": date_format(counted_from, "DATE_FORMAT"),
    }


def issue_text(mark: ImportIssue) -> str:
    """Say what the printed table left open about a task."""
    return mark_sentence(mark)
