"""The rows of the notice's annex as `annex-expected.json` compares them."""

from __future__ import annotations

import json

from .parsed import DATA, bare

EXPECTED = json.loads((DATA / "annex-expected.json").read_text())


def _in_order(values):
    return list(dict.fromkeys(values))


def _deadline(deadline):
    return bare(deadline["text"]), deadline["kind"], deadline["due_date"], deadline["precision"]


def _people(people):
    return [(bare(person["name"]), bare(person["capacity"])) for person in people]


def as_compared(row):
    """The row as the expectation gives it: departments, leaders and deadlines as the union over its tasks."""
    return {
        "number": row["number"],
        "aspect": bare(row["aspect"]),
        "suggestion": bare(row["suggestion"]),
        "lead_in": row["lead_in"] and bare(row["lead_in"]),
        "tasks": [bare(task["text"]) for task in row["tasks"]],
        "departments": _in_order(bare(each["name"]) for task in row["tasks"] for each in task["departments"]),
        "leaders": _in_order(bare(leader) for task in row["tasks"] for leader in task["leaders"]),
        "deadlines": _in_order(
            _deadline(each) for task in row["tasks"] for each in (*task["milestones"], task["deadline"])
        ),
        "sources": _people(row["sources"]),
        "remarks": row["remarks"],
    }


def as_expected(row):
    return {
        **row,
        **{name: bare(row[name]) for name in ("aspect", "suggestion", "lead_in")},
        **{name: [bare(value) for value in row[name]] for name in ("tasks", "departments", "leaders")},
        "deadlines": [_deadline(each) for each in row["deadlines"]],
        "sources": _people(row["sources"]),
    }
