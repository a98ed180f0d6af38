"""Reading of one cell: departments with roles, leaders, suggesters.

The rules are of docs/domain.md ("Several departments and leaders in a row") and of real tables: 、 inside brackets
belongs to the name, "/" and 无 mean nobody, a blank may be a separator or only the end of a narrow line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from meetings.core.text import remove_whitespace
from meetings.minutes.documents.model import SOFT_BREAK

from .column_headers import Role
from .person_names import (
    ParsedPerson,
    has_organisation_ending,
    is_capacity,
    is_name,
    join_spaced_names,
    parse_person,
    split_outside_brackets,
)
from .printed_names import (
    complete_beginnings,
    complete_ordinals,
    is_undecided,
    split_person,
    tidy_departments,
    tidy_leaders,
    without_others,
)

_NOBODY = {"/", "／", "\\", "无", "无。", "暂无", "没有", "不涉及", "N/A", "n/a", "*"} | set("-—－–―") | {"——", "--"}
_UNIT = "(?:单位|部门|部室|处室|科室|机构|司局|学院)?"
_LEAD = "牵头|主办|主责|主要责任|主要负责"
_DUTY = "责任|承办|落实|负责|办理|实施"
_SUPPORT = "配合|协办|会办|协助|协同|参与|参加|会同"
_LABEL = re.compile(rf"^[(（【〔\[]?({_LEAD}|{_DUTY}|{_SUPPORT})(?:责任)?{_UNIT}(?:[)）】〕\]][:：]?|[:：])")
_INNER_LABEL = re.compile(rf"(?:{_LEAD}|{_DUTY}|{_SUPPORT})(?:责任)?{_UNIT}[:：]")
_BRACKET_ROLE = re.compile(rf"[(（【〔\[]({_LEAD}|{_DUTY}|{_SUPPORT})(?:责任)?{_UNIT}[)）】〕\]]")
_VERB = re.compile(
    rf"(?<=.)(负责牵头|牵头负责|牵头办理|牵头落实|{_LEAD}|(?:按照?(?:各自)?职责|分工|分别|具体)(?:分工)?(?:负责|落实)?|"
    rf"(?:组织|具体)实施|抓好落实|负责|落实|{_SUPPORT})$"
)
#: A word for a role that the end of a narrow line cuts (会 / 同).
_CUT_WORD = re.compile(
    rf"(?<=会){SOFT_BREAK}(?=同)|(?<=牵){SOFT_BREAK}(?=头)|(?<=配){SOFT_BREAK}(?=合)"
    rf"|(?<=[主协]){SOFT_BREAK}(?=办)|(?<=参){SOFT_BREAK}(?=与)|(?<=负){SOFT_BREAK}(?=责)|(?<=落){SOFT_BREAK}(?=实)"
)
#: What no office is called by itself: behind the end of a narrow line it goes on the name before (街道 / 办事处).
_NEVER_ALONE = re.compile("办事处|委员会|分局|总局|人民政府|领导小组|(?:有限|股份有限)?公司|工作组|管委会|管理局")
#: A line's end within a name; one before 牵头单位： or （配合） begins something new.
_WRAP = re.compile(rf"[\n{SOFT_BREAK}](?![(（【\[]?(?:{_LEAD}|{_DUTY}|{_SUPPORT})(?:责任)?{_UNIT}[)）】\]:：])")
_JOINED = re.compile("以及|和|与|及")
_OTHERS = re.compile(r"等(?:有关|相关|各|其他|多个|\d+[个家])?(?:部门|单位|部室|处室|县区|成员单位|责任单位)?$")
_AND = re.compile(r"会同|协同(?!创新|发展|办公|[)）])")
_PREFIX = re.compile(r"^([省市县区州盟旗])(?!委|政协|人大|直|属|纪|级|内|域|场|监)")
_PREFIXABLE = re.compile(r"(?:厅|局|委员会|办公室|改革委|健康委|建委|国资委|工委|教委|科委|经信委|交委|卫健委|发改委)$")
#: What an office's name begins with if no place stands before it.
_FIELD_OF_WORK = re.compile(
    "发展|改革|财政|教育|科学|科技|工业|经济|信息|民族|宗教|民政|司法|人力|社会|自然|生态|环境|住房|住建|城乡|城市|交通|"
    "水利|水务|农业|农村|商务|文化|旅游|卫生|健康|退役|应急|审计|国有|国资|市场|广播|体育|统计|医疗|医保|信访|机关|金融|"
    "林业|草原|园林|公安|行政|政务|数据|乡村|粮食|能源|知识|药品|地方|外事|档案|保密|招商|投资|公共|综合|审批|营商|气象|地震|税务|"
    "海洋|渔业|畜牧|港口|口岸|铁路|民航|邮政|通信|烟草|消防|人防|国防|安全|质量|政策|督查|编制|组织|宣传|统战|政法|网信"
)
_OWN_PREFIX = re.compile(r"^(?:各|有关|相关|其他|国家|中央|全|团|驻|人行|中国|军)|[省市县区州盟旗镇乡]|街道")


@dataclass(frozen=True, slots=True)
class ParsedDepartment:
    """A department as printed, whole with its brackets, and what it does."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ParsedDepartments:
    """A cell of departments, and what else it names.

    ``others``: the 等部门 that names nobody; ``prefixed_names``: names whose 省/市 was printed only before an earlier
    one; ``people``: names of persons among them.
    """

    names: tuple[ParsedDepartment, ...] = ()
    others: str = ""
    prefixed_names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def is_nobody(text: str) -> bool:
    """Return whether the cell says that there is nobody: "/", 无, a dash."""
    return remove_whitespace(text) in _NOBODY


