"""Rows of departments and leaders in a form: added, removed and moved by buttons."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy

from meetings.models import DepartmentRole
from meetings.ui.widgets import SearchSelect


class DepartmentRowForm(forms.Form):
    """One row of a task's departments: whom, and in which role. All rows send the same names."""

    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False, widget=SearchSelect)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=DepartmentRole.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class LeaderRowForm(forms.Form):
    """One row of a task's leaders."""

    leader = forms.ChoiceField(label=gettext_lazy("Supervising leader"), required=False, widget=SearchSelect)


MAX_ROWS = 200


@dataclass(slots=True)
class AssignmentRows:
    """The rows of one kind as they stand in the form: each a list of what its controls say, the first whom it names.

    ``focus`` is the id of the control to go on with, after a button of a row was pressed.
    """

    kind: str
    values: list[list[str]]
    choices: list
    form: type[forms.Form]
    focus: str = ""

    def rearrange(self, verb: str, place: int) -> None:
        """Do what the button of the row at ``place`` (0 for the first) says; nothing, where there is no such row."""
        if verb == "add" and len(self.values) < MAX_ROWS:
            self.values.append(self._empty_row)
            self.focus = f"{self.kind}-{len(self.values) - 1}-{self._name}"
        elif verb == "remove" and 0 <= place < len(self.values):
            del self.values[place]
            self.focus = f"{self.kind}-{min(place, len(self.values))}-{self._name}"
        elif verb in ("up", "down"):
            other = place + (-1 if verb == "up" else 1)
            if 0 <= place < len(self.values) and 0 <= other < len(self.values):
                self.values[place], self.values[other] = self.values[other], self.values[place]
                self.focus = f"{self.kind}-{other}-{self._name}"

    @property
    def chosen(self) -> list[list[str]]:
        """The rows that name somebody."""
        return [row for row in self.values if row[0]]

    @property
    def _name(self) -> str:
        return next(iter(self.form.base_fields))

    @property
    def _empty_row(self) -> list[str]:
        return ["", DepartmentRole.RESPONSIBLE.value] if len(self.form.base_fields) > 1 else [""]

    @property
    def row_forms(self) -> list[forms.Form]:
        """The rows as forms, an empty one behind them to go on with."""
        rows = []
        for place, values in enumerate(
            [*self.values, self._empty_row] if all(map(_names_somebody, self.values)) else self.values
        ):
            initial = dict(zip(self.form.base_fields, values, strict=False))
            row = self.form(auto_id=f"{self.kind}-{place}-%s", initial=initial)
            row.fields[self._name].choices = self.choices
            if self.focus == row[self._name].auto_id:
                row.fields[self._name].widget.attrs["autofocus"] = True
            rows.append(row)
        return rows


def _names_somebody(row: list[str]) -> bool:
    return bool(row[0])


def flatten_choices(choices) -> list[tuple]:
    """Return grouped choices without their groups."""
    flat = []
    for value, label in choices:
        flat += label if isinstance(label, (list, tuple)) else [(value, label)]
    return [(value, label) for value, label in flat if value != ""]
