"""Messages of name matching and of what blocks accepting a draft."""

from enum import StrEnum

from django.utils.translation import gettext, gettext_noop


class MatchReason(StrEnum):
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
    MatchReason.BLANKS: gettext_noop("Only blanks or the width of characters differ."),
    MatchReason.ENDING: gettext_noop("Only the ending of the name differs."),
    MatchReason.BRACKETS: gettext_noop("One is the other's name in or before the brackets."),
    MatchReason.PREFIX: gettext_noop("Only a word before the name differs."),
    MatchReason.LETTER: gettext_noop("Only one character differs."),
    MatchReason.NAMESAKE: gettext_noop("The name is the same."),
    MatchReason.UNIT: gettext_noop("The printed capacity names this person's unit."),
    MatchReason.FORMER: gettext_noop("It is a former name, or that of one merged into it."),
}


def match_reason_message(reason: MatchReason) -> str:
    """Return in the active language why a name was taken for a known one."""
    return gettext(_REASONS[reason])
