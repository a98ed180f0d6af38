"""The report's part on decisions: deadlines, departments, extensions, closures."""

from collections.abc import Iterator
from operator import attrgetter

from django.utils.translation import gettext as _

from meetings.display.fields import label
from meetings.exports.columns import Column
from meetings.reports import formatting
from meetings.reports.official import Block, Heading, Paragraph
from meetings.reports.progress import PendingDecisions, PendingExtension, StatusChange

_get_task = attrgetter("task")


def decision_blocks(decisions: PendingDecisions) -> Iterator[Block]:
    """Yield what the meeting has to decide, a heading and a table for each kind."""
    if not decisions:
        yield Paragraph(_("Nothing has to be decided."))
    if decisions.undecided:
        yield Heading(2, _("Deadlines to be decided"))
        yield from formatting.counted_tasks_table(
            _("Tasks whose deadline is undecided"),
            decisions.undecided,
            Column(_("Deadline as printed"), 34, attrgetter("day_deadline_text")),
            request=_("Please decide by when these tasks are to be done."),
        )
    if decisions.unassigned:
        yield Heading(2, _("Departments to be named"))
        yield from formatting.counted_tasks_table(
            _("Tasks that no department answers for"),
            decisions.unassigned,
            Column(label("deadline"), 34, formatting.format_deadline),
            request=_("Please name who answers for these tasks."),
        )
    if decisions.extension_requests:
        yield Heading(2, _("Later deadlines to be decided on"))
        yield from formatting.counted_tasks_table(
            _("Later deadlines asked for"),
            decisions.extension_requests,
            Column(_("Asked for"), 26, _format_request),
            formatting.days_column(attrgetter("request.days_requested")),
            Column(_("Reason"), 30, attrgetter("request.reason")),
            get_task=_get_task,
            request=_("Please decide on these wishes for more time."),
        )
    if decisions.closure_requests:
        yield Heading(2, _("Closures to be decided on"))
        yield from _status_change_blocks(
            _("Closures asked for"),
            decisions.closure_requests,
            _("What was done"),
            _("Please decide whether these tasks are done."),
        )
    if decisions.terminated:
        yield Heading(2, _("Terminated tasks to be confirmed"))
        yield from _status_change_blocks(
            _("Terminated tasks"),
            decisions.terminated,
            _("Why"),
            _("Please confirm that these tasks are not carried on."),
        )


def _format_request(pending: PendingExtension) -> str:
    before, after = pending.request.due_date_before, pending.request.due_date
    return formatting.format_deadline_change(formatting.format_short_day(before), formatting.format_short_day(after))


def _status_change_blocks(
    caption: str, changes: tuple[StatusChange, ...], reason: str, request: str
) -> Iterator[Block]:
    return formatting.counted_tasks_table(
        caption,
        changes,
        Column(_("Day"), 20, lambda change: formatting.format_short_day(change.on), is_centred=True),
        Column(reason, 36, attrgetter("reason")),
        get_task=_get_task,
        request=request,
    )
