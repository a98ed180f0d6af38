"""Cells changed in the table of a draft: of several rows at once, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy

from meetings.locking import require_present

from .draft_services import edit_row, lock_document

#: Rows that one block may change.
_MAX_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class CellEdit:
    """The changed fields of a row, which was ``version`` then, as its form sends them."""

    row_id: int
    version: int
    values: dict[str, str]


class CellsField(forms.JSONField):
    """Rows as the table sends them: [[id, version, {field: text}], …]."""

    default_error_messages = {"invalid": gettext_lazy("The cells could not be read. Open the draft again.")}

    def clean(self, value: Any) -> list[CellEdit]:
        """Return the changed rows; raises ValidationError."""
        sent = super().clean(value) or []
        if not isinstance(sent, list) or len(sent) > _MAX_ROWS:
            raise forms.ValidationError(self.error_messages["invalid"])
        return [self._read(row) for row in sent]

    def _read(self, row: Any) -> CellEdit:
        match row:
            case [int(row_id), int(version), dict(values)] if all(isinstance(text, str) for text in values.values()):
                return CellEdit(row_id, version, values)
        raise forms.ValidationError(self.error_messages["invalid"])


@transaction.atomic
def edit_cells(*, document_id: int, cells: Sequence[CellEdit]) -> list[int]:
    """Save the changed rows; return their ids. Raises as `draft_services.edit_row`."""
    document = lock_document(document_id)
    ids = [cell.row_id for cell in cells]
    require_present(document.rows.filter(pk__in=ids).count() == len(set(ids)))
    for cell in cells:
        edit_row(row_id=cell.row_id, version=cell.version, form_data=cell.values)
    return ids
