"""Words beside the dates of a cell: what they leave open and what they undo.

A day counts only where the words around it say no more than that something is done then. A condition (视…, 如…, 或…),
another document (按…执行), a withdrawal (取消, 暂缓) or a word that is not known leaves the day to a person.
"""

import re
from collections.abc import Sequence

from . import grammar
from .grammar import POINT_FORMS, Form, Mark

#: In the text of `_sign`, the first stands for a date, the second for any other form of the grammar.
_DATE, _OTHER = "\1", "\0"
_REVISED = (
    r"(?:现|已|再|又|后)*(?:经[^,;()\x00\x01]{0,6}(?:批准|同意|研究))?(?:调整|延期|延长|延后|推迟|顺延|展期|改期|变更|提前|更改|修改|改|延)"
    r"(?:完成)?(?:时间|时限|期限)?(?:为|至|到)"
)
_FORMER = r"原(?:定|计划|先|来)?(?:完成)?(?:时间|时限|期限)?(?:为|是|于)?:?"
#: 原定2025年6月底，调整为2025年9月底: the former day is no milestone.
_REPLACED = re.compile(rf"(?:{_FORMER}|由|从)?\x01+[,;.( ]*{_REVISED}(?=\x01)")
_REPLACED_BEHIND = re.compile(rf"\({_FORMER}\x01+\)")
_DOUBT = re.compile(
    r"取消|暂[缓停]|缓[办建]|[中终停]止|停[办建工]|作废|撤[销回]|不再|不作|无需|延[期后长迟缓]|顺延|推[迟后延]|调整|变更|改[期为到]|更改"
    r"|或|(?<![电重监巡忽透])视(?![频察])|(?<![例])如(?![期实下])|若(?!干)|(?<![接招期优])待(?![遇办])|(?<![财已曾])经(?![济费营办过])"
    r"|为准|按(?![时期质月季年周])|根据|依据|依照|参照|(?<![清消拆解排扫])除(?![险患])|不[含包]|[未尚拟]|申请|建议|(?<![平高草])原(?![则料理因])"
    r"|条件|特殊|无法|不能|后(?![续勤期台备评])|(?<![提目当以之底末])前(?=$|[,;.)\n]|完成|办结)"
)
#: Words around a day that only say that it is the deadline, in any order.
_PLAIN = re.compile(
    r"(?:[\x00\x01]|于|在|自|从|截?至|到|截止|最迟|最晚|不[得应]?[晚迟]于|不超过|务必|确保|保证|力争|争取|原则上|计划|预计|贯穿"
    r"|各?\d+[个项家次件篇场处套户人%]|[各均]|全部|其[中余他]|同时|后续|含|以?[前内]|底|份|止|[并且和与及~-])*\d{0,2}"
)
_WORK = re.compile(
    rf"{grammar.FINISH_WORD.pattern}|{grammar.START_WORD.pattern}|{grammar.STAGE_WORD.pattern}|{grammar.NAMES_A_THING.pattern}"
    "|开展|推进|推动|实施|组织|召开|制[定订]|修订|编制|形成|实现|取得|[达得拿做]|建[立设]|完善|试点|运行|启用|整改|清[零理]"
    "|自查|[检排核]查|评[估审]|考核|总结|汇总|上报|报|公[示布]|发布|签订|申报|立项|招标|采购|安装|调试|培训|学习|宣传|部署"
    "|筹备|设计|施工|改造|覆盖|审[议核批]|方案|初稿|成果|成效"
)
# 9月底前（2025年） is one day, written in two pieces.
_YEAR_BEHIND = re.compile(r".\(\d{4}年度?\)")
_LABEL = re.compile(r"^[^:\x01]{1,14}:")
_CLAUSE = re.compile(r"[^,;.()\n]+")


def find_replaced(chars: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return the dates that another date in the text replaces."""
    signed = _sign(chars, marks)
    spans = [match.span() for pattern in (_REPLACED, _REPLACED_BEHIND) for match in pattern.finditer(signed)]
    replaced = [mark for mark in marks if any(start <= mark.start < end for start, end in spans)]
    return replaced if any(mark.form in POINT_FORMS and mark not in replaced for mark in marks) else []


def is_all_read(chars: str, marks: Sequence[Mark]) -> bool:
    """Return whether all words beside the dates are understood, and none is doubtful."""
    if _YEAR_BEHIND.search(chars):
        return False
    signed = _sign(chars, marks)
    if find_replaced(chars, marks):
        for pattern in (_REPLACED, _REPLACED_BEHIND):
            signed = pattern.sub(lambda match: " " * len(match[0]), signed)
    clauses = [(match[0], chars[match.start() : match.end()]) for match in _CLAUSE.finditer(signed)]
    return not _DOUBT.search(signed) and all(_is_clause_read(*clause) for clause in clauses)


def _is_clause_read(signed: str, clause: str) -> bool:
    plain = re.sub("[、 ]", "", _LABEL.sub("", signed))
    behind = signed.rfind(_DATE) + 1
    # After 6月底前 comes what has to be done by then, whatever it is (到岗).
    return bool(_PLAIN.fullmatch(plain) or _WORK.search(clause[behind:]) or clause[behind - 1 : behind] == "前")


def _sign(chars: str, marks: Sequence[Mark]) -> str:
    """Return ``chars`` with each mark replaced by `_DATE` or `_OTHER`."""
    for mark in marks:
        is_date = mark.form in POINT_FORMS and mark.form is not Form.SEASON
        chars = chars[: mark.start] + (_DATE if is_date else _OTHER) * (mark.end - mark.start) + chars[mark.end :]
    return chars
