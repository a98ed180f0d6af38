"""Matching of printed names with the register's departments and people.

A known name is taken for the known one, with the reason shown; one that is only like a known one, or is that
of several people, is a question with the candidates offered; any other is new, and is created on acceptance only.
Reads the register, writes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from meetings.core.issue_codes import QuestionCode
from meetings.core.text import fold_text, parse_id
from meetings.minutes.parser.schema import ParsedMeeting, ParsedRow
from meetings.models import Attendance, Department, FormerName, Person, SuggestionSource, TaskLeader

DEPARTMENT, PERSON = "department", "person"
#: The choice that a name is nobody known; a person's may carry a unit behind a colon.
NEW = "new"

_ENDING = re.compile(r"(?:办公室|处室|部室|部门|中心|部|处|室|科|司|局|厅|办|股|委|组)$")
_PREFIX = re.compile(r"^(?:本中心|认可中心|中心|秘书处|机关|本部|总部|集团|公司|cnas)(?=.{2})")
_BRACKETED = re.compile(r"^(.+?)\(([^()]+)\)$")


class MatchReason(TextChoices):
    """Why a printed name is taken for a known one, or offered as one."""

    BLANKS = "blanks", gettext_lazy("Only blanks or the width of characters differ.")
    ENDING = "ending", gettext_lazy("Only the ending of the name differs.")
    BRACKETS = "brackets", gettext_lazy("One is the other's name in or before the brackets.")
    PREFIX = "prefix", gettext_lazy("Only a word before the name differs.")
    LETTER = "letter", gettext_lazy("Only one character differs.")
    NAMESAKE = "namesake", gettext_lazy("The name is the same.")
    UNIT = "unit", gettext_lazy("The printed capacity names this person's unit.")
    FORMER = "former", gettext_lazy("It is a former name, or that of one merged into it.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A department or person a name may mean, why, and where it last appeared."""

    existing: Department | Person
    likeness: MatchReason
    last_met: str = ""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What became of one printed name.

    ``existing`` is whom it is taken for, None for a new one of the ``unit``; ``candidates`` are what is offered;
    ``is_open`` says that a person has to choose among them.
    """

    kind: str
    name: str
    existing: Department | Person | None = None
    likeness: MatchReason | None = None
    candidates: tuple[Candidate, ...] = ()
    is_open: bool = False
    unit: str = ""
    last_met: str = ""

    @property
    def key(self) -> str:
        """The key of this name's choice."""
        return f"{self.kind}:{self.name}"

    @property
    def current_name(self) -> str:
        """The name in the register: that of whom it is taken for."""
        return self.existing.name if self.existing else self.name

    @property
    def code(self) -> QuestionCode:
        """The question asked about it."""
        if self.kind == DEPARTMENT:
            return QuestionCode.DEPARTMENT_LIKE_KNOWN
        several = all(candidate.likeness in (MatchReason.NAMESAKE, MatchReason.FORMER) for candidate in self.candidates)
        return QuestionCode.SEVERAL_PEOPLE if several else QuestionCode.PERSON_LIKE_KNOWN

    @property
    def parameters(self) -> dict[str, str]:
        """The details of the question's sentence."""
        return {"known": "、".join(str(candidate.existing) for candidate in self.candidates)}


class _NameUse(NamedTuple):
    """A name in a row (None: in the metadata) and column, a person's with a capacity."""

    kind: str
    name: str | None
    row: int | None
    column: str
    capacity: str | None = None


@dataclass(frozen=True)
class NameMatches:
    """All names of a draft; ``places`` are pairs of row (from 1) and column."""

    departments: dict[str, NameMatch]
    people: dict[str, NameMatch]
    places: dict[str, list[tuple[int | None, str]]]

    def all(self) -> Iterator[NameMatch]:
        """Return every name once: departments, then people, in printed order."""
        yield from self.departments.values()
        yield from self.people.values()

    @cached_property
    def by_row(self) -> dict[int | None, list[NameMatch]]:
        """The names by the row where each stands first."""
        by_row: dict[int | None, list[NameMatch]] = {}
        for match in self.all():
            by_row.setdefault(self.places[match.key][0][0], []).append(match)
        return by_row

    def open(self) -> list[NameMatch]:
        """Return the names that a person has to decide about."""
        return [match for match in self.all() if match.is_open]

    def open_at(self, row: int | None) -> list[NameMatch]:
        """Return those to ask about at ``row``, the first row that has the name."""
        return [match for match in self.open() if self.places[match.key][0][0] == row]


