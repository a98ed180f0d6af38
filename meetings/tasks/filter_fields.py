"""Fields and filters of the list's parameters: search text, choices, ids or names."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from meetings.models.choices import NOBODY
from meetings.tasks.filter_choices import FilterChoice


class SearchTextField(forms.CharField):
    """Words to search for, limited in number and length, for each costs five places."""

    MAX_WORDS = 20

    def clean(self, value: Any) -> str:
        value = super().clean(value)
        if len(set(value.split())) > self.MAX_WORDS:
            raise forms.ValidationError(_("Search for %(most)d words at most.") % {"most": self.MAX_WORDS})
        return value


class MultiChoiceField(forms.MultipleChoiceField):
    """Several of a set of words; the empty ones of forms without script are ignored."""

    widget: Any = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid_choice": gettext_lazy("“%(value)s” is not known here. Choose from the list."),
    }

    def to_python(self, value: Any) -> list[str]:
        return [item for item in super().to_python(value) if item]


class IdOrNameField(MultiChoiceField):
    """Ids and exact names, repeatable; a name of several rows means all of them.

    Its choices are those that are asked for; what else there is comes once it is opened (`list_options`).
    """

    _called: Mapping[str, list[FilterChoice]] = {}

    def set_called(self, called: Mapping[str, list[FilterChoice]], *, with_nobody: bool = False) -> None:
        """Set whom each of the values calls; ``with_nobody``: having none, too."""
        nobody = {NOBODY: [FilterChoice(NOBODY, _("Nobody"))]} if with_nobody and NOBODY in called else {}
        self._called = {**called, **nobody}
        self.choices = list(dict.fromkeys(choice for choices in self._called.values() for choice in choices))

    def _as_ids(self, values: Iterable[str]) -> list[str]:
        called = [self._called.get(value) or [FilterChoice(value, value)] for value in values]
        return list(dict.fromkeys(choice.pk for choices in called for choice in choices))

    def to_python(self, value: Any) -> list[str]:
        return self._as_ids(super().to_python(value))

    def bound_data(self, data: Any, initial: Any) -> list[str]:
        """Tick the boxes of the rows that were called by name, too."""
        return self._as_ids(data or [])


class MultiChoiceFilter(django_filters.MultipleChoiceFilter):
    """One of a fixed set of words; repeated means or."""

    field_class = MultiChoiceField

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class IdOrNameFilter(django_filters.Filter):
    """Rows of a ``kind`` (`offered_rows`) by id or exact name; repeated is or.

    ``with_nobody``: offers having none, too.
    """

    field_class = IdOrNameField

    def __init__(self, kind: str, *, with_nobody: bool = False, **options: Any) -> None:
        super().__init__(lookup_expr="in", **options)
        self.kind, self.with_nobody = kind, with_nobody


class SearchTextFilter(django_filters.CharFilter):
    """Words that all have to be found. ``method`` says where."""

    field_class = SearchTextField
