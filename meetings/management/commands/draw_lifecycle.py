"""`draw_lifecycle`: docs/lifecycle.md from the tables of `core.lifecycle`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import (
    EXTENSION_TRANSITIONS,
    TRANSITIONS,
    ActorRole,
    ExtensionState,
    ExtensionTransition,
    Transition,
)
from meetings.management.base import RegisterCommand

PAGE = Path(settings.BASE_DIR) / "docs" / "lifecycle.md"

# In the table's words; the documentation is English.
ROLE_LABELS = {
    ActorRole.SECRETARIAT: "the secretariat",
    ActorRole.ANSWERABLE_LIAISON: "a liaison of a lead or responsible department",
    ActorRole.ANY_LIAISON: "any liaison of the task's departments",
    ActorRole.SUPERVISING_LEADER: "a supervising leader",
}


def render_page() -> str:
    """Return the page: two diagrams (Mermaid) and the tables they are drawn from."""
    context = {
        "steps": [_describe_step(row) for row in TRANSITIONS],
        "extension_steps": [
            {**_describe_step(row), "statuses": sorted(row.task_statuses)} for row in EXTENSION_TRANSITIONS
        ],
        "extension_ends": [state for state in ExtensionState if state != ExtensionState.REQUESTED],
    }
    return render_to_string("meetings/lifecycle.md", context)


def _describe_step(row: Transition | ExtensionTransition) -> dict[str, Any]:
    return {
        "row": row,
        "name": row.step.replace("_", " "),
        "takers": ", ".join(label for taker, label in ROLE_LABELS.items() if taker in row.takers),
        "is_open_to_leaders": ActorRole.SUPERVISING_LEADER in row.takers,
    }


class Command(RegisterCommand):
    help = "Draw docs/lifecycle.md from the lifecycle's tables."

    def handle(self, **options: Any) -> None:
        PAGE.write_text(render_page(), encoding="utf-8")
        self.stdout.write(str(_("%(path)s is current.")) % {"path": PAGE.relative_to(settings.BASE_DIR)})
