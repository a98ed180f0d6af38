"""通报: the bulletin as an official document."""

import datetime
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, BinaryIO

from django.utils.translation import gettext as _, ngettext, pgettext

from meetings.display.fields import join_sentences, label
from meetings.exports.columns import Column
from meetings.models import Paper, Task
from meetings.tasks.appraisal import explain_figures
from meetings.tasks.display import secretariat_name, task_number_label

from . import formatting, prose, tables
from .appraisal_workbook import department_table
from .bulletin import Bulletin, build_bulletin
from .letterheads import read_letterhead
from .official import (
    Block,
    Heading,
    Note,
    OfficialDocument,
    Paragraph,
    Table,
    format_document_day,
    write_official_document,
)


def write_bulletin(file: BinaryIO, first: datetime.date, last: datetime.date) -> None:
    """Write the bulletin about ``first`` to ``last``, both included, as .docx."""
    write_official_document(
        file, lambda: bulletin_document(build_bulletin(first, last)), read_letterhead(Paper.BULLETIN)
    )


def bulletin_document(bulletin: Bulletin) -> OfficialDocument:
    """Put the bulletin into words, in the active language."""
    return OfficialDocument(
        title=_("Bulletin on the suggestions\nfrom %(first)s to %(last)s") % _format_period(bulletin),
        salutation=formatting.format_salutation(_("All departments")),
        blocks=list(_blocks(bulletin)),
        closing=_("This is our bulletin."),
        signed_by=secretariat_name(bulletin.body),
        signed_on=bulletin.last,
    )


def _format_period(bulletin: Bulletin) -> dict[str, str]:
    if bulletin.first.year != bulletin.last.year:
        return {"first": format_document_day(bulletin.first), "last": format_document_day(bulletin.last)}
    last = {"month": bulletin.last.month, "day": bulletin.last.day}
    return {
        "first": format_document_day(bulletin.first),
        # Translators: the end of a period whose beginning names the year.
        "last": pgettext("date of a document", "%(month)d-%(day)d") % last,
    }


def _blocks(bulletin: Bulletin) -> Iterator[Block]:
    yield Paragraph(
        _("What happened from %(first)s to %(last)s to the tasks made of the committee's suggestions is told here.")
        % _format_period(bulletin)
    )
    yield Heading(1, _("Overview"))
    at_end = _("At the end of the period: %(summary)s") % {"summary": formatting.format_summary(bulletin.summary)}
    yield Paragraph(join_sentences([at_end, _what_happened(bulletin)]))
    yield tables.totals_table(bulletin.summary)
    yield Heading(1, _("What each department did"))
    if bulletin.departments:
        yield Paragraph(_("The table below has what each department did in the period."), keep_with_next=True)
        yield _departments_table(bulletin)
        yield tables.departments_note()
        yield Paragraph(
            _("How far each department was in time is told below, each figure with how it is computed."),
            keep_with_next=True,
        )
        yield department_table(bulletin.appraisal)
        yield Note(_explain_figures())
    else:
        yield Paragraph(_("There was no task."))
    extended = _extension_sum(bulletin)
    for heading, tasks, caption, more in (
        (_("Closed in the period"), bulletin.closed, _("Tasks closed in the period"), ""),
        (_("Newly overdue"), bulletin.newly_late, _("Tasks that became overdue in the period"), ""),
        (_("Extended in the period"), bulletin.extended, _("Deadlines extended in the period"), extended),
        (_("Reported in the period"), bulletin.reported, _("Tasks reported on in the period"), ""),
    ):
        # That there was none, the overview says.
        if tasks:
            # What was closed was reported on besides, and would be told twice word for word.
            listed = set(bulletin.closed) if tasks is bulletin.reported else set()
            not_listed = [task for task in tasks if task not in listed]
            if len(not_listed) < len(tasks):
                more = ngettext(
                    "%(number)d of them was closed and stands above.",
                    "%(number)d of them were closed and stand above.",
                    len(tasks) - len(not_listed),
                ) % {"number": len(tasks) - len(not_listed)}
            yield Heading(1, heading)
            yield Paragraph(join_sentences([prose.count_tasks(tasks), more]), keep_with_next=bool(not_listed))
            if not_listed:
                yield _tasks_table(caption, not_listed, bulletin)
    yield Heading(1, _("What is asked of the departments"))
    yield Paragraph(_requests(bulletin))


