"""通报: the bulletin about a period, in the words and blocks of an official document."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings.models import Task
from meetings.tasks.statistics import summary_sentence

from . import words
from .bulletin import Bulletin, bulletin
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


def write_bulletin(file: BinaryIO, first: datetime.date, last: datetime.date) -> None:
    """Write the bulletin about ``first`` to ``last`` (Asia/Shanghai, both included) as .docx into ``file``.

    In Chinese whatever the reader's language, as every official document is.
    """
    with translation.override("zh-hans"):
        write_official_document(file, bulletin_document(bulletin(first, last)))


def bulletin_document(told: Bulletin) -> OfficialDocument:
    """Put the bulletin into words, in the active language."""
    return OfficialDocument(
        title=_("Bulletin on the suggestions\nfrom %(first)s to %(last)s") % _period(told),
        addressed_to=words.addressed_to(_("All departments")),
        blocks=list(_blocks(told)),
        closing=_("Please go on with what is not done, and report in time."),
        signed_by=words.secretariat_of(told.body),
        signed_on=told.last,
    )


def _period(told: Bulletin) -> dict[str, str]:
    if told.first.year != told.last.year:
        return {"first": written_day(told.first), "last": written_day(told.last)}
    last = {"month": told.last.month, "day": told.last.day}
    return {
        "first": written_day(told.first),
        # Translators: the end of a period whose beginning names the year.
        "last": pgettext("date of a document", "%(month)d-%(day)d") % last,
    }


def _blocks(told: Bulletin) -> Iterator[Block]:
    yield Paragraph(
        _("What happened from %(first)s to %(last)s to the tasks made of the committee's suggestions is told here.")
        % _period(told)
    )
    yield Heading(1, _("Overview"))
    yield Paragraph(
        words.as_sentences(
            [
                _("At the end of the period: %(summary)s") % {"summary": summary_sentence(told.summary)},
                _(
                    "In the period: closed %(closed)d, reported on %(reported)d, newly overdue %(late)d, "
                    "extended %(extended)d."
                )
                % {
                    "closed": len(told.closed),
                    "reported": len(told.reported),
                    "late": len(told.newly_late),
                    "extended": len(told.extended),
                },
            ]
        )
    )
    yield words.totals_table(told.summary)
    yield Heading(1, _("What each department did"))
    if told.departments:
        yield _departments(told)
        yield words.departments_note()
    else:
        yield Paragraph(_("There was no task."))
    yield Heading(1, _("Closed in the period"))
    yield from _list(
        told.closed,
        _("Nothing was closed."),
        _("Tasks closed in the period"),
        [
            (TableColumn(_("Closed on"), 23, Align.CENTRED), lambda task: words.short_day(task.day_closed_on)),
            (TableColumn(_("How it ended"), 34), words.progress_in_words),
        ],
    )
    yield Heading(1, _("Newly overdue"))
    yield from _list(
        told.newly_late,
        _("Nothing became overdue."),
        _("Tasks that became overdue in the period"),
        [
            (TableColumn(_("Due day"), 23, Align.CENTRED), lambda task: words.short_day(task.next_day)),
            (TableColumn(_("Last report, or the reason"), 34), words.progress_in_words),
        ],
    )
    yield Heading(1, _("Extended in the period"))
    yield from _extended(told)
    yield Heading(1, _("Reported in the period"))
    yield from _list(
        told.reported,
        _("Nothing was reported."),
        _("Tasks reported on in the period"),
        [
            (TableColumn(_("Status"), 20, Align.CENTRED), lambda task: words.state_in_words(task, told.last)),
            (TableColumn(_("Latest progress"), 37), words.progress_in_words),
        ],
    )


def _departments(told: Bulletin) -> Table:
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
            for of in told.departments
        ],
    )


def _list(tasks: tuple[Task, ...], nothing: str, caption: str, columns) -> Iterator[Block]:
    """Yield the number of ``tasks`` and their table; each of ``columns`` has the function that gives its value."""
    if not tasks:
        yield Paragraph(nothing)
        return
    yield Paragraph(words.number_in_words(len(tasks)), with_next=True)
    more = [(column, [value(task) for task in tasks]) for column, value in columns]
    yield words.tasks_table(caption, tasks, more, with_meeting=True)


def _extended(told: Bulletin) -> Iterator[Block]:
    if not told.extended:
        yield Paragraph(_("No deadline was extended."))
        return
    yield Paragraph(
        ngettext(
            "%(number)d task was extended, %(times)d times in all, by %(days)d days.",
            "%(number)d tasks were extended, %(times)d times in all, by %(days)d days.",
            len(told.extended),
        )
        % {
            "number": len(told.extended),
            "times": sum(moved.times for moved in told.extended),
            "days": sum(moved.days for moved in told.extended),
        },
        with_next=True,
    )
    yield words.tasks_table(
        _("Deadlines extended in the period"),
        [moved.task for moved in told.extended],
        [
            (
                TableColumn(_("Due now"), 23, Align.CENTRED),
                [words.short_day(moved.task.day_due_date) for moved in told.extended],
            ),
            (
                TableColumn(pgettext("number of days", "Days"), 10, Align.CENTRED),
                [moved.days for moved in told.extended],
            ),
            (TableColumn(_("Reason"), 26), ["\n".join(moved.reasons) for moved in told.extended]),
        ],
        with_meeting=True,
    )