def parse_departments(raw_text: str, role: Role, *, is_first_lead: bool = False) -> ParsedDepartments:
    """Return the departments of one cell.

    ``role``: that of the column's head. ``is_first_lead``: a note under the table makes the first of each cell the lead
    (列第一位者为牵头单位). Where the cell itself names roles, they count.
    """
    if is_nobody(raw_text) or is_undecided(raw_text):
        return ParsedDepartments()
    raw_text = tidy_departments(raw_text)
    named: list[tuple[str, Role | None]] = []
    others = ""
    current: Role | None = None
    for clause in _clauses(raw_text):
        if label := _LABEL.match(clause):
            current = _parse_role(label[1])
            clause = clause[label.end() :]
        names, rest = _parse_clause(clause)
        others = others or rest
        named.extend((name, own or current) for name, own in names)
    named = list(zip(complete_beginnings([name for name, _ in named]), (own for _, own in named), strict=True))
    has_no_roles = all(own is None for _, own in named)
    result: dict[str, ParsedDepartment] = {}
    for name, own in named:
        default = Role.LEAD if is_first_lead and has_no_roles and not result and role is Role.RESPONSIBLE else role
        result.setdefault(name, ParsedDepartment(name, own or default))
    people = tuple(name for name in result if is_name(name)) if any(not is_name(name) for name in result) else ()
    departments, carried = _carry_prefix(list(result.values()))
    return ParsedDepartments(tuple(departments), others, carried, people)


def separate_people(cell: ParsedDepartments, *, are_expected: bool) -> ParsedDepartments:
    """Separate persons from departments: 办公室 王芳, 财务部（李雷）, 设备部：赵六.

    ``are_expected``: the head names people, too, so that one by itself is no department.
    """
    names: list[ParsedDepartment] = []
    people = list(cell.people)
    for department in cell.names:
        office, own = split_person(department.name)
        people.extend(own)
        if are_expected and is_name(department.name):
            people.append(department.name)
        else:
            names.append(ParsedDepartment(office, department.role))
    return ParsedDepartments(tuple(names), cell.others, cell.prefixed_names, tuple(dict.fromkeys(people)))


def _parse_role(word: str) -> Role:
    if re.search(_LEAD, word):
        return Role.LEAD
    return Role.SUPPORTING if re.search(_SUPPORT, word) else Role.RESPONSIBLE


def _clauses(raw_text: str) -> Iterator[str]:
    """Split into pieces of one role: between semicolons, commas and lines."""
    for piece in split_outside_brackets(_rejoin_names(raw_text), "；;，,。\n"):
        # 牵头单位：甲 配合单位：乙 in one line are two clauses.
        starts = [match.start() for match in _INNER_LABEL.finditer(piece)]
        for start, end in pairwise(sorted({0, *starts, len(piece)})):
            if clause := piece[start:end].strip():
                yield clause


def _rejoin_names(raw_text: str) -> str:
    """Join names cut by a line's end or a scan's blank; other blanks become newlines."""
    text = _CUT_WORD.sub("", raw_text.strip())
    if _only_wraps(text):
        text = _WRAP.sub("", text)
    pieces = re.split(rf"(\n|{SOFT_BREAK}|[^\S\n{SOFT_BREAK}]+)", text)
    text = pieces[0]
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        last = re.split(r"[、，,；;:：/\n]", text)[-1]
        first = re.split(r"[、，,；;:：/]", piece)[0]
        if not piece:
            continue
        if not last or text[-1] in "、，,；;:：/" or piece[0] in "、，,；;/":
            text += piece if separator != "\n" else f"\n{piece}" if not last else piece
        elif _is_cut(last, first, separator) or _depth(text) > 0:
            text += piece
        else:
            text += "\n" + piece
    return text


