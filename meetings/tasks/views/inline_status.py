"""Changing a task's status in the list: a batch of one, so it can be undone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from meetings import permissions
from meetings.errors import ConflictError
from meetings.models import Account, Task
from meetings.tasks.forms.update import UpdateTaskForm
from meetings.tasks.listing import build_single_row
from meetings.tasks.services.batch import DuplicateBatchError, NothingToChangeError, run_batch
from meetings.tasks.services.batch_plan import BatchResult, TaskChange
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today

from .batches import undo_tag
from .tasks import update_success_message


class EmptyHiddenInput(forms.HiddenInput):
    """A hidden input without a value: the pressed button brings it."""

    def format_value(self, value: Any) -> str:
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
def task_status(request: Request, pk: int) -> HttpResponse:
    """Show the form in the row (without scripts: a page), then the row again."""
    task = permissions.writable_task(request.user, pk, today())
    if request.method != "POST":
        if request.htmx and "row" in request.GET:
            return _row(request, task)
        return _render(request, task, _form(request, task))
    form = _form(request, task, request.POST)
    if form.submit(lambda: _change_status(request.user, task, form)):
        result = form.result
        message, batch = update_success_message(task, result.changed[0].entries[0]), result.batch
        messages.success(request, message, extra_tags=undo_tag(batch))
    elif isinstance(form.service_error, DuplicateBatchError):
        done = form.service_error
        messages.info(request, done.message, extra_tags=undo_tag(done.batch))
    else:
        return _render(request, task, form)
    if request.htmx:
        return _row(request, task)
    return redirect(f"{get_next_url(request) or reverse('task_list')}#task-{task.pk}")


def _change_status(actor: Account, task: Task, form: UpdateTaskForm) -> BatchResult:
    arguments = form.arguments()
    if arguments["status"] == task.day_status:
        # Without another status the words are progress.
        arguments["status"] = None
    try:
        return run_batch(changes=[TaskChange(task_id=task.pk, **arguments)], actor=actor)
    except NothingToChangeError as nothing:
        refusal = nothing.rows[0].refusal
        if isinstance(refusal, ConflictError):
            # Worded for a single form, not for one row of many.
            raise ConflictError(
                newer_entries=refusal.newer_entries, current_version=refusal.current_version
            ) from nothing
        raise (refusal or nothing) from nothing


def _form(request: Request, task: Task, data: QueryDict | None = None) -> UpdateTaskForm:
    form = UpdateTaskForm(data, account=request.user, task=task, auto_id=f"status-{task.pk}-%s")
    form.fields.pop("next_review", None)
    form.fields["note"].widget.attrs["rows"] = 2
    if permissions.is_secretariat(request.user):
        # In whose name is asked on the task's own page.
        form.fields["department"].widget = form.fields["department"].hidden_widget()
    form.fields["effective_on"].help_text = ""
    form.fields["status"].widget = EmptyHiddenInput()
    return form


def _render(request: Request, task: Task, form: UpdateTaskForm) -> HttpResponse:
    context = {"task": task, "form": form, "next": get_next_url(request)}
    if not request.htmx:
        return render(request, "meetings/tasks/status.html", context, status=form.status_code)
    response = render(request, "meetings/tasks/_status_form.html", context, status=form.status_code)
    return reswap(retarget(response, f"#task-{task.pk} .row-status"), "innerHTML")


def _row(request: Request, task: Task) -> HttpResponse:
    tasks = permissions.selectable_tasks(request.user, today()).filter(pk=task.pk)
    listing = build_single_row(request, tasks, get_next_url(request) or reverse("task_list"))
    return render(request, "meetings/tasks/_row.html", {"listing": listing, "selecting": True})
