"""Imports inside `meetings` run one way: down the table of rooms (docs/architecture.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import meetings

# From the bottom up; what stands in one row may import one another. A name is a module or a package of `meetings`.
ROOMS = (
    ("core", "errors"),
    ("deadlines",),
    ("models",),
    ("permissions",),
    ("ui", "exports"),
    ("tasks",),
    ("breakdown",),
    ("organisation", "accounts"),
    ("minutes",),
    ("workbooks",),
    ("reports",),
    ("notifications",),
    ("devtools", "backups"),
    ("urls",),
    # What Django loads by itself; nothing in the house leans on it.
    ("admin", "management", "templatetags", "apps", "checks", "middleware"),
)
# These know no model, so that they can be read, and tested, by themselves.
PURE = ("core", "deadlines", "errors")

# Still to be parted (the next commit).
STILL_UPWARD = {
    "breakdown/views/comparison.py imports meetings.reports.forms.CompareForm",
    "breakdown/views/comparison.py imports meetings.reports.progress.with_what_became",
    "errors.py imports meetings.models.TaskLog",
    "exports/responses.py imports meetings.breakdown.export.document",
    "exports/responses.py imports meetings.breakdown.export.workbook",
    "exports/responses.py imports meetings.reports.bulletin_document.write_bulletin",
    "exports/responses.py imports meetings.reports.progress_document.write_meeting_report",
    "exports/responses.py imports meetings.reports.register_workbook.write_register_with_summary",
    "exports/responses.py imports meetings.reports.replies_document.write_reply_sheet",
    "exports/responses.py imports meetings.workbooks.export",
    "minutes/sandbox.py imports meetings.workbooks.sheets.Sheet",
    "minutes/sandbox.py imports meetings.workbooks.sheets.sheets_from",
    "minutes/sandbox_worker.py imports meetings.workbooks.sheets.read_sheets",
    "minutes/sandbox_worker.py imports meetings.workbooks.sheets.written_sheets",
    "permissions.py imports meetings.tasks.import_issues",
    "tasks/display.py imports meetings.minutes.issue_records.mark_sentence",
    "tasks/views/help.py imports meetings.devtools.demonstration",
    "tasks/views/overview.py imports meetings.accounts.services.preferences.note_look",
    "tasks/views/saved_views.py imports meetings.accounts.forms.SaveViewForm",
    "tasks/views/saved_views.py imports meetings.accounts.forms.ViewForm",
    "tasks/views/tasks.py imports meetings.accounts.forms.SaveViewForm",
    "tasks/views/workflow_actions.py imports meetings.notifications.delivery",
    "ui/navigation.py imports meetings.tasks.inbox",
    "ui/navigation.py imports meetings.tasks.saved_views.address_of",
}

PACKAGE = Path(meetings.__file__).parent
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names}
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts and path != PACKAGE / "__init__.py"
)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of everything that ``path`` imports, wherever in the file that is done."""
    package = ("meetings", *path.relative_to(PACKAGE).with_suffix("").parts)[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            # `from meetings import permissions` names its module behind the word import.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def room_of(path: Path) -> str:
    """Return the name in the table that ``path`` belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_each_room_imports_only_from_rooms_below_it():
    unplaced = {room_of(path) for path in MODULES} - set(LEVEL)
    assert not unplaced, f"say in ROOMS where these stand: {unplaced}"
    upward = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for path in MODULES
        for line, name in imported(path)
        if name.startswith("meetings.") and LEVEL.get(name.split(".")[1], -1) > LEVEL[room_of(path)]
    ]
    upward = [line for line in upward if re.sub(r":\d+", "", line) not in STILL_UPWARD]
    assert not upward, "\n".join(upward)


def test_the_rules_know_no_model():
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for path in MODULES
        if room_of(path) in PURE
        for line, name in imported(path)
        if name.split(".")[:2] == ["django", "db"] or name.split(".")[:2] == ["meetings", "models"]
    ]
    wrong = [line for line in wrong if re.sub(r":\d+", "", line) not in STILL_UPWARD]
    assert not wrong, "\n".join(wrong)


def test_relative_imports_are_seen():
    """The test of the test: `from .log import write_entry` counts as what it means."""
    names = {name for _line, name in imported(PACKAGE / "tasks" / "services" / "closure.py")}
    assert any(name.startswith("meetings.tasks.services.") for name in names)
