"""Departments and people for a draft's names; new ones are created here alone."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from meetings.minutes.parser.cells import ParsedDepartment as PrintedDepartment
from meetings.models import Department, Person

from .matching import NameMatch, NameMatches


class NameResolver:
    """Resolver of printed names to rows, creating new ones where needed.

    A name in question that nobody answered is taken for a new one: it is marked on its tasks, and merging two is
    easier than telling one apart again. Only for use inside the transaction of an acceptance.
    """

    def __init__(self, matches: NameMatches) -> None:
        self._matches = matches
        self._created: dict[str, Any] = {}

    def department(self, name: str) -> Department:
        """Return the department that ``name`` means."""
        return self._resolve(self._matches.departments[name], Department, name=name)

    def person(self, name: str) -> Person:
        """Return the person that ``name`` means."""
        match = self._matches.people[name]
        return self._resolve(match, Person, name=name, unit=match.unit)

    def _resolve(self, match: NameMatch, model: type[Model], **values: Any) -> Any:
        if match.existing:
            return match.existing
        if match.key not in self._created:
            row: Any = model._default_manager.get_or_create(**values)[0]
            # It may have been merged while the draft lay open.
            self._created[match.key] = row.merged_into or row
        return self._created[match.key]

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
