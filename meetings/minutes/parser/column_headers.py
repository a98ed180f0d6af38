"""Recognition of a breakdown table's columns by their heads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from meetings.core.text import fold_text, remove_whitespace

if TYPE_CHECKING:  # the documents' package reads plain text by the heads in it
    from meetings.minutes.documents.model import Cell


class Column(StrEnum):
    """What a column holds, by the names of problems (docs/domain.md, Contracts)."""

    NUMBER = "number"
    ASPECT = "aspect"
    SUGGESTION = "suggestion"
    TASKS = "tasks"
    DEPARTMENTS = "departments"
    LEADERS = "leaders"
    DEADLINE = "deadline"
    SOURCES = "sources"
    REMARKS = "remarks"


class Role(StrEnum):
    """What a responsible department does in a task (docs/domain.md)."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    SUPPORTING = "supporting"


@dataclass(frozen=True, slots=True)
class Header:
    """A column's kind, its head as printed without blanks, and a department's role."""

    column: Column
    text: str
    role: Role | None = None

    @property
    def is_remark(self) -> bool:
        """Whether the cell is a remark by itself; other columns carry their head along."""
        return self.column is Column.REMARKS and self.text.startswith(("备注", "说明", "附注"))


_UNIT = "(?:单位|部门|部室|处室|科室|机构|主体|司局|学院|股室|局办|站所|方(?![式案法向面]))"
_PERSON = "(?:领导(?!批示|要求|指示)|责任人|负责人|牵头人|落实人|联系人|承办人|经办人|联络员|校长|院长|县长|市长|区长)"
#: Who checks, reports or asks, and on which day, is not who has the task and by when.
_OTHER_PART = (
    "检[查验]|验[证收]|核查|复[核查]|审核|抽查|督[办查导]|监督|填[报表]|报送|上报|来文|发文|登记|记录|发现|确认|评价"
)
#: Tried in this order on the head without blanks, half-width; the first that is found decides.
_PATTERNS: tuple[tuple[str, Column, Role | None], ...] = (
    (r"^(?:序号?|编号|项次|号|no\.?|#|序列|(?:任务|项目|问题|建议)(?:序|编)号)$", Column.NUMBER, None),
    (r"^(?:备注|附注|说明|备考)", Column.REMARKS, None),
    (r"^(?:父|上级|前置|关联)", Column.REMARKS, None),
    (rf"(?:{_OTHER_PART})(?:责任)?(?:人员?|者|组|{_UNIT})$", Column.REMARKS, None),
    (r"(?:检查|发现|填报|登记|记录|交办|下达|接收|收文|来文|印发|立项)(?:时间|日期)$", Column.REMARKS, None),
    (r"(?:部位|地点|位置|场所|楼宇|楼栋|点位|地址|场地|路段|区域|房间|站点)$", Column.REMARKS, None),
    (r"(?:起止|计划).*(?:完成|结束|截止|终止)(?:时间|日期)?$", Column.DEADLINE, None),
    (r".(?:启动|开始|起始|开工)$", Column.REMARKS, None),
    (r"实际|反馈时间|报送时间|上报时间|(?:开始|起始|启动|开工|起止|提出|填报)(?:时间|日期)", Column.REMARKS, None),
    (r"进展|(?:完成|落实|办理|整改|推进)(?:情况|状态|结果|成效)|是否", Column.REMARKS, None),
    (r"电话|联系方式|目标值|佐证|成果形式|考核|分值|权重|投资|资金|预算", Column.REMARKS, None),
    (r"时限|时间节点|期限|(?:完成|办结|截止|整改|落实|计划|办理|到位|办复)(?:时间|日期|节点)", Column.DEADLINE, None),
    (r"^时间(?:要求|安排|进度)$", Column.DEADLINE, None),
    (r"^进度(?:安排|要求|计划)$|^节点(?:要求|安排)?$|^计划完成$|^完成节点$", Column.DEADLINE, None),
    (r"来源|(?:提出|建议|提议|提案)(?:人|委员|代表|单位|部门|专家|者)|发言(?:人|代表)", Column.SOURCES, None),
    (r"领衔(?:人|代表|委员)|(?:委员|代表)姓名|(?:批示|交办)领导", Column.SOURCES, None),
    (r"^牵头.{0,3}(?:配合|协办|协助|参与)", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (rf"(?:配合|协办|会办|协助|参与|会同|协同|协作|参加){_UNIT}?$", Column.DEPARTMENTS, Role.SUPPORTING),
    (rf"(?:配合|协办|会办|协助|参与|协同)(?:责任)?{_UNIT}", Column.DEPARTMENTS, Role.SUPPORTING),
    (rf"(?:责任|分管|牵头|包案|挂点|主管|督办|联系).*{_UNIT}.*(?:责任人|负责人)", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (_PERSON, Column.LEADERS, None),
    (rf"^(?:牵头|主办|主责|主要责任|领办)(?:责任)?{_UNIT}?$", Column.DEPARTMENTS, Role.LEAD),
    (rf"(?:责任|承办|落实|办理|实施|主管|整改|执行)(?:责任)?{_UNIT}", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (rf"(?:牵头|主办|对口|归口|归口管理|负责|承接)(?:责任)?{_UNIT}", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (r"^责任(?:科|部|处|股|室|中心|乡镇|镇街|县直)", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (r"^(?:任务|职责|工作)?分工$|^责任(?:分工|者)?$|中心班子", Column.DEPARTMENTS, Role.RESPONSIBLE),
    (r"讲话要点|重点工作(?!任务|内容|事项|措施)|方面|类别|板块|分类|领域|类型|^要点|维度|模块", Column.ASPECT, None),
    (r"^大?类$|^工作$|一级(?:指标|任务)|工作方向|总体目标|^项目(?:名称)?$", Column.ASPECT, None),
    (r"^(?:会议)?议题(?:名称)?$|^会议名称$", Column.ASPECT, None),
    (r"讲话内容|讲话精神|意见|建议(?!编号)|问题|^(?:案由|提案(?:题目|名称|标题|案由))$", Column.SUGGESTION, None),
    (r"(?:议定|决定|决策|议决|决议|交办)(?:事项|内容)|^会议(?:决定|决议|要求)$|议题内容|批示", Column.SUGGESTION, None),
    (r"提案内容|发言内容|指示要求|领导要求|要求内容", Column.SUGGESTION, None),
    (r"任务|措施|举措|工作内容|具体内容|主要内容|(?:工作|落实|督办|重点|督查|待办|具体|推进)事项", Column.TASKS, None),
    (r"^事项|具体工作|主要工作|工作安排|工作要点|^内容$|工作要求|行动项|年度工作", Column.TASKS, None),
    (r"^(?:建设|督办|督查|交办|整改|改革|重点|办理|落实|推进|实施)内容$|^(?:事项|任务|工作)名称$", Column.TASKS, None),
)
_COMPILED = tuple((re.compile(pattern), column, role) for pattern, column, role in _PATTERNS)
#: 整改措施 of a 问题 is the remedy, not the question, so tasks named as such win over a 问题 in the same head.
_SURELY_TASKS = re.compile(r"(?:措施|举措)$|^(?:工作|重点|主要|具体|目标)任务|任务内容$|^整改(?:措施|任务)")
RESOLVED = re.compile(r"批示|指示|议定|决定|决策|议决|决议|交办|事项|会议要求")
FINER = re.compile(r"名称|具体|措施|举措|内容|细化|分解|清单")
_MAX_HEADER_LENGTH = 26
_IS_TITLE = re.compile(r"(?:(?<!代)表|台账|方案|纪要|通知|一览)$|^.{7,}清单$")
_BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")


@lru_cache(maxsize=4096)
def parse_header(text: str) -> Header | None:
    """Return the header that ``text`` stands for, or None for an unknown one."""
    header_text = remove_whitespace(text)
    name = fold_text(text).rstrip(":")
    if not name or len(name) > _MAX_HEADER_LENGTH or "。" in name or _IS_TITLE.search(name):
        return None
    bare = _BRACKETED.sub("", name) or name
    if _SURELY_TASKS.search(bare):
        return Header(Column.TASKS, header_text)
    # What brackets add counts less than the rest, but 牵头（配合）单位 is of both.
    both = re.sub(r"[()\[\]]", "", name) if re.match(r"牵头.{0,3}(?:配合|协办|协助|参与)", name) else ""
    for candidate in dict.fromkeys(filter(None, (both, bare, name))):
        if len(candidate) > 14:
            continue
        for pattern, column, role in _COMPILED:
            if pattern.search(candidate):
                return Header(column, header_text, role)
    return None


def is_task_header(header: Header) -> bool:
    """Return whether the header by itself names tasks, whatever its column holds."""
    own = parse_header(header.text)
    return own is not None and own.column is Column.TASKS


def is_header_row(headers: Sequence[Header | None], filled: int) -> bool:
    """Return whether the ``headers`` of a row with ``filled`` cells head a task table.

    Needed: a column of texts, one of people or dates, three in all, and most of the row understood; so a list
    of attendees, a budget or an agenda is none.
    """
    columns = {head.column for head in headers if head}
    has_text = columns & {Column.TASKS, Column.SUGGESTION, Column.ASPECT}
    has_duty = columns & {Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE}
    known_count = len({id(head) for head in headers if head})
    # 项目 | 金额 | 责任部门 is a budget: a word for groups alone says too little where nothing can be late.
    if has_text == {Column.ASPECT} and Column.DEADLINE not in columns and not _has_work_aspect(headers):
        return False
    return bool(has_text and has_duty) and len(columns) >= 3 and 2 * known_count >= filled


def _has_work_aspect(headers: Sequence[Header | None]) -> bool:
    return any(head.column is Column.ASPECT and re.search("工作|任务|要点", head.text) for head in headers if head)


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """A head's rows ``first`` to ``last`` (0-based, inclusive), a Header or None each."""

    first: int
    last: int
    headers: tuple[Header | None, ...]
    texts: tuple[str, ...]

    @property
    def folded_texts(self) -> list[str]:
        """The head's words, folded, for comparing heads and rows."""
        return [fold_text(text) for text in self.texts]


def _parse_row_headers(cells: Sequence[Cell]) -> tuple[list[Header | None], int]:
    """Return the headers of a row, and how many different cells are filled."""
    by_cell: dict[Cell, Header | None] = {}
    for cell in cells:
        if cell not in by_cell:
            by_cell[cell] = None if cell.is_blank else parse_header(cell.text)
    return [by_cell[cell] for cell in cells], sum(not cell.is_blank for cell in by_cell)


def find_header_rows(rows: Sequence[Sequence[Cell]]) -> list[HeaderRows]:
    """Return every head that its words give away, those of sections among them."""
    header_rows: list[HeaderRows] = []
    at = 0
    while at < len(rows):
        header = _find_header_at(rows, at)
        if header is not None:
            header_rows.append(header)
            at = header.last
        at += 1
    return header_rows


def _find_header_at(rows: Sequence[Sequence[Cell]], at: int) -> HeaderRows | None:
    cells = rows[at]
    headers, filled = _parse_row_headers(cells)
    if filled < 2 or any(len(cell.text) > 3 * _MAX_HEADER_LENGTH for cell in cells):
        return None
    if 2 * sum(head is not None for head in headers) >= filled - 1 and (both := combine_head_rows(rows, at, 2)):
        distinct = len({(id(upper), id(under)) for upper, under in zip(cells, rows[at + 1], strict=True)})
        if is_header_row(both.headers, distinct):
            return both
    return combine_head_rows(rows, at, 1) if is_header_row(headers, filled) else None


def combine_head_rows(rows: Sequence[Sequence[Cell]], first: int, depth: int) -> HeaderRows | None:
    """Return ``depth`` rows from ``first`` as one head; None where they are none."""
    headers, _ = _parse_row_headers(rows[first])
    texts = [cell.text for cell in rows[first]]
    for at in range(first + 1, first + depth):
        if at >= len(rows):
            return None
        lower, _ = _parse_row_headers(rows[at])
        if not _is_second_line(rows[at - 1], rows[at], lower):
            return None
        pairs = list(zip(rows[at - 1], rows[at], strict=True))
        headers = [
            _combine_headers(text, below.text, upper, under) if below is not above and not below.is_blank else upper
            for text, (above, below), upper, under in zip(texts, pairs, headers, lower, strict=True)
        ]
        texts = [
            text if below is above or below.is_blank else f"{text}{below.text}"
            for text, (above, below) in zip(texts, pairs, strict=True)
        ]
    return HeaderRows(first, first + depth - 1, tuple(headers), tuple(texts))


def _is_second_line(cells: Sequence[Cell], below: Sequence[Cell], lower: Sequence[Header | None]) -> bool:
    """Return whether ``below`` continues the head, of which it splits or fills cells."""
    splits = False
    for at, (upper_cell, lower_cell) in enumerate(zip(cells, below, strict=True)):
        if lower_cell is upper_cell or lower_cell.is_blank:
            continue
        if len(lower_cell.text) > _MAX_HEADER_LENGTH or re.search(r"[。；;]|^\d", lower_cell.text):
            return False
        beside = [cells[other] for other in (at - 1, at + 1) if 0 <= other < len(cells)]
        is_split = any(cell is upper_cell for cell in beside) and not upper_cell.is_blank
        if lower[at] is None and not is_split:
            return False
        splits = splits or is_split or upper_cell.is_blank
    return splits


def _combine_headers(text: str, below: str, upper: Header | None, under: Header | None) -> Header | None:
    both = parse_header(text + below) if text.strip() else None
    chosen = under or both or upper
    if chosen and upper and upper.column is Column.DEPARTMENTS and chosen.column is not Column.LEADERS:
        # 单位 under 牵头 is the lead, whatever stands above both: 责任落实.
        of_both = upper if upper.role is not Role.RESPONSIBLE else both or upper
        chosen = under if under is not None and under.column is Column.DEPARTMENTS else of_both
    return Header(chosen.column, remove_whitespace(text + below), chosen.role) if chosen else None


class _HeaderRow:
    """The headers of a table while it is decided which column holds what."""

    def __init__(self, headers: Sequence[Header | None], texts: Sequence[str]) -> None:
        self.headers = [
            head or (Header(Column.REMARKS, remove_whitespace(text)) if text.strip() else None)
            for head, text in zip(headers, texts, strict=True)
        ]

    def text_at(self, at: int) -> str:
        """Return the printed text of the header at this place."""
        head = self.headers[at]
        return head.text if head else ""

    def places(self, column: Column) -> list[int]:
        """Return where the headers of this column stand."""
        return [at for at, head in enumerate(self.headers) if head is not None and head.column is column]

    def distinct_places(self, column: Column) -> list[int]:
        """Return the places, less those that continue the merged header before them."""
        places = self.places(column)
        return [at for at in places if at - 1 not in places or self.text_at(at) != self.text_at(at - 1)]

    def change(self, places: Iterable[int], column: Column) -> None:
        """Let the headers at these places be of another column."""
        for at in places:
            self.headers[at] = Header(column, self.text_at(at))


def disambiguate_headers(headers: Sequence[Header | None], texts: Sequence[str]) -> tuple[Header | None, ...]:
    """Leave one column of each kind, except departments and remarks.

    Of two columns of tasks the finer one (具体措施) holds them and the coarser one is the aspect; of two columns of
    people the leaders stay and the others are remarks; without tasks and suggestions a column such as 重点工作 holds
    the tasks. What is left over is a remark with its head.
    """
    row = _HeaderRow(headers, texts)
    tasks = row.distinct_places(Column.TASKS) or _find_tasks(row)
    if len(tasks) > 1:
        finest = next((at for at in reversed(tasks) if FINER.search(row.text_at(at))), tasks[-1])
        for at in tasks:
            free = [kind for kind in (Column.ASPECT, Column.SUGGESTION) if at < finest and not row.places(kind)]
            if at != finest:
                row.change([at], free[0] if free else Column.REMARKS)
    leaders = row.distinct_places(Column.LEADERS)
    if len(leaders) > 1:
        surest = next((at for at in leaders if "领导" in row.text_at(at)), leaders[0])
        row.change([at for at in leaders if at != surest], Column.REMARKS)
    for column in (Column.NUMBER, Column.ASPECT, Column.SUGGESTION, Column.DEADLINE, Column.SOURCES):
        row.change(row.distinct_places(column)[1:], Column.REMARKS)
    return tuple(row.headers)


def _find_tasks(row: _HeaderRow) -> list[int]:
    """Let other columns hold the tasks where no head does; return their places."""
    # What was resolved is what is to be done, where nothing finer is printed.
    row.change([at for at in row.places(Column.SUGGESTION) if RESOLVED.search(row.text_at(at))], Column.TASKS)
    resolved, aspects = row.distinct_places(Column.TASKS), row.distinct_places(Column.ASPECT)
    if resolved or row.places(Column.SUGGESTION) or not aspects:
        return resolved
    name = row.text_at(aspects[-1])
    row.change([at for at in row.places(Column.ASPECT) if row.text_at(at) == name], Column.TASKS)
    return [aspects[-1]]
