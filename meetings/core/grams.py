"""N-grams of texts for the search index, and the letters that count as equal.

Pure Python.
"""

from collections.abc import Iterator
from functools import cache
from operator import add

from .text import narrow_letters

# No character above this one has a capital form.
_END_OF_CASED_LETTERS = 0x1E944


def _capital(letter: str) -> str:
    return narrow_letters(letter).upper()


# ASCII letters and digits in both widths and cases, and the two letters whose capital is ASCII: ı and ſ. The index
# folds only these, so that it is the same on every machine (migration 0020_text_search).
FOLDED = {
    letter: _capital(letter).lower()
    for letter in map(chr, (*range(128), 0x131, 0x17F, *range(0xFF10, 0xFF5B)))
    if _capital(letter).isascii() and _capital(letter).isalnum() and letter != _capital(letter).lower()
}
_FOLDING = str.maketrans(FOLDED)


@cache
def _letters_by_capital() -> dict[str, str]:
    """Group letters that differ only in width and case by their capital."""
    groups: dict[str, set[str]] = {}
    small = (letter for letter in map(chr, range(_END_OF_CASED_LETTERS)) if letter.upper() != letter)
    for letter in (*small, *FOLDED):
        groups.setdefault(_capital(letter), set()).add(letter)
    return {capital: "".join(sorted({capital, *letters})) for capital, letters in groups.items() if len(capital) == 1}


def same_letters(letter: str) -> str:
    """Return all letters that a search treats as ``letter``, including itself."""
    return _letters_by_capital().get(_capital(letter), letter)


def build_grams(text: str, spelling: str) -> str:
    """Return the letters and bigrams of ``text`` and the trigrams of ``spelling``.

    They are separated by blanks; bigrams with a blank are left out, since no search word contains one.
    """
    folded = text.translate(_FOLDING)
    grams = {*folded, *map(add, folded, folded[1:]), *_split_threes(spelling)}
    return " ".join(grams)


def split_word(word: str) -> list[str]:
    """Return the grams of every text with ``word``: its bigrams, or its one letter.

    Letters that the index stores in one case only are left out, so the result may be empty.
    """
    letters = (_fold_or_part(letter) for letter in word)
    grams: dict[str, None] = {}
    for run in "".join(letters).split():
        grams.update(dict.fromkeys(map(add, run, run[1:]) if len(run) > 1 else run))
    return list(grams)


def _fold_or_part(letter: str) -> str:
    folded = letter.translate(_FOLDING)
    is_indexed = folded.isprintable() if folded.isascii() else len(same_letters(letter)) == 1
    return folded if is_indexed else " "


def split_spelling(word: str) -> list[str]:
    """Return the trigrams of every spelling with ``word``."""
    return list(dict.fromkeys(_split_threes(word)))


def _split_threes(letters: str) -> Iterator[str]:
    return (letters[start : start + 3] for start in range(len(letters) - 2))
