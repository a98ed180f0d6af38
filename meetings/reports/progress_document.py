"""落实情况报告: the report to the next meeting, in the words and blocks of an official document."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings.exports.formatting import ENUMERATION_COMMA, source_of
from meetings.models import Meeting, Suggestion, Task
from meetings.tasks.statistics import summary_sentence

from . import words
from .official import (
    Align,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
    TableColumn,
    write_official_document,
    written_day,
)
from .progress import Asked, Ending, Extended, ProgressReport, RaisedBefore, SuggestionPart, progress_report

DEPARTMENT_PARTS = ("closed", "under_way", "ongoing", "overdue", "terminated", "review_missed")


def write_meeting_report(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the report on ``meeting`` as of ``day`` (Asia/Shanghai) as .docx into ``file``.

    In Chinese whatever the reader's language: it is an official document of a Chinese committee.
    """
    with translation.override("zh-hans"):
        write_official_document(file, report_document(progress_report(meeting, day)))


def report_document(report: ProgressReport) -> OfficialDocument:
    """Put ``report`` into words, in the active language."""
    meeting = report.meeting
    return OfficialDocument(
        title=_("Report on what became of the suggestions\nof %(meeting)s") % {"meeting": meeting.title},
        addressed_to=words.addressed_to(meeting.body or _("Members of the committee")),
        blocks=list(_blocks(report)),
        closing=_("This is our report."),
        signed_by=words.secretariat_of(meeting.body),
        signed_on=report.day,
    )


def _blocks(report: ProgressReport) -> Iterator[Block]:
    yield Paragraph(_opening(report))
    yield Heading(1, _("Overview"))
    yield from _overview(report)
    yield from _what_was_done(report)
    yield Heading(1, _("What is late, and why"))
    yield from _late(report)
    yield Heading(1, _("Extensions"))
    yield from _extensions(report)
    if report.raised_before:
        yield Heading(1, _("Suggestions that were raised before"))
        yield from _raised_before(report)
    yield Heading(1, _("What is asked of the committee"))
    yield from _asked(report.asked)


def _opening(report: ProgressReport) -> str:
    said = {
        "meeting": report.meeting.title,
        "number": report.meeting.document_number,
        "day": written_day(report.day),
    }
    if report.meeting.document_number:
        return (
            _(
                "As laid down in %(number)s, the suggestions made at %(meeting)s were divided into tasks and followed "
                "up one by one. What has become of them by %(day)s is reported as follows."
            )
            % said
        )
    return (
        _(
            "The suggestions made at %(meeting)s were divided into tasks and followed up one by one. "
            "What has become of them by %(day)s is reported as follows."
        )
        % said
    )


def _overview(report: ProgressReport) -> Iterator[Block]:
    figures = report.summary.figures
    pressing = figures["overdue"].number + figures["review_missed"].number
    yield Paragraph(
        words.as_sentences(
            [
                summary_sentence(report.summary),
                ngettext(
                    "%(number)d task needs attention: %(overdue)d overdue, %(missed)d not reviewed in time.",
                    "%(number)d tasks need attention: %(overdue)d overdue, %(missed)d not reviewed in time.",
                    pressing,
                )
                % {
                    "number": pressing,
                    "overdue": figures["overdue"].number,
                    "missed": figures["review_missed"].number,
                }
                if pressing
                else "",
                words.without_task(report.without_task),
            ]
        )
    )
    yield words.totals_table(report.summary)
    if not report.departments:
        return
    parts = [name for name in DEPARTMENT_PARTS if name != "terminated" or figures[name].number]
    yield words.departments_table(report.departments, parts)
    yield words.departments_note()


# --- what was done ------------------------------------------------------------------------------


def _what_was_done(report: ProgressReport) -> Iterator[Block]:
    if not any(of.aspect for of in report.aspects):
        yield Heading(1, _("What was done, by suggestion"))
        if not report.aspects:
            yield Paragraph(_("No suggestion has been recorded."))
        for of in report.aspects:
            for part in of.suggestions:
                yield from _suggestion(part, report, level=2)
        return
    yield Heading(1, _("What was done, by aspect and suggestion"))
    for of in report.aspects:
        yield Heading(2, of.aspect.title if of.aspect else _("Suggestions without an aspect"))
        for part in of.suggestions:
            yield from _suggestion(part, report, level=3)


