"""Where a word is looked for, however wide its letters are typed and stored."""

from django.db.models import Q

from meetings.core.text import narrow_letters, widen_letters


def contains_word(word: str, *places: str) -> Q:
    """Return the condition that one of ``places`` holds ``word``.

    An input method types ＣＮＡＳ as readily as CNAS, and documents hold both. SQLite knows capitals only among the
    letters of the keyboard, so the wide ones are looked for as both.
    """
    narrow = narrow_letters(word)
    forms = dict.fromkeys((narrow, widen_letters(narrow.upper()), widen_letters(narrow.lower())))
    condition = Q()
    for place in places:
        for form in forms:
            condition |= Q(**{f"{place}__icontains": form})
    return condition
