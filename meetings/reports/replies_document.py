"""意见建议答复单: the reply sheet for one member, in the words and blocks of an official document."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings.models import Person, Task
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
from .replies import Answered, ReplySheet, reply_sheet


def write_reply_sheet(file: BinaryIO, person: Person, day: datetime.date) -> None:
    """Write the reply sheet for ``person`` as of ``day`` (Asia/Shanghai) as .docx into ``file``.

    In Chinese whatever the reader's language, as every official document is.
    """
    with translation.override("zh-hans"):
        write_official_document(file, reply_document(reply_sheet(person, day)))


def reply_document(sheet: ReplySheet) -> OfficialDocument:
    """Put the sheet into words, in the active language."""
    return OfficialDocument(
        title=_("Reply to the suggestions you made"),
        addressed_to=words.addressed_to(sheet.person.name),
        blocks=list(_blocks(sheet)),
        closing=_("Please go on giving us your opinion."),
        signed_by=words.secretariat_of(sheet.meetings[0].meeting.body if sheet.meetings else ""),
        signed_on=sheet.day,
    )


def _blocks(sheet: ReplySheet) -> Iterator[Block]:
    if not sheet.suggestions:
        yield Paragraph(_("By %(day)s no suggestion of yours was recorded.") % {"day": written_day(sheet.day)})
        return
    yield Paragraph(_opening(sheet))
    for of in sheet.meetings:
        yield Heading(1, of.meeting.title)
        for answer in of.answers:
            yield Heading(2, answer.suggestion.text or _("Suggestion without a text"))
            yield from _answer(answer, sheet.day)


def _opening(sheet: ReplySheet) -> str:
    meetings, number = len(sheet.meetings), sheet.suggestions
    thanks = _("Thank you for what you suggested at %(meetings)s: %(suggestions)s.") % {
        "meetings": ngettext("%(number)d meeting", "%(number)d meetings", meetings) % {"number": meetings},
        "suggestions": ngettext("%(number)d suggestion", "%(number)d suggestions", number) % {"number": number},
    }
    said = {"day": written_day(sheet.day), "summary": summary_sentence(sheet.summary)}
    if not sheet.summary.tasks:
        return words.as_sentences([thanks, _("By %(day)s no task had been made of it.") % said])
    became = _("What became of it by %(day)s: %(summary)s") % said
    return words.as_sentences([thanks, became, words.without_task(number - sheet.summary.suggestions)])


def _answer(answer: Answered, day: datetime.date) -> Iterator[Block]:
    if answer.before:
        yield Paragraph(_("The same matter was raised before at %(meeting)s.") % {"meeting": answer.before.meeting})
    for later in answer.again:
        yield Paragraph(_("The same matter was raised again at %(meeting)s.") % {"meeting": later.meeting})
    if answer.outcome:
        yield Paragraph(words.outcome_in_words(answer.outcome))
    if answer.tasks:
        yield _tasks(answer.tasks, day)
    else:
        yield Paragraph(_("It has not been made a task yet."))


def _tasks(tasks: tuple[Task, ...], day: datetime.date) -> Table:
    return Table(
        _("What is done about it"),
        (
            TableColumn(_("Task"), 34),
            TableColumn(pgettext("column head", "Responsible departments"), 18),
            TableColumn(_("Deadline"), 20),
            TableColumn(_("Status"), 18, Align.CENTRED),
            TableColumn(_("Latest progress"), 34),
        ),
        [
            (
                task.text,
                words.departments_in_words(task),
                task.day_deadline_text,
                words.state_in_words(task, day),
                words.progress_in_words(task),
            )
            for task in tasks
        ],
    )
