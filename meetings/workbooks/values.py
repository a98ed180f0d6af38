"""Values of open cells: a day in the ways people write one, a status by its words."""

import datetime
import re
import unicodedata

from meetings.core.text import fold_text, remove_whitespace, to_half_width
from meetings.deadlines.days import day_of_serial, day_or_none
from meetings.minutes.parser.dates import PRINTED_DAY, date_from_match
from meetings.minutes.parser.ordinals import chinese_integer
from meetings.models import Status

from .parser import WorkbookCell, translations

_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$")
_COMPACT_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_NUMBER = r"\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_DATE_WITHOUT_YEAR = re.compile(rf"({_NUMBER})[月/-]({_NUMBER})[日号]?")
# What departments write besides the register's own words; none of them could mean another one. It may be nothing.
_STATUS_SYNONYMS = {
    Status.IN_PROGRESS: ("在办", "办理中", "正在办理", "进行中", "正在推进", "推进", "已启动", "ongoing", "started"),
    Status.CLOSURE_REQUESTED: ("申请结案", "申请销号", "拟办结", "requestclosure", "closurerequest"),
    Status.CLOSED: (
        *("办结", "完成", "已完成", "全部完成", "已完结", "办理完毕", "已办理完毕", "结案", "已结案", "销号"),
        *("done", "completed", "finished"),
    ),
    Status.NOT_STARTED: ("未开始", "尚未开始", "尚未启动", "未开展", "尚未开展"),
    Status.TERMINATED: ("终止", "取消", "cancelled"),
}

# What stands in a cell so that it is not empty.
_NOTHING = re.compile(
    "无|暂无|没有|同上[次期月]?|同前|不变|none|nil|n/a|na|ditto|noprogress|nothingnew|sameasabove|not(?:yet)?started"
)
_SUBJECT = "(?:[该本此这]?项?(?:工作|任务|事项|项目))"
_NOT_DONE = re.compile(
    rf"{_SUBJECT}?(?:(?:因|由于).{{1,40}}?)?(?:目前|当前|现|暂时?|尚|还|仍|至今|一直|本[周月期年]|本季度)*"
    r"(?:未|没有?|无)(?:任何|新的?|实质性?|明显|进一步)*"
    rf"(?:启动|开展|开始|实施|推进|进行|动工|开工|进展|变化|情况){_SUBJECT}?"
)
_DONE = re.compile(r"完成|正在(?!等)|(?<!为)了|中$|召开|印发|起草|形成|组织|制定|征求|调研|[a-z]{5}")
_PLANNED = re.compile("预计|计划|拟|将|待|争取|力争|未|再")


def parse_day(cell: WorkbookCell, today: datetime.date) -> datetime.date | None:
    """Return the day a cell names, or none where it names none.

    A day without a year is the last such day that is not after ``today`` (Asia/Shanghai): progress has been made.
    """
    if cell.day is not None:
        return cell.day
    text = remove_whitespace(_TIME.sub("", to_half_width(cell.text).strip()))
    if match := PRINTED_DAY.fullmatch(text):
        return date_from_match(match)
    if match := _COMPACT_DATE.fullmatch(text):
        return day_or_none(*map(int, match.groups()))
    if match := _SERIAL.fullmatch(text):
        return day_of_serial(int(match[1]))
    if match := _DATE_WITHOUT_YEAR.fullmatch(text):
        month, day = (int(part) if part.isdecimal() else chinese_integer(part) or 0 for part in match.groups())
        # A leap day is at most eight years back.
        days = (day_or_none(year, month, day) for year in range(today.year, today.year - 9, -1))
        return next((each for each in days if each and each <= today), None)
    return None


def parse_status(text: str) -> Status | None:
    """Return the status a cell names in Chinese, English or by value, or None."""
    statuses = {
        _normalise(word): status
        for status in Status
        for word in (status.value, *_STATUS_SYNONYMS.get(status, ()), *translations(status.label))
    }
    return statuses.get(_normalise(text))


def _normalise(text: str) -> str:
    return re.sub(r"[_\-“”\"'。.]+", "", fold_text(text))


def tells_nothing(text: str) -> bool:
    """Return whether a text only fills its cell, or says that nothing was done."""
    return all(_is_nothing(clause) for clause in _clauses(text))


def tells_no_progress(text: str) -> bool:
    """Return whether a text says that nothing was done, and nothing else."""
    others = [clause for clause in _clauses(text) if not _is_nothing(clause)]
    is_said = len(others) < len(_clauses(text))
    return is_said and not any("已" in each or (_DONE.search(each) and not _PLANNED.search(each)) for each in others)


def _is_nothing(clause: str) -> bool:
    # In what is longer something else is told too.
    return bool(_NOTHING.fullmatch(clause) or (len(clause) <= 60 and _NOT_DONE.fullmatch(clause)))


def _clauses(text: str) -> list[str]:
    parts = (fold_text(part) for part in re.split(r"[\n,;:!。]", to_half_width(text)))
    return [clause for part in parts if (clause := _strip_marks(part))]


def _strip_marks(text: str) -> str:
    marks = "".join(sign for sign in set(text) if sign in "×~|" or unicodedata.category(sign).startswith("P"))
    return text.strip(marks)
