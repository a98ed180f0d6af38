"""Papers as they might have come instead: with a word in a head that nobody has listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.paper import ABOVE, LEFT, Paper, Section, fold

#: Stands for the next table's new word: it says nothing about what its column holds.
STRANGE = "青棠"


def with_strange_heads(paper: Paper) -> Iterator[tuple[str, Paper]]:
    """Yield each head word of the paper's task tables, and the paper with that word replaced."""
    for place, section in enumerate(paper.sections):
        for row, column, word in _head_cells(section, paper):
            lines = list(section.lines)
            cells = lines[row].split("|")
            cells[column] = cells[column].replace(word, STRANGE)
            lines[row] = "|".join(cells)
            strange = replace(section, lines=tuple(lines))
            yield word, replace(paper, sections=(*paper.sections[:place], strange, *paper.sections[place + 1 :]))


def _head_cells(section: Section, paper: Paper) -> Iterator[tuple[int, int, str]]:
    """Yield the place and the word of each cell above the first task, titles over the whole width apart."""
    if section.name != "table":
        return
    texts = [fold(task.text) for task in paper.expected]
    grid = section.grid
    first = next((at for at, row in enumerate(grid) if any(text in fold(cell) for cell in row for text in texts)), 0)
    for row in range(first):
        words = [cell for cell in grid[row] if cell not in ("", ABOVE, LEFT)]
        if len(words) > 2:
            yield from ((row, column, cell) for column, cell in enumerate(grid[row]) if cell in words)
