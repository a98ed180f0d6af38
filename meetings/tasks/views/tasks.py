"""The list of tasks and one task."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.core.as_of import name_day
from meetings.display.deadline_messages import shorten_text
from meetings.exports import register
from meetings.exports.task_columns import columns_of_list
from meetings.jobs.files import file_response
from meetings.models import Status, Task, TaskLog
from meetings.models.log import CLAIMED, mark_undone
from meetings.tasks.exports import write_list
from meetings.tasks.forms.update import UpdateTaskForm
from meetings.tasks.listing import PAGE_SIZES, about_a_day, list_tasks, requested_day
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.status import update_task
from meetings.ui.http import Request, is_for_fragment, render_fragment
from meetings.ui.navigation import today

from .batches import WAITS_FOR_CONSENT
from .detail import render_task

# What `export=` takes on the list of tasks: exactly its rows, sorted as in the list, with every column of the register,
# or with those shown.
REGISTER_FORMATS: dict[str, Callable[..., None]] = {
    "xlsx": partial(register.write_register_workbook, is_to_print=True),
    "csv": register.write_register_csv,
}
SHOWN = "shown-"


@require_safe
@about_a_day
def task_list(request: Request) -> HttpResponseBase:
    """Show the tasks of the address, or serve them as a file (``export=``)."""
    day, _errors = requested_day(request)
    listing = list_tasks(request, permissions.readable_tasks(request.user, day), day)
    export_format = request.GET.get("export")
    if export_format and not listing.errors:
        ending = export_format.removeprefix(SHOWN)
        if write := REGISTER_FORMATS.get(ending):
            shown = listing.columns if ending != export_format else []
            columns = columns_of_list(shown) if shown else register.COLUMNS
            return file_response(
                request,
                lambda file: write(file, listing.tasks, day, columns),
                name=_("Register as of %(day)s") % {"day": name_day(day)},
                ending=ending,
                row_count=listing.row_count,
                writer=write_list,
                query=request.GET.urlencode(),
                day=day.isoformat(),
                columns=shown,
            )
        listing.errors.append(_("There is no export “%(name)s”. Choose Excel or CSV.") % {"name": export_format})
    return render_fragment(
        request,
        "tasks/_results.html",
        "tasks/list.html",
        {
            "listing": listing,
            "selecting": listing.is_today and permissions.can_change_tasks(request.user),
            "page_sizes": PAGE_SIZES,
            "day": day,
            "is_today": listing.is_today,
            "is_columns_menu_open": is_for_fragment(request) and request.htmx.trigger == "columns-form",
        },
        status=400 if export_format else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@about_a_day
def task_detail(request: Request, pk: int) -> HttpResponse:
    """Show one task with its log, or where a merged one went, and update it."""
    if request.method == "POST":
        return _update(request, pk)
    day, errors = requested_day(request)
    try:
        task = permissions.readable_task(request.user, pk, day)
    except Http404:
        task = permissions.merged_task(request.user, pk)
        log = task.log.select_related("actor", "department").prefetch_related("evidence").order_by("-sequence")
        return render(request, "meetings/tasks/merged.html", {"task": task, "log": mark_undone(log)})
    return render_task(request, task, day, errors=errors)


def _update(request: Request, pk: int) -> HttpResponse:
    task = permissions.writable_task(request.user, pk, today())
    form = UpdateTaskForm(request.POST, account=request.user, task=task)
    if form.submit(lambda: update_task(task_id=task.pk, actor=request.user, **form.arguments())):
        messages.success(request, update_success_message(task, form.result))
        return redirect(url_after_save(request, task, advances_inbox=True, to_list=True))
    return render_task(request, task, today(), form=form, status=form.status_code)


def update_success_message(task: Task, entry: TaskLog) -> str:
    """Say what an entry of the quick update has changed, and whether its day counts."""
    sentence = _say_saved(task, entry)
    return f"{sentence} {WAITS_FOR_CONSENT}" if CLAIMED in entry.changes else sentence


def _say_saved(task: Task, entry: TaskLog) -> str:
    if "status" in entry.changes:
        return _("Saved: “%(task)s” is now “%(status)s”.") % {
            "task": shorten_text(task.text),
            "status": Status(entry.changes["status"]["new"]).label,
        }
    return _("Saved: the entry is in the log of “%(task)s”.") % {"task": shorten_text(task.text)}
