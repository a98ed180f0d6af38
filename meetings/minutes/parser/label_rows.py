"""Rows of a form that stand around the tasks: 会议时间 | 2024年3月5日 | 地点 | 三楼会议室."""

import re
from collections.abc import Iterator, Sequence

from meetings.core.text import fold_text
from meetings.minutes.documents.model import Cell

_LABEL_CELL = re.compile(
    r"^(?:会议)?(?:名称|主题|议题|时间|日期|地点|地址)$|^(?:主持|主持人|记录|记录人|参会|参加|出席|列席|与会|承办|主办|召集|缺席|请假)"
    r"(?:人员?|单位|领导)?$|^(?:文号|发文字号|印发日期|签发人?|总负责人?|具体分工负责人|会议编号|编号)$"
)


def is_form(rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether half of the rows name what stands in them, as in a form."""
    return 2 * sum(any(_LABEL_CELL.match(fold_text(cell.text).rstrip(":")) for cell in row) for row in rows) >= len(
        rows
    )


def split_label_row(cells: Sequence[Cell]) -> Iterator[str]:
    """Return the row of a form as lines, labels joined with the cell behind them."""
    distinct = [cell for cell in dict.fromkeys(cells) if not cell.is_blank]
    at = 0
    while at < len(distinct):
        text = distinct[at].text
        label = fold_text(text).rstrip(":")
        if _LABEL_CELL.match(label) and at + 1 < len(distinct):
            yield f"{label}：{distinct[at + 1].text}".replace("\n", "、" if "人" in label else " ")
            at += 2
        else:
            yield from text.split("\n")
            at += 1
