"""The administrators' page of what was changed, and of who signed in."""

from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.accounts.change_log import COLUMNS, find_entries, kinds_of
from meetings.jobs import job
from meetings.jobs.entry_lists import EntryList, entries_response, write_entries
from meetings.models import ChangeKind
from meetings.ui.fields import SelectField, TextField
from meetings.ui.http import Request
from meetings.ui.period import RecordedForm


class ChangeLogForm(RecordedForm):
    """When something was recorded, of which kind, and with which words."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="change-log-%s")
        groups = [("", _("Everything")), ("changes", _("Changes")), ("sign_ins", _("Signing in and out"))]
        self.fields["from"].label = _("From")
        self.fields["kind"] = SelectField(
            label=gettext_lazy("Kind"), required=False, choices=[*groups, *ChangeKind.choices]
        )
        self.fields["q"] = TextField(label=gettext_lazy("Words or names"), required=False, max_length=200, strip=True)


CHANGE_LOG = EntryList(
    "meetings/accounts/changes.html",
    ChangeLogForm,
    lambda asked: find_entries(asked["from"], asked["to"], kinds_of(asked["kind"]), asked["q"]),
    title=gettext_lazy("Changes and sign-ins"),
    file_title=gettext_lazy("Changes and sign-ins from %(first)s to %(last)s"),
    columns=COLUMNS,
)


@job(gettext_lazy("Write the changes and sign-ins as a file"))
def write_change_log(**arguments: Any) -> None:
    """Write the file of the page of what was changed and who signed in."""
    write_entries(CHANGE_LOG, **arguments)


@require_safe
def change_log(request: Request) -> HttpResponseBase:
    """Show what was changed and who signed in, or serve it as a file (``export=``)."""
    permissions.require_administrator(request.user)
    return entries_response(request, CHANGE_LOG, write_change_log)