def _only_wraps(text: str) -> bool:
    """Return whether the cell's lines end only where it is narrow: 、 parts its names."""
    lines = re.split(rf"[\n{SOFT_BREAK}]", text)
    if len(lines) < 2 or "、" not in text:
        return False
    return "\n" not in text or any(line.rstrip().endswith("、") for line in lines[:-1])


def _depth(text: str) -> int:
    return sum(text.count(left) for left in "(（〔【") - sum(text.count(right) for right in ")）〕】")


def _is_cut(last: str, first: str, separator: str) -> bool:
    """Return whether ``last`` and ``first`` are two pieces of one name."""
    if first[:1] in "(（":
        return not _BRACKET_ROLE.match(first) or len(first) > 2
    if _VERB.search(last) or is_name(last) or _LABEL.match(first):
        return False
    if len(first) == 1 or len(last) == 1:
        return not (separator != SOFT_BREAK and first in "省市县区州" and has_organisation_ending(last))
    if first[0] == last[0] and first[0] in "省市县区州":
        return False  # 县残联 / 县财政局
    if re.search(r"[0-9A-Za-z]$", last):
        return True  # the blank that typesetting puts between XX and 县
    if re.match(r"[0-9A-Za-z]", first) and not has_organisation_ending(last):
        return True
    if has_organisation_ending(last):
        if _NEVER_ALONE.fullmatch(first):
            return True
        is_next = first[0] == last[0] and first[0] in "省市县区州"  # 县综合执法局 / 县生态环境分…
        return separator == SOFT_BREAK and not is_next and (len(first) <= 2 or not has_organisation_ending(first))
    return separator == SOFT_BREAK or (has_organisation_ending(first) and not is_name(first))


def _parse_clause(clause: str) -> tuple[list[tuple[str, Role | None]], str]:
    """Return the names of one clause with their roles, and the 等部门 at its end."""
    clause = re.sub(r"^由", "", clause)
    names: list[tuple[str, Role | None]] = []
    others = ""
    waiting = 0
    joined: Role | None = None
    pieces: list[tuple[str, Role | None]] = []
    for at, part in enumerate(_AND.split(clause)):
        names_of_part = (each for name in split_outside_brackets(part, "、/／") for each in _split_joined(name))
        pieces.extend((name, Role.SUPPORTING if at else None) for name in complete_ordinals(names_of_part))
    for name, joined in pieces:
        own = joined
        if role := _BRACKET_ROLE.search(name):
            own = _parse_role(role[1])
            name = name[: role.start()] + name[role.end() :]
        name = re.sub(r"^(?:\d{1,2}[.．、)）]|[(（]\d{1,2}[)）])", "", name.strip().strip("。.:："))
        verb = _VERB.search(name)
        if verb:
            name = name[: verb.start()]
        elif joined:
            name = re.sub(r"(?:办理|落实|实施|开展)$", "", name)
        if rest := _OTHERS.search(name):
            others = rest[0]
            name = name[: rest.start()]
        name = remove_whitespace(name)
        if name in ("单位", "部门", "企业") and names and "各" in names[-1][0]:
            names[-1] = (f"{names[-1][0]}、{name}", names[-1][1])  # 市直各部门、单位
        elif name and name not in _NOBODY:
            names.append((name, own))
        if verb:
            verb_role = _parse_role(verb[1])
            names[waiting:] = [(each, before or verb_role) for each, before in names[waiting:]]
            waiting = len(names)
    return names, others


def _split_joined(name: str) -> list[str]:
    """Split 药学部和医务处, two offices, and leave 工业和信息化局, one."""
    if "(" in name or "（" in name:
        return [name]
    match = next(
        (at for at in _JOINED.finditer(name) if at.start() > 1 and has_organisation_ending(name[: at.start()])), None
    )
    if match is None or not has_organisation_ending(_VERB.sub("", name[match.end() :])):
        return [name]
    return [name[: match.start()], *_split_joined(name[match.end() :])]


def _can_be_prefixed(name: str) -> bool:
    """Return whether an office names no place of its own: 工业和信息化厅, not 江东金融管理局."""
    stem = _PREFIXABLE.sub("", name)
    return (
        bool(_PREFIXABLE.search(name))
        and not _OWN_PREFIX.search(name)
        and (len(stem) <= 3 or _FIELD_OF_WORK.match(stem) is not None)
    )


def _carry_prefix(names: list[ParsedDepartment]) -> tuple[list[ParsedDepartment], tuple[str, ...]]:
    """Give the second of 省科技厅、工业和信息化厅 the prefix of the first."""
    prefix = ""
    result, carried = [], []
    for department in names:
        match = _PREFIX.match(department.name)
        if match:
            prefix = match[1]
        elif prefix and _can_be_prefixed(department.name):
            department = ParsedDepartment(prefix + department.name, department.role)
            carried.append(department.name)
        result.append(department)
    return result, tuple(carried)


