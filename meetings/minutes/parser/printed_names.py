"""Names that a cell prints in part, joined with others, or with a person."""

import re
from collections.abc import Iterable, Iterator, Sequence

from .person_names import can_be_name, has_organisation_ending, is_capacity, is_name, split_outside_brackets

_ORDINAL = r"(?:第?(?:[一二三四五六七八九十]{1,3}|\d{1,2}))"
_ENDS_IN_ORDINAL = re.compile(rf"(?P<before>.*?)(?P<ordinal>{_ORDINAL})")
_BEGINS_WITH_ORDINAL = re.compile(rf"(?P<ordinal>{_ORDINAL})(?P<noun>\D{{0,12}})")
_NUMBERED_OFFICE = re.compile(
    r"(?P<before>.*?)(?P<ordinal>[一二三四五六七八九十]{1,3})(?P<noun>\D{0,4}?(?:[部处科室组队所厂院庭站]|车间|公司|中心))"
)
#: A：甲部 B：乙部, A角王五B角赵六.
_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-Da-d](?:[角岗]\s*[:：]?|\s*[:：])")
_JOINED = re.compile(r"(?<=[\u4e00-\u9fff)）])\s*[+＋&＆|｜]\s*(?=[\u4e00-\u9fff])")
_NUMBERING = re.compile(r"[①-⑳]|(?:^|(?<=[；;\n]))\s*\d{1,2}、(?!\s*\d)")
_SHORT_ROLES = ((re.compile(r"[(（]主[)）]"), "（牵头）"), (re.compile(r"[(（][辅协配][)）]"), "（配合）"))
_HOW = re.compile(r"[(（]按(?:照)?(?:各自)?职责(?:分工)?(?:负责|落实)?[)）]")
_ROLE = "牵头|主办|配合|协办|协助|协同|参与"
#: 甲局为主，乙局配合; 牵头部门——甲局; 甲局（牵头）乙局（配合）.
_BE_LEAD = re.compile(r"以?([^、，,；;。\s]{2,}?)为(?:主责?|牵头|主办)(?:单位|部门)?(?=[、，,；;。\s]|$)")
_BE_SUPPORT = re.compile(r"([^、，,；;。\s]{2,}?)为(?:辅|配合|协办|协助)(?:单位|部门)?(?=[、，,；;。\s]|$)")
_DASHED = re.compile(rf"((?:{_ROLE}|责任)(?:单位|部门))[—–-]{{1,2}}")
_BEHIND_ROLE = re.compile(rf"([(（](?:{_ROLE}|主责)[)）])(?=[\u4e00-\u9fff])(?!等|负责|办理|落实|实施)")
_ROLE_IN_BRACKETS = re.compile(
    rf"[(（]由?(?:(?P<names>[^()（）:：]{{2,}}?)(?P<role>{_ROLE})"
    rf"|(?P<label>{_ROLE}|会同|联合)(?:单位|部门)?[:：]?(?P<labelled>[^()（）:：]{{2,}}))[)）]"
)
_PHONE = re.compile(r"(?:电话|手机|联系方式)?[:：]?\s*(?<!\d)(?:\+?86[- ]?)?(?:1\d{10}|\d{3,4}-?\d{7,8}|\d{5,8})(?!\d)")
_UNDECIDED = re.compile(r"(?:[待未][定明落]|[待未]确定|另[定行]|暂[未缺]|空缺).{0,4}")
_DOUBTFUL = re.compile(
    rf"[:：+＋&＆=→|]|\d{{5,}}|^除.+外|等$|等\d|\d人|^(?:详?见|同|TBD)|[-—–]|^.$|人员?$|为[主辅]|[(（][^()（）]*(?:{_ROLE}|[主辅])[^()（）]*[)）]"
    r"|^[^()（）]*[)）]|[(（][^()（）]*$|^[\d\W]+$"
)
_LABEL_OF_PERSON = re.compile(r"^(?:负责|联系|牵头|责任|经办|承办)人[:：]?")
_OTHERS = re.compile(r"(?<=.)等(?:各位|有关|相关)?(?:领导|同志|人|\d+人)?$")


def tidy_departments(text: str) -> str:
    """Return the cell's text with its names apart, and their roles as elsewhere."""
    text = _HOW.sub("", _JOINED.sub("、", _NUMBERING.sub("", _LETTER.sub("；", text))))
    text = _DASHED.sub(r"\1：", _BE_SUPPORT.sub(r"\1（配合）", _BE_LEAD.sub(r"\1（牵头）", text)))
    for pattern, role in _SHORT_ROLES:
        text = pattern.sub(role, text)
    return _BEHIND_ROLE.sub(r"\1、", _ROLE_IN_BRACKETS.sub(_take_out, text))


