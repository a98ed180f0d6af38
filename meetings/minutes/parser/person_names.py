"""Telling a person's name from the capacity printed beside it (信息技术专业委员会委员 易春)."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

# Surnames of one character, and the words that end a capacity.
_WORDS = json.loads(Path(__file__).with_name("person_words.json").read_text(encoding="utf-8"))
_SURNAMES = set("".join(_WORDS["surnames"]))
_LONG_SURNAMES = re.compile("欧阳|司马|上官|诸葛|司徒|东方|尉迟|皇甫|慕容|令狐|夏侯|公孙|端木|宇文|长孙")
# The longer first, so that 副秘书长 does not leave 秘书 behind.
_ENDS = "|".join(sorted(" ".join(_WORDS["capacity_ends"]).split(), key=len, reverse=True))
_CAPACITY_END = re.compile(rf"(?:{_ENDS})$")
_CAPACITY_THEN_NAME = re.compile(rf"^(.*(?:{_ENDS}))([\u4e00-\u9fff·]{{2,10}})$")
_ORGANISATION_END = re.compile(
    r"(?:部|处|室|局|委|办|科|厅|司|政府|单位|部门|公司|集团|中心|学院|大学|学校|协会|学会|商会|委员会|班子|小组|专班|机构|企业|领导|负责|牵头|"
    r"配合|人员|机关|银行|街道|支队|大队|医院|法院|检察院|研究院|科学院|工会|团委|妇联|秘书处|党组|党委|支部|各县|各区|各市)$"
)
_NOT_ORGANISATIONS = {"领导", "负责", "牵头", "配合", "人员"}
#: Words that look like a name: a surname and a character.
_NO_NAMES = re.compile(
    "常务|全体|高级|国家|安全|方面|成果|等人|其他|有关|相关|以及|时间|时限|江苏|江西|安徽|云南|温州|常州|党务|党建"
)
#: What no name ends with: 高新区 is a place, and 王副县长 says no more than the family name.
_NO_LAST = "区县镇乡副"
_TITLE_AFTER_NAME = re.compile(rf"^([\u4e00-\u9fff]{{2,4}}?)(同志|(?:常务)?副?(?:{_ENDS}))$")
#: 佟湘玉（视频） says how somebody came, not what they are.
_ATTENDANCE_MODE = re.compile(r"视频|线上|线下|远程|网络|腾讯会议|列席|主持|记录|全程|部分时段")
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class ParsedPerson:
    """A person and the capacity printed beside the name, None where none is printed."""

    name: str
    capacity: str | None = None


def is_name(text: str) -> bool:
    """Return whether ``text`` can be a name: surname and one or two characters."""
    if re.fullmatch(r"[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8})+", text):
        return True
    if _NO_NAMES.fullmatch(text) or not _CHINESE.fullmatch(text) or text[-1] in _NO_LAST:
        return False
    if _CAPACITY_END.search(text) or _ORGANISATION_END.search(text):
        return False
    if _LONG_SURNAMES.match(text):
        return 3 <= len(text) <= 4
    return text[0] in _SURNAMES and 2 <= len(text) <= 3


def can_be_name(text: str) -> bool:
    """Return whether ``text`` can be a name of unknown surname, in a list of people."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,3}", text)) and not (
        _NO_NAMES.fullmatch(text) or _CAPACITY_END.search(text) or has_organisation_ending(text)
    )


def is_capacity(text: str) -> bool:
    """Return whether ``text`` ends as a capacity does (…委员, …主任)."""
    return bool(_CAPACITY_END.search(text))


def has_organisation_ending(text: str) -> bool:
    """Return whether ``text`` ends as the name of an office or a body does."""
    match = _ORGANISATION_END.search(text)
    return bool(match and match[0] not in _NOT_ORGANISATIONS) or text[-1:] in "会院所站队组馆社校厂镇乡县市区)）"


def parse_person(text: str) -> ParsedPerson | None:
    """Return the person in a piece (CNAS主任张朝华, 张三（副县长）), or None."""
    bare = re.sub(r"\s+", "", text)
    bracketed = _BRACKETS.search(bare)
    if bracketed and bracketed.start():
        outside, inside = bare[: bracketed.start()] + bare[bracketed.end() :], bracketed[1]
        if is_name(outside):
            return ParsedPerson(outside, None if not inside or _ATTENDANCE_MODE.fullmatch(inside) else inside)
        if is_name(inside) and is_capacity(outside):
            return ParsedPerson(inside, outside)
        if not inside.endswith(("单位", "部门")) and (person := parse_person(outside)) and person.name != outside:
            return person
        bare = bare if is_capacity(outside) else outside
    if is_name(bare):
        return ParsedPerson(bare)
    if (match := _TITLE_AFTER_NAME.match(bare)) and is_name(match[1]):
        return ParsedPerson(match[1], None if match[2] == "同志" else match[2])
    return _parse_fused(bare)


def _parse_fused(bare: str) -> ParsedPerson | None:
    match = _CAPACITY_THEN_NAME.match(bare)
    while match:
        if is_name(match[2]):
            return ParsedPerson(match[2], match[1])
        # 代表 may be part of what follows the last capacity; try the one before it.
        shorter = re.match(rf"^(.*(?:{_ENDS}))", match[1][:-1])
        if shorter is None:
            return None
        rest = bare[shorter.end() :]
        if is_name(rest):
            return ParsedPerson(rest, shorter[1])
        match = _CAPACITY_THEN_NAME.match(shorter[1] + rest) if len(shorter[1] + rest) < len(bare) else None
    return None


def join_spaced_names(tokens: list[str], *, are_people: bool = False) -> list[str]:
    """Join names set wide to align with longer ones (张 虹, 刘 仲 书).

    ``are_people``: only people stand here, so that a rare surname is one as well.
    """
    result: list[str] = []
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and len(tokens[end]) == 1:
            end += 1
        if end - at in (2, 3) and (are_people or tokens[at] in _SURNAMES):
            result.append("".join(tokens[at:end]))
            at = end
        elif end - at > 3 and (end - at) % 2 == 0 and all(token in _SURNAMES for token in tokens[at:end:2]):
            result.extend(tokens[step] + tokens[step + 1] for step in range(at, end, 2))
            at = end
        else:
            result.append(tokens[at])
            at += 1
    return result


_SPACED_NAME = re.compile(
    r"(?:(?<![\u4e00-\u9fff])|(?<=[长任席员记理授士师]))"
    r"([\u4e00-\u9fff])[ \t\u3000\u00a0]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])"
)


def collapse_spaced_names(text: str) -> str:
    """Return the text with widely set names (办公室 安 娜) set close."""
    return _SPACED_NAME.sub(lambda match: match[1] + match[2] if match[1] in _SURNAMES else match[0], text)


def split_outside_brackets(text: str, separators: str) -> list[str]:
    """Split at any of ``separators`` that stands in no brackets: 县（市、区） stays whole."""
    pieces, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        if letter in "(（[【〔":
            depth += 1
        elif letter in ")）]】〕":
            depth = max(0, depth - 1)
        elif depth == 0 and letter in separators:
            pieces.append(text[start:at])
            start = at + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces]
