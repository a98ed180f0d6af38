"""Lists without a table: numbered items, each followed by who does it and by when.

The commonest form of a 分工方案: （一）推行综合窗口改革。（牵头单位：甲局；完成时限：6月底前）. Such a list is
made into the table it would be, so that all that follows reads it as one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from meetings.core.text import tidy_text
from meetings.minutes.documents.errors import MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from meetings.minutes.documents.model import EMPTY, Block, Cell, Document, Paragraph, Table

from .cells import parse_departments
from .column_evidence import is_deadline, looks_like_department
from .column_headers import Column, Role, parse_header
from .dates import PRINTED_DAY
from .ordinals import Ordinal, leading_ordinal
from .row_kinds import list_filled

#: The heads of the table that a list is made into, for what they hold.
_HEADS: dict[tuple[Column, Role | None], str] = {
    (Column.NUMBER, None): "序号",
    (Column.ASPECT, None): "类别",
    (Column.TASKS, None): "工作任务",
    (Column.DEPARTMENTS, Role.LEAD): "牵头单位",
    (Column.DEPARTMENTS, Role.RESPONSIBLE): "责任单位",
    (Column.DEPARTMENTS, Role.SUPPORTING): "配合单位",
    (Column.LEADERS, None): "责任领导",
    (Column.DEADLINE, None): "完成时限",
    (Column.SOURCES, None): "建议来源",
    (Column.REMARKS, None): "备注",
}
_TASKS, _REMARKS = (Column.TASKS, None), (Column.REMARKS, None)
_DUTIES = (Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE)
_BRACKETS = re.compile(r"[（(〔【\[]([^（()）〔〕【】\[\]]*(?:[（(][^（()）]*[）)][^（()）〔〕【】\[\]]*)*)[）)〕】\]]")
_LABEL = re.compile(r"([\u4e00-\u9fff]{2,8})[:：]")
_LED_BY = re.compile(
    r"(?:由|请|责成|会议(?:要求|决定|明确|同意))[，,：:]?([^，,。；;：:]{2,60}?)(?:牵头|负责|承办|组织|会同|尽快|抓紧|于|按|要)"
    r"|(?:^|[，,。；;])([^，,。；;：:]{2,40}?)(?:牵头|负责)(?=[，,。；;]|$)"
    r"|(?:^|[：:；;])(?!各|有关|相关)([^，,。；;：:]{2,40}?)(?:要(?!求)|\d{1,2}月(?:\d{1,2}日|底)前)"
)
_HELPED_BY = re.compile(
    r"[，,、]([^，。；;：:]{2,60}?)(?:配合|协助|参与)(?:[，,。；;]|做好|完成|开展)"
    r"|会同([^，。；;：:]{2,60}?)(?=[，,。；;]|共同|尽快|抓紧|负责|办理|做好|制定|研究|开展|提出)"
)
#: A day within a sentence: 于5月20日前提交方案.
_BY_A_DAY = re.compile(
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|[底末]|[上中下]旬)?之?前|(?:\d{4}年|年)底之?前|(?<![\d一二两三四五])[本今]?年内"
)
#: Who has to do something, as a message names people: @张三 整理材料.
_CALLED = re.compile(r"@([\u4e00-\u9fff]{2,4})[\s:：,，]+")
_SENTENCE_STOPS = re.compile(r"[，,。；;]")
_DONE = re.compile(r"(?:全面|基本|全部)?(?:完成|到位|办结|建成|实施|启用|投用|完工|竣工|上线|通车)$")
_THOUSANDTH = re.compile(r"\s*(\d{4,6})([.、])(?![\d.])\s*")
_LEAST_ITEMS = 2
#: Paragraphs without a number between an item's first one and who does it.
_FARTHEST_OWNER = 4
_LONGEST_HEADING = 60
_LONGEST_SUBJECT = 20
#: How deep a way of numbering stands in a list; what is not here stands deepest.
_DEPTHS = {"第一": 0, "一、": 0, "(一)": 1, "1.": 2, "1、": 2, "⒈": 2}
_DEEPEST = 3


_Duties = dict[tuple[Column, Role | None], list[str]]


@dataclass(slots=True)
class _Item:
    """An item: its number, the headings over it, its text and what was said of it.

    ``section``: what its heading says of all its items.
    """

    number: str
    headings: tuple[str, ...]
    text: str
    duties: _Duties = field(default_factory=dict)
    section: _Duties = field(default_factory=dict)

    def add(self, kind: tuple[Column, Role | None], text: str) -> None:
        self.duties.setdefault(kind, []).append(text)

    @property
    def has_duties(self) -> bool:
        return any(column in _DUTIES for column, _ in self.duties)


def find_list(document: Document) -> Table | None:
    """Return the document's list of tasks as a table; None where it has none."""
    # Single blanks may part labels: 牵头单位：甲局 配合单位：乙局.
    lines = (text for block in document.blocks for text in _lines_of(block))
    paragraphs = [re.sub(r"[ \t\u3000\u00a0]+", " ", text).strip() for text in lines]
    items = [item for item in _collect_items(paragraphs) if item.text]
    with_duties = sum(item.has_duties for item in items)
    if with_duties < _LEAST_ITEMS or 2 * with_duties < len(items):
        return None
    if len(items) > MAX_TABLE_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    return _make_table(items)


