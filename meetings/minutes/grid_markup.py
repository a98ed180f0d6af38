"""HTML of a draft's table: its rows as lines, of which a page has thousands."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from meetings.ui.markup import fill_html, join_html

from .scan_marks import MarkedText


class GridCell(NamedTuple):
    """A cell of the form's ``field``; its ``span`` is the lines that it is for."""

    field: str
    pieces: MarkedText
    is_doubtful: bool
    span: int = 1


def draw_lines(row_id: int | None, position: int, lines: Sequence[Sequence[GridCell]]) -> SafeString:
    """Draw the lines of a row, the first of them with its number."""
    head = fill_html(
        '<th scope="row" rowspan="{}"><a href="?view=rows&amp;row={}#row-{}" aria-label="{}">{}</a></th>',
        len(lines),
        row_id,
        row_id,
        _("Row %(position)s with all its fields") % {"position": position},
        position,
    )
    heads = [head, *[""] * len(lines)]
    return join_html("", "<tr>{}{}</tr>", ((head, _draw_cells(line)) for head, line in zip(heads, lines, strict=False)))


def _draw_cells(line: Sequence[GridCell]) -> SafeString:
    cells = (
        (
            cell.field,
            fill_html(' rowspan="{}"', cell.span) if cell.span > 1 else "",
            SafeString(' class="is-doubtful"') if cell.is_doubtful else "",
            join_html("", "{}", ((_draw_piece(text, is_doubtful),) for text, is_doubtful in cell.pieces)),
        )
        for cell in line
    )
    return join_html("", '<td data-field="{}"{}{}><span>{}</span></td>', cells)


def _draw_piece(text: str, is_doubtful: bool) -> str:
    return fill_html("<mark>{}</mark>", text) if is_doubtful else text
