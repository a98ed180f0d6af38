"""Similarity of two texts, for finding the same matter raised again. Pure Python.

Chinese has no blanks between its words, so pairs of neighbouring characters stand for them. A pair that many texts
have (建议, 进一步, 加强) says little about any of them and weighs little.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

from .text import fold_text

Key = TypeVar("Key", bound=Hashable)


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters or digits of ``text``."""
    characters = [one for one in fold_text(text) if one.isalnum()]
    return frozenset(first + second for first, second in zip(characters, characters[1:], strict=False))


def similarity_scores(text: str, others: Mapping[Key, str]) -> dict[Key, float]:
    """Score how alike ``text`` is to each of ``others``, from 0 (nothing) to 1 (same)."""
    own = bigrams(text)
    pairs = {key: bigrams(other) for key, other in others.items()}
    frequency = Counter(pair for of_other in pairs.values() for pair in of_other)
    weight = {pair: math.log(1 + (len(pairs) + 1) / (number + 1)) for pair, number in frequency.items()}
    rare = math.log(2 + len(pairs))

    def weigh(of: frozenset[str]) -> float:
        return sum(weight.get(pair, rare) for pair in of)

    whole = weigh(own)
    # Dice's coefficient; 0 where there is nothing to compare.
    return {key: 2 * weigh(own & of_other) / ((whole + weigh(of_other)) or 1.0) for key, of_other in pairs.items()}
