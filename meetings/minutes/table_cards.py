"""The tables of a draft's file as shown, and how sure their reading is."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise
from meetings.minutes.parser.column_headers import parse_header
from meetings.minutes.parser.layout_choice import COLUMN_KINDS
from meetings.minutes.parser.schema import FoundTable
from meetings.models import MinutesDocument

from .layouts import KIND_LABELS, load_tables

#: A table that was not read seems one of tasks, too, from this share of the points of the one that was read.
_NEAR = 0.5
#: Another column seems the one of tasks, too, if reading the table so has at most so many points less.
_CLOSE = 2.0
_TEXT_KINDS = ("tasks", "suggestion")


class ColumnCard:
    """A column of a table: its head, and what it was taken for."""

    def __init__(self, head: str, kind: str) -> None:
        self.head, self.kind, self.kind_label = head, kind, KIND_LABELS[kind]
        known = parse_header(head)
        self.is_by_cells = kind != "remarks" and (known is None or known.column is not COLUMN_KINDS[kind][0])


class TableCard:
    """A table with its first rows."""

    def __init__(self, table: FoundTable) -> None:
        self.number, self.row_count, self.score = table.number, table.row_count, table.score
        self.is_chosen, self.is_hidden, self.sample = table.is_chosen, table.is_hidden, table.sample
        self.title = table.title or _("Table %(number)d") % {"number": table.number}
        self.columns = [ColumnCard(head, kind) for head, kind in zip(table.headers, table.kinds, strict=True)]
        is_close = table.margin is not None and table.margin <= _CLOSE
        self.second = self.columns[table.second] if is_close and table.second is not None else None

    @property
    def heads(self) -> str:
        """The heads in one line."""
        return "｜".join(column.head for column in self.columns)


class TablesCard:
    """The tables of a file: those that were read, and the others."""

    kinds: Sequence[tuple[str, StrOrPromise]] = list(KIND_LABELS.items())

    def __init__(self, document: MinutesDocument, row_count: int) -> None:
        self.all = [TableCard(table) for table in load_tables(document)]
        self.chosen = [table for table in self.all if table.is_chosen]
        self.others = [table for table in self.all if not table.is_chosen]
        self.is_by_hand = document.layout is not None
        self.row_count = row_count

    @property
    def rival(self) -> TableCard | None:
        """The table that seems one of tasks nearly as much as the one that was read."""
        best = max((table.score for table in self.chosen), default=0.0)
        others = [table for table in self.others if table.score >= _NEAR * best]
        return max(others, key=lambda table: table.score, default=None)

    @property
    def guess(self) -> ColumnCard | None:
        """A column of texts that was known by its cells alone."""
        columns = [column for table in self.chosen for column in table.columns]
        return next((column for column in columns if column.kind in _TEXT_KINDS and column.is_by_cells), None)

    @property
    def second(self) -> ColumnCard | None:
        """A column that seems to have the tasks nearly as much as the one that was taken."""
        return next((table.second for table in self.chosen if table.second), None)

    @property
    def is_sure(self) -> bool:
        """Whether nobody has to look; what somebody chose is sure."""
        return bool(self.chosen) and (self.is_by_hand or not (self.rival or self.second or self.guess))
