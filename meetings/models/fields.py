"""Columns that several models share: optional references, stable ids, search keys."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.core.pinyin import build_pinyin_index
from meetings.core.types import StrOrPromise

_Target = TypeVar("_Target", bound=models.Model)


def optional_reference(
    to: type[_Target] | str,
    label: StrOrPromise,
    related_name: str,
    *,
    on_delete: Callable[..., None] = models.PROTECT,
    db_index: bool = True,
    help_text: StrOrPromise = "",
) -> "models.ForeignKey[_Target | None, _Target | None]":
    """Return a foreign key that may be empty; what it names stays as long as it does."""
    return models.ForeignKey(
        to,
        verbose_name=label,
        on_delete=on_delete,
        db_index=db_index,
        null=True,
        blank=True,
        related_name=related_name,
        help_text=help_text,
    )


def max_length_of(model: type[models.Model], name: str) -> int:
    """Return how many characters the text field ``name`` of ``model`` holds."""
    length = getattr(model._meta.get_field(name), "max_length", None)
    assert isinstance(length, int)
    return length


class StableIdField(models.UUIDField):
    """What names a row in every database, unlike its primary key and its name.

    Given once. A row that is there keeps its own, whatever a fixture brings, for hashes of log entries hold it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"verbose_name": _("stable id"), "default": uuid4, "unique": True, "editable": False, **kwargs}
        )

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            models.signals.pre_save.connect(self._keep_stored, sender=cls)

    def _keep_stored(self, instance: models.Model, raw: bool, using: str, **kwargs: Any) -> None:
        if not raw:
            return
        rows = type(instance)._base_manager.using(using)
        if stored := rows.filter(pk=instance.pk).values_list(self.attname, flat=True).first():
            setattr(instance, self.attname, stored)
        elif rows.filter(**{self.attname: getattr(instance, self.attname)}).exists():
            # The row that a fixture brought before has got another name, by which it is not found.
            setattr(instance, self.attname, uuid4())


class PinyinField(models.TextField):
    """Search key of the field named by ``of`` (`meetings.core.pinyin`).

    Filled with every `save()`, `bulk_create()` and fixture; neither `QuerySet.update()` nor a
    ``save(update_fields=…)`` without it does so, so texts are changed by `save()`.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"verbose_name": _("spelling"), "editable": False, "blank": True, **kwargs})

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            models.signals.pre_save.connect(self._index_raw_fixture, sender=cls)

    def _index_raw_fixture(self, instance: models.Model, raw: bool, **kwargs: Any) -> None:
        # What a fixture brings is stored as it is, without asking `pre_save` of its fields.
        if raw:
            self.pre_save(instance, add=False)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        spelled = build_pinyin_index(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, spelled)
        return spelled
