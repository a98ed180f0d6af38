"""What a column of an export is, whatever is written: workbook, document or CSV."""

import datetime
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from django.utils.functional import Promise

Line = TypeVar("Line")
Value = str | Promise | int | datetime.date | None


class CellKind(Enum):
    """How a column's values are written."""

    TEXT = auto()
    # Text such as 2024.10, which a spreadsheet would turn into the number 2024.1 as soon as somebody edits the cell.
    VERBATIM = auto()
    INTEGER = auto()
    DATE = auto()


@dataclass(frozen=True, slots=True)
class Column(Generic[Line]):
    """A column of an export: ``head``, ``width`` in Excel's unit, ``value`` per line.

    ``value`` gets the line (a task, a row of the breakdown table) and returns what the cell holds. ``span`` says
    which lines share one cell: those that follow one another with an equal key other than ``None``. ``is_long``: in a
    list, it shares with its likes what the others leave of the page's width.
    """

    head: Promise | str
    width: float
    value: Callable[[Line], Value]
    kind: CellKind = CellKind.TEXT
    is_centred: bool = False
    is_long: bool = False
    span: Callable[[Line], Hashable | None] | None = None
