"""Texts about tasks: lateness, changes of the log, in the reader's language."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

from meetings.core.as_of import known_day
from meetings.core.dates import add_interval
from meetings.core.types import StrOrPromise
from meetings.deadlines import Deadline, DeadlineKind as Kind, Precision as Exactness
from meetings.display.fields import (
    FIELDS,
    Field,
    format_day,
    format_review_days,
    format_review_interval,
    format_value,
    join_items,
)
from meetings.models import ChangeLog, Consent, DeadlineKind, Health, Precision, Task, TaskLog
from meetings.models.log import CLAIMED
from meetings.tasks.services.batch_plan import PlannedRow

# The decision on a claimed day, in words.
_DECIDED_CLAIMS = {
    Consent.GRANTED: gettext_lazy("For the day, to which the secretariat consented"),
    Consent.REFUSED: gettext_lazy("For the day, which the secretariat refused"),
    Consent.NOT_NEEDED: gettext_lazy("For the day, taken back before it was decided"),
}


def task_number_label(task: Task) -> str:
    """Return the number that the breakdown table prints for ``task``."""
    number = task.suggestion.number or task.suggestion.position
    if task.is_single:
        return str(number)
    return pgettext("suggestion and task", "%(suggestion)s (%(task)s)") % {"suggestion": number, "task": task.number}


def secretariat_name(*bodies: str) -> str:
    """Return who signs for meetings of ``bodies``: the secretariat, of the one body."""
    body = bodies[0] if len(set(bodies)) == 1 else ""
    return _("Secretariat of %(body)s") % {"body": body} if body else _("The secretariat")


def lateness(task: Task, day: datetime.date) -> str:
    """Return how late ``task`` is on ``day``, or how near; empty where neither."""
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
    """Return the day that ``task`` is judged by, or was due on; None without one."""
    return task.next_day or task.day_due_date


def format_relevant_day(task: Task) -> str:
    """Format `relevant_day`, naming it where it is not the deadline's own."""
    day = relevant_day(task)
    if day is None:
        return ""
    day_text = format_day(day)
    if task.day_next_due and task.day_next_due != task.day_due_date:
        return _("Milestone %(day)s") % {"day": day_text}
    if not task.day_next_due and task.day_next_review:
        return _("Review %(day)s") % {"day": day_text}
    return day_text


def due_text(task: Task, day: datetime.date) -> str:
    """Return until when an open ``task`` is due, and how late it is on ``day``.

    For lines of mails and calendars, where no column names the day.
    """
    if task.day_next_due:
        due = _("Due on %(day)s") % {"day": format_day(task.day_next_due)}
    elif task.day_next_review:
        due = _("To be reviewed by %(day)s") % {"day": format_day(task.day_next_review)}
    else:
        return closure_text(task)
    return join_items(part for part in (due, lateness(task, day)) if part)


def department_names(task: Task) -> str:
    """Return the names of the departments of ``task``, in printed order."""
    return join_items(part.department.name for part in task.task_departments.all())


def closure_text(task: Task) -> str:
    """Return whether a closed ``task`` was closed on time; empty for others.

    Without a due date there is nothing to be late for.
    """
    if task.day_closed_on is None:
        return ""
    if task.day_due_date is None:
        return _("Closed")
    if not (late := days_closed_late(task)):
        return _("Closed on time")
    return ngettext("Closed %(days)d day late", "Closed %(days)d days late", late) % {"days": late}


def days_closed_late(task: Task) -> int:
    """Return how many days after its deadline ``task`` was closed; 0 for others."""
    if task.day_closed_on is None or task.day_due_date is None:
        return 0
    return max(0, (task.day_closed_on - task.day_due_date).days)


def extension_text(task: Task) -> str:
    """Return how often and by how many days the deadline was extended; or empty."""
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

    def __str__(self) -> str:
        values = {"label": self.label, "old": self.old, "new": self.new}
        if self.old and self.new:
            return _("%(label)s: %(old)s → %(new)s") % values
        return (_("%(label)s: %(old)s → nothing") if self.old else _("%(label)s: %(new)s")) % values


def describe_changes(entry: TaskLog | ChangeLog | PlannedRow) -> list[Change]:
    """Return what ``entry`` changed, in the order of `FIELDS`."""
    return [
        Change(str(_label_of(name, field, entry)), format_value(name, change["old"]), format_value(name, change["new"]))
        for name, field in FIELDS.items()
        if (change := entry.changes.get(name)) is not None
        and (change["new"] != [] or change["old"])
        # The title says all about a withdrawal.
        and not (name == "instruction" and change["new"] is None)
    ]


def _label_of(name: str, field: Field, entry: TaskLog | ChangeLog | PlannedRow) -> StrOrPromise:
    """Return the label of a change; of a claimed day it says what became of that."""
    # As known on a past day, later decisions are not shown.
    if name == CLAIMED and isinstance(entry, TaskLog) and entry.batch is not None and known_day() is None:
        return _DECIDED_CLAIMS.get(Consent(entry.batch.consent), field.label)
    return field.label


