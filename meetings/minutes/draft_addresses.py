"""Addresses of a draft: its rows in pages, and the ids of its questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from django.core.paginator import Page, Paginator
from django.urls import reverse

from meetings.models import MinutesDocument

from .draft import DraftRowData
from .issue_groups import IssueGroup, issue_key
from .matching import NameMatch, NameMatches

#: Rows of a page; a draft that has more is shown as a table at first. A row with its form has 100 times the bytes of
#: one in the table, where a block is pasted over as many rows as the page has.
ROWS_OF_FORMS = 50
ROWS_OF_TABLE = 500


class RowPages(Paginator):
    """The rows of a draft in pages, of which that with a ``number`` is shown."""

    def __init__(self, rows: Sequence[DraftRowData], *, is_table: bool) -> None:
        super().__init__(rows, ROWS_OF_TABLE if is_table else ROWS_OF_FORMS)
        self.positions = {row.pk: position for position, row in enumerate(rows, start=1)}
        self.number = 1

    def number_of(self, row_id: int | None) -> int | None:
        """Return the number of the page that has a row, None where it is gone."""
        position = self.positions.get(row_id)
        return position and (position - 1) // self.per_page + 1

    def open(self, number: str, row_id: int | None) -> Page:
        """Return the page that has a row, else that of a ``number``, else the nearest."""
        page = self.get_page(self.number_of(row_id) or number or 1)
        self.number = page.number
        return page


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What the address of a draft's page asks for.

    ``view``: "table" or "rows", as somebody chose; a long draft is shown as a table else. The page of the rows is that
    which has ``row_id``, else the one with this ``number``. ``is_difference_whole``: with all that differs from the
    register.
    """

    view: str = ""
    number: str = ""
    row_id: int | None = None
    is_difference_whole: bool = False


def row_address(document: MinutesDocument, pk: int | None, anchor: str) -> str:
    """Return the address of the page that has a row, however the rows are shown."""
    return f"{reverse('draft', args=[document.pk])}?row={pk}#{anchor}"


def name_anchor(match: NameMatch) -> str:
    """Return the id of a name's question on the page."""
    return f"name-{crc32(match.key.encode()):x}"


def issue_anchor(scope: str | int | None, place: int) -> str:
    """Return the id of the problem at ``place`` of a row, or of the whole."""
    return f"problem-{scope}-{place}"


def list_anchors(
    draft_row: DraftRowData, position: int, matches: NameMatches, groups: Mapping[str, IssueGroup]
) -> Iterator[str]:
    """Return the ids of what a row asks by itself: its problems, then its names."""
    for at, issue in enumerate(draft_row.problems):
        if issue_key(issue) not in groups:
            yield issue_anchor(draft_row.pk, at)
    yield from (name_anchor(match) for match in matches.by_row.get(position, ()) if match.is_open)


def group_anchor(key: str) -> str:
    """Return the id of a group's question on the page."""
    return f"group-{crc32(key.encode()):x}"
