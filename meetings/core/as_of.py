"""The day a page shows: today in Asia/Shanghai, or ``as_of`` (docs/domain.md)."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

AS_OF = "as_of"
# A year before this one was mistyped; the days before the first of all cannot even be counted.
FIRST_YEAR = 1900


class InvalidAsOfError(ValueError):
    """Raised for an ``as_of`` that is no day or still to come; its text says which."""


def parse_date(value: str) -> datetime.date:
    """Parse ``value`` (YYYY-MM-DD); raises InvalidAsOfError for no day since 1900."""
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

    Raises InvalidAsOfError for what is no day and for a day that has not come yet.
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
