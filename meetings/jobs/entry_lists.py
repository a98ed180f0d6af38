"""A page of entries by when they were recorded, and its file."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_tasks.base import Task

from meetings.core.types import StrOrPromise
from meetings.exports.columns import Column
from meetings.exports.downloads import write_list_file
from meetings.exports.progress import noting_progress
from meetings.ui.http import Request
from meetings.ui.period import RecordedForm

from . import files

ENTRIES_PER_PAGE = 50


@dataclass(frozen=True)
class EntryList:
    """What is listed, and how.

    ``find_entries`` gets what ``form`` was told. ``file_title`` has the days as ``first`` and ``last``. The template
    extends ``meetings/ui/entries.html``.
    """

    template_name: str
    form: type[RecordedForm]
    find_entries: Callable[[dict[str, Any]], QuerySet[Any]]
    title: StrOrPromise
    file_title: StrOrPromise
    columns: Sequence[Column[Any]]

    def write(self, ending: str, entries: QuerySet[Any], count: int, file: BinaryIO) -> None:
        """Write ``count`` entries as a file with that ending."""
        # Close the cursor at once; after an exception it would stay open until the frames are collected.
        generator: Any = entries.iterator(chunk_size=1000)
        with contextlib.closing(generator) as found:
            lines = noting_progress(found, count)
            write_list_file(file, ending, title=str(self.title), columns=self.columns, lines=lines)


def entries_response(request: Request, listed: EntryList, writer: Task) -> HttpResponseBase:
    """Show the entries of the address, or serve them as a file (``export=``).

    ``writer`` is a job that calls `write_entries`.
    """
    form = listed.form(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, last = form.cleaned_data["from"], form.cleaned_data["to"]
        entries = listed.find_entries(form.cleaned_data)
        if (ending := request.GET.get("export", "")) in ("xlsx", "csv"):
            # To count them all may take as long as to write them: that is the job's.
            count = entries[: files.ROWS_AT_ONCE + 1].count()
            days = {"from": first.isoformat(), "to": last.isoformat()}
            query = request.GET.copy()
            for name, day in days.items():
                # The job may run on a later day.
                query[name] = day
            return files.file_response(
                request,
                partial(listed.write, ending, entries, count),
                name=listed.file_title % {"first": days["from"], "last": days["to"]},
                ending=ending,
                row_count=count,
                writer=writer,
                query=query.urlencode(),
            )
        page = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "first": first, "last": last}
    return render(request, listed.template_name, context, status=200 if form.is_valid() else 422)


def write_entries(
    listed: EntryList, *, key: str, asked_by: int, language: str, name: str, row_count: int, query: str
) -> None:
    """Write the file of a list for the job whose arguments these are."""
    params = QueryDict(query)
    form = listed.form(params)
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    entries = listed.find_entries(form.cleaned_data)
    files.write_file(key, language, lambda file: listed.write(params["export"], entries, entries.count(), file))
