"""The tables of a file as they are shown, and as a person chose them."""

from collections.abc import Sequence
from dataclasses import replace

from .column_headers import Column, Header, Role
from .layout import reads_as_row
from .schema import FoundTable, LayoutChoice
from .table_candidates import Head, TableCandidate

#: Rows of a table that are shown, so that a person knows it again.
_SAMPLE_ROWS = 4
_SAMPLE_LENGTH = 80

#: What a column may hold, by the code that a draft keeps; departments are of three roles.
COLUMN_KINDS: dict[str, tuple[Column, Role | None]] = {
    "number": (Column.NUMBER, None),
    "aspect": (Column.ASPECT, None),
    "suggestion": (Column.SUGGESTION, None),
    "tasks": (Column.TASKS, None),
    "lead": (Column.DEPARTMENTS, Role.LEAD),
    "responsible": (Column.DEPARTMENTS, Role.RESPONSIBLE),
    "supporting": (Column.DEPARTMENTS, Role.SUPPORTING),
    "leaders": (Column.LEADERS, None),
    "deadline": (Column.DEADLINE, None),
    "sources": (Column.SOURCES, None),
    "remarks": (Column.REMARKS, None),
}
#: A table has at most one column of each of the others.
REPEATED_KINDS = ("lead", "responsible", "supporting", "remarks")


def apply_choice(candidates: Sequence[TableCandidate], choice: LayoutChoice) -> None:
    """Mark the chosen candidates, and let their columns be of the chosen kinds."""
    for candidate in candidates:
        kinds = choice.tables.get(candidate.number)
        candidate.is_chosen = kinds is not None and candidate.layout is not None
        if kinds is None or candidate.layout is None or len(kinds) != len(candidate.layout.columns):
            continue
        chosen = tuple(
            Header(*_header_parts(code, column.text))
            for code, column in zip(kinds, candidate.layout.columns, strict=True)
        )
        before = candidate.layout.headers
        if candidate.layout.head and reads_as_row(candidate.layout.columns, chosen):
            # What was taken for the head is the first row.
            chosen = tuple(replace(header, text="") for header in chosen)
            candidate.layout, candidate.heads = replace(candidate.layout, head=None), candidate.heads[1:]
        candidate.layout = replace(candidate.layout, kinds=chosen)
        headers = candidate.layout.headers
        candidate.heads = [
            Head(head.rows, headers if head.headers == before else head.headers) for head in candidate.heads
        ]


def _header_parts(code: str, text: str) -> tuple[Column, str, Role | None]:
    column, role = COLUMN_KINDS[code]
    return column, "".join(text.split()), role


def list_found_tables(candidates: Sequence[TableCandidate]) -> tuple[FoundTable, ...]:
    """Return the candidates that have rows, as they are shown to a person."""
    return tuple(found for candidate in candidates if (found := _show(candidate)) is not None)


def _show(candidate: TableCandidate) -> FoundTable | None:
    if candidate.layout is None:
        return None
    first = candidate.layout.head.last + 1 if candidate.layout.head else 0
    places = [column.positions[0] for column in candidate.layout.columns]
    sample = tuple(
        tuple(row[at].text.strip()[:_SAMPLE_LENGTH] for at in places)
        for row in candidate.rows[first : first + _SAMPLE_ROWS]
    )
    return FoundTable(
        number=candidate.number,
        title=candidate.title or candidate.table.name,
        headers=tuple(column.text.strip() for column in candidate.layout.columns),
        kinds=tuple(_code_of(kind) for kind in candidate.layout.kinds),
        sample=sample,
        row_count=candidate.layout.row_count,
        score=round(candidate.score, 1),
        is_chosen=candidate.is_chosen,
        is_hidden=candidate.table.is_hidden,
        second=candidate.second.column if candidate.second else None,
        margin=round(candidate.second.margin, 1) if candidate.second else None,
    )


def _code_of(header: Header | None) -> str:
    if header is None:
        return "remarks"
    if header.column is Column.DEPARTMENTS:
        return str(header.role or Role.RESPONSIBLE)
    return str(header.column)
