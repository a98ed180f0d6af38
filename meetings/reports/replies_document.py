"""意见建议答复单: the reply sheet for one member as an official document."""

import datetime
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import BinaryIO

from django.utils.translation import gettext as _, ngettext

from meetings.display.fields import label
from meetings.exports.columns import Column
from meetings.models import Person, Task

from . import formatting
from .official import Block, Heading, OfficialDocument, Paragraph, Table, format_day, write_official_document
from .progress import SuggestionPart
from .replies import ReplySheet, build_reply_sheet


def write_reply_sheet(file: BinaryIO, person: Person, day: datetime.date) -> None:
    """Write the reply sheet for ``person`` as of ``day`` as .docx into ``file``."""
    write_official_document(file, lambda: reply_document(build_reply_sheet(person, day)))


def reply_document(sheet: ReplySheet) -> OfficialDocument:
    """Put the sheet into words, in the active language."""
    return OfficialDocument(
        title=_("Reply to the suggestions you made"),
        salutation=formatting.format_salutation(sheet.person.name),
        blocks=list(_blocks(sheet)),
        closing=_("Please go on giving us your opinion."),
        signed_by=formatting.secretariat_name(sheet.parts[0].suggestion.meeting.body if sheet.parts else ""),
        signed_on=sheet.day,
    )


def _blocks(sheet: ReplySheet) -> Iterator[Block]:
    if not sheet.parts:
        yield Paragraph(_("By %(day)s no suggestion of yours was recorded.") % {"day": format_day(sheet.day)})
        return
    yield Paragraph(_opening(sheet))
    for meeting, parts in groupby(sheet.parts, key=attrgetter("suggestion.meeting")):
        yield Heading(1, meeting.title)
        for part in parts:
            yield Heading(2, formatting.suggestion_heading(part.suggestion))
            yield Paragraph(formatting.suggestion_text(part.suggestion))
            yield from _reply_blocks(part, sheet)


def _opening(sheet: ReplySheet) -> str:
    meetings, number = len({part.suggestion.meeting_id for part in sheet.parts}), len(sheet.parts)
    thanks = _("Thank you for what you suggested at %(meetings)s: %(suggestions)s.") % {
        "meetings": ngettext("%(number)d meeting", "%(number)d meetings", meetings) % {"number": meetings},
        "suggestions": ngettext("%(number)d suggestion", "%(number)d suggestions", number) % {"number": number},
    }
    values = {"day": format_day(sheet.day), "summary": formatting.format_summary(sheet.summary)}
    if not sheet.summary.tasks:
        return formatting.join_sentences([thanks, _("By %(day)s no task had been made of it.") % values])
    became = _("What became of it by %(day)s: %(summary)s") % values
    return formatting.join_sentences(
        [thanks, became, formatting.format_without_task_count(number - sheet.summary.suggestions)]
    )


def _reply_blocks(part: SuggestionPart, sheet: ReplySheet) -> Iterator[Block]:
    if earlier := part.suggestion.raised_before:
        yield Paragraph(_("The same matter was raised before at %(meeting)s.") % {"meeting": earlier.meeting})
    for later in sheet.later.get(part.suggestion.pk, ()):
        yield Paragraph(_("The same matter was raised again at %(meeting)s.") % {"meeting": later.meeting})
    if part.outcome:
        yield Paragraph(formatting.format_outcome(part.outcome))
    if part.tasks:
        yield _tasks_table(part.tasks, sheet.day)
    else:
        yield Paragraph(_("It has not been made a task yet."))


def _tasks_table(tasks: tuple[Task, ...], day: datetime.date) -> Table[Task]:
    columns: tuple[Column[Task], ...] = (
        Column(label("text"), 34, attrgetter("text")),
        Column(label("departments"), 18, formatting.format_departments),
        Column(label("deadline"), 20, attrgetter("day_deadline_text")),
        Column(label("status"), 18, lambda task: formatting.format_state(task, day), is_centred=True),
        Column(label("progress"), 34, formatting.format_progress),
    )
    return Table(_("What is done about it"), columns, tasks)
