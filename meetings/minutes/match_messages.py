"""What matching names leaves open, and what keeps a draft from being accepted: codes, and a sentence for each."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext, gettext_noop


class QuestionCode(StrEnum):
    """A printed name of which the register does not know for certain whom it means."""

    DEPARTMENT_LIKE_KNOWN = "department_like_known"  # known
    PERSON_LIKE_KNOWN = "person_like_known"  # known
    SEVERAL_PEOPLE = "several_people"  # known


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


_QUESTIONS = {
    QuestionCode.DEPARTMENT_LIKE_KNOWN: gettext_noop(
        "“%(value)s” is not in the register, but looks like %(known)s. Say whether it is the same department."
    ),
    QuestionCode.PERSON_LIKE_KNOWN: gettext_noop(
        "“%(value)s” is not in the register, but looks like %(known)s. Say whether it is the same person."
    ),
    QuestionCode.SEVERAL_PEOPLE: gettext_noop(
        "The register knows several people named “%(value)s” (%(known)s). Say who is meant."
    ),
}
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


def question_sentence(code: str, value: str, parameters: dict[str, str]) -> str:
    """Return the question in the active language; ``parameters`` has what the code's comment names."""
    return gettext(_QUESTIONS[QuestionCode(code)]) % {"known": "", **parameters, "value": value}


def reason_sentence(likeness: Likeness) -> str:
    """Return in the active language why a name was taken for a known one."""
    return gettext(_REASONS[likeness])
