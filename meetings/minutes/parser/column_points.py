"""The points for a column's being of a kind, by its head and its cells."""

import re
from collections.abc import Callable

from .column_evidence import ColumnEvidence
from .column_headers import FINER, RESOLVED, Column, Header
from .weights import Weights


def score_column(evidence: ColumnEvidence, kind: Column, weights: Weights) -> float:
    """Return the points for the column's being of this kind, wherever it stands."""
    return _points_by_head(evidence, kind, weights) + (_BY_CELLS[kind](evidence, weights) if evidence.count else 0.0)


def _points_by_head(evidence: ColumnEvidence, kind: Column, w: Weights) -> float:
    if evidence.header is None:
        return getattr(w, _UNKNOWN[kind]) if kind in _UNKNOWN else 0.0
    own = evidence.header.column
    finer = w.head_finer * _fineness(evidence.header, kind)
    if own is Column.SUGGESTION and RESOLVED.search(evidence.text):
        # What was resolved is what is to be done, and a suggestion only beside finer tasks.
        resolved = {Column.TASKS: w.head, Column.SUGGESTION: w.head_near, Column.REMARKS: 0.0}
        return resolved.get(kind, w.head_of_another)
    if own is kind:
        return w.head + finer
    if own is Column.TASKS and kind in (Column.ASPECT, Column.SUGGESTION):
        # A column of tasks is the group of others as far as its cells are merged over theirs.
        return w.head_near * (1 - evidence.distinct)
    if own is Column.ASPECT and kind is Column.TASKS:
        return w.head_near + finer
    return 0.0 if kind is Column.REMARKS else w.head_of_another


#: The weight of a head that is no known word, for the kinds that cells alone do not show well.
_UNKNOWN = {
    Column.SUGGESTION: "head_unseen",
    Column.SOURCES: "head_unseen",
    Column.TASKS: "head_unknown",
    Column.ASPECT: "head_unknown",
}


def _fineness(header: Header, kind: Column) -> int:
    """Return 1 for a word surer than others of its kind, -2 for one less sure, else 0."""
    if kind is Column.TASKS:
        return 1 if FINER.search(header.text) else -2 if re.search("要求|标准|目标", header.text) else 0
    return int(kind is Column.LEADERS and "领导" in header.text)


def _either_way(share: float, weight: float) -> float:
    return weight * (2 * share - 1)


def _points_of_tasks(evidence: ColumnEvidence, w: Weights) -> float:
    length = w.length * min(1.0, evidence.length / 10)
    own = evidence.texts * (_either_way(evidence.distinct, w.distinct) + length)
    return _either_way(evidence.texts, w.texts) + own + evidence.blank * w.blank


def _points_of_aspect(evidence: ColumnEvidence, w: Weights) -> float:
    # Groups of one row each are groups only where the head says so.
    repeated = (
        w.repeated * (1 - evidence.distinct) if evidence.header else _either_way(1 - evidence.distinct, w.repeated)
    )
    return _either_way(evidence.texts, w.texts) + repeated


def _points_of_remarks(evidence: ColumnEvidence, w: Weights) -> float:
    return (
        w.text_left_out * evidence.texts * evidence.distinct * min(1.0, evidence.length / 10)
        if evidence.header is None
        else 0.0
    )


#: For each kind the points that a column's cells earn it.
_BY_CELLS: dict[Column, Callable[[ColumnEvidence, Weights], float]] = {
    Column.NUMBER: lambda evidence, w: _either_way(evidence.numbers, w.numbers),
    Column.ASPECT: _points_of_aspect,
    Column.SUGGESTION: lambda evidence, w: _either_way(evidence.texts, w.texts),
    Column.TASKS: _points_of_tasks,
    Column.DEPARTMENTS: lambda evidence, w: (
        _either_way(evidence.departments, w.departments) + w.known_names * evidence.known_departments
    ),
    Column.LEADERS: lambda evidence, w: _either_way(evidence.people, w.people) + w.known_names * evidence.known_people,
    Column.DEADLINE: lambda evidence, w: _either_way(evidence.deadlines, w.deadlines),
    Column.SOURCES: lambda evidence, w: 0.0,
    Column.REMARKS: _points_of_remarks,
}
