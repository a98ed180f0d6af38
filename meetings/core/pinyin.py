"""Search keys of Chinese texts: pinyin (liuzhongshu) and its initials (lzs).

Pure Python over pypinyin, which knows the readings of words. The keys are stored beside the text they spell
(`meetings.models.fields.PinyinField`), so that a search is a substring search, and only saving names and texts loads
pypinyin (57 MB, 0.2 s).
"""

from functools import lru_cache
from itertools import islice, product
from typing import Any

# A name is short and may be read in several ways (单 is dan, shan and chan); a longer text is read word by word.
MAX_NAME_LENGTH = 8
MAX_READINGS = 16


# A single letter is in nearly every spelling, and two are in most of the long ones.
MIN_QUERY_LENGTH = 2


def is_pinyin_query(word: str) -> bool:
    """Return whether ``word`` may be pinyin or initials: two or more ASCII letters."""
    return len(word) >= MIN_QUERY_LENGTH and word.isascii() and word.isalnum() and not word.isdecimal()


# Split unknown characters one by one: pypinyin accepts a function that returns a list, whatever its types say.
_SPLIT_LETTERS: Any = list


# Every save of a task computes this again, mostly for an unchanged text.
@lru_cache(maxsize=4096)
def build_pinyin_index(text: str) -> str:
    """Build the pinyin and initials of ``text`` for each reading, separated by blanks.

    Lower case, without tones; letters and digits are kept, everything else is left out. Empty for an empty text.
    """
    from pypinyin import Style, lazy_pinyin, pinyin

    characters = "".join(letter for letter in text if letter.isalnum())
    if not characters:
        return ""
    if len(characters) <= MAX_NAME_LENGTH:
        of_letters = pinyin(characters, style=Style.NORMAL, heteronym=True, errors=_SPLIT_LETTERS)
        readings = list(islice(product(*of_letters), MAX_READINGS))
    else:
        readings = [tuple(lazy_pinyin(characters, errors=_SPLIT_LETTERS))]
    spelled = ["".join(reading) for reading in readings]
    initials = ["".join(syllable[0] for syllable in reading) for reading in readings]
    return " ".join(dict.fromkeys([*spelled, *initials])).lower()