def _explain_figures() -> str:
    return join_sentences(
        pgettext("figure and how it is computed", "%(figure)s: %(meaning)s") % {"figure": head, "meaning": meaning}
        for head, meaning in explain_figures()
    )


def _what_happened(bulletin: Bulletin) -> str:
    """Say in one sentence how many tasks were closed, reported on, late, extended."""
    parts = (
        (
            len(bulletin.closed),
            _("no task was closed"),
            ngettext("%(number)d task was closed", "%(number)d tasks were closed", len(bulletin.closed)),
        ),
        (
            len(bulletin.reported),
            _("none was reported on"),
            ngettext("%(number)d was reported on", "%(number)d were reported on", len(bulletin.reported)),
        ),
        (
            len(bulletin.newly_late),
            _("none became overdue"),
            ngettext("%(number)d became overdue", "%(number)d became overdue", len(bulletin.newly_late)),
        ),
        (
            len(bulletin.extended),
            _("none was extended"),
            ngettext("%(number)d was extended", "%(number)d were extended", len(bulletin.extended)),
        ),
    )
    parts_in_words = [some % {"number": number} if number else none for number, none, some in parts]
    return _("In the period %(parts)s.") % {"parts": formatting.join_parts(parts_in_words)}


def _departments_table(bulletin: Bulletin) -> Table[dict[str, Any]]:
    heads = {
        "closed": pgettext("in the period", "Closed"),
        "reported": pgettext("in the period", "Reported"),
        "newly_late": _("Newly overdue"),
        "extended": _("Extended"),
        "open": _("Open at the end"),
        "overdue": _("Overdue at the end"),
        "unreported": _("Open, no report"),
    }
    columns: tuple[Column[Any], ...] = (
        Column(_("Department"), 25, itemgetter("name")),
        *(Column(head, 11, itemgetter(f"in_{name}"), is_centred=True) for name, head in heads.items()),
    )
    return Table(_("What the departments did in the period"), columns, bulletin.departments)


def _tasks_table(caption: str, tasks: Sequence[Task], bulletin: Bulletin) -> Table[tuple[int, Task]]:
    columns: tuple[Column[tuple[int, Task]], ...] = (
        Column(label("printed_number"), 9, lambda line: line[0], is_centred=True),
        Column(label("text"), 46, lambda line: _name_task(line[1])),
        Column(_("How it stands"), 65, lambda line: _describe_task(line[1], bulletin)),
    )
    return Table(caption, columns, list(enumerate(tasks, start=1)))


def _name_task(task: Task) -> str:
    meeting = task.suggestion.meeting
    return pgettext("task of a meeting", "%(task)s (%(meeting)s, %(place)s)") % {
        "task": task.text,
        "meeting": meeting.document_number or meeting.title,
        "place": task_number_label(task),
    }


def _describe_task(task: Task, bulletin: Bulletin) -> str:
    lines = [prose.describe_task(task, bulletin.last, since=bulletin.first)]
    extension = bulletin.extensions.get(task.pk)
    if extension and extension.times and extension.reasons:
        reason = prose.end_sentence(pgettext("between tasks", "; ").join(extension.reasons))
        lines.append(_("The deadline was extended for this reason: %(reason)s") % {"reason": reason})
    return "\n".join(lines)


def _extension_sum(bulletin: Bulletin) -> str:
    extensions = bulletin.extensions.values()
    times, days = sum(each.times for each in extensions), sum(each.days for each in extensions)
    return formatting.format_extension_sum(len(bulletin.extended), times, days)


def _requests(bulletin: Bulletin) -> str:
    figures = bulletin.summary.figures
    sentences = []
    if overdue := figures["overdue"].number:
        sentence = ngettext(
            "Please give the reason why %(number)d task is overdue, and bring it to its end.",
            "Please give the reasons why %(number)d tasks are overdue, and bring them to their end.",
            overdue,
        )
        sentences.append(sentence % {"number": overdue})
    if missed := figures["review_missed"].number:
        sentence = ngettext(
            "Please report on the %(number)d task that was not reviewed in time.",
            "Please report on the %(number)d tasks that were not reviewed in time.",
            missed,
        )
        sentences.append(sentence % {"number": missed})
    return join_sentences([*sentences, _("Please go on with what is not done, and report in time.")])
