"""Fields to choose departments and people, searchable, the frequent ones first.

    departments = SearchMultipleChoiceField(label=…, queryset=Department.objects.offered())
    rows = offered_choices(Department.objects.offered())    # one query, for as many fields as a form has
    role_of = forms.ChoiceField(choices=rows, widget=SearchSelect)

Without scripts they are the browser's own selects, in two groups; static/js/search-select.js lets them be searched.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.text import MAX_ID_DIGITS
from meetings.core.types import StrOrPromise

# How many count as frequent, and up to how many a list is seen at a glance.
MAX_FREQUENT = 6
SHORT_LIST_LENGTH = 8


def split_frequent(rows: Sequence[Any], uses: dict[Any, int]) -> tuple[list[Any], list[Any]]:
    """Return the most used of ``rows`` and the others; none are in a short list."""
    if len(rows) <= SHORT_LIST_LENGTH:
        return [], list(rows)
    frequent = sorted((row for row in rows if uses.get(row)), key=lambda row: -uses[row])[:MAX_FREQUENT]
    return frequent, [row for row in rows if row not in frequent]


def offered_choices(rows: Iterable[Model], *, empty: str | None = None) -> list[tuple[Any, Any]]:
    """Return choices for any number of fields, in groups where the list is long.

    ``rows`` come from `Department.objects.offered` or `Person.objects.offered`, for one query; ``empty`` is the label
    of choosing none.
    """
    rows = list(rows)
    frequent, others = split_frequent(rows, {row: getattr(row, "uses", 0) for row in rows})
    choices: list[tuple[Any, Any]] = [] if empty is None else [("", empty)]
    as_choice = [(ModelChoiceIteratorValue(row.pk, row), str(row)) for row in others]
    if not frequent:
        return [*choices, *as_choice]
    often = [(ModelChoiceIteratorValue(row.pk, row), str(row)) for row in frequent]
    return [*choices, (_("Used most"), often), (_("All others"), as_choice)]


class _GroupedChoiceIterator(ModelChoiceIterator):
    """The choices of a field of this module."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        # First and by itself: whether there is one is asked for without the rows.
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from offered_choices(self.queryset.all())


class SearchSelect(forms.Select):
    """One of many; renders with each option what it may be typed as."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = ()) -> None:
        super().__init__({"class": "form-select", "data-search": True, **(attrs or {})}, choices)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if spelling := getattr(getattr(value, "instance", None), "spelling", ""):
            option["attrs"]["data-pinyin"] = spelling
        return option


class SearchSelectMultiple(SearchSelect, forms.SelectMultiple):
    """Some of many."""


class SearchChoiceField(forms.ModelChoiceField):
    """One department or person."""

    widget = SearchSelect
    iterator = _GroupedChoiceIterator

    def __init__(self, queryset: QuerySet, *, empty_label: StrOrPromise | None = None, **options: Any) -> None:
        super().__init__(queryset, **options)
        # Also where one is needed and one was chosen before: nobody is to be chosen unseen.
        self.empty_label = gettext_lazy("Choose") if empty_label is None else empty_label


class BoundedMultipleChoiceField(forms.ModelMultipleChoiceField):
    """Some of many; a number longer than any key never reaches the database."""

    def _check_values(self, value: Iterable[Any]) -> QuerySet:
        for key in value:
            if len(str(key)) > MAX_ID_DIGITS:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key}
                )
        return super()._check_values(value)  # type: ignore[misc]  # Django documents it in its source only


class SearchMultipleChoiceField(BoundedMultipleChoiceField):
    """Departments or people, in the order of the list."""

    widget = SearchSelectMultiple
    iterator = _GroupedChoiceIterator
