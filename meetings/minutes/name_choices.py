"""Whom the names in a form mean: what is asked about them and what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from meetings.minutes.draft import Draft
from meetings.minutes.draft_page import NameCard, build_name_card
from meetings.minutes.matching import NEW, PERSON
from meetings.models import Person

_NAME_CHOICE_PREFIX = "who-"


def parse_name_choices(posted: QueryDict) -> dict[str, str]:
    """Return what was answered about names: the names' keys with the ids chosen, or that they are new (of a unit)."""
    choices = {}
    for name, value in posted.items():
        if name.startswith(_NAME_CHOICE_PREFIX) and value:
            key = name.removeprefix(_NAME_CHOICE_PREFIX)
            unit = posted.get(f"unit-{key}", "").strip()[:200]
            choices[key] = f"{NEW}:{unit}" if value == NEW and unit else value
    return choices


def build_name_choices(people: Iterable[Person]) -> dict[str, str]:
    """Return that the names of ``people`` mean just these; a name that two of them bear is left to be asked about."""
    by_name: dict[str, set[str]] = {}
    for person in people:
        by_name.setdefault(f"{PERSON}:{person.name}", set()).add(str(person.pk))
    return {key: next(iter(ids)) for key, ids in by_name.items() if len(ids) == 1}


@dataclass(frozen=True, slots=True)
class FormNameMatches:
    """The names of a form: whom somebody has to say, or has said, the meaning of, and those taken for known ones."""

    asked: tuple[NameCard, ...] = ()
    taken: tuple[NameCard, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)


def collect_name_matches(draft: Draft, choices: Mapping[str, str]) -> FormNameMatches:
    """Return the names of ``draft``; ``choices`` are what the form itself said of them."""
    matches = draft.matches
    asked = [match for match in matches.all() if match.is_open or match.key in choices]
    taken = [match for match in matches.all() if match not in asked and match.likeness and match.candidates]
    return FormNameMatches(
        tuple(build_name_card(match, matches) for match in asked),
        tuple(build_name_card(match, matches) for match in taken),
        {key: value.partition(":")[0] for key, value in choices.items()},
    )