def match_names(metadata: ParsedMeeting, rows: Sequence[ParsedRow], choices: dict[str, str]) -> NameMatches:
    """Match every name of a draft; ``choices`` maps a match's key to id or `NEW`.

    Costs six queries at most, however many names there are.
    """
    uses: dict[str, dict[str, list[_NameUse]]] = {DEPARTMENT: {}, PERSON: {}}
    for use in _list_uses(metadata, rows):
        if use.name:
            uses[use.kind].setdefault(use.name, []).append(use)
    people = uses[PERSON]
    former_names = list(FormerName.objects.select_related("department", "person"))
    department_index = _NameIndex(Department.objects.all(), [name for name in former_names if name.department])
    people_index = _NameIndex(Person.objects.all() if people else [], [name for name in former_names if name.person])
    near = {name: _find_similar_people(name, people_index) for name in people}
    met = _PriorAppearances({person.pk for alike in near.values() for person, _likeness in alike})
    return NameMatches(
        departments={name: _match_department(name, department_index, choices) for name in uses[DEPARTMENT]},
        people={
            name: _apply_choice(_match_person(name, people[name], near[name], met), people_index, choices)
            for name in people
        },
        places={
            f"{kind}:{name}": [(use.row, use.column) for use in of_name]
            for kind, of_kind in uses.items()
            for name, of_name in of_kind.items()
        },
    )


def _list_uses(metadata: ParsedMeeting, rows: Sequence[ParsedRow]) -> Iterator[_NameUse]:
    for position, row in enumerate(rows, start=1):
        for task in row.tasks:
            for department in task.departments:
                yield _NameUse(DEPARTMENT, department.name, position, "departments")
            for name in task.leaders:
                yield _NameUse(PERSON, name, position, "leaders")
        for person in row.sources:
            yield _NameUse(PERSON, person.name, position, "sources", person.capacity)
    # Behind the rows, so that a question about a person is asked at the row that names them, if any does.
    for lead in (metadata.chair, metadata.overall_lead, *metadata.leads):
        yield _NameUse(PERSON, lead, None, "leads")
    for person in metadata.attendees:
        yield _NameUse(PERSON, person.name, None, "attendees", person.capacity)


class _NameIndex:
    """The register's living departments or people, and old names of them.

    ``called`` and ``formerly`` are by the name as `text.fold_text` gives it; ``merge_targets`` leads from the id of a
    merged row to the living one. Whoever bears a name now comes before whoever bore it once.
    """

    def __init__(self, rows: Iterable[Any], former_names: Iterable[FormerName]) -> None:
        by_id = {row.pk: row for row in rows}
        merged = [row for row in by_id.values() if row.merged_into_id is not None]
        self.living = [row for row in by_id.values() if row.merged_into_id is None]
        self.merge_targets: dict[int | None, Any] = {row.pk: by_id[row.merged_into_id] for row in merged}
        self.merged_names = {row.name for row in merged}
        self.called: dict[str, list[Any]] = {}
        for row in self.living:
            self.called.setdefault(fold_text(row.name), []).append(row)
        old = [(former.name, former.department or former.person) for former in former_names]
        old += [(row.name, self.merge_targets[row.pk]) for row in merged]
        self.formerly: dict[str, list[Any]] = {}
        for name, row in dict.fromkeys((fold_text(name), row) for name, row in old):
            self.formerly.setdefault(name, []).append(row)

    def chosen(self, choice: str) -> Any | None:
        """Return the living row that ``choice``, an id, means today."""
        number = parse_id(choice)
        return self.merge_targets.get(number) or next((row for row in self.living if row.pk == number), None)


# --- departments ----------------------------------------------------------------------------------


def _match_department(name: str, name_index: _NameIndex, choices: dict[str, str]) -> NameMatch:
    folded_name = fold_text(name)
    if alike := name_index.called.get(folded_name, []):
        equal = next((department for department in alike if department.name == name), None)
        return NameMatch(DEPARTMENT, name, equal or alike[0], None if equal else MatchReason.BLANKS)
    formerly = name_index.formerly.get(folded_name, [])
    only = formerly[0] if len(formerly) == 1 else None
    if only and name in name_index.merged_names:
        # The row of this name was merged, so there can be no new one.
        return NameMatch(DEPARTMENT, name, only, MatchReason.FORMER)
    candidates = [Candidate(department, MatchReason.FORMER) for department in formerly] or [
        Candidate(department, reason)
        for department in name_index.living
        if department.is_active and (reason := find_department_match_reason(folded_name, fold_text(department.name)))
    ]
    reason = MatchReason.FORMER if only else None
    is_open = only is None and bool(candidates)
    match = NameMatch(DEPARTMENT, name, only, reason, candidates=tuple(candidates), is_open=is_open)
    return _apply_choice(match, name_index, choices)


