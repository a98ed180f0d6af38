"""Excel's number formats: 45473 is printed as 2024年6月, 2026.1 as 2026.10."""

import datetime
import math
import re
from dataclasses import dataclass
from functools import cached_property

from .model import CellValue

#: Built-in formats that are dates, as Excel in Chinese shows them (ECMA-376 part 1, 18.8.30).
_BUILTIN_DATES = {
    **dict.fromkeys(("14", "30"), "yyyy/m/d"),
    "15": "yyyy/m/d",
    "16": "m/d",
    "17": "yyyy/m",
    "22": "yyyy/m/d",
    **dict.fromkeys(("27", "36", "50", "52", "57"), 'yyyy"年"m"月"'),
    **dict.fromkeys(("28", "29", "51", "53", "54", "58"), 'm"月"d"日"'),
    "31": 'yyyy"年"m"月"d"日"',
}
_BUILTIN_NUMBERS = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
# Numbers that are years rather than serials, for nothing here happened from 1905 to 1906.
_FIRST_YEAR, _LAST_YEAR = 1949, 2200
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_DATE_PARTS = re.compile(r"y+|m+|d+|[aeh]+|s+", re.IGNORECASE)


@dataclass(frozen=True)
class NumberFormat:
    """One number format; ``code`` as in the workbook, e.g. ``yyyy"年"m"月"``."""

    code: str

    @cached_property
    def section(self) -> str:
        """The part for positive numbers."""
        return self.code.split(";")[0]

    @cached_property
    def _bare(self) -> str:
        return _LITERAL.sub("", self.section).lower()

    @cached_property
    def is_date(self) -> bool:
        return "general" not in self._bare and bool(re.search(r"[yd]|(?<![hs:])m(?![:s])", self._bare))

    @cached_property
    def shows_day(self) -> bool:
        return self.is_date and "d" in self._bare

    @cached_property
    def decimals(self) -> int | None:
        """Decimals always shown, or None where the format leaves them to the number."""
        if "general" in self._bare or not re.search(r"[0#]", self._bare):
            return None
        match = re.search(r"\.([0#?]+)", self._bare)
        return match[1].count("0") if match else 0


GENERAL = NumberFormat("General")


def builtin_format(key: str) -> NumberFormat:
    """Return the format a workbook names by number only."""
    return NumberFormat(_BUILTIN_DATES.get(key) or _BUILTIN_NUMBERS.get(key) or "General")


def format_number(raw: str, number_format: NumberFormat, *, is_1904: bool = False) -> tuple[str, CellValue]:
    """Return the text Excel shows for the number ``raw``, and the value behind it.

    The value is the day of a date shown to the day, the number itself where the format is General (so that a bare
    2026.1 can be doubted), and None where the text alone says all.
    """
    try:
        number = float(raw)
    except ValueError:
        return raw, None
    if not math.isfinite(number):
        return raw, None
    # 2024.3 typed into a cell for dates is a month, and no day of 1905.
    if number_format.is_date and not _FIRST_YEAR <= number < _LAST_YEAR:
        day = date_from_serial(number, is_1904=is_1904)
        if day is not None:
            return _date_text(day, number_format.section), day if number_format.shows_day else None
    if number_format.code.rstrip().endswith("%"):
        return f"{number * 100:.{number_format.decimals or 0}f}%", None
    if number_format.decimals:
        return f"{number:.{number_format.decimals}f}", None
    return (str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.10g}"), number


def date_from_serial(serial: float, *, is_1904: bool = False) -> datetime.date | None:
    """Return the day of an Excel serial, None outside 1900–2199 or for its leap day."""
    days = math.floor(serial) + (1462 if is_1904 else 0)
    if not 61 <= days < 109_574:
        return None
    return datetime.date(1899, 12, 30) + datetime.timedelta(days=days)


def _date_text(day: datetime.date, code: str) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(code):
        if literal := _LITERAL.match(code, at):
            pieces.append(literal[1] or literal[2] or "")
            at = literal.end()
        elif part := _DATE_PARTS.match(code, at):
            letter, width = part[0][0].lower(), len(part[0])
            if letter == "y":
                pieces.append(f"{day.year:04d}" if width > 2 else f"{day.year % 100:02d}")
            elif letter in "md":
                number = day.month if letter == "m" else day.day
                pieces.append(f"{number:02d}" if width == 2 else str(number))
            elif letter in "h":
                break  # the hour of a deadline says nothing; the rest is time
            at = part.end()
        else:
            pieces.append("" if code[at] == "@" else code[at])
            at += 1
    return "".join(pieces).strip()
