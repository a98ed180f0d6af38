"""The page of entries by when they were recorded: its form, its list, its file."""

import contextlib
import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from meetings.exports.columns import Column
from meetings.exports.downloads import list_response

from .fields import DayField
from .http import Request
from .navigation import today

ENTRIES_PER_PAGE = 50
# The default period, in days.
USUAL_DAYS = 90


class RecordedForm(forms.Form):
    """From when to when something was recorded; cleaned, both days are known."""

    # Declared by name, because "from" is a keyword.
    fields: dict[str, Any]

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["from"] = DayField(label=gettext_lazy("Recorded from"), required=False)
        self.fields["to"] = DayField(label=gettext_lazy("to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Fill the days that were left empty; refuse a period that ends before it begins."""
        data = super().clean() or {}
        if not self.errors:
            data["to"] = data["to"] or today()
            data["from"] = data["from"] or self.find_beginning(data)
            if data["to"] < data["from"]:
                message = _("The period ends before it begins. Choose a later day, or an earlier beginning.")
                self.add_error("to", message)
        return data

    def find_beginning(self, data: dict[str, Any]) -> datetime.date:
        """Return the default first day."""
        return min(today(), data["to"]) - datetime.timedelta(days=USUAL_DAYS)


def entries_response(
    request: Request,
    template_name: str,
    form: RecordedForm,
    find_entries: Callable[[dict[str, Any]], QuerySet[Any]],
    *,
    title: str,
    file_title: str,
    columns: Sequence[Column[Any]],
) -> HttpResponseBase:
    """Show the entries that ``form`` asks for, or serve them as a file (``export=``).

    ``find_entries`` gets what the form was told. ``file_title`` has the days as ``first`` and ``last``. The template
    extends ``meetings/ui/entries.html``.
    """
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, last = form.cleaned_data["from"], form.cleaned_data["to"]
        entries = find_entries(form.cleaned_data)
        if (ending := request.GET.get("export", "")) in ("xlsx", "csv"):
            name = file_title % {"first": first.isoformat(), "last": last.isoformat()}
            # Close the cursor at once; after an exception it would stay open until the frames are collected.
            generator: Any = entries.iterator(chunk_size=1000)
            with contextlib.closing(generator) as lines:
                return list_response(ending, name=name, title=title, columns=columns, lines=lines)
        page = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "first": first, "last": last}
    return render(request, template_name, context, status=200 if form.is_valid() else 422)
