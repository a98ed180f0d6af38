"""落实情况报告: the report to the next meeting as an official document."""

import datetime
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import BinaryIO

from django.utils.translation import gettext as _, ngettext

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.display.fields import join_sentences, label
from meetings.exports.columns import Column
from meetings.exports.formatting import ENUMERATION_COMMA
from meetings.models import ExtensionRequest, Health, Meeting, Paper, Status, Suggestion, Task
from meetings.tasks.display import secretariat_name
from meetings.tasks.statistics import OTHER_ENDS

from . import formatting, prose, tables
from .letterheads import read_letterhead
from .official import Block, Heading, OfficialDocument, Paragraph, format_document_day, write_official_document
from .progress import ProgressReport, RelatedSuggestion, SuggestionPart, build_progress_report


def write_meeting_report(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the report on ``meeting`` as of ``day`` as .docx into ``file``."""
    write_official_document(
        file, lambda: report_document(build_progress_report(meeting, day)), read_letterhead(Paper.REPORT)
    )


def report_document(report: ProgressReport) -> OfficialDocument:
    """Put ``report`` into words, in the active language."""
    return frame_document(report, list(_blocks(report)))


def frame_document(report: ProgressReport, blocks: Sequence[Block]) -> OfficialDocument:
    """Return ``blocks`` with the title, whom it is for, and who signs."""
    meeting = report.meeting
    return OfficialDocument(
        title=_("Report on what became of the suggestions\nof %(meeting)s") % {"meeting": meeting.title},
        salutation=formatting.format_salutation(meeting.body or _("Members of the committee")),
        blocks=blocks,
        closing=_("This is our report."),
        signed_by=secretariat_name(meeting.body),
        signed_on=report.day,
    )


def _blocks(report: ProgressReport) -> Iterator[Block]:
    yield Paragraph(describe_opening(report))
    yield Heading(1, _("Overview"))
    yield from _overview_blocks(report)
    yield from _progress_blocks(report)
    for heading, blocks in (
        (_("What is late, and why"), _late_blocks(report)),
        (_("Extensions"), _extension_blocks(report)),
        (_("Suggestions that were raised before"), _related_suggestion_blocks(report)),
        (_("What is asked of the committee"), _decision_blocks(report)),
    ):
        if paragraphs := list(blocks):
            yield Heading(1, heading)
            yield from paragraphs
    yield Heading(1, _("What comes next"))
    yield Paragraph(_next_steps(report))


def describe_opening(report: ProgressReport) -> str:
    """Say what is reported, and as of which day."""
    values = {
        "meeting": report.meeting.title,
        "number": report.meeting.document_number,
        "day": format_document_day(report.day),
    }
    if report.meeting.document_number:
        text = _(
            "As laid down in %(number)s, the suggestions made at %(meeting)s were divided into tasks and followed "
            "up one by one. What has become of them by %(day)s is reported as follows."
        )
    else:
        text = _(
            "The suggestions made at %(meeting)s were divided into tasks and followed up one by one. "
            "What has become of them by %(day)s is reported as follows."
        )
    return text % values


def describe_totals(report: ProgressReport) -> str:
    """Say how many tasks there are, and how they stand."""
    figures = report.summary.figures
    if not report.tasks:
        return formatting.format_summary(report.summary)
    sentences = [formatting.format_summary(report.summary)]
    overdue, missed = figures["overdue"].number, figures["review_missed"].number
    if pressing := overdue + missed:
        sentence = ngettext(
            "%(number)d task needs attention: %(overdue)d overdue and %(missed)d not reviewed in time.",
            "%(number)d tasks need attention: %(overdue)d overdue and %(missed)d not reviewed in time.",
            pressing,
        )
        sentences.append(sentence % {"number": pressing, "overdue": overdue, "missed": missed})
    else:
        sentences.append(_("Nothing is late."))
    if not figures["extended"].number:
        sentences.append(_("No deadline was extended."))
    sentences.append(formatting.format_without_task_count(report.without_task_count))
    return join_sentences(sentences)


def _overview_blocks(report: ProgressReport) -> Iterator[Block]:
    yield Paragraph(describe_totals(report))
    yield tables.totals_table(report.summary)
    if not report.departments:
        return
    parts = [*(part.name for part in report.summary.parts), "review_missed"]
    yield tables.departments_table(report.departments, parts)
    yield tables.departments_note()


# --- what was done ------------------------------------------------------------------------------


def _progress_blocks(report: ProgressReport) -> Iterator[Block]:
    by_aspect = any(report.aspects)
    yield Heading(1, _("What was done, by aspect and suggestion") if by_aspect else _("What was done, by suggestion"))
    if not report.aspects:
        yield Paragraph(_("No suggestion has been recorded."))
    for aspect, parts in report.aspects.items():
        if by_aspect:
            yield Heading(2, aspect.title if aspect else _("Suggestions without an aspect"))
        for part in parts:
            yield from _suggestion_blocks(part, report, level=3 if by_aspect else 2)


def _suggestion_blocks(part: SuggestionPart, report: ProgressReport, *, level: int) -> Iterator[Block]:
    suggestion = part.suggestion
    yield Heading(level, formatting.suggestion_heading(suggestion))
    yield Paragraph(_suggestion_text(suggestion))
    if not part.tasks:
        yield Paragraph(_("It has not been made a task yet."))
    yield from _tasks_blocks(part.tasks, report.day, level=level + 1)
    if part.outcome:
        yield Paragraph(formatting.format_outcome(part.outcome))


def _suggestion_text(suggestion: Suggestion) -> str:
    text = prose.end_sentence(formatting.suggestion_text(suggestion))
    people = ENUMERATION_COMMA.join(map(formatting.format_suggester, suggestion.suggestion_sources.all()))
    return _("%(people)s suggested: %(text)s") % {"people": people, "text": text} if people else text


def _tasks_blocks(tasks: Sequence[Task], day: datetime.date, *, level: int) -> Iterator[Block]:
    """Yield what became of one suggestion's tasks; several have a heading each."""
    # A single task has no number, in the annex neither.
    if all(task.is_single for task in tasks):
        for task in tasks:
            yield Paragraph(_("The task made of it: %(task)s") % {"task": prose.end_sentence(task.text)})
            yield Paragraph(prose.describe_task(task, day))
        return
    yield Paragraph(prose.describe_division(tasks, day))
    are_alike, with_duties = prose.stand_alike(tasks, day), not prose.has_common_duties(tasks)
    for task in tasks:
        yield Heading(level, task.text, keep_with_next=not are_alike)
        if not are_alike:
            yield Paragraph(prose.describe_task(task, day, with_duties=with_duties))


# --- what is late -------------------------------------------------------------------------------


def _late_blocks(report: ProgressReport) -> Iterator[Block]:
    missed = _("Ongoing tasks not reviewed in time")
    for health, heading, caption, due, days in (
        (Health.OVERDUE, _("Tasks past their due day"), _("Overdue tasks"), _("Due day"), _("Days overdue")),
        (Health.REVIEW_MISSED, missed, missed, _("Review day"), _("Days past")),
    ):
        yield from tables.tasks_section(
            Heading(2, heading),
            report.in_health(health),
            caption,
            Column(due, 26, lambda task: formatting.format_short_day(task.next_day), is_centred=True),
            Column(days, 15, lambda task: formatting.days_late(task, report.day), is_centred=True),
            Column(_("Last report, or the reason"), 44, lambda task: _late_reason(task, report)),
        )


def _late_reason(task: Task, report: ProgressReport) -> str:
    extension_request = report.extension_requests.get(task.pk)
    if extension_request is None:
        return formatting.format_progress(task)
    return _("A later deadline is asked for: %(reason)s") % {"reason": extension_request.reason}


# --- extensions and what was raised before ------------------------------------------------------


def _extension_blocks(report: ProgressReport) -> Iterator[Block]:
    tasks = [task for task in report.tasks if task.day_extension_count]
    if not tasks:
        return
    times, days = sum(task.day_extension_count for task in tasks), sum(task.day_extension_days for task in tasks)
    sentences = [formatting.format_extension_sum(len(tasks), times, days)]
    if again := report.summary.figures["extended_again"].number:
        sentence = ngettext(
            "%(number)d of them was extended twice or more.", "%(number)d of them were extended twice or more.", again
        )
        sentences.append(sentence % {"number": again})
    yield Paragraph(join_sentences(sentences), keep_with_next=True)
    yield tables.tasks_table(
        _("Extended deadlines"),
        tasks,
        Column(label("deadline"), 30, _format_deadline_change),
        Column(_("Times"), 11, attrgetter("day_extension_count"), is_centred=True),
        tables.days_column(attrgetter("day_extension_days")),
        Column(_("Reason"), 28, lambda task: "\n".join(report.extensions[task.pk].reasons)),
    )


def _format_deadline_change(task: Task) -> str:
    before = formatting.format_short_day(task.original_due_date) or task.original_deadline_text
    after = formatting.format_short_day(task.day_due_date) or task.day_deadline_text
    return formatting.format_deadline_change(before, after)


def _related_suggestion_blocks(report: ProgressReport) -> Iterator[Block]:
    if not report.raised_before:
        return
    yield Paragraph(
        ngettext(
            "%(number)d suggestion comes back to one of an earlier meeting.",
            "%(number)d suggestions come back to some of earlier meetings.",
            len(report.raised_before),
        )
        % {"number": len(report.raised_before)}
    )
    for raised in report.raised_before:
        yield Heading(2, formatting.suggestion_heading(raised.suggestion))
        yield Paragraph(prose.end_sentence(formatting.suggestion_text(raised.suggestion)))
        yield from _earlier_suggestion_blocks(raised, report.day)


def _earlier_suggestion_blocks(related: RelatedSuggestion, day: datetime.date) -> Iterator[Block]:
    earlier = related.earlier
    yield Paragraph(
        _("It was raised before at %(meeting)s (minutes of %(day)s) as suggestion %(number)d: %(text)s")
        % {
            "meeting": earlier.meeting.title,
            "day": format_document_day(earlier.meeting.issued_on),
            "number": earlier.number or earlier.position,
            "text": prose.end_sentence(formatting.suggestion_text(earlier)),
        }
    )
    if related.tasks:
        yield from _tasks_blocks(related.tasks, day, level=3)
    else:
        yield Paragraph(_("It has not been made a task yet."))
    if related.outcome:
        yield Paragraph(formatting.format_outcome(related.outcome))


# --- what is to be decided ----------------------------------------------------------------------


def _decision_blocks(report: ProgressReport) -> Iterator[Block]:
    """Yield what the meeting has to decide, a heading and a table for each kind."""
    requests, entries = report.extension_requests, report.status_entries
    yield from tables.tasks_section(
        Heading(2, _("Deadlines to be decided")),
        report.undecided,
        _("Tasks whose deadline is undecided"),
        Column(_("Deadline as printed"), 34, attrgetter("day_deadline_text")),
        request=_("Please decide by when these tasks are to be done."),
    )
    yield from tables.tasks_section(
        Heading(2, _("Departments to be named")),
        report.unassigned,
        _("Tasks that no department answers for"),
        Column(label("deadline"), 34, formatting.format_printed_deadline),
        request=_("Please name who answers for these tasks."),
    )
    yield from tables.tasks_section(
        Heading(2, _("Later deadlines to be decided on")),
        [task for task in report.tasks if task.pk in requests],
        _("Later deadlines asked for"),
        Column(_("Asked for"), 30, lambda task: _format_request(requests[task.pk])),
        tables.days_column(lambda task: requests[task.pk].days_requested),
        Column(_("Reason"), 30, lambda task: requests[task.pk].reason),
        request=_("Please decide on these requests for more time."),
    )
    for statuses, heading, caption, reason, request in (
        (
            (Status.CLOSURE_REQUESTED,),
            _("Closures to be decided on"),
            _("Closures asked for"),
            _("What was done"),
            _("Please decide whether these tasks are done."),
        ),
        (
            OTHER_ENDS,
            _("Terminated tasks to be confirmed"),
            _("Terminated tasks"),
            _("Why"),
            _("Please confirm that these tasks are not carried on."),
        ),
    ):
        yield from tables.tasks_section(
            Heading(2, heading),
            [task for task in report.tasks if task.day_status in statuses],
            caption,
            Column(
                _("Day"), 26, lambda task: formatting.format_short_day(entries[task.pk].effective_on), is_centred=True
            ),
            Column(reason, 36, lambda task: entries[task.pk].note),
            request=request,
        )


def _format_request(request: ExtensionRequest) -> str:
    before, after = map(formatting.format_short_day, (request.due_date_before, request.due_date))
    return formatting.format_deadline_change(before, after)


# --- what comes next ----------------------------------------------------------------------------


def _next_steps(report: ProgressReport) -> str:
    """Say what the secretariat does about the tasks that are open."""
    figures = report.summary.figures
    overdue, missed = figures["overdue"].number, figures["review_missed"].number
    others = sum(task.day_status in OPEN_STATUSES for task in report.tasks) - overdue - missed
    sentences = []
    if overdue:
        sentence = ngettext(
            "The secretariat asks for the reason why %(number)d task is overdue, and presses for its end.",
            "The secretariat asks for the reasons why %(number)d tasks are overdue, and presses for their end.",
            overdue,
        )
        sentences.append(sentence % {"number": overdue})
    if missed:
        sentence = ngettext(
            "It calls for a report on the %(number)d task that was not reviewed in time.",
            "It calls for reports on the %(number)d tasks that were not reviewed in time.",
            missed,
        )
        sentences.append(sentence % {"number": missed})
    if others:
        sentence = ngettext(
            "The secretariat goes on following up the %(number)d open task that is not late, and reports again.",
            "The secretariat goes on following up the %(number)d open tasks that are not late, and reports again.",
            others,
        )
        sentences.append(sentence % {"number": others})
    if report.tasks:
        sentences = sentences or [_("No task is open, so nothing is left to be followed up.")]
    return join_sentences(sentences or [_("The suggestions are to be made tasks and followed up.")])
