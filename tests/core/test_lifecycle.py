"""Which statuses are ends is said by the transitions, and asked by everybody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import meetings
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES, TRANSITIONS, Status, Step
from meetings.models.health import ENDED_HEALTH

PRODUCT = Path(meetings.__file__).parent
# What can list ends; a table by status is looked at by itself.
LISTS = (ast.Tuple, ast.List, ast.Set, ast.BoolOp, ast.BinOp, ast.Compare, ast.Call, ast.Match, ast.If)


def product_trees() -> dict[str, ast.Module]:
    """Return the syntax of each file with the words of two ends in it, but of the lifecycle itself."""
    files = [path for path in PRODUCT.rglob("*.py") if "migrations" not in path.parts]
    assert len(files) > 100
    texts = {str(path.relative_to(PRODUCT)): path.read_text(encoding="utf-8") for path in files}
    del texts["core/lifecycle.py"]
    return {
        name: ast.parse(text) for name, text in texts.items() if sum(end in text.lower() for end in ENDED_STATUSES) > 1
    }


def ends_in(node: ast.AST) -> set[str]:
    """Return the ends that ``node`` names outside of tables, in a choice between branches by its conditions alone."""
    match node:
        case ast.Attribute(value=ast.Name(id="Status" | "Health"), attr=name) if name.lower() in ENDED_STATUSES:
            return {name.lower()}
        case ast.Constant(value=str(text)) if text in ENDED_STATUSES:
            return {text}
        case ast.If(test=test, orelse=[ast.If() as other]):
            return ends_in(test) | ends_in(other)
        case ast.If(test=test):
            return ends_in(test)
        case ast.Match(cases=cases):
            return set().union(*(ends_in(case.pattern) for case in cases))
        case ast.Dict():
            return set()
    return set().union(*map(ends_in, ast.iter_child_nodes(node)))


def listed_ends(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, LISTS) and len(ends_in(node)) > 1:
            yield ast.unparse(node)


def tables_of_ends(tree: ast.AST) -> Iterator[set[str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            ends = set().union(*(ends_in(key) for key in node.keys if key is not None))
            if len(ends) > 1:
                yield ends


def test_every_status_is_open_or_ended_as_the_transitions_say():
    assert {Status.CLOSED, Status.TERMINATED} == ENDED_STATUSES
    assert set(Status) == OPEN_STATUSES | ENDED_STATUSES
    assert not OPEN_STATUSES & ENDED_STATUSES
    for transition in TRANSITIONS:
        assert (transition.source in ENDED_STATUSES) == (transition.step is Step.REOPEN)


@pytest.mark.long
def test_no_other_file_lists_the_end_states():
    assert {name: found for name, tree in product_trees().items() if (found := list(listed_ends(tree)))} == {}


@pytest.mark.long
def test_a_table_by_status_that_has_ends_has_all_of_them():
    tables = {name: list(tables_of_ends(tree)) for name, tree in product_trees().items()}
    assert tables["workbooks/values.py"]
    assert {name: ends for name, found in tables.items() for ends in found if ends != ENDED_STATUSES} == {}


@pytest.mark.parametrize(
    "code",
    [
        "{Status.CLOSED, Status.TERMINATED}",
        "ENDS = [\n    (Health.CLOSED, 1),\n    (Health.TERMINATED, 2),\n]",
        "q(\n    status='closed',\n    other='terminated',\n)",
        "s == Status.CLOSED or s == 'terminated'",
        "if s == Status.CLOSED:\n    pass\nelif s == Status.TERMINATED:\n    pass",
        "match s:\n    case Status.CLOSED:\n        pass\n    case Status.TERMINATED:\n        pass",
    ],
)
def test_a_list_of_the_ends_is_seen_in_any_form(code):
    assert list(listed_ends(ast.parse(code)))


def test_each_end_has_a_health():
    assert set(ENDED_HEALTH) == ENDED_STATUSES
    assert [health.value for health in ENDED_HEALTH.values()] == list(ENDED_HEALTH)
