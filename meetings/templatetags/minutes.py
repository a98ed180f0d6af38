"""What other pages show of the files meetings were made of. `{% load minutes %}`."""

from typing import Any

from django import template

from meetings.models import DraftRow, Meeting, Suggestion

register = template.Library()


@register.inclusion_tag("meetings/minutes/_source_row.html")
def source_row(suggestion: Suggestion) -> dict[str, Any]:
    """Draw the file's cells that ``suggestion`` came from, if known; one query."""
    rows = DraftRow.objects.filter(suggestion=suggestion).exclude(source=[]).select_related("document")
    return {"row": rows.order_by("document__accepted_at", "position").first()}


@register.inclusion_tag("meetings/minutes/_documents.html")
def meeting_documents(meeting: Meeting) -> dict[str, Any]:
    """Draw the files that ``meeting`` was made of; one query."""
    return {"documents": list(meeting.documents.accepted().order_by("accepted_at"))}
