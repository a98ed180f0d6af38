"""What a paper prints and nothing that was read says: each cell ends in a field, in the remarks or in a problem.

What is printed is known from the paper, not from what the product made of it: a table that was left out, a row taken
for a head, a cell that a reader dropped are lost, unless a problem names them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from meetings.minutes.documents import Document
from meetings.minutes.documents.model import Paragraph, Table
from meetings.minutes.parser.schema import ParsedMinutes, ParsedRow
from tests.corpus.paper import ABOVE, LEFT, ExpectedTask, Paper, fold

_SEPARATORS = re.compile(r"(?:[\s、，,；;。:：()（）〔〕【】\[\]/|+]|和)+")
#: What a field says by its name or its kind, no longer by its text; and what stands where nothing is.
_SAID_OTHERWISE = re.compile(
    r"(?:第?[\d一二三四五六七八九十]+[.、]?|[①-⑳]|牵头|主责|主办|协办|配合|协同|责任|负责|承办|协助|参与|会同|单位|部门|领导"
    r"|同上|〃|[-—－/无]|按职责分工(?:负责|落实)?"
    r"|.{0,6}(?:[市县区镇乡州省校院局处部厂所站]长|主任|书记|主席|经理|总监|会长|秘书长|组长|委员|常委))*"
)


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed: its rows, a merged cell once, and what names it: its sheet, the lines above it."""

    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...] = ()


def list_printed_tables(paper: Paper) -> list[PrintedTable]:
    """Return the tables that the paper was made with."""
    tables, names = [], ("",)
    for section in paper.sections:
        if section.name == "sheet":
            names = (section.options[0],)
        elif section.name == "text":
            names = (*names[:1], *section.lines)
        elif section.name == "table":
            rows = (tuple("" if cell in (ABOVE, LEFT) else cell for cell in row) for row in section.printed)
            tables.append(PrintedTable(tuple(rows), names))
    return tables


def list_tables_as_read(document: Document) -> list[PrintedTable]:
    """Return the tables of a document, where there is no paper that says what is printed."""
    tables, line = [], ""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            line = block.text.strip() or line
        elif isinstance(block, Table) and not block.is_list:
            seen: set[int] = set()
            rows = [
                tuple("" if id(cell) in seen or seen.add(id(cell)) else cell.text for cell in row)  # type: ignore[func-returns-value]
                for row in block.rows
            ]
            tables.append(PrintedTable(tuple(rows), (block.name, line)))
    return tables


def find_lost_cells(
    printed: Sequence[PrintedTable], expected: Sequence[ExpectedTask], minutes: ParsedMinutes
) -> list[str]:
    """Return the cells that have no trace in what was read, those of heads and titles apart."""
    said_by_all = fold("".join(_texts_of_all(minutes)))
    problems = fold("".join(problem.value for problem in minutes.problems if problem.row is None))
    texts = {fold(task.text) for task in expected}
    owners = {text: _find_owners(text, minutes) for text in texts}
    heads: set[str] = set()
    # What stands at one place of several tables names what stands beside it: a card's 责任单位.
    standing = Counter((at, cell) for table in printed for at, row in enumerate(table.rows) for cell in enumerate(row))
    labels = {cell for (_, (_, cell)), count in standing.items() if count > 1 and count == len(printed)}
    for table in printed:
        if len(table.rows[0]) == 2:  # cards one below the other
            labels |= {label for label, count in Counter(row[0] for row in table.rows).items() if count > 1}
    lost: list[str] = []
    for number, table in enumerate(printed, start=1):
        folded = [fold("".join(row)) for row in table.rows]
        found = [{text for text in texts if text in row} for row in folded]
        if not any(owners[text] for of in found for text in of):
            if not _is_named(table, problems):
                lost += _lost_in_row(f"table {number}", [cell for row in table.rows for cell in row], said_by_all)
            continue
        first = next(at for at, of in enumerate(found) if of)
        heads |= set(folded[:first])
        for at in range(first, len(folded)):
            if folded[at] in heads:
                continue
            above = next(of for of in reversed(found[: at + 1]) if of)
            below = next((of for of in found[at:] if of), above)
            places = {place for text in above | below for place in owners[text]}
            said = said_by_all + "".join(fold("".join(_texts_of_row(place, minutes))) for place in places)
            cells = [cell for cell in table.rows[at] if cell not in labels]
            lost += _lost_in_row(f"table {number}, row {at + 1}", cells, said)
    return lost


def _find_owners(text: str, minutes: ParsedMinutes) -> list[int]:
    """Return the places, from 1, of the rows that have a task of this text."""
    return [place for place, row in enumerate(minutes.rows, start=1) if text in fold("".join(_texts_of_tasks(row)))]


def _is_named(table: PrintedTable, problems: str) -> bool:
    """Whether a problem names a table that gave no tasks: by its title, its sheet or its first cells."""
    first = next((fold("".join(row)) for row in table.rows if any(row)), "")
    return any(name and name in problems for name in (*map(fold, table.names), first[:40]))


def _lost_in_row(place: str, cells: Sequence[str], said: str) -> Iterator[str]:
    for cell, count in Counter(filter(str.strip, cells)).items():
        # Of two cells that say the same one may be lost, too.
        if not _is_said(cell, said) or 0 < said.count(fold(cell)) < count:
            yield f"{place}: {cell}"


def _texts_of_all(minutes: ParsedMinutes) -> Iterator[str]:
    """Yield what is said of the whole: the meeting, the aspects, the general problems."""
    values = (getattr(minutes.meeting, of.name) for of in fields(minutes.meeting) if of.name != "attendees")
    yield from ("、".join(value) if isinstance(value, tuple) else str(value) for value in values if value)
    yield from (f"{person.capacity or ''}{person.name}" for person in minutes.meeting.attendees)
    yield from (row.aspect or "" for row in minutes.rows)
    yield from (problem.value for problem in minutes.problems if problem.row is None)


def _texts_of_tasks(row: ParsedRow) -> Iterator[str]:
    yield from (row.aspect or "", row.suggestion or "", row.lead_in)
    yield from (task.text for task in row.tasks)


def _texts_of_row(place: int, minutes: ParsedMinutes) -> Iterator[str]:
    row = minutes.rows[place - 1]
    yield from (str(row.number or ""), row.remarks, *_texts_of_tasks(row))
    yield from (f"{source.name}{source.capacity or ''}" for source in row.sources)
    for task in row.tasks:
        yield from (str(task.number or ""), *task.leaders, *(each.name for each in task.departments))
        yield from (each.text for each in (task.deadline, *task.milestones))
    yield from (problem.value for problem in minutes.problems if problem.row == place)


def _is_said(text: str, said: str) -> bool:
    if fold(text) in said:
        return True
    pieces = (fold(piece) for piece in _SEPARATORS.split(text))
    return all(_is_piece_said(piece, said) for piece in pieces if piece)


def _is_piece_said(piece: str, said: str) -> bool:
    bare = re.sub(r"^\d{1,3}(?=\D)|(?:按职责分工)?(?:牵头|负责|配合)$", "", piece)
    return piece in said or bare in said or bool(_SAID_OTHERWISE.fullmatch(piece))