def _lines_of(block: Block) -> Iterator[str]:
    """Yield a paragraph, or the rows of a sheet that has a line in each."""
    if isinstance(block, Paragraph):
        yield block.text
        return
    rows = [list_filled(row) for row in block.rows]
    if not block.is_hidden and sum(len(filled) <= 1 for filled in rows) > 0.8 * len(rows):
        yield from (" ".join(cell.text for cell in filled) for filled in rows)


# --- items ----------------------------------------------------------------------------------------


def _collect_items(paragraphs: Sequence[str]) -> list[_Item]:
    """Return the items between the first paragraph that says who does it and the last."""
    says = [_says_who(paragraph) for paragraph in paragraphs]
    owners = _find_owners(says, paragraphs)
    styles = Counter(style for at in owners if (style := _style_of(paragraphs[at])))
    style = styles.most_common(1)[0][0] if styles else ""
    last = max((at for at, is_said in enumerate(says) if is_said), default=-1)
    if below := _find_style_below(style, owners, paragraphs):
        style = below
        last += next(
            (at for at, text in enumerate(paragraphs[last + 1 :]) if _style_of(text) != style), len(paragraphs)
        )
    items: list[_Item] = []
    headings: dict[str, str] = {}
    section: _Duties = {}
    first = min(owners, default=0)
    is_below_heading = False
    for at, text in enumerate(paragraphs[: last + 1]):
        own = _style_of(text)
        is_said = says[at] or at in owners
        was_below_heading, is_below_heading = is_below_heading, False
        if own and own != style and len(text) <= _LONGEST_HEADING and _depth(own) < (_depth(style) + (not is_said)):
            kinds = list(headings)
            headings = {kind: headings[kind] for kind in (kinds[: kinds.index(own)] if own in headings else kinds)}
            headings[own], section = _read_heading(text) if is_said else (text.rstrip("。"), {})
            is_below_heading = True
        elif at < first:
            continue
        elif was_below_heading and _is_duty_line(text):
            section |= {kind: [value] for kind, value in _read_labels(text.strip("（()）〔〕【】[]"))}
            is_below_heading = True
        elif (own == style and own) or (
            says[at] and not _is_duty_line(text) and (not style or (was_below_heading and not own))
        ):
            for item in _split_item(text, tuple(headings.values())):
                item.section = section
                items.append(item)
        elif items:
            _continue_item(items[-1], text)
    for text in _rest_of_last(items, paragraphs[last + 1 :]):
        _continue_item(items[-1], text)
    for item in items:
        own_columns = {column for column, _ in item.duties}
        item.duties |= {kind: values for kind, values in item.section.items() if kind[0] not in own_columns}
        _add_days(item)
    return items


def _depth(style: str) -> int:
    return _DEPTHS.get(style, _DEEPEST)


def _read_heading(text: str) -> tuple[str, _Duties]:
    """Return a heading, and what it says of all that stands below: 一、乡村振兴（责任领导：张勇）."""
    item = next(_split_item(text, ()))
    ordinal = _ordinal_of(text)
    return (text[: -len(ordinal.rest)] if ordinal and ordinal.rest else "") + item.text, item.duties


def _find_style_below(style: str, owners: Sequence[int], paragraphs: Sequence[str]) -> str:
    """Return how the items are numbered whose headings say who does them, if they do."""
    headings = [at for at in dict.fromkeys(owners) if style and _style_of(paragraphs[at]) == style]
    below: Counter[str] = Counter()
    for at, end in pairwise([*headings, len(paragraphs)]):
        subject, _ = _read_heading(paragraphs[at])
        inner = next((_style_of(text) for text in paragraphs[at + 1 : end] if not _is_duty_line(text)), "")
        is_heading = len(subject) <= _LONGEST_SUBJECT and not re.search("[，。；]", subject)
        if inner and is_heading and _depth(inner) > _depth(style):
            below[inner] += 1
    return next((inner for inner, count in below.most_common(1) if 2 * count > len(headings)), "")


