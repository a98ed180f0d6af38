"""The day a page shows: today in Asia/Shanghai, or ``as_of`` (docs/domain.md).

Beside it is the day of knowledge, ``known_on``: what was recorded later does not count
(`meetings.models.day_of_knowledge`).
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

AS_OF, KNOWN_ON = "as_of", "known_on"
_known_day: ContextVar[datetime.date | None] = ContextVar(KNOWN_ON, default=None)
# An earlier year is a typing error; near the first day of the calendar, date arithmetic fails.
FIRST_YEAR = 1900


class InvalidAsOfError(ValueError):
    """Raised for an invalid day or one the register cannot show; its text says why."""


def parse_date(value: str) -> datetime.date:
    """Parse ``value`` (YYYY-MM-DD, from 1900 on); raises InvalidAsOfError."""
    try:
        day = datetime.datetime.strptime(value.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        raise InvalidAsOfError(
            _("“%(value)s” is not a day. Write it as year, month and day, such as 2023-12-31.") % {"value": value}
        )
    return day


def parse_as_of(value: str | None, today: datetime.date | None = None) -> datetime.date:
    """Return the day to show: ``value`` (YYYY-MM-DD), or today where it is None.

    Raises InvalidAsOfError for an invalid day and for a day in the future.
    """
    today = today or timezone.localdate()
    if not value or not value.strip():
        return today
    day = parse_date(value)
    if day > today:
        raise InvalidAsOfError(
            _("%(day)s has not come yet, so nobody knows the register of that day. Choose today or an earlier day.")
            % {"day": date_format(day, "DATE_FORMAT")}
        )
    return day


def parse_known_on(
    value: str | None, as_of: str | None, today: datetime.date | None = None
) -> tuple[datetime.date, datetime.date | None]:
    """Return the day to show and the day of knowledge; None for the latter is today.

    Without ``as_of`` the one is the other. Raises InvalidAsOfError as `parse_as_of`, and for a day of knowledge before
    the day to show.
    """
    today = today or timezone.localdate()
    if not value or not value.strip():
        return parse_as_of(as_of, today), None
    known = parse_date(value)
    if known > today:
        raise InvalidAsOfError(
            _("%(day)s has not come yet, so nobody knows what will be known then. Choose today or an earlier day.")
            % {"day": date_format(known, "DATE_FORMAT")}
        )
    day = parse_as_of(as_of, today) if as_of and as_of.strip() else known
    if known < day:
        raise InvalidAsOfError(
            _("On %(known)s nothing was known yet of the register of %(day)s. Choose that day of knowledge or later.")
            % {"known": date_format(known, "DATE_FORMAT"), "day": date_format(day, "DATE_FORMAT")}
        )
    return day, known if known < today else None


def known_day() -> datetime.date | None:
    """Return the day of knowledge that queries are limited to; None: today."""
    return _known_day.get()


@contextmanager
def hold_known_day(day: datetime.date) -> Iterator[None]:
    """Let `known_day` be ``day``, for `meetings.models.day_of_knowledge` alone."""
    token = _known_day.set(day)
    try:
        yield
    finally:
        _known_day.reset(token)


def name_day(day: datetime.date, format_day: Callable[[datetime.date], str] = datetime.date.isoformat) -> str:
    """Return ``day`` as it is written, and the day of knowledge unless it is today."""
    if (known := known_day()) is None:
        return format_day(day)
    return _("%(day)s as known on %(known)s") % {"day": format_day(day), "known": format_day(known)}


def day_bounds(first: datetime.date, last: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the moments at which the days from ``first`` to ``last`` begin and end.

    Days of the register's own zone, whatever the reader's.
    """
    zone = timezone.get_default_timezone()
    days = (first, last + datetime.timedelta(days=1))
    begin, end = (datetime.datetime.combine(day, datetime.time.min, zone) for day in days)
    return begin, end
