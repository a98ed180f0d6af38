"""`draw_lifecycle`: docs/lifecycle.md from the tables of `core.lifecycle`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import EXTENSION_TRANSITIONS, TRANSITIONS, ActorRole, ExtensionState, Transition
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
    return "\n".join(
        [
            "# The life of a task",
            "",
            "Printed by `manage.py draw_lifecycle` from `meetings/core/lifecycle.py`; a change here is lost.",
            "What is not in the tables cannot happen, by button, address or administration.",
            "",
            *_diagram(
                [("[*]", TRANSITIONS[0].source, "enter")]
                + [(row.source, row.target, _step_label(row.step)) for row in TRANSITIONS]
            ),
            "",
            "| step | from | to | who | reason needed | counts as a report |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| {_step_label(row.step)}{' ¹' if row.needs_agreement else ''}"
                f"{' ²' if _is_open_to_leaders(row) else ''} "
                f"| `{row.source}` | `{row.target}` | {_format_roles(row.takers)} | {_yes_or_no(row.needs_reason)} "
                f"| {_yes_or_no(row.is_report)} |"
                for row in TRANSITIONS
            ),
            "",
            "¹ Where the meeting is set so, a supervising leader has to have agreed to the closure that was asked for;",
            "then a task cannot be closed without being asked for. One of several leaders is enough.",
            "",
            "² A leader only where that agreement is needed.",
            "",
            "## A later deadline",
            "",
            "Until it is decided, the task is as late as it was. One wish of a task is open at a time.",
            "",
            *_diagram(
                [(row.source or "[*]", row.target, _step_label(row.step)) for row in EXTENSION_TRANSITIONS]
                + [(state, "[*]", "") for state in ExtensionState if state != ExtensionState.REQUESTED]
            ),
            "",
            "| step | from | to | who | reason needed | while the task is |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| {_step_label(row.step)} | {f'`{row.source}`' if row.source else '–'} | `{row.target}` "
                f"| {_format_roles(row.takers) or 'by itself, as the task ends'} | {_yes_or_no(row.needs_reason)} "
                f"| {', '.join(f'`{status}`' for status in sorted(row.task_statuses))} |"
                for row in EXTENSION_TRANSITIONS
            ),
            "",
        ]
    )


def _diagram(arrows: Sequence[tuple[str, str, str]]) -> list[str]:
    lines = [f"    {source} --> {target}{f' : {label}' if label else ''}" for source, target, label in arrows]
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def _is_open_to_leaders(row: Transition) -> bool:
    return ActorRole.SUPERVISING_LEADER in row.takers


def _step_label(step: str) -> str:
    return step.replace("_", " ")


def _format_roles(roles: frozenset[ActorRole]) -> str:
    return ", ".join(label for taker, label in ROLE_LABELS.items() if taker in roles)


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


class Command(RegisterCommand):
    help = "Draw docs/lifecycle.md from the lifecycle's tables."

    def handle(self, **options: Any) -> None:
        PAGE.write_text(render_page(), encoding="utf-8")
        self.stdout.write(str(_("%(path)s is current.")) % {"path": PAGE.relative_to(settings.BASE_DIR)})
