"""How a row typed by hand would be entered, shown while it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from meetings.minutes import manual_entry
from meetings.minutes.form_codec import format_names
from meetings.minutes.parser.messages import issue_message
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.tasks.display import describe_deadline


def new_names(parsed: manual_entry.ParsedSuggestion) -> list[str]:
    """Return the names of the row that the register does not know yet."""
    return [match.name for match in parsed.matches.all() if match.known is None and not match.is_open]


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """How one task of a typed row would be entered."""

    number: int
    text: str
    departments: str
    leaders: str
    printed: str
    deadline: str
    milestones: list[str]


@dataclass(frozen=True, slots=True)
class RowPreview:
    """How a typed row would be entered: its tasks, what would be left to confirm, and the names that are new."""

    tasks: list[TaskPreview]
    sources: list[PrintedPerson]
    issues: list[str]
    new_names: list[str]


def build_row_preview(parsed: manual_entry.ParsedSuggestion | None) -> RowPreview | None:
    """Return what the page says of a row that could be read."""
    if parsed is None:
        return None
    tasks = [
        TaskPreview(
            number=place,
            text=task.text,
            departments=departments,
            leaders=format_names(task.leaders),
            printed=task.deadline.text,
            deadline=describe_deadline(task.deadline) if task.deadline.text else "",
            milestones=[f"{milestone.text} → {describe_deadline(milestone)}" for milestone in task.milestones],
        )
        for place, (task, departments) in enumerate(
            zip(parsed.row.tasks, manual_entry.describe_departments(parsed.row), strict=True),
            start=parsed.last_number + 1,
        )
    ]
    is_begun = any(task.text for task in parsed.row.tasks) or bool(parsed.row.suggestion)
    to_confirm = [issue_message(problem) for problem in parsed.problems] if is_begun else []
    return RowPreview(tasks, list(parsed.row.sources), to_confirm, new_names(parsed))
