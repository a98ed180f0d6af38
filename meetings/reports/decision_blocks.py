"""The part of the report that asks for decisions: deadlines, departments, extensions, closures."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from meetings.reports import words
from meetings.reports.official import Align, Block, Heading, Paragraph, TableColumn
from meetings.reports.progress import PendingDecisions, StatusChange


def decision_blocks(decisions: PendingDecisions) -> Iterator[Block]:
    """Yield what the meeting has to decide, a heading and a table for each kind."""
    if not decisions:
        yield Paragraph(_("Nothing has to be decided."))
        return
    if decisions.undecided:
        yield Heading(2, _("Deadlines to be decided"))
        request = _("Please decide by when these tasks are to be done.")
        yield Paragraph(words.append_task_count(request, len(decisions.undecided)), keep_with_next=True)
        yield words.tasks_table(
            _("Tasks whose deadline is undecided"),
            decisions.undecided,
            [(TableColumn(_("Deadline as printed"), 34), [task.day_deadline_text for task in decisions.undecided])],
        )
    if decisions.unassigned:
        yield Heading(2, _("Departments to be named"))
        request = _("Please name who answers for these tasks.")
        yield Paragraph(words.append_task_count(request, len(decisions.unassigned)), keep_with_next=True)
        yield words.tasks_table(
            _("Tasks that no department answers for"),
            decisions.unassigned,
            [(TableColumn(_("Deadline"), 34), [words.format_deadline(task) for task in decisions.unassigned])],
        )
    if decisions.wishes:
        yield Heading(2, _("Later deadlines to be decided on"))
        request = _("Please decide on these wishes for more time.")
        yield Paragraph(words.append_task_count(request, len(decisions.wishes)), keep_with_next=True)
        yield words.tasks_table(
            _("Later deadlines asked for"),
            [wish.task for wish in decisions.wishes],
            [
                (
                    TableColumn(_("Asked for"), 26),
                    [
                        pgettext("deadline moved", "from %(before)s\nto %(after)s")
                        % {
                            "before": words.format_short_day(wish.request.due_date_before),
                            "after": words.format_short_day(wish.request.due_date),
                        }
                        for wish in decisions.wishes
                    ],
                ),
                (
                    TableColumn(pgettext("number of days", "Days"), 10, Align.CENTRED),
                    [wish.request.days_requested for wish in decisions.wishes],
                ),
                (TableColumn(_("Reason"), 30), [wish.request.reason for wish in decisions.wishes]),
            ],
        )
    if decisions.closure_requests:
        yield from _status_change_blocks(
            _("Closures to be decided on"),
            _("Please decide whether these tasks are done."),
            _("Closures asked for"),
            _("What was done"),
            decisions.closure_requests,
        )
    if decisions.terminated:
        yield from _status_change_blocks(
            _("Terminated tasks to be confirmed"),
            _("Please confirm that these tasks are not carried on."),
            _("Terminated tasks"),
            _("Why"),
            decisions.terminated,
        )


def _status_change_blocks(
    heading: str, request: str, caption: str, reason: str, status_changes: tuple[StatusChange, ...]
) -> Iterator[Block]:
    yield Heading(2, heading)
    yield Paragraph(words.append_task_count(request, len(status_changes)), keep_with_next=True)
    yield words.tasks_table(
        caption,
        [ending.task for ending in status_changes],
        [
            (
                TableColumn(_("Day"), 20, Align.CENTRED),
                [words.format_short_day(ending.on) for ending in status_changes],
            ),
            (TableColumn(reason, 36), [ending.reason for ending in status_changes]),
        ],
    )
