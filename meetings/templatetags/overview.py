"""What overviews draw: whose move it is. `{% load overview %}`."""

from typing import Any

from django import template
from django.http import QueryDict
from django.utils.functional import Promise

from meetings.tasks.overview import NextActor
from meetings.tasks.statistics import Figure

from .register import tasks_url

register = template.Library()


@register.filter
def next_actor_label(next_actor: str) -> str | Promise:
    """Say whose move it is; nothing where it is nobody's, because the task has ended."""
    return NextActor(next_actor).label if next_actor else ""


@register.simple_tag
def figure_url(scope: QueryDict, figure: Figure) -> str:
    """Return the address of the list in ``scope`` with as many rows as ``figure``."""
    filters: dict[str, Any] = figure.params
    return tasks_url(scope, **filters)
