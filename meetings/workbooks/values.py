"""Values of open cells: a day in the ways people write one, a status by its words."""

import datetime
import re

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
