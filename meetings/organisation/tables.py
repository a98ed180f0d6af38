"""The tables of departments, people and accounts."""

from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from meetings.display.fields import label
from meetings.ui.tables import ListTable, RowColumn

from .cells import AccountCells, DepartmentCells, PersonCells


class OrganisationColumn(RowColumn):
    """A column of departments, people or accounts, in order of entry among equals."""

    tie_breakers = ("pk",)


# On a phone a row is a card of a few lines, each value with its head before it; what is empty has no line.
COMPACT = {"class": "table table-cards compact-cards"}
LABELLED = "card-labelled"
BAR = "card-line"


class DepartmentTable(ListTable):
    """Departments."""

    cells_class = DepartmentCells
    name = OrganisationColumn(_("Department"), DepartmentCells.name, F("spelling"), css="card-lead")
    head = OrganisationColumn(label("head"), DepartmentCells.head, F("head__spelling"), css=LABELLED)
    liaisons = OrganisationColumn(_("Liaisons"), DepartmentCells.liaisons, F("liaison_count"), css=LABELLED)
    open = OrganisationColumn(_("Open tasks"), DepartmentCells.open, F("open_count"), css=LABELLED)
    health = OrganisationColumn(label("health"), DepartmentCells.health, css=BAR)

    class Meta:
        attrs = COMPACT


class PersonTable(ListTable):
    """People."""

    cells_class = PersonCells
    name = OrganisationColumn(label("person"), PersonCells.name, F("spelling"), css="card-lead")
    unit = OrganisationColumn(label("unit"), PersonCells.unit, NullIf(F("unit"), Value("")), css=LABELLED)
    open = OrganisationColumn(_("Open tasks supervised"), PersonCells.open, F("open_count"), css=LABELLED)
    health = OrganisationColumn(label("health"), PersonCells.health, css=BAR)
    suggestions = OrganisationColumn(
        _("Suggestions made"), PersonCells.suggestions, F("suggestion_count"), css=LABELLED
    )
    meetings = OrganisationColumn(_("Meetings attended"), PersonCells.meetings, F("meeting_count"), css=LABELLED)

    class Meta:
        attrs = COMPACT


class AccountTable(ListTable):
    """Accounts."""

    cells_class = AccountCells
    username = OrganisationColumn(label("username"), AccountCells.username, F("username"), css="card-lead")
    display_name = OrganisationColumn(label("display_name"), AccountCells.display_name, F("display_name"), css=LABELLED)
    role = OrganisationColumn(label("role"), AccountCells.role, F("role"), css=LABELLED)
    stands_for = OrganisationColumn(_("Stands for"), AccountCells.stands_for, css=LABELLED)
    last_login = OrganisationColumn(_("Last signed in"), AccountCells.last_login, F("last_login"), css=LABELLED)

    class Meta:
        attrs = COMPACT
