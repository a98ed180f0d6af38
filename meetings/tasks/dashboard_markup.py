"""The items of the dashboard's lists: red tasks, changes, departments to chase."""

from collections.abc import Callable, Iterable
from functools import partial
from urllib.parse import quote, urlencode

from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from meetings.models import Task, TaskLog
from meetings.ui.icons import icon
from meetings.ui.markup import fill_html, join_html
from meetings.ui.navigation import open_tasks_url, tasks_url
from meetings.ui.tables import address_of_rows

from . import display, task_markup
from .chasing import Chased
from .dashboard_queries import NextActor


def red_items(context: Context, tasks: Iterable[Task]) -> SafeString:
    """Draw red tasks: since when, whose move it is, what was said last."""
    day, here = context["day"], context["here"]
    task_address = address_of_rows("task_detail")
    query = urlencode([*context["as_of"].items(), ("next", here)])
    next_actors = {actor.value: actor.label for actor in NextActor}
    draw_action = _action_drawer(context)
    return join_html(
        "",
        '<li id="task-{}" class="dashboard-item"><a class="task-link clamp" href="{}?{}">{}</a>'
        '<p class="dashboard-facts">{} {} <span>{}</span> <strong class="dashboard-next-actor">{}</strong></p>'
        '<div class="dashboard-said">{}</div>{}</li>',
        (
            (
                task.pk,
                address := task_address(task.pk),
                query,
                task.text,
                task_markup.task_badge(task, day),
                row_number(task, names_meeting=context["names_meetings"]),
                display.department_names(task),
                next_actors.get(task.next_actor, ""),
                task_markup.reports(task),
                draw_action(task, address),
            )
            for task in tasks
        ),
    )


def _action_drawer(context: Context) -> Callable[[Task, str], str]:
    """Return what draws what the reader does about a red task."""
    if context["chases"] and context["is_today"]:
        action, label = "remind", _("Remind")
        draw_link = partial(fill_html, '<a href="{}?{}">{}</a>')
    elif context["instructs"]:
        action, label = "instruct", fill_html("{}{}", icon("gavel"), _("Instruct"))
        draw_link = partial(fill_html, '<a class="btn btn-sm" href="{}?{}">{}</a>')
    else:
        return lambda _task, _address: ""
    query = f"next={quote(context['here'])}&open={action}#{action}"

    def draw(task: Task, address: str) -> str:
        if not task.is_open:
            return ""
        return draw_link(address, query, label)

    return draw


def row_number(task: Task, *, names_meeting: bool) -> SafeString:
    """Draw the printed number of ``task``; ``names_meeting``: with its meeting."""
    meeting = task.suggestion.meeting
    return fill_html(
        '<span class="cell-note nowrap">{} {}</span>',
        (meeting.document_number or meeting.title) if names_meeting else "",
        _("No. %(number)s") % {"number": display.task_number_label(task)},
    )


def change_items(entries: Iterable[TaskLog]) -> SafeString:
    """Draw entries of the log: when, what, by whom, about which task."""
    task_address = address_of_rows("task_detail")
    return join_html(
        "",
        '<li class="dashboard-change"><span class="cell-note nowrap">{}</span> <strong>{}</strong> '
        '<span class="cell-note">{}</span> <a href="{}#log">{}</a>{}</li>',
        (
            (
                date_format(timezone.localtime(entry.recorded_at), "SHORT_DATE_FORMAT"),
                entry,
                entry.department or entry.actor or "",
                task_address(entry.task_id),
                Truncator(entry.task.text).chars(40),
                entry.note and fill_html('<span class="dashboard-note clamp">{}</span>', entry.note),
            )
            for entry in entries
        ),
    )


def chased_items(context: Context, departments: Iterable[Chased]) -> SafeString:
    """Draw departments to chase: what they have not done, and how to remind them."""
    reminded, not_taken_over, not_reported = _("reminded %(day)s"), _("not taken over in time"), _("not reported")
    remind, remind_whom = _("Remind"), _("Remind %(name)s")
    remind_query = f"next={quote(context['here'])}"
    remind_address = reverse("remind_many")
    link = '<a href="{}" data-count="{}"><span>{}</span><span class="dashboard-number">{}</span></a>'

    def draw_reminder(department: Chased) -> SafeString | str:
        if department.last_reminder is None:
            return ""
        words = reminded % {"day": date_format(department.last_reminder, "SHORT_DATE_FORMAT")}
        return fill_html('<span class="cell-note">{}</span>', words)

    def draw_links(department: Chased) -> Iterable[SafeString]:
        if number := department.unacknowledged_number:
            address = open_tasks_url(department.unacknowledged, department.key)
            yield fill_html(link, address, number, not_taken_over, number)
        if number := department.number:
            address = tasks_url(context["scope"], silent=department.key, health=context["red_health"])
            yield fill_html(link, address, number, not_reported, number)
        if context["is_today"] and (department.to_chase or department.unacknowledged):
            yield fill_html(
                '<a class="btn btn-sm d-print-none" href="{}?department={}&amp;{}" aria-label="{}">{}</a>',
                remind_address,
                department.key,
                remind_query,
                remind_whom % {"name": department.label},
                remind,
            )

    return join_html(
        "",
        '<li class="dashboard-chased"><span class="dashboard-chased-name">{} {}</span>{}</li>',
        (
            (
                department.label,
                draw_reminder(department),
                join_html("", "{}", ((drawn,) for drawn in draw_links(department))),
            )
            for department in departments
        ),
    )
