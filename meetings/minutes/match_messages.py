"""What matching names leaves open, and what keeps a draft from being accepted: codes, and a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext, gettext_noop


class Likeness(StrEnum):
    """Why a printed name is taken for a known one, or offered as one."""

    BLANKS = "blanks"
    ENDING = "ending"
    BRACKETS = "brackets"
    PREFIX = "prefix"
    LETTER = "letter"
    NAMESAKE = "namesake"
    UNIT = "unit"
    FORMER = "former"


_REASONS = {
    Likeness.BLANKS: gettext_noop("Only blanks or the width of characters differ."),
    Likeness.ENDING: gettext_noop("Only the ending of the name differs."),
    Likeness.BRACKETS: gettext_noop("One is the other's name in or before the brackets."),
    Likeness.PREFIX: gettext_noop("Only a word before the name differs."),
    Likeness.LETTER: gettext_noop("Only one character differs."),
    Likeness.NAMESAKE: gettext_noop("The name is the same."),
    Likeness.UNIT: gettext_noop("The printed capacity names this person's unit."),
    Likeness.FORMER: gettext_noop("It is a former name, or that of one merged into it."),
}


def reason_sentence(likeness: Likeness) -> str:
    """Return in the active language why a name was taken for a known one."""
    return gettext(_REASONS[likeness])
