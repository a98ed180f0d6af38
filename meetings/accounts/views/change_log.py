"""The administrators' page of what was changed, and of who signed in."""

from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.accounts.change_log import COLUMNS, find_entries, kinds_of
from meetings.exports.downloads import list_response
from meetings.models import ChangeKind
from meetings.ui.fields import SelectField, TextField
from meetings.ui.http import Request
from meetings.ui.period import RecordedForm

ENTRIES_PER_PAGE = 50


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


@require_safe
def change_log(request: Request) -> HttpResponseBase:
    """Show what was changed and who signed in, or serve it as a file (``export=``)."""
    permissions.require_administrator(request.user)
    form = ChangeLogForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, last = form.cleaned_data["from"], form.cleaned_data["to"]
        entries = find_entries(first, last, kinds_of(form.cleaned_data["kind"]), form.cleaned_data["q"])
        ending = request.GET.get("export", "")
        if ending in ("xlsx", "csv"):
            days = {"first": first.isoformat(), "last": last.isoformat()}
            return list_response(
                ending,
                name=_("Changes and sign-ins from %(first)s to %(last)s") % days,
                title=_("Changes and sign-ins"),
                columns=COLUMNS,
                lines=entries.iterator(chunk_size=1000),
            )
        page = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "first": first, "last": last}
    return render(request, "meetings/accounts/changes.html", context, status=200 if form.is_valid() else 422)
