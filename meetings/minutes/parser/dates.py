"""Days printed in full around the table: 2023年9月27日, 2024-03-05, 二〇二四年三月五日.

Deadlines have their own grammar, ``meetings.deadlines``.
"""

import datetime
import re

from meetings.deadlines.days import day_or_none

from .ordinals import parse_count

_YEAR = r"(?P<year>(?:19|20)\d{2}|[一二][〇○零oO0一二三四五六七八九]{3})"
_NUMBER = r"\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
PRINTED_DAY = re.compile(
    rf"{_YEAR}\s*(?:年|[-./])\s*(?P<month>{_NUMBER})\s*(?:月|[-./])\s*(?P<day>{_NUMBER})(?:\s*[日号]|(?!\d))"
)
PRINTED_DAY_OF_YEAR = re.compile(rf"(?P<month>{_NUMBER})\s*月\s*(?P<day>{_NUMBER})\s*[日号]")
_DIGITS = str.maketrans("〇○零oO一二三四五六七八九", "00000123456789")


def date_from_match(match: re.Match[str], *, year: int | None = None) -> datetime.date | None:
    """Return the day of a match of the patterns above, None where there is none."""
    groups = match.groupdict()
    in_year = year if groups.get("year") is None else int(groups["year"].translate(_DIGITS))
    if in_year is None:
        return None
    return day_or_none(in_year, parse_count(groups["month"]), parse_count(groups["day"]))


def find_first_date(text: str) -> datetime.date | None:
    """Return the first day printed in full in ``text``."""
    for match in PRINTED_DAY.finditer(text):
        if day := date_from_match(match):
            return day
    return None