def recorded_text(entry: TaskLog | ChangeLog) -> str:
    """Return when ``entry`` was recorded, and by whom."""
    when = date_format(timezone.localtime(entry.recorded_at), "DATETIME_FORMAT")
    if entry.actor:
        return _("Recorded by %(who)s, %(when)s") % {"who": entry.actor, "when": when}
    return _("Recorded %(when)s") % {"when": when}


def describe_original_values(original_values: dict[str, Any]) -> dict[str, str]:
    """Return the original values (`corrections_history`) in words."""
    return {name: format_value(name, value) or _("nothing") for name, value in original_values.items()}


def correction_count_text(number: int) -> str:
    """Say how often a deadline was corrected; empty where it never was."""
    return ngettext("Corrected once", "Corrected %(number)d times", number) % {"number": number} if number else ""


def describe_deadline(deadline: Deadline) -> str:
    """Say what a printed deadline was understood to mean."""
    if deadline.due_date:
        day = format_day(deadline.due_date)
        if deadline.precision in (None, Exactness.DAY):
            return _("Due on %(day)s.") % {"day": day}
        label = Precision(deadline.precision.value).label
        return _("A %(precision)s: due on its last day, %(day)s.") % {"precision": label, "day": day}
    match deadline.kind:
        case Kind.RECURRING if deadline.review_days:
            return ngettext(
                "Recurring: reviewed every day.", "Recurring: reviewed every %(days)d days.", deadline.review_days
            ) % {"days": deadline.review_days}
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


def _due_day_message(task: Task) -> str:
    if names_due_day(task):
        return ""
    is_extended = bool(task.day_extension_count)
    match task.day_deadline_precision:
        case "" | Precision.DAY if is_extended:
            return _("Present deadline “%(printed)s”: due on %(day)s, overdue from the day after.")
        case "" | Precision.DAY:
            return _("Printed as “%(printed)s”: due on %(day)s, overdue from the day after.")
        case _other if is_extended:
            return _(
                "Present deadline “%(printed)s”, a %(precision)s: due on its last day, %(day)s, overdue from the day "
                "after."
            )
    return _("Printed as “%(printed)s”, a %(precision)s: due on its last day, %(day)s, overdue from the day after.")


def names_due_day(task: Task) -> bool:
    """Return whether the text of the deadline itself names the day that is understood."""
    day = task.day_due_date
    numbers = [int(digits) for digits in re.findall("[0-9]+", task.day_deadline_text)]
    return day is not None and numbers == [day.year, day.month, day.day]


def review_interval_text(task: Task) -> str:
    """Say how often ``task`` was reviewed on its day."""
    if task.day_review_interval_days:
        return format_review_days(task.day_review_interval_days)
    return format_review_interval(task.day_review_interval_months)


def describe_due_date(task: Task) -> str:
    """Explain how the due day or review day of ``task`` came about."""
    day, months, precision = task.day_due_date, task.day_review_interval_months, task.day_deadline_precision
    if task.day_next_due and task.day_next_due != day:
        day = task.day_next_due
        message = _("The first milestone that is not met yet falls on %(day)s; the task is as late as that one.")
    elif day:
        message = _due_day_message(task)
    elif task.day_deadline_kind == DeadlineKind.UNDECIDED:
        message = _("“%(printed)s” could not be read as a day. Until that is decided, the task is reviewed regularly.")
    elif task.day_next_review is None:
        return ""
    else:
        day = task.last_report_on or task.suggestion.meeting.issued_on
        if task.day_next_review != add_interval(day, months, task.day_review_interval_days):
            message = _(
                "“%(printed)s” names no day. The review day was set by the secretariat and holds until a report."
            )
        elif task.day_review_interval_days and task.last_report_on:
            message = _("“%(printed)s” names no day, so it is reviewed %(interval)s after the last report of %(day)s.")
        elif task.day_review_interval_days:
            message = _("“%(printed)s” names no day, so it is reviewed %(interval)s after the issue on %(day)s.")
        elif task.last_report_on:
            message = ngettext(
                "“%(printed)s” names no day, so it is reviewed %(months)d month after the last report of %(day)s.",
                "“%(printed)s” names no day, so it is reviewed %(months)d months after the last report of %(day)s.",
                months,
            )
        else:
            message = ngettext(
                "“%(printed)s” names no day, so it is reviewed %(months)d month after the issue on %(day)s.",
                "“%(printed)s” names no day, so it is reviewed %(months)d months after the issue on %(day)s.",
                months,
            )
    return message % {
        "printed": task.day_deadline_text,
        "day": day and format_day(day),
        "months": months,
        "interval": review_interval_text(task),
        "precision": precision and Precision(precision).label,
    }
