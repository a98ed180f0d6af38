"""Tags of the register: health, lateness, bars, changes. `{% load register %}`."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from meetings import permissions
from meetings.core.types import StrOrPromise
from meetings.display.department_reports import department_reports
from meetings.display.fields import format_value, label
from meetings.display.import_issues import issue_message
from meetings.models import Batch
from meetings.tasks import dashboard_markup, display, log_markup, task_markup
from meetings.ui.markup import fill_html, join_html
from meetings.ui.navigation import open_tasks_url, tasks_url

register = template.Library()


register.filter(department_reports)
register.filter(display.due_text)
register.filter(display.lateness)
register.filter(display.department_names)
register.filter(display.names_due_day)
register.filter(display.extension_text)
register.filter("changes", display.describe_changes)
register.filter(display.recorded_text)
register.filter("field_label", label)
register.filter(display.review_interval_text)
register.filter(display.task_number_label)
register.filter("issue_text", issue_message)


@register.filter
def format_field(value: Any, name: str) -> str:
    """Format a field's ``value``: ``{{ task.day_status|format_field:"status" }}``."""
    return format_value(name, value)


@register.simple_tag(takes_context=True)
def may_undo(context: Context, batch: Batch) -> bool:
    """See `permissions.can_undo_batch`."""
    return permissions.can_undo_batch(context["request"].user, batch)


for draw in (
    task_markup.task_badge,
    task_markup.short_badge,
    task_markup.due_date,
    task_markup.deadline,
    task_markup.departments,
    task_markup.leaders,
    task_markup.reports,
    task_markup.health_bar,
    task_markup.health_count_rows,
    task_markup.health_ring,
    dashboard_markup.change_items,
    dashboard_markup.row_number,
    open_tasks_url,
    tasks_url,
):
    register.simple_tag(draw)
for draw_items in (dashboard_markup.red_items, dashboard_markup.chased_items, log_markup.log_items):
    register.simple_tag(draw_items, takes_context=True)


@register.simple_tag
def boxes(
    name: str, choices: Iterable[tuple[str, StrOrPromise]], chosen: Sequence[str] | None, focus_key: str = ""
) -> SafeString:
    """Draw ``choices`` as boxes to tick, the first with ``focus_key`` (focus.js)."""
    key = fill_html(' data-focus-key="{}"', focus_key) if focus_key else ""
    return join_html(
        "\n",
        '<label class="form-check"><input class="form-check-input" type="checkbox" name="{}" value="{}"{}{}>'
        '<span class="form-check-label">{}</span></label>',
        (
            (name, pk, SafeString(" checked") if chosen and pk in chosen else "", "" if place else key, text)
            for place, (pk, text) in enumerate(choices)
        ),
    )


@register.simple_tag
def appraisal_url(params: QueryDict, department: int | str, part: str = "") -> str:
    """Return the address of the tasks that a figure of a ``department`` counts."""
    query = params.copy()
    query["department"] = str(department)
    query.pop("part", None)
    if part:
        query["part"] = part
    return f"{reverse('report_appraisal')}?{query.urlencode()}"


@register.filter
def get_item(mapping: dict, key: Any) -> Any:
    """Return the value of ``key``, none where there is none."""
    return mapping.get(key)


@register.filter
def parse_iso_date(text: str) -> datetime.date | None:
    """Return the day that the log or an interval holds as text."""
    return datetime.date.fromisoformat(text) if text else None
