"""The parts of a task as HTML: for the rows of lists, and as tags for templates."""

import datetime
from collections.abc import Collection, Iterable

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from meetings.display.department_reports import department_reports
from meetings.display.fields import format_day, format_value, join_items
from meetings.models import DepartmentRole, Health, Task, TaskDepartment
from meetings.ui.markup import fill_html, join_html
from meetings.ui.navigation import tasks_url
from meetings.ui.pictures import ring_arcs

from . import display
from .statistics import PRESSING, HealthCount

LINE_BREAK = SafeString("<br>")
HIDDEN = SafeString('aria-hidden="true"')
NO_NUMBER = SafeString('<td class="num cell-none">·</td>')
# The role that needs no label.
USUAL = DepartmentRole.RESPONSIBLE


def task_badge(task: Task, day: datetime.date) -> SafeString:
    """Draw the health of ``task`` on ``day`` with how late it is or was."""
    return _draw_badge(task, display.lateness(task, day))


def short_badge(task: Task) -> SafeString:
    """Draw the health of ``task`` where `due_date` stands beside it."""
    return _draw_badge(task)


def _draw_badge(task: Task, text: str = "") -> SafeString:
    """Draw the health of ``task``: colour and words, ``text`` where those are too few."""
    late = " closed-late" if display.days_closed_late(task) else ""
    words = text or display.closure_text(task) or format_value("health", task.health)
    return fill_html('<span class="health-badge health-{}{}">{}</span>', task.health, late, words)


def due_date(task: Task, day: datetime.date) -> SafeString:
    """Draw the day that ``task`` is judged by, and how late it is on ``day``.

    Nothing is drawn for a task without a day.
    """
    judged_by = display.relevant_day(task)
    if judged_by is None:
        return SafeString("")
    day_html = fill_html('<time datetime="{}">{}</time>', judged_by.isoformat(), display.format_relevant_day(task))
    text = display.lateness(task, day)
    if not text:
        return day_html
    return fill_html('{} <span class="lateness health-ink health-{}">{}</span>', day_html, task.health, text)


def deadline(task: Task, day: datetime.date) -> SafeString:
    """Draw the deadline as printed, with `due_date` and how often it was extended."""
    notes = [("cell-note due-note", due_date(task, day)), ("cell-note", display.extension_text(task))]
    return fill_html(
        '<div class="deadline">{}</div>{}',
        task.day_deadline_text,
        join_html("", '<div class="{}">{}</div>', [note for note in notes if note[1]]),
    )


def departments(task: Task, roles: Collection[str] = DepartmentRole.values) -> SafeString:
    """Draw the departments of ``task`` that have one of ``roles``, a line each."""
    parts = [part for part in task.task_departments.all() if part.role in roles]
    return _lines((part.department.name, "" if part.role == USUAL else _draw_role(part)) for part in parts)


def leaders(task: Task) -> SafeString:
    """Draw the supervising leaders of ``task``, a line each."""
    return _lines((part.person.name, "") for part in task.task_leaders.all())


def _lines(parts: Iterable[tuple[str, str]]) -> SafeString:
    lines = join_html(LINE_BREAK, '<span class="name">{}{}</span>', parts)
    return lines or fill_html('<span class="hint">{}</span>', _("Nobody"))


def _draw_role(part: TaskDepartment) -> SafeString:
    return fill_html(' <span class="tag">{}</span>', part.get_role_display())


def reports(task: Task) -> SafeString:
    """Draw each department's last report on ``task``."""
    found = join_html(
        "",
        '<div class="clamp">{}</div><div class="cell-note">{} <span class="nowrap">{}</span></div>',
        ((report.note, report.reporter, format_day(report.day)) for report in department_reports(task)),
    )
    return found or fill_html('<span class="hint">{}</span>', _("No report yet"))


def health_bar(count: HealthCount, scale: int | None = None) -> SafeString:
    """Draw the number in each health as one stacked bar; its words say the same.

    ``scale`` is as much as fills the width: one for all bars of a page, so that a task is as long everywhere.
    """
    words = join_items(words for _health, _number, words in _present(count))
    return _draw_bar(count, scale or count.total, fill_html('role="img" aria-label="{}"', words))


