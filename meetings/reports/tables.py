"""The tables that several reports have, and what is said above them."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from django.conf import settings
from django.utils.translation import gettext as _, pgettext

from meetings.display.fields import join_sentences, label
from meetings.exports.columns import Column
from meetings.exports.formatting import ENUMERATION_COMMA
from meetings.models import Task
from meetings.tasks.display import task_number_label
from meetings.tasks.statistics import OTHER_ENDS, Summary

from .formatting import format_departments
from .official import Block, Heading, Note, Paragraph, Table
from .prose import count_tasks


def totals_table(summary: Summary) -> Table[tuple[str, int, str]]:
    """Return the table of the totals with their notes."""
    figures, parts = summary.figures, summary.parts
    meanings = {
        "closed": _("Closed by that day"),
        "under_way": _("Open, and the due day has not passed"),
        "ongoing": _("Open without a due day, reviewed regularly"),
        "overdue": _("Open, and the due day has passed"),
        **{end.value: _("Not carried on, as decided") for end in OTHER_ENDS},
    }
    of_these = {
        "ongoing": ("review_missed", _("Not reviewed in time")),
        "under_way": ("due_soon", _("Due within %(days)d days") % {"days": settings.DUE_SOON_DAYS}),
    }
    lines = []
    for part in parts:
        lines.append((part.label, part.number, meanings[part.name]))
        name, meaning = of_these.get(part.name, ("", ""))
        if name and figures[name].number:
            head = pgettext("summary", "of these: %(label)s") % {"label": figures[name].label}
            lines.append((head, figures[name].number, meaning))
    labels = ENUMERATION_COMMA.join(part.label for part in parts)
    lines.append((pgettext("summary", "All"), summary.tasks, _("The sum of %(labels)s") % {"labels": labels}))
    columns: tuple[Column[tuple[str, int, str]], ...] = (
        Column(_("Group"), 30, lambda line: line[0]),
        Column(_("Tasks"), 14, lambda line: line[1], is_centred=True),
        Column(_("Meaning"), 56, lambda line: line[2]),
    )
    return Table(_("What has become of the tasks"), columns, lines, keep_together=True)


def departments_table(departments: Sequence[Summary], parts: Sequence[str]) -> Table[Summary]:
    """Return the table of the departments with their ``parts`` of a summary."""

    def column(part: str) -> Column[Summary]:
        head = departments[0].figures[part].label
        return Column(head, 12, lambda department: department.figures[part].number, is_centred=True)

    columns = (
        Column(_("Department"), 26, attrgetter("label")),
        Column(_("Tasks"), 12, attrgetter("tasks"), is_centred=True),
        *map(column, parts),
    )
    return Table(_("Tasks by department"), columns, departments)


def departments_note() -> Note:
    """Return what has to be known to read the departments' table."""
    return Note(
        _(
            "A task that several departments answer for is counted for each of them, so the column may add up to more "
            "than there are. Supporting departments are not counted."
        )
    )


def tasks_table(caption: str, tasks: Sequence[Task], *more_columns: Column[Task]) -> Table[Task]:
    """Return a table of one meeting's ``tasks`` with ``more_columns``."""
    columns = (
        Column(label("printed_number"), 12, task_number_label, is_centred=True),
        Column(label("text"), 40, attrgetter("text")),
        Column(label("departments"), 18, format_departments),
        *more_columns,
    )
    return Table(caption, columns, tasks)


def tasks_section(
    heading: Heading, tasks: Sequence[Task], caption: str, *more_columns: Column[Task], request: str = ""
) -> Iterator[Block]:
    """Yield the ``heading``, a ``request``, how many tasks of whom, and their table.

    Nothing without a task.
    """
    if tasks:
        yield heading
        yield Paragraph(join_sentences([request, count_tasks(tasks)]), keep_with_next=True)
        yield tasks_table(caption, tasks, *more_columns)


def days_column(get_days: Callable[[Task], int]) -> Column[Task]:
    """Return the column of how many days a deadline was moved by."""
    return Column(pgettext("number of days", "Days"), 15, get_days, is_centred=True)
