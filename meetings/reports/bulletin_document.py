"""通报: the bulletin as an official document."""

import datetime
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, BinaryIO

from django.utils.translation import gettext as _, pgettext

from meetings.display.fields import label
from meetings.exports.columns import Column

from . import formatting
from .bulletin import Bulletin, build_bulletin
from .official import Block, Heading, OfficialDocument, Paragraph, Table, format_day, write_official_document


def write_bulletin(file: BinaryIO, first: datetime.date, last: datetime.date) -> None:
    """Write the bulletin about ``first`` to ``last``, both included, as .docx."""
    write_official_document(file, lambda: bulletin_document(build_bulletin(first, last)))


def bulletin_document(bulletin: Bulletin) -> OfficialDocument:
    """Put the bulletin into words, in the active language."""
    return OfficialDocument(
        title=_("Bulletin on the suggestions\nfrom %(first)s to %(last)s") % _format_period(bulletin),
        salutation=formatting.format_salutation(_("All departments")),
        blocks=list(_blocks(bulletin)),
        closing=_("Please go on with what is not done, and report in time."),
        signed_by=formatting.secretariat_name(bulletin.body),
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
        formatting.join_sentences(
            [
                _("At the end of the period: %(summary)s") % {"summary": formatting.format_summary(bulletin.summary)},
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
    yield formatting.totals_table(bulletin.summary)
    yield Heading(1, _("What each department did"))
    if bulletin.departments:
        yield _departments_table(bulletin)
        yield formatting.departments_note()
    else:
        yield Paragraph(_("There was no task."))
    yield from formatting.tasks_section(
        Heading(1, _("Closed in the period")),
        bulletin.closed,
        _("Tasks closed in the period"),
        Column(_("Closed on"), 23, lambda task: formatting.format_short_day(task.day_closed_on), is_centred=True),
        Column(_("How it ended"), 34, formatting.format_progress),
        otherwise=_("Nothing was closed."),
        with_meeting=True,
    )
    yield from formatting.tasks_section(
        Heading(1, _("Newly overdue")),
        bulletin.newly_late,
        _("Tasks that became overdue in the period"),
        Column(_("Due day"), 23, lambda task: formatting.format_short_day(task.next_day), is_centred=True),
        Column(_("Last report, or the reason"), 34, formatting.format_progress),
        otherwise=_("Nothing became overdue."),
        with_meeting=True,
    )
    yield Heading(1, _("Extended in the period"))
    yield from _extension_blocks(bulletin)
    yield from formatting.tasks_section(
        Heading(1, _("Reported in the period")),
        bulletin.reported,
        _("Tasks reported on in the period"),
        Column(label("status"), 20, lambda task: formatting.format_state(task, bulletin.last), is_centred=True),
        Column(label("progress"), 37, lambda task: formatting.format_progress(task, since=bulletin.first)),
        otherwise=_("Nothing was reported."),
        with_meeting=True,
    )


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


def _extension_blocks(bulletin: Bulletin) -> Iterator[Block]:
    extensions = bulletin.extensions
    if not bulletin.extended:
        yield Paragraph(_("No deadline was extended."))
        return
    times, days = sum(each.times for each in extensions.values()), sum(each.days for each in extensions.values())
    yield Paragraph(formatting.format_extension_sum(len(bulletin.extended), times, days), keep_with_next=True)
    yield formatting.tasks_table(
        _("Deadlines extended in the period"),
        bulletin.extended,
        Column(_("Due now"), 23, lambda task: formatting.format_short_day(task.day_due_date), is_centred=True),
        formatting.days_column(lambda task: extensions[task.pk].days),
        Column(_("Reason"), 26, lambda task: "\n".join(extensions[task.pk].reasons)),
        with_meeting=True,
    )
