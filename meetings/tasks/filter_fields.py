"""Fields and filters of the list's parameters: search text, choices, ids or names."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from meetings.models.choices import NOBODY
from meetings.tasks.filter_choices import FilterChoice
from meetings.ui.widgets import SHORT_LIST_LENGTH, split_frequent


class SearchTextField(forms.CharField):
    """Words to search for, limited in number and length, for each costs five places."""

    MAX_WORDS = 20

    def clean(self, value: Any) -> str:
        value = super().clean(value)
        if len(set(value.split())) > self.MAX_WORDS:
            raise forms.ValidationError(_("Search for %(most)d words at most.") % {"most": self.MAX_WORDS})
        return value


class CheckboxList(forms.CheckboxSelectMultiple):
    """Checkboxes; a long list is searchable and begins with the frequent ones."""

    spellings: dict[str, str] | None = None
    frequent: frozenset[str] = frozenset()

    @property
    def is_long(self) -> bool:
        """Whether it is more than is seen at a glance."""
        return len(list(self.choices)) > SHORT_LIST_LENGTH

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "spelling": (self.spellings or {}).get(value, ""), "is_frequent": value in self.frequent}


class MultiChoiceField(forms.MultipleChoiceField):
    """Several of a set of words; the empty ones of forms without script are ignored."""

    widget: Any = CheckboxList
    default_error_messages = {
        "invalid_choice": gettext_lazy("“%(value)s” is not known here. Choose from the list."),
    }

    def to_python(self, value: Any) -> list[str]:
        return [item for item in super().to_python(value) if item]


class IdOrNameField(MultiChoiceField):
    """Ids and exact names, repeatable; a name of several rows means all of them."""

    _offered: list[tuple[str, str]] = []

    def set_choices(
        self, rows: Iterable[FilterChoice], *, is_detail_a_name: bool = False, with_nobody: bool = False
    ) -> None:
        """Set what can be chosen.

        ``is_detail_a_name``: a meeting may also be called by its document number. ``with_nobody``: having none can
        be asked for, too.
        """
        self.ids_by_name: dict[str, list[str]] = defaultdict(list)
        rows = list(rows)
        for row in rows:
            self.ids_by_name[row.name].append(str(row.pk))
            if row.detail and is_detail_a_name:
                self.ids_by_name[row.detail].append(str(row.pk))
        shared = Counter(row.name for row in rows)
        # Whoever bears a name now comes before whoever bore it once.
        borne = set(self.ids_by_name)
        for row in rows:
            for name in set(row.formerly) - borne:
                self.ids_by_name[name].append(str(row.pk))
        frequent, others = split_frequent(rows, {row: row.uses for row in rows})
        self._offered = [
            (
                str(row.pk),
                _("%(name)s (%(unit)s)") % {"name": row.name, "unit": row.detail}
                if shared[row.name] > 1 and row.detail
                else row.name,
            )
            for row in (*frequent, *others)
        ]
        self.widget.spellings = {str(row.pk): row.spelling for row in rows}
        self.widget.frequent = frozenset(str(row.pk) for row in frequent)
        if with_nobody:
            self._offered.append((NOBODY, _("Nobody")))
        self.choices = self._offered

    def _as_ids(self, values: Iterable[str]) -> list[str]:
        offered_ids = {pk for pk, _label in self._offered}
        ids = []
        for value in values:
            ids += [value] if value in offered_ids else self.ids_by_name.get(value, [value])
        return list(dict.fromkeys(ids))

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
    """Rows of a ``kind`` (`FilterChoices.rows`) by id or exact name; repeated is or.

    ``with_nobody``: offers having none, too.
    """

    field_class = IdOrNameField

    def __init__(self, kind: str, *, with_nobody: bool = False, **options: Any) -> None:
        super().__init__(lookup_expr="in", **options)
        self.kind, self.with_nobody = kind, with_nobody


class SearchTextFilter(django_filters.CharFilter):
    """Words that all have to be found. ``method`` says where."""

    field_class = SearchTextField
