"""Imports inside `meetings` run one way: down this table, or along a row of it (DESIGN.md, The house)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import meetings

# From the bottom up. A name is a module or a package of `meetings`, with all that is in it.
LAYERS = (
    ("deadlines", "reviews", "lifecycle", "filetypes", "days", "workdays", "wording", "spelling", "kept", "likeness"),
    ("models",),
    ("access", "reporting", "comparing", "overview", "inbox", "confirmations", "refusals"),
    ("actions",),
    ("importing", "exporting", "reminding", "synthetic", "demonstration", "backups"),
    (
        "tables",
        "filters",
        "saved_views",
        "searching",
        "forms",
        "batch_forms",
        "task_forms",
        "account_forms",
        "correction_forms",
        "fill_in_forms",
        "report_forms",
        "printed",
        "presentation",
        "organisation_forms",
        "organisation_tables",
        "widgets",
    ),
    ("views",),
    ("urls",),
    # What Django loads by itself; nothing in the house leans on it.
    ("admin", "management", "templatetags", "apps", "checks", "middleware"),
)
# These know neither Django nor a database, so that they can be read, and tested, by themselves.
PURE = ("deadlines", "reviews", "lifecycle", "filetypes", "workdays", "spelling", "likeness")

PACKAGE = Path(meetings.__file__).parent
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
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
            # `from meetings import access` names its module behind the word import.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def layer_of(path: Path) -> str:
    """Return the name in the table that ``path`` belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downwards(path):
    own = layer_of(path)
    assert own in LEVEL, f"meetings.{own} has no place in LAYERS: say where it stands."
    upward = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for line, name in imported(path)
        if name.startswith("meetings.") and LEVEL.get(name.split(".")[1], -1) > LEVEL[own]
    ]
    assert not upward, "\n".join(upward)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if layer_of(path) in PURE], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_what_is_pure_knows_no_django(path):
    assert not [name for _line, name in imported(path) if name.split(".")[0] == "django"]


def test_relative_imports_are_seen():
    """The test of the test: `from .updating import close` counts as what it means."""
    names = {name for _line, name in imported(PACKAGE / "actions" / "__init__.py")}
    assert "meetings.actions.updating.close" in names
