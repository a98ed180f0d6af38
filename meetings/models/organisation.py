"""The departments and people that a breakdown table names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.core.text import narrow_letters

from .choices import Role
from .fields import PinyinField, StableIdField, optional_reference
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet
from .text_search import contains_word

# How many of the latest rows count as recent use.
RECENT_ROW_COUNT = 500


def recent_rows(model: str) -> QuerySet:
    """Return the rows of ``model`` that were entered or changed last."""
    rows = apps.get_model("meetings", model).objects.order_by()
    return rows.filter(pk__in=rows.order_by("-pk").values("pk")[:RECENT_ROW_COUNT])


def recent_use_count(model: str, column: str) -> Coalesce:
    """Return how many recent rows of ``model`` name the row in ``column``."""
    return count_rows(recent_rows(model), column)


def count_rows(rows: QuerySet, column: str, of: str = "pk") -> Coalesce:
    """Return a subquery that counts distinct ``of`` among ``rows`` of the outer row."""
    of_row = rows.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(Subquery(of_row.annotate(number=Count(of, distinct=of != "pk")).values("number")), 0)


_Row = TypeVar("_Row", "Department", "Person")


class NamedQuerySet(NaturalKeyQuerySet[_Row]):
    """Departments or people, found by any of their names."""

    def unmerged(self) -> Self:
        """Return those that were not merged into another one."""
        return self.filter(merged_into__isnull=True)

    def matching(self, search_text: str) -> Self:
        """Filter by words in the present or former names, pinyin or initials."""
        condition = Q()
        for word in search_text.split():
            holds = contains_word(word, "name") | Q(spelling__contains=narrow_letters(word).lower())
            former = FormerName.objects.filter(holds, **{self.model.__name__.lower(): OuterRef("pk")})
            merged = self.model._default_manager.filter(holds, merged_into=OuterRef("pk"))
            condition &= holds | Exists(former) | Exists(merged)
        return self.filter(condition)

    def _selectable(self, include: Iterable[int | str], uses: Combinable) -> Self:
        """Return the active rows and those of ``include``, with their recent use."""
        return self.filter(Q(is_active=True) | Q(pk__in=list(include))).annotate(uses=uses)


class DepartmentQuerySet(NamedQuerySet["Department"]):
    def with_counts(self, open_statuses: Iterable[str], roles: Iterable[str]) -> Self:
        """Annotate ``open_count`` (open tasks in one of ``roles``) and ``liaison_count``.

        Only liaisons who may sign in are counted.
        """
        return self.annotate(
            open_count=count_rows(self._open_parts(open_statuses, roles), "department"),
            liaison_count=count_rows(self._liaisons(), "department"),
        )

    def without_liaison(self, open_statuses: Iterable[str], roles: Iterable[str]) -> Self:
        """Return those with open tasks, but without a liaison."""
        own = OuterRef("pk")
        open_parts = self._open_parts(open_statuses, roles).filter(department=own)
        return self.filter(~Exists(self._liaisons().filter(department=own)), Exists(open_parts))

    def _open_parts(self, open_statuses: Iterable[str], roles: Iterable[str]) -> QuerySet[Any]:
        parts = apps.get_model("meetings", "TaskDepartment").objects
        return parts.filter(role__in=roles, task__status__in=open_statuses, task__joined_into__isnull=True)

    def _liaisons(self) -> QuerySet[Any]:
        return self.model.liaisons.through.objects.filter(account__is_active=True, account__role=Role.LIAISON)

    def selectable(self, include: Iterable[int | str] = ()) -> Self:
        """Return the departments in use and those of ``include``, as choices of a form.

        Annotates ``uses``, how often a task was given to each lately.
        """
        return self._selectable(include, recent_use_count("TaskDepartment", "department"))


class Department(NaturalKeyModel):
    """责任部室: a unit of the secretariat that tasks are given to."""

    NATURAL_KEY = ("name",)

    stable_id = StableIdField()
    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("A department that no longer exists stays on its old tasks.")
    )
    head: models.ForeignKey[Person | None, Person | None] = optional_reference(
        "meetings.Person",
        _("head"),
        "headed_departments",
        help_text=_("Is told, by the account that names this person, of what stays late."),
    )
    merged_into: models.ForeignKey[Department | None, Department | None] = optional_reference(
        "self", _("merged into"), "merged", help_text=_("Old documents that name this department mean that one.")
    )
    spelling = PinyinField(of="name")

    # Annotated by `with_counts`.
    open_count: int
    liaison_count: int

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="department_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="department_merged_is_not_in_use", condition=Q(merged_into__isnull=True) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("department_detail", args=[self.pk])


_PERSON_MODELS = ("TaskLeader", "Attendance", "SuggestionSource")


class PersonQuerySet(NamedQuerySet["Person"]):
    def with_counts(self, open_statuses: Iterable[str]) -> Self:
        """Annotate ``open_count``, ``meeting_count`` and ``suggestion_count``."""
        tables = {name: apps.get_model("meetings", name).objects for name in _PERSON_MODELS}
        parts = tables["TaskLeader"].filter(task__status__in=open_statuses, task__joined_into__isnull=True)
        return self.annotate(
            open_count=count_rows(parts, "person"),
            meeting_count=count_rows(tables["Attendance"].all(), "person"),
            suggestion_count=count_rows(tables["SuggestionSource"].all(), "person", "suggestion"),
        )

    def selectable(self, include: Iterable[int | str] = ()) -> Self:
        """Return the people in use and those of ``include``, by pinyin, as choices.

        Annotates ``uses``, how often each has made a suggestion or attended lately.
        """
        uses = recent_use_count("SuggestionSource", "person") + recent_use_count("Attendance", "person")
        return self._selectable(include, uses).order_by("spelling", "pk")

    def selectable_as_leaders(self, include: Iterable[int | str] = ()) -> Self:
        """Return what `selectable` does; ``uses`` counts the tasks supervised lately."""
        return self._selectable(include, recent_use_count("TaskLeader", "person")).order_by("spelling", "pk")


class Person(NaturalKeyModel):
    """A person who attends, suggests or supervises; the unit tells namesakes apart."""

    NATURAL_KEY = ("name", "unit")

    name = models.CharField(_("name"), max_length=50)
    unit = models.CharField(
        _("unit"), max_length=200, blank=True, help_text=_("Needed only to tell two people of the same name apart.")
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("Somebody who has left stays on the old meetings and tasks.")
    )
    merged_into: models.ForeignKey[Person | None, Person | None] = optional_reference(
        "self", _("merged into"), "merged", help_text=_("Old documents that name this person mean that one.")
    )
    spelling = PinyinField(of="name")

    # What `PersonQuerySet.with_counts` annotates.
    open_count: int
    meeting_count: int
    suggestion_count: int

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="person_name_and_unit",
                fields=["name", "unit"],
                violation_error_message=_("There is already a person of this name and unit."),
            ),
            models.CheckConstraint(name="person_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="person_merged_is_not_in_use", condition=Q(merged_into__isnull=True) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return _("%(name)s (%(unit)s)") % {"name": self.name, "unit": self.unit} if self.unit else self.name

    def get_absolute_url(self) -> str:
        return reverse("person_detail", args=[self.pk])


class FormerName(models.Model):
    """A former name of a department or person, by which old documents find it.

    A present name takes precedence over a former one.
    """

    department = optional_reference(Department, _("department"), "former_names", on_delete=models.CASCADE)
    person = optional_reference(Person, _("person"), "former_names", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=100)
    spelling = PinyinField(of="name")

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="former_name_is_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="former_name_of_one",
                condition=Q(department__isnull=True, person__isnull=False)
                | Q(department__isnull=False, person__isnull=True),
            ),
            models.UniqueConstraint(name="former_name_once", fields=["department", "name"]),
            models.UniqueConstraint(name="former_name_of_person_once", fields=["person", "name"]),
        ]

    def __str__(self) -> str:
        return self.name
