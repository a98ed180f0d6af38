"""Resolving a mark to a point in time: its day, or why there is none."""

import datetime
import re
from collections.abc import Callable
from dataclasses import replace

from meetings.core.dates import add_months
from meetings.deadlines.point import MeetingDates, Point, Role

from . import days
from .days import ONE_DAY, day_or_none
from .grammar import Form, Mark
from .kinds import Precision, ProblemCode
from .periods import Parts, Period, first_year, is_vague, months_through, one_day, period_of, vague_offer

_YEARS_AHEAD = {"今": 0, "本": 0, "当": 0, "明": 1, "来": 1, "次": 1, "翌": 1, "后": 2, "去": -1, "同": 0}
_WEEKDAYS = "一二三四五六日天"

_OF_MEETING = re.compile(
    r"^(?:自|在|于|从)?(?:本次|此次|这次|本)?(?:会议?|(?:全体|执委|工作|办公|专题)会议?)(?:(?:结束|召开|闭幕)?(?:之后|以后|后|之?日起)|召开)?$"
)
_OF_ISSUE = re.compile(
    r"^(?:自|从|在|于)?(?:本|此|该)?(?:通知|文件|(?:会议)?纪要|本方案|清单|任务?分解表)?(?:正式)?"
    r"(?:印发|发文|发布|下发|发出|公布|行文)(?:之)?(?:之后|以后|后|日起)$"
)
_OF_RECEIPT = re.compile(r"收到|接到|收文|接文")


