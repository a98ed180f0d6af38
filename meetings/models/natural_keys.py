"""Rows that fixtures name by what they are, never by a number of one database."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models.constants import LOOKUP_SEP


class NaturalKeyQuerySet(models.QuerySet):
    """Finds a row by the fields its model lists in ``NATURAL_KEY``."""

    def get_by_natural_key(self, *key):
        """Return the row of this ``key``; raises DoesNotExist where there is none."""
        return self.get(**dict(zip(self.model.NATURAL_KEY, key, strict=True)))


class NaturalKeyModel(models.Model):
    """A model whose natural key is the values of ``NATURAL_KEY``, a tuple of look-up paths."""

    NATURAL_KEY: ClassVar[tuple[str, ...]]

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str | int, ...]:
        """Return the key; costs a query for each relation on the way that is not loaded."""
        key = []
        for path in self.NATURAL_KEY:
            value = self
            for name in path.split(LOOKUP_SEP):
                value = getattr(value, name)
            key.append(value.isoformat() if isinstance(value, datetime.date) else value)
        return tuple(key)
