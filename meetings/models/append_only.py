"""Logs whose rows nobody changes or deletes; triggers hold where this is bypassed."""

from typing import Any, NoReturn, TypeVar

from django.db import models

_Row = TypeVar("_Row", bound=models.Model)


class AppendOnlyError(TypeError):
    """Raised on an attempt to change or delete an entry of a log."""


class AppendOnlyQuerySet(models.QuerySet[_Row]):
    """Entries of a log."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Log entries are never changed; undo one by another entry.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Log entries are never deleted; undo one by another entry.")


class AppendOnlyModel(models.Model):
    """An entry of a log; its ``objects`` are an AppendOnlyQuerySet."""

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Log entries are never deleted; undo one by another entry.")
