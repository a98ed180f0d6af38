"""Imports inside `meetings` run one way: down the table of rooms (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import meetings

# From the bottom up; what stands in one row may import one another. A name is a module or a package of `meetings`.
ROOMS = (
    ("core", "errors", "locking", "faults", "storage", "database_snapshot"),
    ("deadlines",),
    ("models",),
    ("permissions",),
    ("display", "ui", "exports"),
    ("jobs",),
    ("tasks",),
    ("breakdown",),
    ("organisation", "accounts"),
    ("minutes",),
    ("workbooks",),
    ("reports",),
    ("notifications",),
    ("api",),
    ("devtools", "operations"),
    ("urls",),
    # What Django loads by itself; nothing in the house leans on it.
    ("admin", "management", "templatetags", "apps", "middleware"),
)
# These know no model, so that they can be read, and tested, by themselves.
PURE = ("core", "deadlines", "errors", "locking")

PACKAGE = Path(meetings.__file__).parent
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names}
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts and path != PACKAGE / "__init__.py"
)


@cache
def imported(path: Path) -> list[tuple[int, str]]:
    """Return the line and the full name of everything that ``path`` imports, wherever in the file that is done."""
    return list(find_imports(path))


def find_imports(path: Path) -> Iterator[tuple[int, str]]:
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
    assert not upward, "\n".join(upward)


def test_the_rules_know_no_model():
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {name}"
        for path in MODULES
        if room_of(path) in PURE
        for line, name in imported(path)
        if name.split(".")[:2] == ["django", "db"] or name.split(".")[:2] == ["meetings", "models"]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_rooms_import_one_another_in_a_circle():
    rooms: dict[str, set[str]] = {}
    for path in MODULES:
        targets = {name.split(".")[1] for _line, name in imported(path) if name.startswith("meetings.")}
        rooms.setdefault(room_of(path), set()).update(targets & set(LEVEL) - {room_of(path)})
    TopologicalSorter(rooms).prepare()


def test_no_file_is_longer_than_400_lines():
    folders = (PACKAGE, PACKAGE.parent / "cnas_tasks", PACKAGE.parent / "tests")
    lengths = {
        path.relative_to(PACKAGE.parent): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in folder.rglob("*.py")
        if "migrations" not in path.parts
    }
    assert [f"{path}: {length}" for path, length in lengths.items() if length > 400] == []


def test_relative_imports_are_seen():
    """The test of the test: `from .log import write_entry` counts as what it means."""
    names = {name for _line, name in imported(PACKAGE / "tasks" / "services" / "closure.py")}
    assert any(name.startswith("meetings.tasks.services.") for name in names)
