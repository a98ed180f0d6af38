"""Forms of saved views: naming one, sharing it, saving the list as it stands."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from meetings import permissions
from meetings.models import Account, Role
from meetings.tasks.saved_views import MAX_QUERY_LENGTH, build_saved_query, describe
from meetings.tasks.services.saved_views import MAX_NAME_LENGTH
from meetings.tasks.tables import TaskTable, validate_columns
from meetings.ui.fields import SelectField, TextField
from meetings.ui.forms import ServiceForm


class SavedViewForm(ServiceForm):
    """The name of a view, and the role that sees it beside its owner."""

    name = TextField(label=gettext_lazy("Name"), max_length=MAX_NAME_LENGTH)
    shared_with = SelectField(label=gettext_lazy("Shared with"), required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = permissions.roles_to_share_with(account)
        shared = self.initial.get("shared_with")
        if shared and shared not in roles:
            # Shared when the account had another role: it may stay so.
            roles = [*roles, Role(shared)]
        self.fields["shared_with"].choices = [
            ("", pgettext("with whom a view is shared", "Nobody")),
            *((role.value, _("All with the role “%(role)s”") % {"role": role.label}) for role in roles),
        ]


class SaveViewForm(SavedViewForm):
    """A list to save; with ``overwrite`` in place of a view of the same name."""

    query = forms.CharField(required=False, max_length=MAX_QUERY_LENGTH, widget=forms.HiddenInput)
    overwrite = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Return the part of the query that a view saves; refuse what has no meaning."""
        query = build_saved_query(QueryDict(self.cleaned_data["query"]))
        today = timezone.localdate()
        if errors := describe(query, today)["errors"]:
            raise forms.ValidationError(errors)
        return query


class ColumnsForm(ServiceForm):
    """The columns of the list; ``up`` and ``down`` move one, ``reset`` restores all."""

    column = forms.Field(required=False, widget=forms.SelectMultiple)
    up = forms.CharField(required=False)
    down = forms.CharField(required=False)
    reset = forms.BooleanField(required=False)
    remember = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse what is no column, unless the usual ones are asked for."""
        data = super().clean() or {}
        self.columns, errors = validate_columns(self._reordered_columns(data))
        if data["reset"]:
            self.columns = list(TaskTable.DEFAULT_COLUMNS)
        elif errors:
            raise forms.ValidationError(errors)
        return data

    @staticmethod
    def _reordered_columns(data: dict[str, Any]) -> list[str]:
        columns = list(dict.fromkeys(data["column"]))
        for name, step in ((data.get("up"), -1), (data.get("down"), 1)):
            if name in columns:
                place = columns.index(name)
                columns.insert(max(place + step, 0), columns.pop(place))
        return columns
