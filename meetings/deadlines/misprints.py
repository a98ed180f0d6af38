"""Figures that a scan or a page's layout has spoilt: 202S年l1月, 2025年1 1月, 6曰.

What was meant is only guessed at: it is offered, never read as printed.
"""

import re
import unicodedata

from .text import is_spaced_out

_FIGURES = {
    **dict.fromkeys("OoQD", "0"),
    **dict.fromkeys("lIi|!丨", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss", "5"),
    **dict.fromkeys("Gb", "6"),
    **dict.fromkeys("gq", "9"),
    "B": "8",
}
_AS_FIGURES = str.maketrans(_FIGURES)
_LETTERS = re.escape("".join(_FIGURES))
_FIGURE = f"[0-9{_LETTERS}]"
_ALONE = r"(?<![0-9A-Za-z])"

# A number before a unit of time, and the three numbers of 2O25.1l.3O. A quarter (Q4) or a half (H1) is none.
_NUMBER = re.compile(
    rf"{_ALONE}(?![QH]\d)(?={_FIGURE}*[{_LETTERS}])({_FIGURE}{{1,4}})(?=\s*(?:年|月|日|号(?!召|码)|季|[曰目用牛]))"
)
_NUMBERS = re.compile(
    rf"{_ALONE}(?=[^\s]*[{_LETTERS}])[12{_LETTERS}]{_FIGURE}{{3}}[./-](?![QH]\d){_FIGURE}{{1,2}}(?:[./-]{_FIGURE}{{1,2}})?(?![0-9A-Za-z])"
)
# A letter by itself is a figure only where one has to stand: 2025年l月, l0月, B月底.
_WITHOUT_FIGURES = re.compile("[Oo]?[Il|丨!][OolI|丨!]?")
# 月, 日 and 年 have doubles, too; 目标 and 使用 have not.
_YEAR = re.compile(r"(?<=\d{4})[牛午](?=\s*(?:\d|[底内前末]|$))")
_DAY_OR_MONTH = re.compile(r"(\d{1,2})([曰目用])(?=\s*(?:\d|[底前中上下初止内份,，;；)）]|$))")
# 1 1月 is one number that a line's justification has parted, or two.
_PARTED = re.compile(r"(?<![\d.])([1-3])\s+(\d)(?=\s*(月|[日号]))")


def mend_misprints(text: str) -> str:
    """Return ``text`` with the figures that may have been meant, itself if clear."""
    folded = "".join(map(_half_width, text))
    mended = _NUMBER.sub(_mend_number, _NUMBERS.sub(lambda match: match[0].translate(_AS_FIGURES), folded))
    mended = _DAY_OR_MONTH.sub(_mend_unit, _YEAR.sub("年", mended))
    mended = mended if is_spaced_out(text) else _PARTED.sub(_join, mended)
    return text if mended == folded else mended


def _half_width(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and "\uff00" < character <= "\uff5e" else character


def _mend_number(match: re.Match[str]) -> str:
    number = match[1]
    before = match.string[: match.start()].rstrip()
    has_place = before.endswith(("年", "月")) or (not before and len(number) == 1)
    if not re.search(r"\d", number) and not (has_place or _WITHOUT_FIGURES.fullmatch(number)):
        return number
    # 2号线 is no day.
    if match.string[match.end() :].lstrip().startswith("号") and not before.endswith("月"):
        return number
    return number.translate(_AS_FIGURES)


def _mend_unit(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    is_day = before.rstrip().endswith("月") or int(match[1]) > 12 or match[2] == "曰" and not before.strip()
    return match[1] + ("日" if is_day else "月")


def _join(match: re.Match[str]) -> str:
    number = match[1] + match[2]
    return number if int(number) <= (12 if match[3] == "月" else 31) else match[0]