def _draw_bar(count: HealthCount, scale: int, attributes: SafeString) -> SafeString:
    rects, reached = [], 0.0
    for health, number in count.by_health.items():
        if number:
            width = 100 * number / scale
            place = fill_html(' x="{}%"', f"{reached:.4g}") if reached else ""
            rects.append((health, place, f"{width:.4g}"))
            reached += width
    return fill_html(
        '<svg class="stacked-bar" {}>{}</svg>',
        attributes,
        join_html("", '<rect class="health-{}"{} width="{}%"/>', rects),
    )


def health_ring(count: HealthCount, scope: QueryDict, parameter: str, key: int) -> SafeString:
    """Draw the share of each health as a ring whose parts lead to their lists.

    The numbers stand beside it, each with its link.
    """
    present = _present(count)
    arcs = ring_arcs(number for _health, number, _words in present)
    return fill_html(
        '<svg class="health-ring" viewBox="0 0 42 42" role="group" aria-label="{}">{}'
        '<a href="{}" tabindex="-1"><title>{}</title><text x="21" y="21" dy="3.5">{}</text></a></svg>',
        join_items(words for _health, _number, words in present),
        join_html(
            "",
            '<a href="{}" tabindex="-1" class="health-{}"><title>{}</title><circle cx="21" cy="21" r="15.9155"'
            ' stroke-dasharray="{} {}" stroke-dashoffset="{}"/></a>',
            (
                (tasks_url(scope, parameter, key, health=health), health, words, arc.length, arc.rest, arc.offset)
                for (health, _number, words), arc in zip(present, arcs, strict=True)
            ),
        ),
        tasks_url(scope, parameter, key),
        f"{_('All')} {count.total}",
        count.total,
    )


def _present(count: HealthCount) -> list[tuple[str, int, str]]:
    """Return each health that there is: its value, the number, both in words."""
    found = [(health, count.by_health[health]) for health in Health]
    return [(health.value, number, f"{health.label} {number}") for health, number in found if number]


def health_count_rows(
    counts: Iterable[HealthCount], shown_health: Collection[Health], scope: QueryDict, parameter: str, scale: int
) -> SafeString:
    """Draw a row for each of ``counts``: its bar and the numbers, with their lists."""
    labels, total = {health.value: str(health.label) for health in shown_health}, _("Total")
    return join_html(
        "",
        '<tr><th scope="row" class="card-lead"><a href="{}">{}</a></th><td class="bar-cell">{}</td>{}'
        '<td class="num" data-label="{}"><a href="{}" data-count="{}">{}</a></td></tr>',
        (
            (
                address := tasks_url(scope, parameter, count.key),
                count.label,
                # Hidden from screen readers: the numbers beside it say the same.
                _draw_bar(count, scale, HIDDEN),
                SafeString("".join(_draw_number(count, *one, address) for one in labels.items())),  # nosec B703 # numbers drawn by fill_html
                total,
                address,
                count.total,
                count.total,
            )
            for count in counts
        ),
    )


def _draw_number(count: HealthCount, health: str, label: str, address: str) -> SafeString:
    """Draw how many are in one ``health``, a dot for none; ``address`` is of all."""
    number = count.by_health[health]
    if not number:
        return NO_NUMBER
    return fill_html(
        '<td class="num health-{}" data-label="{}"><a href="{}&amp;health={}" data-count="{}">{}</a></td>',
        health,
        label,
        address,
        health,
        number,
        number,
    )


def pressing_note(count: HealthCount, scope: QueryDict, parameter: str, key: int) -> SafeString:
    """Say how many are overdue or review-missed, and lead to them; nothing for none."""
    if not count.pressing:
        return SafeString("")
    words = ngettext("%(number)s overdue or review missed", "%(number)s overdue or review missed", count.pressing)
    return fill_html(
        '<div class="cell-note health-overdue"><a class="health-ink" href="{}" data-count="{}">{}</a></div>',
        tasks_url(scope, parameter, key, health=PRESSING),
        count.pressing,
        words % {"number": count.pressing},
    )
