"""Docstrings begin with one short line; how else they are written, ruff checks (pyproject.toml)."""

import ast

import cnas_tasks

from .test_layers import PACKAGE

LONGEST_SUMMARY = 80
ROOT = PACKAGE.parent


def test_the_first_line_of_a_docstring_is_short():
    too_long = [
        f"{path.relative_to(ROOT)}, {getattr(node, 'name', 'the module')}: {summary}"
        for package in (PACKAGE.name, cnas_tasks.__name__)
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        for summary in (ast.get_docstring(node) or "").splitlines()[:1]
        if len(summary) > LONGEST_SUMMARY
    ]
    assert not too_long, "\n".join(too_long)
