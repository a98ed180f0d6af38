"""Parser and writer of notices on public holidays.

The State Council publishes one a year: 「元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。」
names days off and weekend days worked in exchange. Pure Python, no Django.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby

from .text import to_half_width
from .workdays import ONE_DAY

# Longer than any public holiday so far.
MAX_DAYS = 31

_NOTE = r"(?:\(([^()]*)\))?"
_TOKEN = re.compile(
    rf"(?:(\d{{4}})年)?(\d{{1,2}})月(\d{{1,2}})日{_NOTE}"
    rf"(?:[至到~—–-]+(?:(?:(\d{{4}})年)?(\d{{1,2}})月)?(\d{{1,2}})日{_NOTE})?|(放假|上班)|([。;\n])"
)
_WEEKDAYS = dict(zip("一二三四五六日天", (0, 1, 2, 3, 4, 5, 6, 6), strict=True))


class NoticeProblem(StrEnum):
    """What is wrong with the words or the day that a `NoticeError` names."""

    NO_DAY = "no_day"  # there is no such day
    NO_VERB = "no_verb"  # neither 放假 nor 上班 follows
    WEEKDAY = "weekday"  # it is another day of the week than the brackets say
    BACKWARDS = "backwards"  # the range ends before it begins, or is longer than MAX_DAYS
    BOTH = "both"  # it is named as a day off and as one that works
    WORKS_ANYWAY = "works_anyway"  # it is in no weekend
    OTHER_YEAR = "other_year"


class NoticeError(ValueError):
    """Raised for words that have no meaning, with their ``problem`` and ``value``."""

    def __init__(self, problem: NoticeProblem, value: str) -> None:
        super().__init__(f"{problem}: {value}")
        self.problem = problem
        self.value = value


def read_notice(text: str, year: int) -> dict[datetime.date, bool]:
    """Return the days named by the notice for ``year``: True for working days.

    Sentences without a day are skipped, and so is a day alone on its line (that of the signature). Raises NoticeError.
    """
    days: dict[datetime.date, bool] = {}
    compact = re.sub(r"[^\S\n]+", "", to_half_width(text)) + "\n"
    waiting: list[datetime.date] = []
    begin = 0
    for token in _TOKEN.finditer(compact):
        verb, end = token[9], token[10]
        if verb:
            for day in waiting:
                if days.setdefault(day, verb == "上班") != (verb == "上班"):
                    raise NoticeError(NoticeProblem.BOTH, day.isoformat())
            waiting = []
        elif end:
            sentence = compact[begin : token.start()]
            if waiting and not _TOKEN.fullmatch(sentence):
                raise NoticeError(NoticeProblem.NO_VERB, sentence)
            waiting, begin = [], token.end()
        else:
            waiting += _days_of(token, year)
    _check_days(days, year)
    return days


def write_notice(days: Mapping[datetime.date, bool]) -> str:
    """Return ``days`` in words that `read_notice` reads, a line for each run of days."""
    return "\n".join(
        f"{_write_run(run)}{'上班' if works else '放假'}"
        for works in (False, True)
        for run in _runs(day for day in sorted(days) if days[day] is works)
    )


def _days_of(token: re.Match[str], year: int) -> Iterator[datetime.date]:
    first_year, month, day, note, last_year, last_month, last_day, last_note = token.groups()[:8]
    first = _date(first_year or year, month, day, note, token[0])
    if last_day is None:
        yield first
        return
    last = _date(last_year or first_year or year, last_month or month, last_day, last_note, token[0])
    if not first < last < first + MAX_DAYS * ONE_DAY:
        raise NoticeError(NoticeProblem.BACKWARDS, token[0])
    yield from (first + number * ONE_DAY for number in range((last - first).days + 1))


def _date(year: int | str, month: str, day: str, note: str | None, value: str) -> datetime.date:
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError as error:
        raise NoticeError(NoticeProblem.NO_DAY, value) from error
    weekday = re.search(r"(?:周|星期)([一二三四五六日天])", note or "")
    if weekday and _WEEKDAYS[weekday[1]] != date.weekday():
        raise NoticeError(NoticeProblem.WEEKDAY, value)
    return date


def _check_days(days: Mapping[datetime.date, bool], year: int) -> None:
    for day, works in days.items():
        if day.year != year:
            raise NoticeError(NoticeProblem.OTHER_YEAR, day.isoformat())
        if works and day.weekday() < 5:
            raise NoticeError(NoticeProblem.WORKS_ANYWAY, day.isoformat())


def _runs(days: Iterable[datetime.date]) -> Iterator[list[datetime.date]]:
    # Consecutive days share the difference of day and index; no run is longer than `read_notice` accepts.
    for _start, run in groupby(enumerate(days), lambda at: (at[1].toordinal() - at[0], at[0] // (MAX_DAYS - 1))):
        yield [day for _place, day in run]


def _write_run(run: list[datetime.date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return f"{first.month}月{first.day}日"
    if first.month == last.month:
        return f"{first.month}月{first.day}日至{last.day}日"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"
