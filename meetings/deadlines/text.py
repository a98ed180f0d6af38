"""Uniform text of a printed cell, with the way back to each printed character.

Widths, dashes, blanks, traditional characters, Chinese numerals and dates in figures are brought to one
form (``2024. 12`` and ``二〇二四年十二月`` are both ``2024年12月``), so that the grammar has each form once.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_DASHES = dict.fromkeys("‐‑‒–—―−﹣－ー─━", "-")
_TILDES = dict.fromkeys("～〜∼﹏", "~")
_TRADITIONAL = dict(
    zip(
        "後內個會續長進開動週號間時發啟啓節議態過報將當務劃從東國慶結審準辦臨",
        "后内个会续长进开动周号间时发启启节议态过报将当务划从东国庆结审准办临",
        strict=True,
    )
)
_NOUGHTS = dict.fromkeys("○◯Ο", "〇") | dict(zip("ⅠⅡⅢⅣⅤⅥⅦⅧⅨ", "123456789", strict=True))
_BRACKETS = dict.fromkeys("〔【[〖", "(") | dict.fromkeys("〕】]〗", ")")
_SINGLE = str.maketrans(_DASHES | _TILDES | _TRADITIONAL | _NOUGHTS | _BRACKETS | {"。": ".", "·": ".", "•": "."})

_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = "[〇零一二三四五六七八九十两]"
# A numeral counts as a number only before a unit of time: 一把手 and 一是 stay words, and 五一, 十一 stay feasts.
_NUMERAL_BEFORE_UNIT = re.compile(
    rf"{_NUMERAL}{{1,5}}(?=个?(?:年|月|日|号|季|周(?!边|到|全)|天|星期|工作日|小时|次)"
    rf"|[、和及至到~-]{_NUMERAL}{{1,3}}(?:季度|月|日))"
)

_AROUND = " \t\r\n\u3000\xa0，,；;、。"
_OPENING, _CLOSING = "(（〔【[〖", ")）〕】]〗"
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
_Mapped = tuple[list[str], list[int]]


@dataclass(frozen=True, slots=True)
class UniformText:
    """Uniform ``chars``; ``origin[i]`` is where ``chars[i]`` stands in ``printed``."""

    printed: str
    chars: str
    origin: tuple[int, ...]

    def piece(self, start: int, end: int) -> str:
        """Return the printed text of ``chars[start:end]``, stripped of separators around."""
        piece = self.printed[self.origin[start] : self.origin[end]].strip(_AROUND)
        if sum(map(piece.count, _OPENING)) != sum(map(piece.count, _CLOSING)):
            piece = piece.strip(_AROUND + _OPENING + _CLOSING)
        return piece

    def is_printed(self, place: int) -> bool:
        """Return whether ``chars[place]`` is printed, and not made of a list's number."""
        return self.printed[self.origin[place]] in _AROUND


def number_of(numeral: str) -> int | None:
    """Return the value of a Chinese numeral in dates (二〇二四, 十二, 二十五), or None."""
    if "十" not in numeral:
        figures = "".join(str(_DIGITS[character]) for character in numeral)
        # 一二月 is January and February run together, not the twelfth month.
        return int(figures) if len(figures) in (1, 4) else None
    tens, _, units = numeral.partition("十")
    if len(tens) > 1 or len(units) > 1 or "十" in units:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)


def _single(character: str) -> str:
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E:
        character = chr(code - 0xFEE0)
    elif 0x2E80 <= code <= 0x2FDF:  # radicals, which PDF text layers have in place of 月 and 日
        folded = unicodedata.normalize("NFKC", character)
        character = folded if len(folded) == 1 else character
    if character.isspace():
        return "\n" if character in _LINE_ENDS else " "
    character = character.translate(_SINGLE)
    return character.upper() if "a" <= character <= "z" else character


