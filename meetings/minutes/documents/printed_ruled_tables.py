"""Tables between the rules of a page, those whose outer rules are missing too."""

from collections.abc import Sequence
from typing import Any

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges
from pdfplumber.utils import filter_edges

from .printed_text import EDGE_TOLERANCE, Box, Rule

_MIN_LENGTH = 3.0
Edge = dict[str, Any]


def find_ruled_tables(edges: Sequence[Edge]) -> tuple[list[list[Box]], list[Rule]]:
    """Return the boxes of each table's cells, and all horizontal rules."""
    edges = _merged(edges)
    if missing := [side for group in _touching(edges) for side in _missing_sides(group)]:
        edges = _merged([*edges, *missing])
    corners = edges_to_intersections(edges, EDGE_TOLERANCE, EDGE_TOLERANCE)
    tables = cells_to_tables(intersections_to_cells(corners))
    return tables, [Rule(edge["x0"], edge["x1"], edge["top"]) for edge in edges if edge["orientation"] == "h"]


def make_edge(left: float, top: float, right: float, bottom: float) -> Edge:
    """Return the edge of a rule; it is upright or level."""
    return {
        "object_type": "line",
        "x0": left,
        "x1": right,
        "top": top,
        "bottom": bottom,
        "width": right - left,
        "height": bottom - top,
        "orientation": "v" if left == right else "h",
    }


def _merged(edges: Sequence[Edge]) -> list[Edge]:
    tolerances = dict.fromkeys(
        ("snap_x_tolerance", "snap_y_tolerance", "join_x_tolerance", "join_y_tolerance"), EDGE_TOLERANCE
    )
    return list(
        filter_edges(merge_edges(list(filter_edges(edges, min_length=1)), **tolerances), min_length=_MIN_LENGTH)
    )


def _missing_sides(edges: Sequence[Edge]) -> list[Edge]:
    """Return the outer rules that a table of these edges would have and has not."""
    across = [edge for edge in edges if edge["orientation"] == "h"]
    down = [edge for edge in edges if edge["orientation"] == "v"]
    if len(across) < 2 or not down:  # noqa: PLR2004 - what stands between two rules is a row
        return []
    left, right = min(edge["x0"] for edge in edges), max(edge["x1"] for edge in edges)
    top, bottom = min(edge["top"] for edge in edges), max(edge["bottom"] for edge in edges)
    return [
        *(make_edge(at, top, at, bottom) for at in (left, right) if not _has_edge(down, "x0", at)),
        *(make_edge(left, at, right, at) for at in (top, bottom) if not _has_edge(across, "top", at)),
    ]


def _has_edge(edges: Sequence[Edge], key: str, at: float) -> bool:
    return any(abs(edge[key] - at) <= EDGE_TOLERANCE for edge in edges)


def _touching(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Return the edges in groups that hang together by crossing or meeting."""
    groups: list[list[Edge]] = []
    for edge in edges:
        touched = [group for group in groups if any(_touch(edge, other) for other in group)]
        groups = [group for group in groups if not any(group is other for other in touched)]
        groups.append([edge, *(other for group in touched for other in group)])
    return groups


def _touch(one: Edge, two: Edge) -> bool:
    return (
        one["x0"] <= two["x1"] + EDGE_TOLERANCE
        and two["x0"] <= one["x1"] + EDGE_TOLERANCE
        and one["top"] <= two["bottom"] + EDGE_TOLERANCE
        and two["top"] <= one["bottom"] + EDGE_TOLERANCE
    )