def find_department_match_reason(one: str, other: str) -> MatchReason | None:
    """Return why two different names may be of one department, or None."""
    for name, against in ((one, other), (other, one)):
        if (bracketed := _BRACKETED.match(name)) and against in bracketed.groups():
            return MatchReason.BRACKETS
        if _PREFIX.sub("", name) == against:
            return MatchReason.PREFIX
    stems = [_ENDING.sub("", name) for name in (one, other)]
    if stems[0] == stems[1] and len(stems[0]) >= 2:
        return MatchReason.ENDING
    # 检验部 and 检测部 are two departments; in longer names one character is more likely a slip.
    return MatchReason.LETTER if len(one) >= 4 and _is_one_letter_apart(one, other) else None


def _is_one_letter_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


# --- people ---------------------------------------------------------------------------------------


class _PriorAppearances:
    """What the register knows of people: last appearances, capacities, who supervises.

    Costs three queries, none where there are no people.
    """

    def __init__(self, people: set[int]) -> None:
        met: dict[int, tuple[Any, str]] = {}
        self.capacities: dict[int, set[str]] = {}
        for model, meeting in ((Attendance, "meeting"), (SuggestionSource, "suggestion__meeting")):
            columns = ("person", "capacity", f"{meeting}__issued_on", f"{meeting}__title")
            for person, capacity, day, title in model.objects.filter(person__in=people).values_list(*columns):
                self.capacities.setdefault(person, set()).add(capacity)
                if person not in met or met[person][0] < day:
                    met[person] = (day, title)
        self.last_met = {person: title for person, (_day, title) in met.items()}
        self.leaders = set(TaskLeader.objects.filter(person__in=people).values_list("person", flat=True).distinct())

    def candidate(self, person: Person, reason: MatchReason) -> Candidate:
        """Return the person as one whom a name may mean for ``reason``."""
        return Candidate(person, reason, self.last_met.get(person.pk, ""))


def _find_similar_people(name: str, name_index: _NameIndex) -> list[tuple[Person, MatchReason]]:
    folded_name = fold_text(name)
    if folded_name in name_index.called:
        return [
            (person, MatchReason.NAMESAKE if person.name == name else MatchReason.BLANKS)
            for person in name_index.called[folded_name]
        ]
    if folded_name in name_index.formerly:
        return [(person, MatchReason.FORMER) for person in name_index.formerly[folded_name]]
    if len(folded_name) < 3:
        return []
    return [
        (person, MatchReason.LETTER)
        for person in name_index.living
        if _is_one_letter_apart(folded_name, fold_text(person.name))
    ]


def _match_person(
    name: str, uses: Sequence[_NameUse], similar_people: Sequence[tuple[Person, MatchReason]], met: _PriorAppearances
) -> NameMatch:
    capacities = {use.capacity for use in uses if use.capacity}
    namesakes = [(person, reason) for person, reason in similar_people if reason is not MatchReason.LETTER]
    if len(namesakes) == 1:
        candidate = met.candidate(*namesakes[0])
        return NameMatch(PERSON, name, *namesakes[0], candidates=(candidate,), last_met=candidate.last_met)
    if namesakes:
        by_unit = [person for person, _ in namesakes if person.unit and any(person.unit in c for c in capacities)]
        candidates = tuple(
            met.candidate(person, MatchReason.NAMESAKE if reason is MatchReason.BLANKS else reason)
            for person, reason in namesakes
        )
        if len(by_unit) == 1:
            return NameMatch(PERSON, name, by_unit[0], MatchReason.UNIT, candidates=candidates)
        return NameMatch(PERSON, name, candidates=candidates, is_open=True)
    # One character apart are 张建国 and 张建华, too: it takes the same capacity, or a leader, to ask.
    is_leader = any(use.column in ("leaders", "leads") for use in uses)
    likely = tuple(
        met.candidate(person, reason)
        for person, reason in similar_people
        if capacities & met.capacities.get(person.pk, set()) or (is_leader and person.pk in met.leaders)
    )
    return NameMatch(PERSON, name, candidates=likely, is_open=bool(likely))


def _apply_choice(match: NameMatch, name_index: _NameIndex, choices: dict[str, str]) -> NameMatch:
    """Return the match as decided, if it is and the chosen one is still there."""
    choice = choices.get(match.key)
    if choice is None:
        return match
    if choice.startswith(NEW):
        return NameMatch(match.kind, match.name, candidates=match.candidates, unit=choice.partition(":")[2])
    chosen = name_index.chosen(choice)
    if chosen is None:
        return match
    reason = next((candidate.likeness for candidate in match.candidates if candidate.existing == chosen), None)
    return NameMatch(match.kind, match.name, chosen, reason, candidates=match.candidates, last_met=match.last_met)