def _suggestion(part: SuggestionPart, report: ProgressReport, *, level: int) -> Iterator[Block]:
    suggestion = part.suggestion
    yield Heading(level, suggestion.text or _("Suggestion without a text"))
    yield Paragraph(_who_and_which(suggestion))
    if not part.tasks:
        yield Paragraph(_("It has not been made a task yet."))
    for task in part.tasks:
        yield Heading(level + 1, task.text)
        yield Paragraph(_task(task, report))
    if part.outcome:
        yield Paragraph(words.outcome_in_words(part.outcome))


def _who_and_which(suggestion: Suggestion) -> str:
    number = suggestion.number or suggestion.position
    sources = ENUMERATION_COMMA.join(source_of(source) for source in suggestion.suggestion_sources.all())
    if not sources:
        return _("(Suggestion %(number)d of the minutes)") % {"number": number}
    return _("(Suggestion %(number)d of the minutes, made by %(people)s)") % {"number": number, "people": sources}


def _task(task: Task, report: ProgressReport) -> str:
    facts = _("Departments: %(departments)s. Leader: %(leaders)s. Deadline: %(deadline)s. Now: %(state)s.") % {
        "departments": words.departments_in_words(task),
        "leaders": words.leaders_in_words(task),
        "deadline": words.deadline_in_words(task),
        "state": words.state_in_words(task, report.day),
    }
    progress = _("Progress: %(progress)s") % {"progress": words.progress_in_words(task)}
    return f"{facts}\n{progress}"


# --- what is late -------------------------------------------------------------------------------


def _late(report: ProgressReport) -> Iterator[Block]:
    if not report.overdue and not report.review_missed:
        yield Paragraph(_("Nothing is late."))
        return
    if report.overdue:
        yield Heading(2, _("Tasks past their due day"))
        yield Paragraph(words.number_in_words(len(report.overdue)), with_next=True)
        yield _late_table(_("Overdue tasks"), report.overdue, _("Due day"), _("Days overdue"), report)
    if report.review_missed:
        yield Heading(2, _("Ongoing tasks not reviewed in time"))
        yield Paragraph(words.number_in_words(len(report.review_missed)), with_next=True)
        caption = _("Ongoing tasks not reviewed in time")
        yield _late_table(caption, report.review_missed, _("Review day"), _("Days past"), report)


def _late_table(caption: str, tasks: tuple[Task, ...], due: str, days: str, report: ProgressReport) -> Table:
    return words.tasks_table(
        caption,
        tasks,
        [
            (TableColumn(due, 23, Align.CENTRED), [words.short_day(task.next_day) for task in tasks]),
            (TableColumn(days, 11, Align.CENTRED), [words.days_late(task, report.day) for task in tasks]),
            (TableColumn(_("Last report, or the reason"), 34), [_why_late(task, report) for task in tasks]),
        ],
    )


def _why_late(task: Task, report: ProgressReport) -> str:
    wish = report.wishes.get(task.pk)
    if wish is None:
        return words.progress_in_words(task)
    return _("A later deadline is asked for: %(reason)s") % {"reason": wish.reason}


# --- extensions and what was raised before ------------------------------------------------------


def _extensions(report: ProgressReport) -> Iterator[Block]:
    if not report.extended:
        yield Paragraph(_("No deadline was extended."))
        return
    tasks = [extended.task for extended in report.extended]
    again = report.summary.figures["extended_again"].number
    yield Paragraph(
        words.as_sentences(
            [
                ngettext(
                    "%(number)d task was extended, %(times)d times in all, by %(days)d days.",
                    "%(number)d tasks were extended, %(times)d times in all, by %(days)d days.",
                    len(tasks),
                )
                % {
                    "number": len(tasks),
                    "times": sum(task.day_extension_count for task in tasks),
                    "days": sum(task.day_extension_days for task in tasks),
                },
                ngettext(
                    "%(number)d of them was extended twice or more.",
                    "%(number)d of them were extended twice or more.",
                    again,
                )
                % {"number": again}
                if again
                else "",
            ]
        ),
        with_next=True,
    )
    yield words.tasks_table(
        _("Extended deadlines"),
        tasks,
        [
            (TableColumn(_("Deadline"), 26), [_moved(task) for task in tasks]),
            (TableColumn(_("Times"), 9, Align.CENTRED), [task.day_extension_count for task in tasks]),
            (
                TableColumn(pgettext("number of days", "Days"), 10, Align.CENTRED),
                [task.day_extension_days for task in tasks],
            ),
            (TableColumn(_("Reason"), 28), [_why_extended(extended) for extended in report.extended]),
        ],
    )


def _moved(task: Task) -> str:
    before = words.short_day(task.original_due_date) if task.original_due_date else task.original_deadline_text
    after = words.short_day(task.day_due_date) if task.day_due_date else task.day_deadline_text
    return pgettext("deadline moved", "from %(before)s\nto %(after)s") % {"before": before, "after": after}