def _rest_of_last(items: Sequence[_Item], after: Sequence[str]) -> Iterator[str]:
    """Yield the last item's further paragraphs, as many as the others have."""
    counts = sorted(item.text.count("\n") for item in items[:-1])
    for text in after[: counts[len(counts) // 2] if counts else 0]:
        if _style_of(text) or len(text) < 8 or PRINTED_DAY.fullmatch(text):
            return
        yield text


def _find_owners(says: Sequence[bool], paragraphs: Sequence[str]) -> list[int]:
    """Return where the items begin whose duties the paragraphs say."""
    nearest, numbered = [], []
    for at in (place for place, is_said in enumerate(says) if is_said):
        own = at
        while own > 0 and _is_duty_line(paragraphs[own]):
            own -= 1
        nearest.append(own)
        above = range(own, max(-1, own - _FARTHEST_OWNER), -1)
        numbered.append(next((place for place in above if _style_of(paragraphs[place])), own))
    # Where several stand below one number, that is a heading's.
    return numbered if len(set(numbered)) == len(set(nearest)) else nearest


def _ordinal_of(text: str) -> Ordinal | None:
    """Return the number a paragraph begins with, of a list of thousands, too."""
    if match := _THOUSANDTH.match(text):
        return Ordinal(f"1{match[2]}", int(match[1]), text[match.end() :])
    return leading_ordinal(text)


def _style_of(text: str) -> str:
    ordinal = _ordinal_of(text)
    return ordinal.style if ordinal else ""


def _says_who(text: str) -> bool:
    is_decision = _style_of(text) or text.startswith("会议")
    if _is_duty_line(text) or _find_label(text) is not None or (is_decision and _find_leading(text)):
        return True
    return any(_read_bracket(match[1]) for match in _BRACKETS.finditer(text)) or bool(_CALLED.search(text))


def _is_duty_line(text: str) -> bool:
    label = _LABEL.match(text.lstrip("（(〔【["))
    return label is not None and _kind_of(label[1]) is not None


def _split_item(text: str, headings: tuple[str, ...]) -> Iterator[_Item]:
    """Yield the item of a paragraph, or each of several with brackets of their own."""
    ordinal = _ordinal_of(text)
    number, rest = (str(ordinal.number), ordinal.rest) if ordinal else ("", text)
    item = _Item(number, headings, "")
    for name in _CALLED.findall(rest):
        item.add((Column.LEADERS, None), name)
    rest = _CALLED.sub("", rest)
    start = 0
    for match in _BRACKETS.finditer(rest):
        if not (duties := _read_bracket(match[1])):
            continue
        before = rest[start : match.start()].strip("，,；; ")
        if item.has_duties and before.strip("。；;，, "):
            yield item
            item = _Item("", headings, "")
        item.text += before
        for kind, value in duties:
            item.add(kind, value)
        start = match.end()
    rest = rest[start:].strip()
    if not item.duties and (label := _find_label(rest)):
        for kind, value in _read_labels(rest[label.start() :]):
            item.add(kind, value)
        rest = rest[: label.start()].strip()
    item.text = (item.text + rest).removesuffix("；").strip()
    if re.fullmatch(r"[。；;，,]", item.text[-1:]) and item.text[-2:-1] in ("。", "；"):
        item.text = item.text[:-1]
    if not item.duties:
        _read_sentences(item)
    yield item


def _find_label(text: str) -> re.Match[str] | None:
    """Return the first label of a duty behind an item's text: …。责任单位：甲局；完成时限：3月底前."""
    return next(
        (
            match
            for match in _LABEL.finditer(text)
            if match.start() and (kind := _kind_of(match[1])) and kind[0] in _DUTIES
        ),
        None,
    )


def _continue_item(item: _Item, text: str) -> None:
    """Add a further paragraph: who does it, or more of what is done."""
    if _is_duty_line(text):
        for kind, value in _read_labels(text.strip("（()）〔〕【】[]")):
            item.add(kind, value)
        return
    further = next(_split_item(text, item.headings))
    item.text = f"{item.text}\n{text[: len(text) - len(text.lstrip())]}{further.text}"
    for kind, values in further.duties.items():
        for value in values:
            item.add(kind, value)


# --- who and by when ------------------------------------------------------------------------------


def _kind_of(label: str) -> tuple[Column, Role | None] | None:
    header = parse_header(label)
    if header is None or header.column in (Column.NUMBER, Column.ASPECT, Column.SUGGESTION, Column.TASKS):
        return None
    return header.column, header.role


def _read_bracket(text: str) -> list[tuple[tuple[Column, Role | None], str]]:
    """Return what a bracket says of who and when; nothing if it is about others."""
    if _LABEL.search(text):
        read = list(_read_labels(text))
        return read if any(column in _DUTIES for (column, _), _ in read) else []
    names: list[str] = []
    days: list[str] = []
    for clause in filter(None, _SENTENCE_STOPS.split(text)):
        (days if is_deadline(_DONE.sub("", clause)) else names).append(clause.strip())
    if not names or not _are_departments("，".join(names)):
        return []
    read = [((Column.DEPARTMENTS, Role.RESPONSIBLE), "，".join(names))]
    return [*read, ((Column.DEADLINE, None), "，".join(days))] if days else read


def _read_labels(text: str) -> Iterator[tuple[tuple[Column, Role | None], str]]:
    """Yield what stands behind each label: 牵头单位：甲局；完成时限：6月底前."""
    labels = [match for match in _LABEL.finditer(text) if _kind_of(match[1])]
    ends = [match.start() for match in labels[1:]] + [len(text)]
    for match, end in zip(labels, ends, strict=True):
        if (kind := _kind_of(match[1])) and (value := tidy_text(text[match.end() : end]).strip(" ；;，,。\n")):
            yield kind, value if kind != _REMARKS else f"{match[1]}：{value}"


def _are_departments(text: str) -> bool:
    names = [department.name for department in parse_departments(text, Role.RESPONSIBLE).names]
    return bool(names) and 2 * sum(map(_may_be_department, names)) > len(names)


def _may_be_department(name: str) -> bool:
    return looks_like_department(name) or bool(re.match(r"各|有关|相关|省委|市委|县委|区委|团[省市县区]委", name))


def _read_sentences(item: _Item) -> None:
    """Read 由甲局牵头，乙局配合，…，5月底前完成 in the item's own sentences, which stay its text."""
    if (match := _find_leading(item.text)) is None:
        return
    role = Role.LEAD if "牵头" in match[0] else Role.RESPONSIBLE
    item.add((Column.DEPARTMENTS, role), _leading_names(match))
    for helped in _HELPED_BY.finditer(item.text, match.end() - 2):
        if _are_departments(names := helped[1] or helped[2]):
            item.add((Column.DEPARTMENTS, Role.SUPPORTING), names)


def _add_days(item: _Item) -> None:
    """Let a day within an item's text be its deadline where no label says one."""
    if any(column is Column.DEADLINE for column, _ in item.duties):
        return
    for line in item.text.split("\n"):
        days = [clause for clause in _SENTENCE_STOPS.split(line) if is_deadline(_DONE.sub("", clause))]
        if days := days or _BY_A_DAY.findall(line):
            item.add((Column.DEADLINE, None), days[-1])


def _leading_names(match: re.Match[str]) -> str:
    return next(filter(None, match.groups()))


def _find_leading(text: str) -> re.Match[str] | None:
    """Return where a text says which departments lead or are responsible."""
    return next((match for match in _LED_BY.finditer(text) if _are_departments(_leading_names(match))), None)


# --- the table ------------------------------------------------------------------------------------


def _make_table(items: Sequence[_Item]) -> Table:
    """Return the items as a table with the heads that they need."""
    used = {kind for item in items for kind in item.duties} | {_TASKS}
    if any(item.number for item in items):
        used.add((Column.NUMBER, None))
    if any(item.headings for item in items):
        used.add((Column.ASPECT, None))
    kinds = [kind for kind in _HEADS if kind in used or _as_role(kind) in used]
    aspects: dict[tuple[str, ...], Cell] = {}
    rows: list[list[Cell]] = [[Cell(_HEADS[kind]) for kind in kinds]]
    for item in items:
        aspect = aspects.setdefault(item.headings, Cell(" / ".join(item.headings)))
        cells: dict[tuple[Column, Role | None], Cell] = {
            (Column.NUMBER, None): Cell(item.number),
            (Column.ASPECT, None): aspect,
            _TASKS: Cell(tidy_text(item.text)),
        }
        rows.append([cells.get(kind) or _cell_of(item, kind) for kind in kinds])
    return Table.of(rows, is_list=True)


def _as_role(kind: tuple[Column, Role | None]) -> tuple[Column, Role | None]:
    return (kind[0], None) if kind == (Column.DEPARTMENTS, Role.RESPONSIBLE) else kind


def _cell_of(item: _Item, kind: tuple[Column, Role | None]) -> Cell:
    values: Iterable[str] = item.duties.get(kind) or item.duties.get(_as_role(kind)) or ()
    return Cell("\n".join(values)) if values else EMPTY
