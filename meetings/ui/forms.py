"""The base of every form that calls a service."""

from __future__ import annotations

from django import forms

from meetings.errors import ServiceError


class ServiceForm(forms.Form):
    """A form whose verb may refuse."""

    def explain(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else None, error.message)
