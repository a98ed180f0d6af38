"""The register's names, which tell columns of departments and people."""

from meetings.core.text import fold_text
from meetings.models import Department, FormerName, Person

from .parser.column_evidence import KnownNames


def load_known_names() -> KnownNames:
    """Return the names of departments, former ones too, and of people, folded."""
    departments = {
        *Department.objects.values_list("name", flat=True),
        *FormerName.objects.filter(department__isnull=False).values_list("name", flat=True),
    }
    people = Person.objects.values_list("name", flat=True)
    return KnownNames(frozenset(map(fold_text, departments)), frozenset(map(fold_text, people)))
