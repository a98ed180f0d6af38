"""Departments and people for a draft's names; new ones are created here alone."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from meetings.minutes.parser.cells import ParsedDepartment as PrintedDepartment
from meetings.models import Department, Person

from .matching import NameMatches

_Row = TypeVar("_Row", Department, Person)


class NameResolver:
    """Resolver of printed names to rows, creating new ones where needed.

    A name in question that nobody answered is taken for a new one: it is marked on its tasks, and merging two is
    easier than telling one apart again. Only for use inside the transaction of an acceptance.
    """

    def __init__(self, matches: NameMatches) -> None:
        self._matches = matches
        self._departments: dict[str, Department] = {}
        self._people: dict[str, Person] = {}

    def department(self, name: str) -> Department:
        """Return the department that ``name`` means."""
        match = self._matches.departments[name]
        if isinstance(match.existing, Department):
            return match.existing
        if match.key not in self._departments:
            self._departments[match.key] = _follow_merge(Department.objects.get_or_create(name=name)[0])
        return self._departments[match.key]

    def person(self, name: str) -> Person:
        """Return the person that ``name`` means."""
        match = self._matches.people[name]
        if isinstance(match.existing, Person):
            return match.existing
        if match.key not in self._people:
            self._people[match.key] = _follow_merge(Person.objects.get_or_create(name=name, unit=match.unit)[0])
        return self._people[match.key]

    def departments(self, parsed: Iterable[PrintedDepartment]) -> list[tuple[Department, str]]:
        """Return the departments with roles, each once, though it may have two names."""
        roles: dict[int, tuple[Department, str]] = {}
        for each in parsed:
            department = self.department(each.name)
            roles.setdefault(department.pk, (department, str(each.role)))
        return list(roles.values())

    def people(self, names: Sequence[str]) -> list[Person]:
        """Return the people, each once, in printed order."""
        return list({person.pk: person for person in map(self.person, names)}.values())


def _follow_merge(row: _Row) -> _Row:
    """Return the row's target if it was merged while the draft lay open."""
    return row.merged_into or row
