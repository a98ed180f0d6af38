"""Rows of departments and leaders in a form, edited by buttons that save nothing.

All rows use the same field names (``department`` and ``role``, or ``leader``), so no row needs a number or a script.
For `TrackedForm` the rows are one text: ``3:lead,5:supporting``.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.text import parse_ids
from meetings.display.fields import label
from meetings.models import DepartmentRole
from meetings.ui.fields import SelectField
from meetings.ui.widgets import OfferedChoices, SearchSelect

_SEPARATORS = re.compile(r"[\s,:]")


class DepartmentRowForm(forms.Form):
    """One row of a task's departments: whom, and in which role."""

    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False, widget=SearchSelect)
    role = SelectField(label=gettext_lazy("Role"), choices=DepartmentRole.choices, initial=DepartmentRole.RESPONSIBLE)


class LeaderRowForm(forms.Form):
    """One row of a task's leaders."""

    leader = forms.ChoiceField(label=label("leader"), required=False, widget=SearchSelect)


class AssignmentsWidget(forms.Widget):
    """The rows, and an empty one behind; ``focus`` is the row to focus after a button."""

    template_name = "meetings/tasks/_assignment_rows.html"
    use_fieldset = True
    choices: Iterable[Any] = ()
    focus = -1

    def __init__(self, row_form: type[forms.Form]) -> None:
        super().__init__()
        self.row_form = row_form
        self.names = tuple(row_form.base_fields)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        columns = [data.getlist(each) for each in self.names]
        called = data.getlist(f"{self.names[0]}-called")
        if any(called):
            select = SearchSelect(choices=self.choices)
            rows = zip(columns[0], called, strict=False)
            columns[0] = [select.find_called(name.strip()) if name.strip() else pk for pk, name in rows]
        columns = [[_SEPARATORS.sub("_", value) for value in column] for column in columns]
        return rows_to_text(zip(*columns, strict=False))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return self.names[0] not in data

    def set_value(self, data: QueryDict, value: str) -> None:
        """Write the rows into ``data`` as a browser would send them."""
        rows = rows_from_text(value)
        for at, name in enumerate(self.names):
            data.setlist(name, [row[at] for row in rows])

    def get_context(self, name: str, value: str, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = rows_from_text(value)
        empty = [] if any(not row[0] for row in rows) else [[""]]
        row_forms = [self._build_row(name, place, row) for place, row in enumerate([*rows, *empty])]
        return {"name": name, "rows": row_forms, "number": len(rows)}

    def _build_row(self, name: str, place: int, row: Sequence[str]) -> forms.Form:
        row_form = self.row_form(auto_id=f"{name}-{place}-%s", initial=dict(zip(self.names, row, strict=False)))
        first = row_form.fields[self.names[0]]
        first.widget.choices = self.choices
        if place == self.focus:
            first.widget.attrs["autofocus"] = True
        return row_form

    def rearrange(self, value: str, verb: str, place: int) -> str:
        """Return the rows after the button ``verb`` (add, remove, up, down) at ``place``."""
        rows = rows_from_text(value)
        if verb == "add":
            self.focus = len(rows)
        elif verb == "remove" and 0 <= place < len(rows):
            del rows[place]
            self.focus = min(place, len(rows))
        elif verb in ("up", "down"):
            other = place + (-1 if verb == "up" else 1)
            if 0 <= place < len(rows) and 0 <= other < len(rows):
                rows[place], rows[other] = rows[other], rows[place]
                self.focus = other
        return rows_to_text(rows)


class AssignmentsField(forms.Field):
    """Departments with their roles, or leaders, in order."""

    widget: AssignmentsWidget

    def __init__(self, row_form: type[forms.Form], *, label: Any) -> None:
        super().__init__(label=label, required=False, widget=AssignmentsWidget(row_form))
        self.offered: QuerySet | None = None

    def offer(self, rows: QuerySet, *, empty: str) -> None:
        """Offer ``rows``, as `offered_choices` takes them; ``empty`` is the label of none."""
        self.offered = rows
        self.widget.choices = OfferedChoices(rows, empty=empty)

    def find_offered(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return those of the offered rows that have one of the ``keys``, by key."""
        ids = parse_ids(keys)
        return {str(row.pk): row for row in self.offered.filter(pk__in=ids)} if self.offered is not None and ids else {}

    def to_python(self, value: Any) -> list[Any]:
        """Return pairs of department and role, or the leaders, without empty rows."""
        rows = [row for row in rows_from_text(value) if row[0]]
        offered = self.find_offered(row[0] for row in rows)
        for row in rows:
            if row[0] not in offered:
                raise forms.ValidationError(
                    _("“%(value)s” is not in the list. Choose again.") % {"value": row[0]}, code="invalid_choice"
                )
        return [(offered[row[0]], row[1]) if len(row) > 1 else offered[row[0]] for row in rows]


def rows_to_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as one text, without the empty ones at the end."""
    rows = list(rows)
    while rows and not rows[-1][0]:
        rows.pop()
    return ",".join(":".join(row) for row in rows)


def rows_from_text(text: str) -> list[list[str]]:
    """Return the rows that `rows_to_text` wrote."""
    return [row.split(":") for row in text.split(",")] if text else []