def points_of(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> list[Point]:
    """Return the points of a mark in printed order: several for 3、6、9月底前.

    ``text`` is the mark's own uniform text; ``before`` the point printed before it in the same cell,
    from which a left-out year or month is carried over.
    """
    points: list[Point] = []
    for parts in _one_period_each(mark.parts):
        last = points[-1] if points else before
        points.append(_RESOLVERS[mark.form](replace(mark, parts=parts), text, meeting, last))
    return points


def _one_period_each(parts: Parts) -> list[Parts]:
    """Return three sets of parts for ``3、6、9月``, for every other mark itself."""
    for list_name, name in (("months_before", "month"), ("quarters_before", "quarter")):
        listed = re.findall(r"\d+", parts.get(list_name) or "")
        if listed:
            return [{**parts, list_name: None, name: number} for number in (*listed, parts[name])]
    return [parts]


# --- a period with or without its year -----------------------------------------------------------


def _year_of(parts: Parts, meeting: MeetingDates, before: Point | None) -> tuple[int | None, bool]:
    """Return the year the parts name and whether they name one.

    明年 names one that only the issue day gives.
    """
    if year := parts.get("year") or parts.get("end_year"):
        return int(year), True
    if short_year := parts.get("short_year"):
        return 2000 + int(short_year), True
    relative_year = parts.get("said_year")
    if not relative_year:
        return None, False
    base = meeting.issued_on.year if meeting.issued_on else meeting.year
    if relative_year[0] in "次翌同" and before and before.due:
        base = before.due.year
    return (None if base is None else base + _YEARS_AHEAD[relative_year[0]]), True


def _place(point: Point, period: Period, meeting: MeetingDates, before: Point | None) -> tuple[Point, int | None]:
    """Give ``period`` its year: printed, carried over, or the first after the issue."""
    parts = point.mark.parts
    if parts.get("bad_year"):
        return replace(point, code=ProblemCode.OUT_OF_RANGE), None
    year, named = _year_of(parts, meeting, before)
    carried = (before.due or before.offered) if before and before.year_printed else None
    is_later = False
    if named:
        if year is None:
            return _open(point, ProblemCode.NO_ISSUE_DAY, None), None
        # 2024年10-3月 ends in the next year, most likely.
        is_later = int(parts.get("from_month") or 0) > int(parts.get("month") or 12)
    elif carried:
        year, same = carried.year, period.last(carried.year)
        is_later = bool(same and same < carried and not parts.get("sooner"))  # 10月底前，力争9月底前 is one year
    if year is not None:
        dated = _dated(replace(point, year_printed=True), period, year + is_later)
        return replace(dated, code=dated.code or (ProblemCode.YEAR_CARRIED_OVER if is_later else None)), year + is_later
    counted_from = max(filter(None, (meeting.issued_on, _first_day(meeting.year))), default=None)
    base = counted_from or meeting.held_on
    if before and before.due and counted_from:
        # 3、6、9月: each is after the one before; 10月底前，力争9月底前 is one year.
        base = counted_from if parts.get("sooner") else max(before.due, counted_from)
    if base is None:
        exists = first_year(period, datetime.date(2000, 1, 1))
        return replace(point, code=ProblemCode.NO_ISSUE_DAY if exists else ProblemCode.IMPOSSIBLE_DAY), None
    year = first_year(period, base)
    if year is None:
        return replace(point, code=ProblemCode.IMPOSSIBLE_DAY), None
    if counted_from is None:
        return _open(point, ProblemCode.NO_ISSUE_DAY, period.last(year)), None
    dated = _dated(point, period, year)
    if dated.due and dated.due.year != counted_from.year:
        dated = replace(dated, code=ProblemCode.YEAR_NOT_OF_ISSUE)
    return dated, year


def _first_day(year: int | None) -> datetime.date | None:
    return datetime.date(year, 1, 1) if year and days.FIRST_YEAR <= year <= days.LAST_YEAR else None


def _open(point: Point, code: ProblemCode, offered: datetime.date | None) -> Point:
    """Return the point without a day of its own, at most with one to offer."""
    return replace(point, due=None, precision=None, code=code, offered=offered)


def _dated(point: Point, period: Period, year: int) -> Point:
    if not days.FIRST_YEAR <= year <= days.LAST_YEAR:
        return replace(point, code=ProblemCode.OUT_OF_RANGE)
    last = period.last(year)
    if last is None:
        return replace(point, code=ProblemCode.IMPOSSIBLE_DAY)
    return replace(point, due=last, precision=period.precision)


_ENDS_ITS_PERIOD = re.compile(r"[底末终内](?:之|以)?前$")


def _related(point: Point, text: str, period: Period, year: int | None) -> Point:
    """Apply what stands after the period: 前, 以后, 起, 左右."""
    parts = point.mark.parts
    if parts.get("after") or parts.get("since"):
        code = ProblemCode.STARTS if parts.get("since") else ProblemCode.NOT_BEFORE
        return replace(point, role=Role.NOT_BEFORE, code=code)
    if point.due is None or point.code is not None:
        return point
    if parts.get("about") or parts.get("approximately"):
        return replace(point, code=ProblemCode.APPROXIMATE)
    if parts.get("before") and not parts.get("day") and not _ENDS_ITS_PERIOD.search(text) and year is not None:
        first = period.first(year)
        return replace(point, code=ProblemCode.BEFORE_PERIOD, offered=first - ONE_DAY if first else None)
    return point


def _date(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    period = period_of(mark.parts)
    if period is None:
        return Point(mark, code=ProblemCode.IMPOSSIBLE_DAY)
    point, year = _place(Point(mark), period, meeting, before)
    if is_vague(mark.parts) and point.due:
        return _open(point, ProblemCode.NO_FIXED_DAY, vague_offer(mark.parts, period, point.due.year))
    return _related(point, text, period, year)


def _short_number(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    point = _date(mark, text, meeting, before)
    return replace(point, code=point.code or ProblemCode.SHORT_YEAR)


def _months_or_day(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    """Resolve 2024.6-12: December, unless it is the twelfth of June; 6-8 is left open."""
    month, other = int(mark.parts["month"] or 0), int(mark.parts["other"] or 0)
    as_day, _ = _place(Point(mark), one_day(month, other), meeting, before) if 1 <= month <= 12 else (Point(mark), None)
    if not mark.parts.get("year"):
        if other > 12:
            return as_day
        return _open(as_day, ProblemCode.DAY_OR_MONTH, as_day.due or as_day.offered)
    if month < other <= 12:
        as_range, _ = _place(Point(mark), months_through(other, other, Precision.MONTH), meeting, before)
        return replace(as_range, code=as_range.code or ProblemCode.DAY_OR_MONTH, offered=as_day.due)
    return replace(as_day, code=as_day.code or ProblemCode.DAY_OR_MONTH)


# --- days that only the document's own day gives --------------------------------------------------


_Span = tuple[datetime.date, datetime.date]


def _of_issue(
    mark: Mark, text: str, meeting: MeetingDates, period_around: Callable[[datetime.date], _Span], precision: Precision
) -> Point:
    """Resolve a period at or after the issue day.

    ``period_around`` gives its first and last day.
    """
    if meeting.issued_on is None:
        offered = period_around(meeting.held_on)[1] if meeting.held_on else None
        return _open(Point(mark), ProblemCode.NO_ISSUE_DAY, offered)
    first, last = period_around(meeting.issued_on)
    fixed = Period(lambda year: first, lambda year: last, precision)
    return _related(Point(mark, last, precision, year_printed=True), text, fixed, last.year)


def _is_next(mark: Mark) -> bool:
    return (mark.parts.get("which") or "")[:1] in ("下", "次")


def _month_of_issue(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    base = meeting.issued_on or meeting.held_on
    month = add_months(base.replace(day=1), 1 if _is_next(mark) else 0) if base else datetime.date(2000, 1, 1)
    parts = {**mark.parts, "month": str(month.month)}
    period = period_of(parts)
    first, last = (period.first(month.year), period.last(month.year)) if period else (None, None)
    if period is None or first is None or last is None:
        return Point(mark, code=ProblemCode.IMPOSSIBLE_DAY if base else ProblemCode.NO_ISSUE_DAY)
    point = _of_issue(mark, text, meeting, lambda day: (first, last), period.precision)
    if is_vague(mark.parts) and point.due:
        return _open(point, ProblemCode.NO_FIXED_DAY, vague_offer(mark.parts, period, month.year))
    return point


def _quarter_of_issue(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    def around(day: datetime.date) -> _Span:
        first = add_months(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), 3 if _is_next(mark) else 0)
        return first, add_months(first, 3) - ONE_DAY

    return _of_issue(mark, text, meeting, around, Precision.QUARTER)


def _week_of_issue(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    """Resolve a weekday of a week from Monday; one without 本 or 下 is left open."""
    weekday = mark.parts.get("weekday")

    def around(day: datetime.date) -> _Span:
        monday = day - ONE_DAY * day.weekday() + ONE_DAY * (7 if _is_next(mark) else 0)
        if not weekday:
            return monday, monday + ONE_DAY * 6
        named = monday + ONE_DAY * min(_WEEKDAYS.index(weekday), 6)
        if not mark.parts.get("which") and named < day:
            named += ONE_DAY * 7
        return named, named

    point = _of_issue(mark, text, meeting, around, Precision.DAY)
    if weekday and point.code is ProblemCode.BEFORE_PERIOD:
        point = replace(point, code=None, offered=None)
    if weekday and not mark.parts.get("which") and point.due:
        return _open(point, ProblemCode.COUNTED_FROM_UNSAID, point.due)
    return point


def _day_alone(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    day = int(mark.parts["day"] or 0)
    if before and before.due:
        due = day_or_none(before.due.year, before.due.month, day)
        if due is None:
            return Point(mark, code=ProblemCode.IMPOSSIBLE_DAY)
        point = Point(mark, due, Precision.DAY, year_printed=before.year_printed)
        return _related(point, text, one_day(due.month, day), due.year)
    if not 1 <= day <= 31:
        return Point(mark, code=ProblemCode.IMPOSSIBLE_DAY)
    offered = None
    if meeting.issued_on:
        months = (add_months(meeting.issued_on.replace(day=1), ahead) for ahead in range(3))
        candidates = (day_or_none(month.year, month.month, day) for month in months)
        offered = next((each for each in candidates if each and each >= meeting.issued_on), None)
    return Point(mark, code=ProblemCode.NO_MONTH, offered=offered)


def _immediate(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    anchor = mark.parts.get("anchor") or ""
    from_meeting = bool(_OF_MEETING.search(anchor))
    if anchor and not from_meeting and not _OF_ISSUE.search(anchor):
        return Point(mark, code=ProblemCode.RECEIPT_DAY if _OF_RECEIPT.search(anchor) else ProblemCode.EVENT)
    day = meeting.held_on if from_meeting else meeting.issued_on
    if day is None:
        code = ProblemCode.NO_MEETING_DAY if from_meeting else ProblemCode.NO_ISSUE_DAY
        return _open(Point(mark), code, meeting.held_on)
    return Point(mark, day, Precision.DAY)


def _later(day: datetime.date, parts: Parts, meeting: MeetingDates) -> datetime.date | None:
    """Add the printed amount to ``day``: weeks of seven days, 半个月 as 15 days.

    Working days by the calendar of ``meeting``; None where that does not know them.
    """
    if parts.get("half_unit"):
        return day + ONE_DAY * 15
    unit = parts.get("unit") or parts.get("long_unit") or parts.get("bare_unit") or ""
    half = parts.get("amount") == "半"
    amount = 0 if half else int(parts.get("amount") or 0)
    if unit in ("月", "季度", "年"):
        months = {"月": 1, "季度": 3, "年": 12}[unit]
        if half and months == 1:
            return day + ONE_DAY * 15
        if half and months < 12:
            return None
        return add_months(day, months // 2 if half else months * amount)
    if half:
        return None
    if unit == "工作日":
        return meeting.add_working_days(day, amount)
    return day + ONE_DAY * {"日": amount, "天": amount, "小时": -(-amount // 24)}.get(unit, amount * 7)


def _after(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    """Resolve a day counted from another: dated from meeting or issue, else offered."""
    anchor = mark.parts.get("anchor") or ""
    from_meeting = bool(_OF_MEETING.search(anchor))
    base = meeting.held_on if from_meeting else meeting.issued_on
    offered = _later(base, mark.parts, meeting) if base else None
    if from_meeting or _OF_ISSUE.search(anchor):
        if base is None:
            return Point(mark, code=ProblemCode.NO_MEETING_DAY if from_meeting else ProblemCode.NO_ISSUE_DAY)
        if offered is None and mark.parts.get("unit") == "工作日":
            return Point(mark, code=ProblemCode.WORKING_DAYS)
        if offered is None:
            return Point(mark, code=ProblemCode.UNREADABLE)
        return Point(mark, offered, Precision.DAY, year_printed=True)
    if _OF_RECEIPT.search(anchor):
        return Point(mark, code=ProblemCode.RECEIPT_DAY, offered=offered)
    if anchor:
        return Point(mark, code=ProblemCode.EVENT)
    return Point(mark, code=ProblemCode.COUNTED_FROM_UNSAID, offered=offered)


# --- feasts and the rest ---------------------------------------------------------------------------


def _feast(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    """Resolve a feast: 国庆 is a day, 国庆前 the day before; 春节 is only offered."""
    name = mark.parts["feast"] or ""
    ahead_of_it = ONE_DAY if mark.parts.get("before") else ONE_DAY * 0

    def last(year: int) -> datetime.date | None:
        day = days.feast_day(name, year)
        return day - ahead_of_it if day else None

    point, _ = _place(Point(mark), Period(last, last, Precision.DAY), meeting, before)
    if mark.parts.get("after"):
        return replace(point, due=None, precision=None, role=Role.NOT_BEFORE, code=ProblemCode.NOT_BEFORE)
    if point.code is ProblemCode.OUT_OF_RANGE:
        return point
    if name in days.MOVABLE_FEASTS or mark.parts.get("about"):
        return _open(point, ProblemCode.NO_FIXED_DAY, point.due or point.offered)
    return point


def _season(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    return Point(mark, code=ProblemCode.NO_FIXED_DAY)


def _five_year_plan(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    year = 2005 + 5 * "一二三四五六".index(mark.parts["plan"] or "一") + 5
    return Point(mark, datetime.date(year, 12, 31), Precision.YEAR, year_printed=True)


def _serial(mark: Mark, text: str, meeting: MeetingDates, before: Point | None) -> Point:
    day = days.day_of_serial(int(mark.parts["serial"] or 0))
    if day is None:
        return Point(mark, code=ProblemCode.OUT_OF_RANGE)
    return Point(mark, day, Precision.DAY, ProblemCode.EXCEL_SERIAL, day, year_printed=True)


_RESOLVERS: dict[Form, Callable[[Mark, str, MeetingDates, Point | None], Point]] = {
    Form.DATE: _date,
    Form.BARE_YEAR: _date,
    Form.SHORT_NUMBER: _short_number,
    Form.MONTHS_OR_DAY: _months_or_day,
    Form.MONTH_OF_ISSUE: _month_of_issue,
    Form.QUARTER_OF_ISSUE: _quarter_of_issue,
    Form.WEEK_OF_ISSUE: _week_of_issue,
    Form.DAY_ALONE: _day_alone,
    Form.IMMEDIATE: _immediate,
    Form.AFTER: _after,
    Form.FEAST: _feast,
    Form.SEASON: _season,
    Form.FIVE_YEAR_PLAN: _five_year_plan,
    Form.SERIAL: _serial,
}
