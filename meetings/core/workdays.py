"""Working days in China: no weekends and holidays, but make-up working weekends.

Pure Python, no Django. The State Council announces the days of a year late in the year before; a new release of
`chinesecalendar` follows. For a year it does not know, the days entered by an administrator count
(`use_entered_days`); without them Monday to Friday count, with one warning in the log.
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
    """Use ``find`` for the working days and days off of years not published yet."""
    global _entered_days  # noqa: PLW0603 - one calendar for a process
    _entered_days = find


def is_working_day(day: datetime.date) -> bool:
    """Return whether ``day`` is worked: Monday to Friday in an unannounced year."""
    if is_published(day.year):
        return chinese_calendar.is_workday(day)
    entered = _entered_days(day.year)
    if not entered:
        _warn_once(day.year)
    return entered.get(day, day.weekday() < 5)


def announced_working_days(day: datetime.date, number: int) -> datetime.date | None:
    """Return the ``number``-th working day after ``day``.

    None where it falls into a year that is not announced yet.
    """
    while number:
        day += ONE_DAY
        if not is_announced(day.year):
            return None
        number -= is_working_day(day)
    return day


def last_working_day(day: datetime.date) -> datetime.date:
    """Return ``day`` if it is a working day, else the last one before it."""
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

    For 0, the day after ``day``. What ended before the returned day ended at least ``number`` working days ago.
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
