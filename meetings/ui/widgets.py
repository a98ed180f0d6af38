"""Fields to choose departments and people, searchable, the frequent ones first.

    departments = SearchMultipleChoiceField(label=…, queryset=Department.objects.selectable())
    rows = offered_choices(Department.objects.selectable())    # one query, for as many fields as a form has
    role_of = forms.ChoiceField(choices=rows, widget=SearchSelect)

Without scripts they are the browser's own selects, in two groups; static/js/search-select.js lets them be searched.
Of many rows only the first stand in the page: the others are searched for on the server or, without scripts, named.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.urls import reverse
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.text import MAX_ID_DIGITS, parse_ids
from meetings.core.types import StrOrPromise

# How many rows count as frequent, and the longest list shown without a search.
MAX_FREQUENT = 6
SHORT_LIST_LENGTH = 8
# The columns that a row may be named by.
_CALLED = ("name", "title", "document_number", "display_name", "username")
# How many rows a page offers at most.
MAX_OPTIONS = 50


def split_frequent(rows: Sequence[Any], uses: dict[Any, int]) -> tuple[list[Any], list[Any]]:
    """Return the most used of ``rows`` and the others; none are in a short list."""
    if len(rows) <= SHORT_LIST_LENGTH:
        return [], list(rows)
    frequent = sorted((row for row in rows if uses.get(row)), key=lambda row: -uses[row])[:MAX_FREQUENT]
    return frequent, [row for row in rows if row not in frequent]


def offered_choices(
    rows: Iterable[Model], *, empty: str | None = None, label: Callable[[Any], str] = str
) -> list[tuple[Any, Any]]:
    """Return choices for any number of fields, in groups where the list is long.

    ``rows`` come from `Department.objects.selectable` or `Person.objects.selectable`, for one query; ``empty`` is the
    label of choosing none.
    """
    rows = list(rows)
    frequent, others = split_frequent(rows, {row: getattr(row, "uses", 0) for row in rows})
    choices: list[tuple[Any, Any]] = [] if empty is None else [("", empty)]
    as_choice = [(ModelChoiceIteratorValue(row.pk, row), label(row)) for row in others]
    if not frequent:
        return [*choices, *as_choice]
    often = [(ModelChoiceIteratorValue(row.pk, row), label(row)) for row in frequent]
    return [*choices, (_("Used most"), often), (_("All others"), as_choice)]


class OfferedChoices(BaseChoiceIterator):
    """`offered_choices` of a queryset, of many rows only the first, for one query.

    Where ``is_partial``, there are more; of these `SearchSelect` renders what is chosen.
    """

    def __init__(self, queryset: QuerySet, *, empty: str | None = None, label: Callable[[Any], str] = str) -> None:
        self.queryset, self.empty, self.label = queryset, empty, label

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        yield from offered_choices(self._rows[:MAX_OPTIONS], empty=self.empty, label=self.label)

    @property
    def is_partial(self) -> bool:
        return len(self._rows) > MAX_OPTIONS

    @cached_property
    def _rows(self) -> list[Model]:
        rows = list(self.queryset[: MAX_OPTIONS + 1])
        if len(rows) > MAX_OPTIONS and "uses" in self.queryset.query.annotations:
            rows = list(dict.fromkeys([*self.queryset.filter(uses__gt=0).order_by("-uses")[:MAX_FREQUENT], *rows]))
        return rows


class _FieldChoices(ModelChoiceIterator):
    """The choices of a field of this module."""

    is_partial = False

    def label(self, row: Model) -> str:
        """Return what a row is called."""
        return self.field.label_from_instance(row)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        # First and by itself: whether there is one is asked for without the rows.
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        offered = OfferedChoices(self.queryset.all(), label=self.label)
        yield from offered
        self.is_partial = offered.is_partial


class SearchSelect(forms.Select):
    """One of many; renders with each option what it may be typed as.

    ``kind`` says where those that the page does not offer are searched for, unless their model does.
    """

    template_name = "meetings/ui/search_select.html"

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = (), kind: str = "") -> None:
        super().__init__({"class": "form-select", "data-search": True, **(attrs or {})}, choices)
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if self._is_partial:
            kind = self.kind or self._queryset.model._meta.model_name
            context["widget"]["attrs"].update({"data-search": True, "data-more": reverse("choices", args=[kind])})
            context["by_name"] = f"{name}-called"
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Add what is chosen and not among the first."""
        groups = super().optgroups(name, value, attrs)
        if self._is_partial:
            label: Callable[[Any], str] = getattr(self.choices, "label", str)
            there = {str(option["value"]) for _heading, options, _index in groups for option in options}
            for row in self._queryset.filter(pk__in=parse_ids(set(value) - there)):
                key = ModelChoiceIteratorValue(row.pk, row)
                option = self.create_option(name, key, label(row), selected=True, index=len(groups), attrs=attrs)
                groups.append((None, [option], len(groups)))
        return groups

    @property
    def _queryset(self) -> Any:
        return getattr(self.choices, "queryset", None)

    @property
    def _is_partial(self) -> bool:
        """Whether there are more than the page offers, once the choices were read."""
        return getattr(self.choices, "is_partial", False)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was chosen, or who was named without scripts."""
        called = data.get(f"{name}-called", "").strip()
        return self.find_called(called) if called else super().value_from_datadict(data, files, name)

    def find_called(self, called: str) -> str:
        """Return the id of the one row with this name, perhaps followed by its unit."""
        queryset = self._queryset
        if queryset is None:
            return called
        names = [name for name in _CALLED if hasattr(queryset.model, name)]
        forms_of_name = {called, re.split(r"\s*[（(]", called)[0]}
        rows = queryset.filter(reduce(or_, (Q(**{f"{name}__in": forms_of_name}) for name in names)))
        exact = [row for row in rows if called in (str(row), *(getattr(row, name) for name in names))]
        return str(exact[0].pk) if len(exact) == 1 else called

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        spelling = getattr(getattr(value, "instance", None), "spelling", "")
        if spelling and self.attrs["data-search"]:
            option["attrs"]["data-pinyin"] = spelling
        return option


class SearchSelectMultiple(SearchSelect, forms.SelectMultiple):
    """Some of many."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        chosen = forms.SelectMultiple.value_from_datadict(self, data, files, name)
        called = data.get(f"{name}-called", "").strip()
        return [*chosen, self.find_called(called)] if called else chosen


class SearchChoiceField(forms.ModelChoiceField):
    """One department, person or meeting."""

    widget = SearchSelect
    iterator = _FieldChoices

    def __init__(self, queryset: QuerySet, *, empty_label: StrOrPromise | None = None, **options: Any) -> None:
        super().__init__(queryset, **options)
        # Even for a required field: no row may be preselected unnoticed.
        self.empty_label = gettext_lazy("Choose") if empty_label is None else empty_label


class OfferedField(forms.ChoiceField):
    """The id of one of `OfferedChoices`, which several fields share."""

    widget = SearchSelect

    def valid_value(self, value: str) -> bool:
        queryset = getattr(self.choices, "queryset", None)
        return super().valid_value(value) or (
            queryset is not None and queryset.filter(pk__in=parse_ids([value])).exists()
        )


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
    iterator = _FieldChoices


class MeetingField(SearchChoiceField):
    """One meeting; of few the browser's own select is enough."""

    widget = SearchSelect(attrs={"data-search": False})  # type: ignore[assignment]  # as Django's own fields do
