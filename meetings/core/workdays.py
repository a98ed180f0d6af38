"""Working days in China: no weekends and holidays, but make-up working weekends.

Pure Python, no Django. The State Council announces each year's days late in the year before, and `chinesecalendar` is
published anew then. Of a year it does not know the days count that an administrator entered (`use_entered_days`), and
where nobody has, the days from Monday to Friday, with one warning in the log.
"""

import datetime
import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version

import chinese_calendar

logger = logging.getLogger(__name__)

ONE_DAY = datetime.timedelta(days=1)

EnteredDays = Callable[[int], Mapping[datetime.date, bool]]

_entered_days: EnteredDays = lambda _year: {}  # noqa: E731 - until somebody gives another


def use_entered_days(find: EnteredDays) -> None:
    """Ask ``find`` which days of a year that is not published work, or are off."""
    global _entered_days  # noqa: PLW0603 - one calendar for a process
    _entered_days = find


def is_working_day(day: datetime.date) -> bool:
    """Whether ``day`` is a working day; in a year not announced yet: Monday to Friday."""
    if is_published(day.year):
        return chinese_calendar.is_workday(day)
    entered = _entered_days(day.year)
    if not entered:
        _warn_once(day.year)
    return entered.get(day, day.weekday() < 5)


def announced_working_days(day: datetime.date, number: int) -> datetime.date | None:
    """Return the ``number``-th working day after ``day``.

    None where that depends on a year whose holidays are not announced yet.
    """
    while number:
        day += ONE_DAY
        if not is_announced(day.year):
            return None
        number -= is_working_day(day)
    return day


def last_working_day(day: datetime.date) -> datetime.date:
    """Return ``day``, or the last working day before it where it is none."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def next_working_day(day: datetime.date) -> datetime.date:
    """Return the first working day after ``day``."""
    day += ONE_DAY
    while not is_working_day(day):
        day += ONE_DAY
    return day


def first_of_last_working_days(day: datetime.date, number: int) -> datetime.date:
    """Return the first of the last ``number`` working days up to ``day``, inclusive.

    For none, it is the day after ``day``. What ended before that day has been over for ``number`` working days or more.
    """
    begin = day + ONE_DAY
    for _each in range(number):
        begin = last_working_day(begin - ONE_DAY)
    return begin


def is_announced(year: int) -> bool:
    """Return whether the official working days of ``year`` are known here."""
    return is_published(year) or bool(_entered_days(year))


@cache
def is_published(year: int) -> bool:
    """Return whether the installed chinesecalendar knows the working days of ``year``."""
    return any(day.year == year for day in chinese_calendar.constants.holidays)


@cache
def _warn_once(year: int) -> None:
    logger.warning(
        "The public holidays of %d are not known to chinesecalendar %s: Monday to Friday count as working days. "
        "An administrator can enter them; a newer version knows them.",
        year,
        version("chinesecalendar"),
    )
