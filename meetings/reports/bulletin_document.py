"""通报: the bulletin about a period, in the words and blocks of an official document."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings.models import Task
from meetings.tasks.statistics import summary_sentence

from . import words
from .bulletin import Bulletin, build_bulletin
from .official import (
    Align,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
    TableColumn,
    format_day,
    write_official_document,
)


def write_bulletin(file: BinaryIO, first: datetime.date, last: datetime.date) -> None:
    """Write the bulletin about ``first`` to ``last`` (Asia/Shanghai, both included) as .docx into ``file``.

    In Chinese whatever the reader's language, as every official document is.
    """
    with translation.override("zh-hans"):
        write_official_document(file, bulletin_document(build_bulletin(first, last)))


def bulletin_document(bulletin: Bulletin) -> OfficialDocument:
    """Put the bulletin into words, in the active language."""
    return OfficialDocument(
        title=_("Bulletin on the suggestions\nfrom %(first)s to %(last)s") % _format_period(bulletin),
        salutation=words.format_salutation(_("All departments")),
        blocks=list(_blocks(bulletin)),
        closing=_("Please go on with what is not done, and report in time."),
        signed_by=words.secretariat_name(bulletin.body),
        signed_on=bulletin.last,
    )


def _format_period(bulletin: Bulletin) -> dict[str, str]:
    if bulletin.first.year != bulletin.last.year:
        return {"first": format_day(bulletin.first), "last": format_day(bulletin.last)}
    last = {"month": bulletin.last.month, "day": bulletin.last.day}
    return {
        "first": format_day(bulletin.first),
        # Translators: the end of a period whose beginning names the year.
        "last": pgettext("date of a document", "%(month)d-%(day)d") % last,
    }


def _blocks(bulletin: Bulletin) -> Iterator[Block]:
    yield Paragraph(
        _("What happened from %(first)s to %(last)s to the tasks made of the committee's suggestions is told here.")
        % _format_period(bulletin)
    )
    yield Heading(1, _("Overview"))
    yield Paragraph(
        words.join_sentences(
            [
                _("At the end of the period: %(summary)s") % {"summary": summary_sentence(bulletin.summary)},
                _(
                    "In the period: closed %(closed)d, reported on %(reported)d, newly overdue %(late)d, "
                    "extended %(extended)d."
                )
                % {
                    "closed": len(bulletin.closed),
                    "reported": len(bulletin.reported),
                    "late": len(bulletin.newly_late),
                    "extended": len(bulletin.extended),
                },
            ]
        )
    )
    yield words.totals_table(bulletin.summary)
    yield Heading(1, _("What each department did"))
    if bulletin.departments:
        yield _departments_table(bulletin)
        yield words.departments_note()
    else:
        yield Paragraph(_("There was no task."))
    yield Heading(1, _("Closed in the period"))
    yield from _task_list_blocks(
        bulletin.closed,
        _("Nothing was closed."),
        _("Tasks closed in the period"),
        [
            (TableColumn(_("Closed on"), 23, Align.CENTRED), lambda task: words.format_short_day(task.day_closed_on)),
            (TableColumn(_("How it ended"), 34), words.format_progress),
        ],
    )
    yield Heading(1, _("Newly overdue"))
    yield from _task_list_blocks(
        bulletin.newly_late,
        _("Nothing became overdue."),
        _("Tasks that became overdue in the period"),
        [
            (TableColumn(_("Due day"), 23, Align.CENTRED), lambda task: words.format_short_day(task.next_day)),
            (TableColumn(_("Last report, or the reason"), 34), words.format_progress),
        ],
    )
    yield Heading(1, _("Extended in the period"))
    yield from _extension_blocks(bulletin)
    yield Heading(1, _("Reported in the period"))
    yield from _task_list_blocks(
        bulletin.reported,
        _("Nothing was reported."),
        _("Tasks reported on in the period"),
        [
            (TableColumn(_("Status"), 20, Align.CENTRED), lambda task: words.format_state(task, bulletin.last)),
            (TableColumn(_("Latest progress"), 37), words.format_progress),
        ],
    )


def _departments_table(bulletin: Bulletin) -> Table:
    heads = (
        pgettext("in the period", "Closed"),
        pgettext("in the period", "Reported"),
        _("Newly overdue"),
        _("Extended"),
        _("Open at the end"),
        _("Overdue at the end"),
        _("Open, no report"),
    )
    return Table(
        _("What the departments did in the period"),
        (TableColumn(_("Department"), 25), *(TableColumn(head, 11, Align.CENTRED) for head in heads)),
        [
            (
                of.name,
                of.closed,
                of.reported,
                of.newly_late,
                of.extended,
                of.open,
                of.overdue,
                of.unreported,
            )
            for of in bulletin.departments
        ],
    )


def _task_list_blocks(
    tasks: tuple[Task, ...], empty_text: str, caption: str, columns: Sequence[tuple[TableColumn, Callable[[Task], str]]]
) -> Iterator[Block]:
    """Yield the number of ``tasks`` and their table; each of ``columns`` has the function that gives its value."""
    if not tasks:
        yield Paragraph(empty_text)
        return
    yield Paragraph(words.format_task_count(len(tasks)), keep_with_next=True)
    more = [(column, [value(task) for task in tasks]) for column, value in columns]
    yield words.tasks_table(caption, tasks, more, with_meeting=True)


def _extension_blocks(bulletin: Bulletin) -> Iterator[Block]:
    if not bulletin.extended:
        yield Paragraph(_("No deadline was extended."))
        return
    yield Paragraph(
        ngettext(
            "%(number)d task was extended, %(times)d times in all, by %(days)d days.",
            "%(number)d tasks were extended, %(times)d times in all, by %(days)d days.",
            len(bulletin.extended),
        )
        % {
            "number": len(bulletin.extended),
            "times": sum(moved.times for moved in bulletin.extended),
            "days": sum(moved.days for moved in bulletin.extended),
        },
        keep_with_next=True,
    )
    yield words.tasks_table(
        _("Deadlines extended in the period"),
        [moved.task for moved in bulletin.extended],
        [
            (
                TableColumn(_("Due now"), 23, Align.CENTRED),
                [words.format_short_day(moved.task.day_due_date) for moved in bulletin.extended],
            ),
            (
                TableColumn(pgettext("number of days", "Days"), 10, Align.CENTRED),
                [moved.days for moved in bulletin.extended],
            ),
            (TableColumn(_("Reason"), 26), ["\n".join(moved.reasons) for moved in bulletin.extended]),
        ],
        with_meeting=True,
    )