#: One letter alone before or behind the end of a narrow line is the rest of a name.
_LONE_LETTER = re.compile(rf"(?:(?<=[、，,；;\s].)|(?<=^.)){SOFT_BREAK}|{SOFT_BREAK}(?=[^\s](?:[、，,；;\s]|$))")
_LONE_LINE = re.compile(r"(?<=[\u4e00-\u9fff]{2})\n(?=[\u4e00-\u9fff](?:[、，,；;\n]|$))")
_LEADER_LABEL = re.compile(r"(?:牵头|分管|责任|配合|协助|主管|包案)?(?:县|市|校|区)?(?:领导|责任人|负责人|人)?[:：]")


def parse_leaders(raw_text: str) -> tuple[str, ...]:
    """Return the names in a cell of leaders, in printed order, without titles."""
    if is_nobody(raw_text) or is_undecided(raw_text):
        return ()
    raw_text = tidy_leaders(raw_text)
    names: list[str] = []
    for part in re.split(r"[；;]", _LONE_LETTER.sub("", _LONE_LINE.sub("", raw_text)).replace(SOFT_BREAK, "\n")):
        part = _LEADER_LABEL.sub("", part)
        tokens = [token for token in split_outside_brackets(part, "、，,/／ \t\n\u3000\u00a0") if token]
        names.extend(_parse_leader_names(join_spaced_names(tokens, are_people=True)))
    return tuple(dict.fromkeys(names))


def _parse_leader_names(tokens: list[str]) -> Iterator[str]:
    """Return the names; another token is a title, or a name cut by the line."""
    waiting = ""
    for token in tokens:
        token = without_others(_BRACKET_ROLE.sub("", token))
        person = parse_person(token) if token else None
        if person and not (waiting and not is_capacity(waiting)):
            waiting = ""
            yield person.name
        elif waiting and (joined := parse_person(waiting + token)):
            waiting = ""
            yield joined.name
        elif is_capacity(waiting) and _LOOKS_LIKE_NAME.fullmatch(token) and not is_capacity(token):
            waiting = ""  # a surname we do not know
            yield token
        elif token and not waiting:
            waiting = token
        elif person:
            yield waiting
            waiting = ""
            yield person.name
        else:
            waiting += token
    if waiting:
        yield waiting


_LOOKS_LIKE_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}")


def is_run_together(name: str) -> bool:
    """Return whether a leader's name is long enough to be two (肖良陈云华)."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{4,6}", name)) and any(
        is_name(name[:cut]) and is_name(name[cut:]) for cut in (2, 3)
    )


def parse_sources(raw_text: str) -> tuple[ParsedPerson, ...]:
    """Return who made the suggestion, in printed order, with capacities."""
    if is_nobody(raw_text):
        return ()
    people: list[ParsedPerson] = []
    waiting = ""
    for line in _source_lines(raw_text):
        carried: str | None = None
        label = re.match(r"^([^:：]{1,20})[:：]", line)
        if label:
            carried, line = label[1], line[label.end() :]
        before = len(people)
        for group in split_outside_brackets(line, "、，,；;/／"):
            tokens = join_spaced_names([token for token in re.split(r"\s+", group) if token])
            for token in tokens:
                person = parse_person(token)
                if person is None:
                    if waiting and (person := parse_person(waiting + token)):
                        waiting = ""
                    else:
                        waiting += token
                        continue
                capacity = (waiting + (person.capacity or "")) or carried
                waiting = ""
                # 副会长甲、乙 are both; 甲副会长、乙 and 甲（副会长）、乙 are not.
                carried = None if person.capacity and token.startswith(person.name) else capacity
                people.append(ParsedPerson(person.name, capacity))
        is_after_name = len(people) == before + 1 and people[-1].capacity is None
        if waiting and is_after_name and is_capacity(waiting):
            people[-1] = ParsedPerson(people[-1].name, waiting)
            waiting = ""
        elif waiting and not is_capacity(waiting) and has_organisation_ending(waiting) and len(people) == before:
            people.append(ParsedPerson(waiting))
            waiting = ""
    if waiting:
        people.append(ParsedPerson(waiting))
    return tuple(dict.fromkeys(people))


def _source_lines(raw_text: str) -> list[str]:
    """Return the cell's lines, joined where a narrow cell broke one."""
    lines = []
    for line in _LONE_LINE.sub("", raw_text).split("\n"):
        pieces = line.split(SOFT_BREAK)
        text = pieces[0]
        for piece in pieces[1:]:
            last = re.split(r"[\s、，,；;]", text.rstrip())[-1]
            is_rest = len(re.split(r"[\s、，,；;]", piece)[0]) == 1
            text += f" {piece}" if parse_person(last) and not is_rest else piece
        if text.strip():
            lines.append(text.strip())
    return lines
