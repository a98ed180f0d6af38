"""Tags of the register: health, lateness, bars, changes. `{% load register %}`."""

import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from meetings import permissions
from meetings.core.lifecycle import CAN_REPORT, transitions_from
from meetings.core.types import StrOrPromise
from meetings.display.fields import format_value, label
from meetings.display.import_issues import issue_message
from meetings.display.progress import department_reports
from meetings.models import Batch, Health, Task
from meetings.tasks import display
from meetings.tasks.overview import NextActor
from meetings.tasks.statistics import HealthCount

register = template.Library()


register.filter(department_reports)
register.filter(display.due_text)
register.filter(display.department_names)
register.filter(display.extension_text)
register.filter("changes", display.describe_changes)
register.filter("field_label", label)
register.filter(display.review_interval_text)
register.filter("issue_text", issue_message)


@register.filter
def format_field(value: Any, name: str) -> str:
    """Format a field's ``value``: ``{{ task.day_status|format_field:"status" }}``."""
    return format_value(name, value)


@register.simple_tag(takes_context=True)
def may_change_status(context: Context, task: Task) -> bool:
    """Whether the reader may change the status of a listed ``task`` in place."""
    actor_roles = permissions.roles_of(context["request"].user, task)
    has_transitions = actor_roles & CAN_REPORT and transitions_from(task.day_status, actor_roles)
    return context["listing"].is_today and bool(has_transitions)


@register.simple_tag(takes_context=True)
def may_undo(context: Context, batch: Batch) -> bool:
    """See `permissions.can_undo_batch`."""
    return permissions.can_undo_batch(context["request"].user, batch)


@register.simple_tag(takes_context=True)
def may_select(context: Context, task: Task) -> bool:
    """Whether the reader may report on the list's ``task``, and so select it."""
    return permissions.can_report(context["request"].user, task)


@register.simple_tag
def health_badge(health: str, text: str = "") -> SafeString:
    """Draw a health as a badge: colour and words, its own or more exact ones."""
    return format_html('<span class="health-badge health-{}">{}</span>', health, text or Health(health).label)


@register.simple_tag
def task_badge(task: Task, day: datetime.date) -> SafeString:
    """Draw the health of ``task`` on ``day`` with how late it is or was."""
    return health_badge(task.health, display.lateness(task, day) or display.closure_text(task))


@register.simple_tag
def due_date(task: Task, day: datetime.date) -> SafeString:
    """Draw the day that ``task`` is judged by, and how late it is on ``day``.

    Nothing is drawn for a task without a day.
    """
    judged_by = display.relevant_day(task)
    if judged_by is None:
        return SafeString("")
    day_html = format_html('<time datetime="{}">{}</time>', judged_by.isoformat(), display.format_relevant_day(task))
    text = display.lateness(task, day)
    if not text:
        return day_html
    return format_html('{} <span class="lateness health-ink health-{}">{}</span>', day_html, task.health, text)


@register.simple_tag
def short_badge(task: Task) -> SafeString:
    """Draw the health of ``task`` where `due_date` stands beside it."""
    return health_badge(task.health, display.closure_text(task))


@register.simple_tag
def tasks_url(scope: QueryDict, parameter: str | None = None, key: Any = None, **filters: Any) -> str:
    """Return the address of the list of tasks in ``scope``, narrowed by ``filters``.

    ``parameter`` with ``key`` is one more filter. What is narrowed replaces the scope's own values of that name.
    """
    query = scope.copy()
    if parameter:
        query[parameter] = str(key)
    for name, value in filters.items():
        query.setlist(name, [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)])
    address = reverse("task_list")
    return f"{address}?{query.urlencode()}" if query else address


@register.filter
def next_actor_label(next_actor: str) -> StrOrPromise:
    """Say whose move it is; nothing where it is nobody's, because the task has ended."""
    return NextActor(next_actor).label if next_actor else ""


@register.filter
def get_item(mapping: dict, key: Any) -> Any:
    """Return the value of ``key``, none where there is none."""
    return mapping.get(key)


@register.filter
def parse_iso_date(text: str) -> datetime.date | None:
    """Return the day that the log or an interval holds as text."""
    return datetime.date.fromisoformat(text) if text else None


@register.inclusion_tag("meetings/ui/_health_bar.html")
def health_bar(count: HealthCount) -> dict[str, Any]:
    """Draw the share of each health as one stacked bar; its words say the same."""
    parts, reached = [], 0.0
    for health in Health:
        number = count.by_health[health]
        if number:
            width = 100 * number / count.total
            parts.append({"health": health, "number": number, "x": f"{reached:.3f}%", "width": f"{width:.3f}%"})
            reached += width
    return {"parts": parts, "total": count.total}