def _rewrite(mapped: _Mapped, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> _Mapped:
    """Replace in the characters; each new one stands where its match began."""
    chars, origin = mapped
    text = "".join(chars)
    new_chars: list[str] = []
    new_origin: list[int] = []
    done = 0
    for match in pattern.finditer(text):
        new_chars += chars[done : match.start()]
        new_origin += origin[done : match.start()]
        replaced = replacement(match)
        new_chars += replaced
        new_origin += [origin[match.start()] if match.start() < len(origin) else 0] * len(replaced)
        done = match.end()
    return new_chars + chars[done:], new_origin + origin[done:]


def _figures(match: re.Match[str]) -> str:
    value = number_of(match[0])
    return match[0] if value is None else str(value)


# Excel shows a month and its year as Nov-25, a day as 25-Nov or 25-Nov-26.
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_NAME = rf"({'|'.join(_MONTHS)})[A-Z]*\.?"


def _english_month(match: re.Match[str]) -> str:
    """Write Nov-25 as a month with its year, 25-Nov and Nov 25 as a day."""
    day, name, dash, number, year = match.groups()
    if number and (len(number) > 2 or (dash and not year) or int(number) > 31):
        year = number if len(number) == 4 else f"20{number:>02}"
    elif number:
        day = number
    return (f"{year}年" if year else "") + f"{_MONTHS.index(name) + 1}月" + (f"{day}日" if day else "")


# All characters of a line set apart by blanks, or those of a year.
_SPACED_OUT = re.compile(
    r"^\s*\S(?:[^\S\n]+\S){3,}\s*$|(?<!\d)(?:[1１][^\S\n]+[9９]|[2２][^\S\n]+[0０])(?:[^\S\n]+\d){2}(?=\s*年)"
)
_BLANKS_BETWEEN = re.compile(r"(?<=\S)[ \t]+(?=\S(?:\s|$|[年月日号季]))")

_LINE_NUMBER = re.compile(
    r"(?m)^[ \t]*(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|\d{1,2}\.(?=[ \t]*(?:\d{4}[年./-]|\d{1,2}月|[^\d\s.])))"
)
_LINE_NUMBER_WITH_COMMA = re.compile(r"(?m)^[ \t]*\d{1,2}、")
_ENDS_DATE = r"(?=$|[ \n,;、.)~至到-]|之?前|以前|底|止|完成)"
_MONTH_DOT_DAY = r"(0?[1-9]|1[0-2])[./](\d{1,2})[日号]?"


def _year_last(match: re.Match[str]) -> str:
    month, day = sorted((int(match[1]), int(match[2])))
    return match[0] if day <= 12 and month != day else f"{match[3]}年{month}月{day}日"


# In order: later rules see what earlier ones wrote.
_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"《[^》\n]*》?|\(\d{4}\)\d*号?"), lambda match: "□" * len(match[0])),
    (re.compile(r"[①-⑫](?=\s*月)"), lambda match: str(ord(match[0]) - ord("①") + 1)),
    (re.compile(r"[①-⑳⑴-⒇]"), lambda match: ";"),
    (re.compile(r"[廿卅](?=[一二三四五六七八九]?[日号])"), lambda match: "二十" if match[0] == "廿" else "三十"),
    (re.compile(r"[\u200b-\u200f\ufeff]"), lambda match: ""),
    # 2 02 6年 and 1 0月 can be read in one way only.
    (re.compile(r"(?<!\d)(?:2\s*0|1\s*9)\s*\d\s*\d(?=\s*年)"), lambda match: re.sub(r"\s", "", match[0])),
    (re.compile(r"(?<!\d)[1-3][ \t]+0(?=\s*[月日号])"), lambda match: match[0][0] + "0"),
    # Blanks and line ends inside a date are the page's doing; between two figures they separate.
    (re.compile(r"(?<=\d)\s+(?=\d)"), lambda match: " "),
    (re.compile(r"(?<!\d)\s+|\s+(?!\d)"), lambda match: ""),
    (
        re.compile(r"\((?:周|星期|礼拜)[一二三四五六日天]\)|(?<=\d[日号])(?:周|星期|礼拜)[一二三四五六日天]"),
        lambda match: "",
    ),
    (re.compile(r"(?<=[一二])[0O](?=[〇零一二三四五六七八九]{2}年)"), lambda match: "〇"),
    (
        re.compile(
            rf"(?<![\dA-Z])(?:(\d{{1,2}})[- ]?)?{_MONTH_NAME}"
            r"(?:([-/'])?(\d{4}|\d{1,2})(?:(?:ST|ND|RD|TH)?[, -](\d{4}|\d\d))?)?(?![\dA-Z])"
        ),
        _english_month,
    ),
    (re.compile(r"每?逢(?=[单双季月年周旬])"), lambda match: "每"),
    (re.compile(r"上一个?(?=年|季|月|周|旬|学期)"), lambda match: "上"),
    (re.compile(r"(?<![A-Z])(IV|I{1,3})(?=季)"), lambda match: str(("I", "II", "III", "IV").index(match[1]) + 1)),
    (re.compile(r"(?<!\d)(\d{4})[./-](?=[1-4]季|[QH][1-4])"), lambda match: f"{match[1]}年"),
    (re.compile(r"各(?=个?(?:季度?|月份?)(?:$|[,;.、()底末前完推]))"), lambda match: "每"),
    # 逐月底前, 逐季度首月10日前; 逐月 alone is read as it is.
    (re.compile(r"逐(?=(?:季度?|月|年|周)[底末初首第\d一二三四五六])"), lambda match: "每"),
    (re.compile(r"元月"), lambda match: "1月"),
    (_NUMERAL_BEFORE_UNIT, _figures),
    # 12/31/2026 has its month first where only one of the two can be a month.
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?!\d)"), _year_last),
    (re.compile(r"(?<![\dA-Z])([1-4])Q(?:20)?(\d\d)(?!\d)"), lambda m: f"20{m[2]}年{m[1]}季"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)"), lambda m: f"{m[1]}年{m[2]}月{m[3]}日"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)[./](0[1-9]|1[0-2])([0-3]\d)(?!\d)"), lambda m: f"{m[1]}年{m[2]}月{m[3]}日"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)"), lambda m: f"{m[1]}年{m[2]}月"),
    (re.compile(r"(?<![\d.])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)[日号]?"), lambda m: f"{m[1]}年{m[3]}月{m[4]}日"),
    (re.compile(r"(?<![\d.])(\d{4})[./-](\d{1,2})(?!\d)月?"), lambda m: f"{m[1]}年{m[2]}月"),
    (re.compile(rf"年(\d{{1,2}})[./](\d{{1,2}})[日号]?{_ENDS_DATE}"), lambda m: f"年{m[1]}月{m[2]}日"),
    (re.compile(r"(?<=\d年)(\d{1,2})(?=$|[ ,;)]|之?前|以前|底)"), lambda m: f"{m[1]}月"),
    (re.compile(rf"(?<![\d./年A-Z-]){_MONTH_DOT_DAY}{_ENDS_DATE}"), lambda m: f"{m[1]}月{m[2]}日"),
    (re.compile(rf"(?<=[日号][~至到-]){_MONTH_DOT_DAY}{_ENDS_DATE}"), lambda m: f"{m[1]}月{m[2]}日"),
)


def is_spaced_out(text: str) -> bool:
    """Return whether a line's justification has set the figures apart: 2 0 2 6 年."""
    return bool(_SPACED_OUT.search(text))


def uniform(text: str) -> UniformText:
    """Bring ``text`` to the one form the grammar reads. Any text will do."""
    mapped: _Mapped = [_single(character) for character in text], list(range(len(text)))
    if is_spaced_out(text):
        mapped = _rewrite(mapped, _BLANKS_BETWEEN, lambda match: "")
    mapped = _rewrite(mapped, _LINE_NUMBER, lambda match: ";")
    if len(_LINE_NUMBER_WITH_COMMA.findall("".join(mapped[0]))) > 1:
        # One such line may be 3、6月, two are a numbered list.
        mapped = _rewrite(mapped, _LINE_NUMBER_WITH_COMMA, lambda match: ";")
    for pattern, replacement in _REWRITES:
        mapped = _rewrite(mapped, pattern, replacement)
    chars, origin = mapped
    return UniformText(printed=text, chars="".join(chars), origin=(*origin, len(text)))
