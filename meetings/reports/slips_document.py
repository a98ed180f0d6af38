"""督办单: supervision slips in Word, a page for each department and colour."""

import datetime
from collections.abc import Sequence
from operator import attrgetter

from django.utils.translation import gettext as _

from meetings.display.department_reports import department_reports
from meetings.display.fields import label
from meetings.exports.columns import Column
from meetings.models import Health, Task
from meetings.tasks.chasing import Slip
from meetings.tasks.display import lateness, task_number_label

from .formatting import format_salutation, format_short_day
from .official import OfficialDocument, Paragraph, Table


def slip_documents(slips: Sequence[Slip], day: datetime.date, answer_to: str) -> list[OfficialDocument]:
    """Put the slips of ``day`` into words, in the active language."""
    return [_slip_document(slip, day, answer_to) for slip in slips]


def _slip_document(slip: Slip, day: datetime.date, answer_to: str) -> OfficialDocument:
    request = (
        _("What follows falls due soon. Finish it in time, and report progress.")
        if slip.health == Health.DUE_SOON
        else _("What follows is late. Report progress, and say why it is late and what comes next.")
    )
    columns: tuple[Column[Task], ...] = (
        Column(label("printed_number"), 9, task_number_label, is_centred=True),
        Column(label("document_number"), 18, _name_meeting),
        Column(label("tasks"), 28, attrgetter("text")),
        Column(label("deadline"), 13, attrgetter("day_deadline_text")),
        Column(label("health"), 13, lambda task: lateness(task, day)),
        Column(label("progress"), 24, _format_reports),
    )
    return OfficialDocument(
        title=_("Supervision slip"),
        salutation=format_salutation(slip.department.name),
        blocks=[Paragraph(request), Table("", columns, slip.tasks)],
        closing=_("Answer to: %(name)s") % {"name": answer_to},
        signed_by=slip.signed_by,
        signed_on=day,
        colour=f"{slip.colour} · {slip.health.label}",
    )


def _name_meeting(task: Task) -> str:
    meeting = task.suggestion.meeting
    return meeting.document_number or meeting.title


def _format_reports(task: Task) -> str:
    reports = [
        f"{report.note} {report.reporter} {format_short_day(report.day)}".strip() for report in department_reports(task)
    ]
    return "\n".join(reports) or _("No report yet")
