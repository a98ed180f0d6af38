"""Services on the working calendar: administrators enter the holidays of a year.

The days of a year come from chinesecalendar once it knows them (`meetings.core.workdays`); until then, from here.
"""

import datetime
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.holiday_notice import NoticeError, NoticeProblem, read_notice, write_notice
from meetings.core.types import StrOrPromise
from meetings.core.workdays import is_announced, is_published
from meetings.errors import InvalidInputError, NoChangesError
from meetings.models import Account, CalendarDay, ChangeKind
from meetings.permissions import require_administrator
from meetings.tasks.services.log import log_change

#: Days ahead of a year's beginning from which its unknown holidays are told.
DAYS_AHEAD = 31
# Other processes look again after so many seconds.
_MAX_AGE = 60

_PROBLEMS: dict[NoticeProblem, StrOrPromise] = {
    NoticeProblem.NO_DAY: gettext_lazy("There is no day “%(value)s”. Correct it."),
    NoticeProblem.NO_VERB: gettext_lazy(
        "“%(value)s” says neither 放假 (off) nor 上班 (works) behind its days. Add which it is, or remove the sentence."
    ),
    NoticeProblem.WEEKDAY: gettext_lazy(
        "“%(value)s” is another day of the week in %(year)s. Is this the notice of another year?"
    ),
    NoticeProblem.BACKWARDS: gettext_lazy("“%(value)s” ends before it begins, or is longer than a month. Correct it."),
    NoticeProblem.BOTH: gettext_lazy("%(value)s is named both as a day off and as one that works. Remove one."),
    NoticeProblem.WORKS_ANYWAY: gettext_lazy("%(value)s is in no weekend, so it works anyway. Correct or remove it."),
    NoticeProblem.OTHER_YEAR: gettext_lazy("%(value)s is not in %(year)s. Remove it: only that year is entered here."),
}

_known: dict[int, dict[datetime.date, bool]] = {}
_known_since = float("-inf")


def find_entered_days(year: int) -> Mapping[datetime.date, bool]:
    """Return the days entered for ``year``, and whether each works.

    What another process saved is seen a minute later at most.
    """
    global _known, _known_since  # noqa: PLW0603 - one calendar for a process
    if time.monotonic() - _known_since > _MAX_AGE:
        days: defaultdict[int, dict[datetime.date, bool]] = defaultdict(dict)
        for day, works in CalendarDay.objects.values_list("day", "is_working"):
            days[day.year][day] = works
        _known, _known_since = dict(days), time.monotonic()
    return _known.get(year, {})


def forget_entered_days() -> None:
    """Look the entered days up again when they are asked for next."""
    global _known_since  # noqa: PLW0603
    _known_since = float("-inf")


def find_unpublished_years() -> list[int]:
    """Return of this year and the next those that chinesecalendar does not know."""
    year = timezone.localdate().year
    return [each for each in (year, year + 1) if not is_published(each)]


def find_unknown_year() -> int | None:
    """Return the year, begun or at hand, whose holidays are not known."""
    today = timezone.localdate()
    years = (today.year, (today + datetime.timedelta(days=DAYS_AHEAD)).year)
    return next((year for year in years if not is_announced(year)), None)


@transaction.atomic
def set_working_days(*, actor: Account, year: int, notice: str) -> None:
    """Enter the days that ``notice`` names, in place of those entered for ``year``.

    Raises InvalidInputError for words without a meaning, and for a year that chinesecalendar knows.
    """
    require_administrator(actor)
    if year not in find_unpublished_years():
        raise InvalidInputError(_("The holidays of %(year)s are known already.") % {"year": year})
    try:
        days = read_notice(notice, year)
    except NoticeError as error:
        words: dict[str, Any] = {"value": error.value, "year": year}
        raise InvalidInputError(str(_PROBLEMS[error.problem]) % words, field="notice") from error
    if notice.strip() and not days:
        message = _("No day that is off (放假) or works (上班) is named there. Write such lines: 1月1日至3日放假。")
        raise InvalidInputError(message, field="notice")
    before = dict(CalendarDay.objects.select_for_update().filter(day__year=year).values_list("day", "is_working"))
    if days == before:
        raise NoChangesError(field="notice")
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(CalendarDay(day=day, is_working=works) for day, works in days.items())
    changes = {"working_calendar": {"old": write_notice(before) or None, "new": write_notice(days) or None}}
    # Whoever is signed in is known by a stand-in, and a log by its subject's class.
    log_change(
        Account.objects.get(pk=actor.pk),
        kind=ChangeKind.CORRECTED,
        actor=actor,
        part=_("Working days of %(year)s") % {"year": year},
        changes=changes,
    )
    transaction.on_commit(forget_entered_days)
