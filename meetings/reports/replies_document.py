"""答复函: the letter to one member on what became of the suggestions.

A letter says what was done and what comes next. For how many days something is late, the report says.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import BinaryIO

from django.utils.translation import gettext as _, ngettext, pgettext

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.display.fields import join_sentences
from meetings.models import DeadlineKind, Health, Paper, Person, Status, Task
from meetings.tasks.display import secretariat_name
from meetings.tasks.statistics import OTHER_ENDS

from . import formatting, prose
from .letterheads import read_letterhead
from .official import Block, Heading, OfficialDocument, Paragraph, format_document_day, write_official_document
from .progress import SuggestionPart
from .replies import ReplySheet, build_reply_sheet


def write_reply_sheet(file: BinaryIO, person: Person, day: datetime.date) -> None:
    """Write the reply to ``person`` as of ``day`` as .docx into ``file``."""
    write_official_document(file, lambda: reply_document(build_reply_sheet(person, day)), read_letterhead(Paper.REPLY))


def reply_document(sheet: ReplySheet) -> OfficialDocument:
    """Put the sheet into words, in the active language."""
    return OfficialDocument(
        title=_("Reply on what became\nof the suggestions you made"),
        salutation=formatting.format_salutation(_address(sheet)),
        blocks=list(_blocks(sheet)),
        closing=_("This is our reply."),
        signed_by=secretariat_name(*(part.suggestion.meeting.body for part in sheet.parts)),
        signed_on=sheet.day,
        is_letter=True,
    )


def _address(sheet: ReplySheet) -> str:
    address = pgettext("address", "Member %(name)s") if sheet.is_member else pgettext("address", "Comrade %(name)s")
    return address % {"name": sheet.person.name}


def _blocks(sheet: ReplySheet) -> Iterator[Block]:
    if sheet.parts:
        yield Paragraph(_opening(sheet))
    else:
        yield Paragraph(_("By %(day)s no suggestion of yours was recorded.") % {"day": format_document_day(sheet.day)})
    of_meetings = [(meeting, list(parts)) for meeting, parts in groupby(sheet.parts, attrgetter("suggestion.meeting"))]
    for meeting, parts in of_meetings:
        # The only meeting is named by the opening.
        level = 1 if len(of_meetings) == 1 else 2
        if level == 2:
            yield Heading(1, meeting.title)
        for part in parts:
            yield from _suggestion_blocks(part, sheet, level=level)
    yield Paragraph(_thanks(sheet))


def _opening(sheet: ReplySheet) -> str:
    meetings, number = {part.suggestion.meeting for part in sheet.parts}, len(sheet.parts)
    some = ngettext("%(number)d meeting", "%(number)d meetings", len(meetings)) % {"number": len(meetings)}
    values = {
        "meetings": some if len(meetings) > 1 else meetings.pop().title,
        "suggestions": ngettext("%(number)d suggestion", "%(number)d suggestions", number) % {"number": number},
        "day": format_document_day(sheet.day),
    }
    return join_sentences(
        [
            _("Thank you for what you suggested at %(meetings)s: %(suggestions)s.") % values,
            _format_tasks(sheet),
            formatting.format_without_task_count(sum(not part.tasks for part in sheet.parts)),
            _("What became of it by %(day)s is told below.") % values,
        ]
    )


def _format_tasks(sheet: ReplySheet) -> str:
    """Say how many tasks there are, how many of them are done and how many are not."""
    summary = sheet.summary
    if not summary.tasks:
        return ""
    closed = summary.figures[Status.CLOSED].number
    ended = sum(summary.figures[status].number for status in OTHER_ENDS)
    opened = summary.tasks - closed - ended
    parts = (
        (closed, ngettext("%(number)d is done", "%(number)d are done", closed)),
        (opened, ngettext("%(number)d is not done yet", "%(number)d are not done yet", opened)),
        (ended, ngettext("%(number)d is not carried on", "%(number)d are not carried on", ended)),
    )
    values = {
        "tasks": ngettext("%(number)d task", "%(number)d tasks", summary.tasks) % {"number": summary.tasks},
        "parts": formatting.join_parts(text % {"number": number} for number, text in parts if number),
    }
    return _("The departments were given %(tasks)s made of it; %(parts)s.") % values


def _thanks(sheet: ReplySheet) -> str:
    thanks = _(
        "We thank you for your care and support of the committee's work. Please tell us what you think of this reply, "
        "and go on giving us your opinion."
    )
    tasks = [task for part in sheet.parts for task in part.tasks]
    if not any(_is_past_due(task, sheet.day) for task in tasks):
        return thanks
    return join_sentences([_("We ask you to excuse what is not done in time."), thanks])


# --- one suggestion -----------------------------------------------------------------------------


def _suggestion_blocks(part: SuggestionPart, sheet: ReplySheet, *, level: int) -> Iterator[Block]:
    suggestion = part.suggestion
    yield Heading(level, formatting.suggestion_heading(suggestion))
    yield Paragraph(_("You suggested: %(text)s") % {"text": prose.end_sentence(formatting.suggestion_text(suggestion))})
    if earlier := suggestion.raised_before:
        yield Paragraph(_("The same matter was raised before at %(meeting)s.") % {"meeting": earlier.meeting})
    for later in sheet.later.get(suggestion.pk, ()):
        yield Paragraph(_("The same matter was raised again at %(meeting)s.") % {"meeting": later.meeting})
    if not part.tasks:
        yield Paragraph(_("We are considering it; no task has been made of it yet."))
    yield from _work_blocks(part.tasks, sheet, level=level + 1)
    if part.outcome:
        yield Paragraph(formatting.format_outcome(part.outcome))


def _work_blocks(tasks: Sequence[Task], sheet: ReplySheet, *, level: int) -> Iterator[Block]:
    """Yield who was asked to do what, what they did, and what comes next.

    Where there is the same to say of several tasks it is said once.
    """
    if not tasks:
        return
    descriptions = [[*prose.report_sentences(task, is_letter=True), _describe_next_step(task, sheet)] for task in tasks]
    answering = list(map(prose.name_answering, tasks))
    if len(set(answering)) == 1 and all(sentences == descriptions[0] for sentences in descriptions):
        yield Paragraph("\n".join([_describe_work(tasks), *descriptions[0]]))
        return
    values = {"number": len(tasks), "departments": answering[0]}
    if is_common := answering[0] and len(set(answering)) == 1:
        yield Paragraph(_("Because of it %(number)d pieces of work were given to %(departments)s.") % values)
    else:
        yield Paragraph(_("Because of it %(number)d pieces of work were taken up.") % values)
    for task, names, sentences in zip(tasks, answering, descriptions, strict=True):
        by = [] if is_common else [_describe_duty(task, names)]
        yield Heading(level, task.text)
        yield Paragraph("\n".join([*filter(None, by), *sentences]))


def _describe_duty(task: Task, names: str) -> str:
    if names:
        return _("It was given to %(departments)s.") % {"departments": names}
    return _("It has not been decided yet who does it.") if task.day_status in OPEN_STATUSES else ""


def _describe_work(tasks: Sequence[Task]) -> str:
    """Say who was asked to do ``tasks``, which have the same departments."""
    texts = [task.text for task in tasks]
    if len(tasks) > 1:
        numbered = pgettext("one of several tasks", "(%(number)d) %(task)s")
        texts = [numbered % {"number": at, "task": text.rstrip("。；;.")} for at, text in enumerate(texts, start=1)]
    work = prose.end_sentence(pgettext("between tasks", "; ").join(texts))
    values = {"departments": prose.name_answering(tasks[0]), "work": work}
    if values["departments"]:
        return _("Because of it we asked %(departments)s for this: %(work)s") % values
    return _("Because of it the following is to be done: %(work)s") % values


def _is_past_due(task: Task, day: datetime.date) -> bool:
    is_past = task.day_due_date is not None and task.day_due_date < day
    return is_past and task.day_status in OPEN_STATUSES and task.day_status != Status.CLOSURE_REQUESTED


def _describe_next_step(task: Task, sheet: ReplySheet) -> str:
    """Say what ``task`` has come to and what comes next."""
    due = format_document_day(task.day_due_date) if task.day_due_date else ""
    match Status(task.day_status):
        case Status.CLOSED:
            assert task.day_closed_on is not None  # the constraint task_closed_has_a_day
            return _("This work was completed on %(day)s.") % {"day": format_document_day(task.day_closed_on)}
        case Status.CLOSURE_REQUESTED:
            return _("We were told that this work is done, and are looking at the result.")
        case status if status in OTHER_ENDS:
            reason = sheet.status_entries[task.pk].note if task.pk in sheet.status_entries else ""
            if not reason:
                return _("After consideration this work is not carried on.")
            return _("After consideration this work is not carried on, for this reason: %(reason)s") % {
                "reason": prose.end_sentence(reason)
            }
    if _is_past_due(task, sheet.day):
        text = _("This work was to be done by %(day)s and is not yet; we press for it and will tell you the result.")
    elif due and task.day_status == Status.NOT_STARTED:
        text = _("This work is to be done by %(day)s; we will see that it is begun in time.")
    elif due:
        text = _("This work is under way and is to be done by %(day)s.")
    elif task.day_deadline_kind == DeadlineKind.UNDECIDED:
        text = _("By when this work is done is being decided; we will tell you.")
    elif task.day_deadline_kind == DeadlineKind.NEXT_MEETING:
        text = _("This work is to be done by the next meeting.")
    elif task.health == Health.REVIEW_MISSED:
        text = _("This work goes on without an end; we have heard nothing new of late, and will ask and tell you.")
    else:
        text = _("This work goes on without an end; we will tell you what is new.")
    return text % {"day": due}
