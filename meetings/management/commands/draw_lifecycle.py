"""`draw_lifecycle`: docs/lifecycle.md from the tables of `meetings.core.lifecycle`; a test fails while it is stale."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import EXTENSION_TRANSITIONS, TRANSITIONS, Taker, Wish
from meetings.management.base import RegisterCommand

PAGE = Path(settings.BASE_DIR) / "docs" / "lifecycle.md"

# In the table's words; the documentation is English.
TAKERS = {
    Taker.SECRETARIAT: "the secretariat",
    Taker.ANSWERABLE_LIAISON: "a liaison of a lead or responsible department",
    Taker.ANY_LIAISON: "any liaison of the task's departments",
    Taker.SUPERVISING_LEADER: "a supervising leader",
}


def drawn() -> str:
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
                + [(row.source, row.target, _words(row.step)) for row in TRANSITIONS]
            ),
            "",
            "| step | from | to | who | reason needed | counts as a report |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| {_words(row.step)}{' ¹' if row.needs_agreement else ''}{' ²' if _leaders_condition(row) else ''} "
                f"| `{row.source}` | `{row.target}` | {_who(row.takers)} | {_yes(row.needs_reason)} "
                f"| {_yes(row.is_report)} |"
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
                [(row.source or "[*]", row.target, _words(row.step)) for row in EXTENSION_TRANSITIONS]
                + [(wish, "[*]", "") for wish in Wish if wish != Wish.ASKED]
            ),
            "",
            "| step | from | to | who | reason needed | while the task is |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| {_words(row.step)} | {f'`{row.source}`' if row.source else '–'} | `{row.target}` "
                f"| {_who(row.takers) or 'by itself, as the task ends'} | {_yes(row.needs_reason)} "
                f"| {', '.join(f'`{status}`' for status in sorted(row.task_statuses))} |"
                for row in EXTENSION_TRANSITIONS
            ),
            "",
        ]
    )


def _diagram(arrows: list[tuple[str, str, str]]) -> list[str]:
    lines = [f"    {source} --> {target}{f' : {words}' if words else ''}" for source, target, words in arrows]
    return ["```mermaid", "stateDiagram-v2", *lines, "```"]


def _leaders_condition(row) -> bool:
    return Taker.SUPERVISING_LEADER in row.takers


def _words(step: str) -> str:
    return step.replace("_", " ")


def _who(takers: frozenset[Taker]) -> str:
    return ", ".join(words for taker, words in TAKERS.items() if taker in takers)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


class Command(RegisterCommand):
    help = "Draw docs/lifecycle.md from the lifecycle's tables."

    def handle(self, **options):
        PAGE.write_text(drawn(), encoding="utf-8")
        self.stdout.write(str(_("%(path)s is current.")) % {"path": PAGE.relative_to(settings.BASE_DIR)})