def _why_extended(extended: Extended) -> str:
    reasons = [grant.asked_because or grant.granted_because for grant in extended.grants]
    return "\n".join(dict.fromkeys(reason for reason in reasons if reason))


def _raised_before(report: ProgressReport) -> Iterator[Block]:
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
        yield Paragraph(_earlier(raised, report.day))


def _earlier(raised: RaisedBefore, day: datetime.date) -> str:
    earlier = raised.earlier
    lines = [
        _("Raised before at %(meeting)s (minutes of %(day)s) as suggestion %(number)d: %(text)s")
        % {
            "meeting": earlier.meeting.title,
            "day": written_day(earlier.meeting.issued_on),
            "number": earlier.number or earlier.position,
            "text": earlier.text,
        },
        *(_what_became(task, day) for task in raised.tasks),
    ]
    if not raised.tasks:
        lines.append(_("It has not been made a task yet."))
    if raised.outcome:
        lines.append(words.outcome_in_words(raised.outcome))
    return "\n".join(lines)


def _what_became(task: Task, day: datetime.date) -> str:
    """Say how a task of an earlier suggestion stands, with its latest progress."""
    return _("Task “%(task)s” (%(departments)s): %(state)s. %(progress)s") % {
        "task": task.text,
        "departments": words.departments_in_words(task),
        "state": words.state_in_words(task, day),
        "progress": words.progress_in_words(task),
    }


# --- what is asked ------------------------------------------------------------------------------


def _asked(asked: Asked) -> Iterator[Block]:
    if not asked:
        yield Paragraph(_("Nothing has to be decided."))
        return
    if asked.undecided:
        yield Heading(2, _("Deadlines to be decided"))
        request = _("Please decide by when these tasks are to be done.")
        yield Paragraph(words.with_number(request, len(asked.undecided)), with_next=True)
        yield words.tasks_table(
            _("Tasks whose deadline is undecided"),
            asked.undecided,
            [(TableColumn(_("Deadline as printed"), 34), [task.day_deadline_text for task in asked.undecided])],
        )
    if asked.of_nobody:
        yield Heading(2, _("Departments to be named"))
        request = _("Please name who answers for these tasks.")
        yield Paragraph(words.with_number(request, len(asked.of_nobody)), with_next=True)
        yield words.tasks_table(
            _("Tasks that no department answers for"),
            asked.of_nobody,
            [(TableColumn(_("Deadline"), 34), [words.deadline_in_words(task) for task in asked.of_nobody])],
        )
    if asked.wishes:
        yield Heading(2, _("Later deadlines to be decided on"))
        request = _("Please decide on these wishes for more time.")
        yield Paragraph(words.with_number(request, len(asked.wishes)), with_next=True)
        yield words.tasks_table(
            _("Later deadlines asked for"),
            [wish.task for wish in asked.wishes],
            [
                (
                    TableColumn(_("Asked for"), 26),
                    [
                        pgettext("deadline moved", "from %(before)s\nto %(after)s")
                        % {
                            "before": words.short_day(wish.request.due_date_before),
                            "after": words.short_day(wish.request.due_date),
                        }
                        for wish in asked.wishes
                    ],
                ),
                (
                    TableColumn(pgettext("number of days", "Days"), 10, Align.CENTRED),
                    [wish.request.days_asked for wish in asked.wishes],
                ),
                (TableColumn(_("Reason"), 30), [wish.request.reason for wish in asked.wishes]),
            ],
        )
    if asked.closures:
        yield from _endings(
            _("Closures to be decided on"),
            _("Please decide whether these tasks are done."),
            _("Closures asked for"),
            _("What was done"),
            asked.closures,
        )
    if asked.terminated:
        yield from _endings(
            _("Terminated tasks to be confirmed"),
            _("Please confirm that these tasks are not carried on."),
            _("Terminated tasks"),
            _("Why"),
            asked.terminated,
        )


def _endings(heading: str, request: str, caption: str, reason: str, endings: tuple[Ending, ...]) -> Iterator[Block]:
    yield Heading(2, heading)
    yield Paragraph(words.with_number(request, len(endings)), with_next=True)
    yield words.tasks_table(
        caption,
        [ending.task for ending in endings],
        [
            (TableColumn(_("Day"), 20, Align.CENTRED), [words.short_day(ending.on) for ending in endings]),
            (TableColumn(reason, 36), [ending.reason for ending in endings]),
        ],
    )
