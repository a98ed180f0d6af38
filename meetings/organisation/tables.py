"""The tables of departments, people and accounts."""

from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from meetings.display.fields import label
from meetings.ui.tables import ListTable, RowColumn


class OrganisationColumn(RowColumn):
    """A column of departments, people or accounts, in order of entry among equals."""

    tie_breakers = ("pk",)


class DepartmentTable(ListTable):
    """Departments; the context has ``counts`` of tasks by health, by department."""

    folder = "organisation"
    name = OrganisationColumn(_("Department"), F("spelling"), css="card-lead")
    head = OrganisationColumn(label("head"), F("head__spelling"))
    liaisons = OrganisationColumn(_("Liaisons"), F("liaison_count"))
    open = OrganisationColumn(_("Open tasks"), F("open_count"))
    health = OrganisationColumn(label("health"))


class PersonTable(ListTable):
    """People; the context has ``counts`` of supervised tasks by health, by person."""

    folder = "organisation"
    name = OrganisationColumn(label("person"), F("spelling"), css="card-lead")
    unit = OrganisationColumn(label("unit"), NullIf(F("unit"), Value("")))
    open = OrganisationColumn(_("Open tasks supervised"), F("open_count"))
    health = OrganisationColumn(label("health"))
    suggestions = OrganisationColumn(_("Suggestions made"), F("suggestion_count"))
    meetings = OrganisationColumn(_("Meetings attended"), F("meeting_count"))


class AccountTable(ListTable):
    """Accounts."""

    folder = "organisation"
    username = OrganisationColumn(label("username"), F("username"), css="card-lead")
    display_name = OrganisationColumn(label("display_name"), F("display_name"))
    role = OrganisationColumn(label("role"), F("role"))
    stands_for = OrganisationColumn(_("Stands for"))
    last_login = OrganisationColumn(_("Last signed in"), F("last_login"))
