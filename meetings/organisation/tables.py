"""The tables of departments, people and accounts."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from meetings.tasks.tables import RowColumn, SortableTable


class OrganisationColumn(RowColumn):
    """A column of departments, people or accounts."""

    folder = "organisation"
    tie_breakers = ("pk",)


LEADING = {"td": {"class": "card-lead"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class DepartmentTable(SortableTable):
    """Departments. The page's context brings ``counts``, of all tasks by health, by the department's id."""

    name = OrganisationColumn("name", verbose_name=_("Department"), sort_key=F("spelling"), attrs=LEADING)
    head = OrganisationColumn("head", verbose_name=_("Head"), sort_key=F("head__spelling"))
    liaisons = OrganisationColumn("liaisons", verbose_name=_("Liaisons"), sort_key=F("liaison_count"))
    open = OrganisationColumn("open", verbose_name=_("Open tasks"), sort_key=F("open_count"))
    health = OrganisationColumn("health", verbose_name=_("Health"))

    class Meta(SortableTable.Meta):
        pass


class PersonTable(SortableTable):
    """People. The page's context brings ``counts``, as for departments, of those who supervise."""

    name = OrganisationColumn("name", verbose_name=_("Person"), sort_key=F("spelling"), attrs=LEADING)
    unit = OrganisationColumn("unit", verbose_name=_("Unit"), sort_key=NullIf(F("unit"), Value("")))
    open = OrganisationColumn("open", verbose_name=_("Open tasks supervised"), sort_key=F("open_count"))
    health = OrganisationColumn("health", verbose_name=_("Health"))
    suggestions = OrganisationColumn("suggestions", verbose_name=_("Suggestions made"), sort_key=F("suggestion_count"))
    meetings = OrganisationColumn("meetings", verbose_name=_("Meetings attended"), sort_key=F("meeting_count"))

    class Meta(SortableTable.Meta):
        pass


class AccountTable(SortableTable):
    """Accounts."""

    username = OrganisationColumn("username", verbose_name=_("User name"), sort_key=F("username"), attrs=LEADING)
    display_name = OrganisationColumn("display_name", verbose_name=_("Name shown"), sort_key=F("display_name"))
    role = OrganisationColumn("role", verbose_name=_("Role"), sort_key=F("role"))
    stands_for = OrganisationColumn("stands_for", verbose_name=_("Stands for"))
    last_login = OrganisationColumn("last_login", verbose_name=_("Last signed in"), sort_key=F("last_login"))

    class Meta(SortableTable.Meta):
        pass