def _take_out(match: re.Match[str]) -> str:
    """Take two names out of 市教育局（市公安局配合）: 市教育局、市公安局（配合）."""
    names = [name for name in re.split(r"[、，,和]", match["names"] or match["labelled"]) if name.strip()]
    if not all(map(has_organisation_ending, names)):
        return match[0]
    return "".join(f"、{name.strip()}（{_role_of(match)}）" for name in names)


def _role_of(match: re.Match[str]) -> str:
    return "牵头" if (match["role"] or match["label"]) in ("牵头", "主办") else "配合"


def complete_ordinals(pieces: Iterable[str]) -> Iterator[str]:
    """Give 一、二、三车间 and 第一、第二检察部 their noun, 市场一、二部 its beginning."""
    waiting: list[re.Match[str]] = []
    for piece in pieces:
        match = _BEGINS_WITH_ORDINAL.fullmatch(piece) if waiting else None
        if match and (noun := match["noun"]):
            before = waiting[0]["before"]
            ordinals = [*(of["ordinal"] for of in waiting), match["ordinal"]]
            numbering = "第" if ordinals[0].startswith("第") else ""
            yield from (f"{before}{numbering}{ordinal.removeprefix('第')}{noun}" for ordinal in ordinals)
            waiting = []
            continue
        if waiting and not match:
            yield from (of[0] for of in waiting)
            waiting = []
        if ordinal := _ENDS_IN_ORDINAL.fullmatch(piece):
            waiting.append(ordinal)
        else:
            yield piece
    yield from (of[0] for of in waiting)


def complete_beginnings(names: Sequence[str]) -> list[str]:
    """Give 二部 behind 市场一部 its beginning."""
    result: list[str] = []
    last: re.Match[str] | None = None
    for name in names:
        match = _NUMBERED_OFFICE.fullmatch(name)
        if match and last and not match["before"] and match["noun"] == last["noun"]:
            result.append(last["before"] + name)
            continue
        last = match
        result.append(name)
    return result


def split_person(name: str) -> tuple[str, list[str]]:
    """Return an office and who of it is printed with it: 财务部（王芳 138…）, 设备部：赵六, 质量部张三."""
    if match := re.fullmatch(r"(.{2,}?)[(（]([^()（）]+)[)）]|(.{2,}?)[:：](.+)", name):
        office = match[1] or match[3]
        inside = _LABEL_OF_PERSON.sub("", _PHONE.sub("", match[2] or match[4]))
        people = [each for each in split_outside_brackets(inside, "、，, ") if each]
        if is_name(office) and has_organisation_ending(inside):
            return inside, [office]
        return (office, people) if people and all(map(is_name, people)) else (name, [])
    for size in (3, 2):
        office, person = name[:-size], name[-size:]
        is_office = len(office) > 1 and has_organisation_ending(office) and not is_name(office)
        if is_office and office[-1] in "部处室局科办厅委队" and is_name(person) and not has_organisation_ending(person):
            return office, [person]
    return name, []


def tidy_leaders(text: str) -> str:
    """Return the cell's text without telephones and 等, its names apart."""
    return _PHONE.sub("", _JOINED.sub("、", _LETTER.sub("、", text)))


def without_others(name: str) -> str:
    """Return 李四 of 李四等."""
    return _OTHERS.sub("", name)


def is_undecided(name: str) -> bool:
    """Return whether a cell names nobody yet: 待定."""
    return _UNDECIDED.fullmatch(name.strip()) is not None


def is_doubtful_office(name: str) -> bool:
    """Return whether a name has something in it that no office's name has."""
    return _DOUBTFUL.search(name) is not None or is_capacity(name)


def is_doubtful_leader(name: str) -> bool:
    """Return whether a name is a title only, or no name: 总工程师, 李四等."""
    is_latin = re.fullmatch(r"[A-Za-z][A-Za-z .]+", name)
    is_family_name_with_title = is_capacity(name) and len(name) <= 5 and is_name(f"{name[0]}明")
    # The number of a task, before whose leader it stands.
    is_number = re.fullmatch(r"[(（]?\d{1,2}[)）.．、]?", name)
    return not (is_name(name) or can_be_name(name) or is_latin or is_family_name_with_title or is_number)
