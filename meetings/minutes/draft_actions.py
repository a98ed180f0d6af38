"""What the forms on the page of a draft ask for."""

from collections.abc import Callable
from inspect import signature
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from meetings.core.text import parse_id, parse_ids
from meetings.locking import require_present
from meetings.models import Account, Department, MinutesDocument
from meetings.ui.fields import TextField, VersionField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import OfferedChoices, OfferedField

from . import accept, draft_services, issue_answers, issue_groups, layouts
from .cell_edits import CellsField, edit_cells
from .matching import NEW

# A printed row has three or four.
_MAX_TASKS = 999


# Services, each called with those of `DraftActionForm.values` that it has parameters for.
DRAFT_ACTIONS: dict[str, Callable[..., Any]] = {
    "save": draft_services.edit_row,
    "row": draft_services.edit_row,
    "cells": edit_cells,
    "add_row": draft_services.add_row,
    "facts": draft_services.edit_metadata,
    "layout": layouts.choose_layout,
    "confirm": issue_answers.confirm_row_issue,
    "offered": issue_answers.accept_offered_day,
    "dates": issue_answers.assign_dates,
    "names": issue_answers.assign_names,
    "group": issue_groups.answer_group,
    "choose": issue_answers.resolve_name,
    "discard": draft_services.discard_draft,
    "accept": accept.accept_draft,
}

# What the buttons in a row's form do, once the row is saved.
ROW_TOOLS: dict[str, Callable[..., Any]] = {
    "add_task": draft_services.add_task,
    "remove_task": draft_services.remove_task,
    "split": draft_services.split_row,
    "join": draft_services.merge_with_next_row,
    "remove": draft_services.remove_row,
    "add_row": draft_services.add_row,
}


class DraftActionForm(ServiceForm):
    """A form on the page of a draft: action, row, values.

    The fields of a row and those around the table are read by the service (`draft_forms`).
    """

    action = forms.ChoiceField(choices=[(name, name) for name in DRAFT_ACTIONS])
    # A tool of the row's form, colon and place.
    do = forms.CharField(required=False)
    row = VersionField()
    version = VersionField()
    place = VersionField()
    tasks = VersionField()
    key = forms.CharField(required=False)
    choice = forms.CharField(required=False)
    other = OfferedField(required=False)
    unit = TextField(required=False, max_length=200)
    sure = forms.BooleanField(required=False)
    seen = forms.CharField(required=False)
    note = TextField(required=False)
    cells = CellsField(required=False)

    def __init__(self, data: QueryDict, *, document: MinutesDocument, account: Account) -> None:
        super().__init__(data)
        self.document, self.account = document, account
        self.fields["other"].choices = OfferedChoices(Department.objects.selectable())

    @property
    def row_id(self) -> int:
        """The row that the form stands in, 0 for none."""
        return self.cleaned_data["row"]

    @property
    def texts(self) -> dict[str, str]:
        """All that was sent, as texts."""
        return {name: str(text) for name, text in self.data.items()}

    def clean_sure(self) -> bool:
        """Ask whether the draft may be thrown away."""
        if self.data["action"] == "discard" and not self.cleaned_data["sure"]:
            raise forms.ValidationError(gettext_lazy("Tick that the draft may be thrown away."))
        return self.cleaned_data["sure"]

    @property
    def chosen_tables(self) -> dict[int, tuple[str, ...]] | None:
        """The tables to be read with the kinds of their columns; None: the file's own."""
        tool, _colon, place = self.cleaned_data["do"].partition(":")
        number = parse_id(place)
        numbers = parse_ids(self.data.getlist("table")) - ({number} if tool == "without" else set())
        if tool in ("only", "also") and number is not None:
            numbers = {number} | (numbers if tool == "also" else set())
        return None if tool == "auto" else {of: tuple(self.data.getlist(f"kind-{of}")) for of in sorted(numbers)}

    @property
    def unsure_choice(self) -> list[tuple[str, str]]:
        """The fields of a choice of tables that would lose work; empty for any other."""
        if not isinstance(self.service_error, layouts.WorkLostError):
            return []
        return [(name, text) for name, texts in self.data.lists() for text in texts if name != "csrfmiddlewaretoken"]

    @property
    def values(self) -> dict[str, Any]:
        """What services are called with, by the names of their arguments."""
        sent = self.cleaned_data
        shares = [self.data.getlist(f"share-{at}") for at in range(min(sent["tasks"], _MAX_TASKS))]
        choice = sent["other"] if sent["choice"] == "other" else sent["choice"]
        return {
            "document_id": self.document.pk,
            "row_id": self.row_id,
            "version": sent["version"],
            "form_data": self.texts,
            "place": sent["place"],
            "assignments": [sorted(parse_ids(share)) for share in shares] if sent["action"] == "dates" else shares,
            "chosen": self.chosen_tables if sent["action"] == "layout" else None,
            "cells": sent["cells"],
            "sure": sent["sure"],
            "key": sent["key"],
            "choice": f"{NEW}:{sent['unit']}" if choice == NEW and sent["unit"] else choice,
            "actor": self.account,
            "version_token": sent["seen"],
            "reason": sent["note"],
        }

    def run(self) -> Any:
        """Call the service; raises ConflictError for a row that is gone, ServiceError."""
        service, values = DRAFT_ACTIONS[self.cleaned_data["action"]], self.values
        if self.cleaned_data["action"] == "confirm" and "row" not in self.data:
            service = issue_answers.confirm_document_issue
        if "row_id" in signature(service).parameters:
            require_present(self.document.rows.filter(pk=self.row_id).exists())
        result = _call(service, values)
        if self.cleaned_data["action"] != "row":
            return result
        tool, _colon, place = self.cleaned_data["do"].partition(":")
        values["version"] = result
        values["place"] = values["after"] = self.fields["place"].clean(place)
        return _call(ROW_TOOLS[tool], values) if tool in ROW_TOOLS else None


def _call(service: Callable[..., Any], values: dict[str, Any]) -> Any:
    return service(**{name: values[name] for name in signature(service).parameters if name in values})
