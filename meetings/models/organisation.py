"""The departments and people that a breakdown table names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .natural_keys import NaturalKeyQuerySet, NaturallyKeyed
from .spelling import SpellingField


class DepartmentQuerySet(NaturalKeyQuerySet):
    """Departments, by what the address bar or a document calls them."""

    def named_or_numbered(self, values: list[str]) -> DepartmentQuerySet:
        """Return the departments whose id or exact name is among ``values`` (DESIGN.md, Contracts: pages)."""
        return self.filter(id_or_name(values))


class Department(NaturallyKeyed):
    """责任部室: a unit of the secretariat that tasks are given to."""

    NATURAL_KEY = ("name",)

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("A department that no longer exists stays on its old tasks.")
    )
    head = models.ForeignKey(
        "meetings.Person",
        verbose_name=_("head"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="headed_departments",
        help_text=_("Is told, by the account that names this person, of what stays late."),
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        help_text=_("Old documents that name this department mean that one."),
    )
    spelling = SpellingField(of="name")

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


class PersonQuerySet(NaturalKeyQuerySet):
    """People, by what the address bar or a document calls them."""

    def named_or_numbered(self, values: list[str]) -> PersonQuerySet:
        """Return the people whose id or exact name is among ``values``; a name may be that of several people."""
        return self.filter(id_or_name(values))


class Person(NaturallyKeyed):
    """Somebody who attends, suggests or supervises. Two of the same name are told apart by their unit."""

    NATURAL_KEY = ("name", "unit")

    name = models.CharField(_("name"), max_length=50)
    unit = models.CharField(
        _("unit"), max_length=200, blank=True, help_text=_("Needed only to tell two people of the same name apart.")
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("Somebody who has left stays on the old meetings and tasks.")
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        help_text=_("Old documents that name this person mean that one."),
    )
    spelling = SpellingField(of="name")

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


class FormerName(models.Model):
    """A name that a department or a person had before; old documents that use it still mean them.

    Whoever bears a name now comes before whoever bore it once.
    """

    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="former_names",
    )
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.CASCADE, null=True, blank=True, related_name="former_names"
    )
    name = models.CharField(_("name"), max_length=100)
    spelling = SpellingField(of="name")

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


def id_or_name(values: list[str]) -> Q:
    """Return the condition «id or exact name is one of ``values``»."""
    # isdecimal() alone would let through digits of other scripts and numbers no key column can hold.
    ids = [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) <= 18]
    return Q(pk__in=ids) | Q(name__in=values)
