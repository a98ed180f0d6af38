"""落实情况报告: the report to the next meeting as an official document."""

import datetime
from collections.abc import Iterator
from operator import attrgetter
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.display.fields import label
from meetings.exports.columns import Column
from meetings.exports.formatting import ENUMERATION_COMMA, format_source
from meetings.models import Meeting, Suggestion, Task
from meetings.reports.decision_blocks import decision_blocks
from meetings.tasks.statistics import format_summary

from . import formatting
from .official import Block, Heading, OfficialDocument, Paragraph, format_day, write_official_document
from .progress import ExtendedTask, ProgressReport, RelatedSuggestion, SuggestionPart, build_progress_report


def write_meeting_report(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the report on ``meeting`` as of ``day`` as .docx into ``file``."""
    write_official_document(file, lambda: report_document(build_progress_report(meeting, day)))


def report_document(report: ProgressReport) -> OfficialDocument:
    """Put ``report`` into words, in the active language."""
    meeting = report.meeting
    return OfficialDocument(
        title=_("Report on what became of the suggestions\nof %(meeting)s") % {"meeting": meeting.title},
        salutation=formatting.format_salutation(meeting.body or _("Members of the committee")),
        blocks=list(_blocks(report)),
        closing=_("This is our report."),
        signed_by=formatting.secretariat_name(meeting.body),
        signed_on=report.day,
    )


def _blocks(report: ProgressReport) -> Iterator[Block]:
    yield Paragraph(_opening(report))
    yield Heading(1, _("Overview"))
    yield from _overview_blocks(report)
    yield from _progress_blocks(report)
    yield Heading(1, _("What is late, and why"))
    yield from _late_blocks(report)
    yield Heading(1, _("Extensions"))
    yield from _extension_blocks(report)
    if report.raised_before:
        yield Heading(1, _("Suggestions that were raised before"))
        yield from _related_suggestion_blocks(report)
    yield Heading(1, _("What is asked of the committee"))
    yield from decision_blocks(report.pending_decisions)


def _opening(report: ProgressReport) -> str:
    values = {
        "meeting": report.meeting.title,
        "number": report.meeting.document_number,
        "day": format_day(report.day),
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


def _overview_blocks(report: ProgressReport) -> Iterator[Block]:
    figures = report.summary.figures
    sentences = [format_summary(report.summary)]
    overdue, missed = figures["overdue"].number, figures["review_missed"].number
    if pressing := overdue + missed:
        sentence = ngettext(
            "%(number)d task needs attention: %(overdue)d overdue, %(missed)d not reviewed in time.",
            "%(number)d tasks need attention: %(overdue)d overdue, %(missed)d not reviewed in time.",
            pressing,
        )
        sentences.append(sentence % {"number": pressing, "overdue": overdue, "missed": missed})
    sentences.append(formatting.format_without_task_count(report.without_task_count))
    yield Paragraph(formatting.join_sentences(sentences))
    yield formatting.totals_table(report.summary)
    if not report.departments:
        return
    parts = [*(part.name for part in report.summary.parts), "review_missed"]
    yield formatting.departments_table(report.departments, parts)
    yield formatting.departments_note()


# --- what was done ------------------------------------------------------------------------------


def _progress_blocks(report: ProgressReport) -> Iterator[Block]:
    by_aspect = any(part.aspect for part in report.aspects)
    yield Heading(1, _("What was done, by aspect and suggestion") if by_aspect else _("What was done, by suggestion"))
    if not report.aspects:
        yield Paragraph(_("No suggestion has been recorded."))
    for of_aspect in report.aspects:
        if by_aspect:
            yield Heading(2, of_aspect.aspect.title if of_aspect.aspect else _("Suggestions without an aspect"))
        for part in of_aspect.suggestions:
            yield from _suggestion_blocks(part, report, level=3 if by_aspect else 2)


def _suggestion_blocks(part: SuggestionPart, report: ProgressReport, *, level: int) -> Iterator[Block]:
    suggestion = part.suggestion
    yield Heading(level, suggestion.text or _("Suggestion without a text"))
    yield Paragraph(_suggestion_origin(suggestion))
    if not part.tasks:
        yield Paragraph(_("It has not been made a task yet."))
    for task in part.tasks:
        yield Heading(level + 1, task.text)
        yield Paragraph(_task_text(task, report))
    if part.outcome:
        yield Paragraph(formatting.format_outcome(part.outcome))


def _suggestion_origin(suggestion: Suggestion) -> str:
    number = suggestion.number or suggestion.position
    sources = ENUMERATION_COMMA.join(format_source(source) for source in suggestion.suggestion_sources.all())
    if not sources:
        return _("(Suggestion %(number)d of the minutes)") % {"number": number}
    return _("(Suggestion %(number)d of the minutes, made by %(people)s)") % {"number": number, "people": sources}


def _task_text(task: Task, report: ProgressReport) -> str:
    facts = _("Departments: %(departments)s. Leader: %(leaders)s. Deadline: %(deadline)s. Now: %(state)s.") % {
        "departments": formatting.format_departments(task),
        "leaders": formatting.format_leaders(task),
        "deadline": formatting.format_deadline(task),
        "state": formatting.format_state(task, report.day),
    }
    progress = _("Progress: %(progress)s") % {"progress": formatting.format_progress(task)}
    return f"{facts}\n{progress}"


# --- what is late -------------------------------------------------------------------------------


def _late_blocks(report: ProgressReport) -> Iterator[Block]:
    if not report.overdue and not report.review_missed:
        yield Paragraph(_("Nothing is late."))
        return
    if report.overdue:
        yield Heading(2, _("Tasks past their due day"))
        yield from _late_table(_("Overdue tasks"), report.overdue, _("Due day"), _("Days overdue"), report)
    if report.review_missed:
        caption = _("Ongoing tasks not reviewed in time")
        yield Heading(2, caption)
        yield from _late_table(caption, report.review_missed, _("Review day"), _("Days past"), report)


def _late_table(caption: str, tasks: tuple[Task, ...], due: str, days: str, report: ProgressReport) -> Iterator[Block]:
    return formatting.counted_tasks_table(
        caption,
        tasks,
        Column(due, 23, lambda task: formatting.format_short_day(task.next_day), is_centred=True),
        Column(days, 11, lambda task: formatting.days_late(task, report.day), is_centred=True),
        Column(_("Last report, or the reason"), 34, lambda task: _late_reason(task, report)),
    )


def _late_reason(task: Task, report: ProgressReport) -> str:
    extension_request = report.extension_requests.get(task.pk)
    if extension_request is None:
        return formatting.format_progress(task)
    return _("A later deadline is asked for: %(reason)s") % {"reason": extension_request.reason}


# --- extensions and what was raised before ------------------------------------------------------


def _extension_blocks(report: ProgressReport) -> Iterator[Block]:
    if not report.extended:
        yield Paragraph(_("No deadline was extended."))
        return
    tasks = [extended.task for extended in report.extended]
    times, days = sum(task.day_extension_count for task in tasks), sum(task.day_extension_days for task in tasks)
    sentences = [formatting.format_extension_sum(len(tasks), times, days)]
    if again := report.summary.figures["extended_again"].number:
        sentence = ngettext(
            "%(number)d of them was extended twice or more.", "%(number)d of them were extended twice or more.", again
        )
        sentences.append(sentence % {"number": again})
    yield Paragraph(formatting.join_sentences(sentences), keep_with_next=True)
    yield formatting.tasks_table(
        _("Extended deadlines"),
        report.extended,
        Column(label("deadline"), 26, lambda extended: _format_deadline_change(extended.task)),
        Column(_("Times"), 9, attrgetter("task.day_extension_count"), is_centred=True),
        formatting.days_column(attrgetter("task.day_extension_days")),
        Column(_("Reason"), 28, _extension_reasons),
        get_task=attrgetter("task"),
    )


def _format_deadline_change(task: Task) -> str:
    before = (
        formatting.format_short_day(task.original_due_date) if task.original_due_date else task.original_deadline_text
    )
    after = formatting.format_short_day(task.day_due_date) if task.day_due_date else task.day_deadline_text
    return formatting.format_deadline_change(before, after)


def _extension_reasons(extended: ExtendedTask) -> str:
    reasons = [grant.request_reason or grant.grant_reason for grant in extended.grants]
    return "\n".join(dict.fromkeys(reason for reason in reasons if reason))


def _related_suggestion_blocks(report: ProgressReport) -> Iterator[Block]:
    yield Paragraph(
        ngettext(
            "%(number)d suggestion comes back to one of an earlier meeting.",
            "%(number)d suggestions come back to some of earlier meetings.",
            len(report.raised_before),
        )
        % {"number": len(report.raised_before)}
    )
    for raised in report.raised_before:
        yield Heading(2, raised.suggestion.text or _("Suggestion without a text"))
        yield Paragraph(_related_suggestion_text(raised, report.day))


def _related_suggestion_text(related: RelatedSuggestion, day: datetime.date) -> str:
    earlier = related.earlier
    lines = [
        _("Raised before at %(meeting)s (minutes of %(day)s) as suggestion %(number)d: %(text)s")
        % {
            "meeting": earlier.meeting.title,
            "day": format_day(earlier.meeting.issued_on),
            "number": earlier.number or earlier.position,
            "text": earlier.text,
        },
        *(_task_outcome_text(task, day) for task in related.tasks),
    ]
    if not related.tasks:
        lines.append(_("It has not been made a task yet."))
    if related.outcome:
        lines.append(formatting.format_outcome(related.outcome))
    return "\n".join(lines)


def _task_outcome_text(task: Task, day: datetime.date) -> str:
    """Say how a task of an earlier suggestion stands, with its latest progress."""
    return _("Task “%(task)s” (%(departments)s): %(state)s. %(progress)s") % {
        "task": task.text,
        "departments": formatting.format_departments(task),
        "state": formatting.format_state(task, day),
        "progress": formatting.format_progress(task),
    }
