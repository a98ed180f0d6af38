"""What the register knows and a file is read by: names, and working days."""

from meetings.core.text import fold_text
from meetings.models import Department, FormerName, Person
from meetings.organisation.services.working_days import find_entered_days, find_unpublished_years

from .parser.column_evidence import KnownNames


def load_known_names() -> KnownNames:
    """Return the folded names of departments and people, and working days.

    Former names of departments are among them.
    """
    departments = {
        *Department.objects.values_list("name", flat=True),
        *FormerName.objects.filter(department__isnull=False).values_list("name", flat=True),
    }
    people = Person.objects.values_list("name", flat=True)
    days = (item for year in find_unpublished_years() for item in find_entered_days(year).items())
    return KnownNames(frozenset(map(fold_text, departments)), frozenset(map(fold_text, people)), tuple(days))
