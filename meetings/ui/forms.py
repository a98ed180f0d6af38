"""The base of every form that calls a service."""

from __future__ import annotations

from django import forms

from meetings.errors import Refused


class ExplainedForm(forms.Form):
    """A form whose verb may refuse."""

    def explain(self, refused: Refused) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)
