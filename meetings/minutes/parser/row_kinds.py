"""Rows of a table that are no task: notes, totals, titles, counts of the columns."""

import re
from collections.abc import Sequence

from meetings.core.text import fold_text, tidy_text
from meetings.minutes.documents.model import Cell

from .ordinals import parse_integer

_NOTE = re.compile(r"^(?:注|备注|说明|附注|※|\*|填表|审核|制表|联系|报送|签发|编制|抄送|主送|批准|审批)")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计)")
_SIGNED = re.compile(r"^(?:制表|填表|填报|审核|复核|审批|批准|签发|编制)(?:人|单位)?[:：]")
_TITLE = re.compile(r"(?:表|清单|台账|方案|汇总)(?:[（(].*[)）])?$")


def list_filled(cells: Sequence[Cell]) -> list[Cell]:
    """Return the filled cells of a row, a merged one once."""
    return [cell for cell in dict.fromkeys(cells) if not cell.is_blank]


def fold_cells(cells: Sequence[Cell]) -> list[str]:
    """Return the texts of a row, folded, for comparing it with others."""
    return [fold_text(cell.text) for cell in cells]


def tidy_title(cell: Cell) -> str:
    """Return a cell's text in one line."""
    return tidy_text(cell.text).replace("\n", "")


def is_wide(cells: Sequence[Cell], cell: Cell) -> bool:
    """Return whether the only text of a row reaches over most of it."""
    span = sum(other is cell for other in cells)
    return span >= max(2, len(cells) - 1) or (len(cells) > 2 and span > len(cells) // 2)


def is_column_count_row(filled: Sequence[Cell]) -> bool:
    """Return whether a row under the head counts columns: （1） | （2）, or 甲 | 乙 | 1."""
    numbers = (parse_integer(cell.text) for cell in filled if tidy_text(cell.text) not in "甲乙丙丁")
    counted = 0
    for counted, number in enumerate(numbers, start=1):  # noqa: B007 - how many there were
        if number != counted:
            return False
    return len(filled) > 2 and counted > 1


def find_note(cells: Sequence[Cell], filled: Sequence[Cell]) -> str | None:
    """Return the text of a row that is a total or a note; None where it is none."""
    text = tidy_title(filled[0])
    if len(filled) > 1:
        return text if _TOTAL.match(text) or _SIGNED.match(text) else None
    is_title = is_wide(cells, filled[0]) and (_TITLE.search(text) or len(text) > 80)
    return filled[0].text if is_title or _TOTAL.match(text) or _NOTE.match(text) else None
