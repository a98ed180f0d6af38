"""Rows that fixtures name by what they are, never by a number of one database."""

import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.translation import gettext_lazy as _

_Row = TypeVar("_Row", bound="NaturalKeyModel")


class NaturalKeyQuerySet(models.QuerySet[_Row]):
    """Finds a row by the fields its model lists in ``NATURAL_KEY``."""

    def get_by_natural_key(self, *key: Any) -> _Row:
        """Return the row of this ``key``; raises DoesNotExist where there is none."""
        return self.get(**dict(zip(self.model.NATURAL_KEY, key, strict=True)))


class NaturalKeyModel(models.Model):
    """A model whose natural key is ``NATURAL_KEY``, a tuple of look-up paths.

    Its ``objects`` are a NaturalKeyQuerySet, or a queryset of that kind.
    """

    NATURAL_KEY: tuple[str, ...]

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str | int, ...]:
        """Return the key; costs a query for each relation on the way that is not loaded."""
        key: list[str | int] = []
        for path in self.NATURAL_KEY:
            value: Any = self
            for name in path.split(LOOKUP_SEP):
                value = getattr(value, name)
            key.append(value.isoformat() if isinstance(value, datetime.date) else value)
        return tuple(key)


class PrintedPart(NaturalKeyModel):
    """One of several parts, in the order in which they are printed."""

    position = models.PositiveSmallIntegerField(_("position"))

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position"]
