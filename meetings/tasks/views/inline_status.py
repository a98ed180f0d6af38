"""Changing the status of a task where it stands in the list: a batch of one, so that it can be undone at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from meetings import permissions
from meetings.errors import ConflictError, ServiceError
from meetings.models import Task
from meetings.tasks.forms.update import UpdateTaskForm
from meetings.tasks.listing import build_single_row
from meetings.tasks.services.batch import DuplicateBatchError, NothingToChangeError, run_batch
from meetings.tasks.services.batch_plan import TaskChange
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today

from .batches import undo_tag
from .tasks import rebased_data, update_success_message


@require_http_methods(["GET", "HEAD", "POST"])
def task_status(request: Request, pk: int) -> HttpResponse:
    """Show the form in the row (or, without scripts, on a page), and the row again once it is done or given up."""
    task = permissions.writable_task(request.user, pk, today())
    if request.method != "POST":
        if request.htmx and "row" in request.GET:
            return _row(request, task)
        return _render(request, task, _form(request, task))
    form = _form(request, task, request.POST)
    valid, data = form.is_valid(), form.cleaned_data
    if not valid:
        if data.get("version") not in (None, task.version):
            # What somebody else did may be why the form is wrong now, such as a step that has gone.
            return _render_error(
                request, task, form, ConflictError(newer_entries=list(task.log.recorded_after(data["version"])))
            )
        return _render(request, task, form, status=422)
    change = TaskChange(
        task_id=task.pk,
        version=data["version"],
        effective_on=data["effective_on"],
        note=data["note"],
        # Left alone, the words are progress.
        status=data["status"] if data["status"] != task.day_status else None,
        department=data["department"],
    )
    try:
        result = run_batch(changes=[change], actor=request.user, today=today())
    except DuplicateBatchError as done:
        messages.info(request, done.message, extra_tags=undo_tag(done.batch))
    except NothingToChangeError as nothing:
        return _render_error(request, task, form, nothing.rows[0].refusal)
    else:
        messages.success(
            request, update_success_message(task, result.changed[0].entries[0]), extra_tags=undo_tag(result.batch)
        )
    if request.htmx:
        return _row(request, task)
    return redirect(f"{get_next_url(request) or reverse('task_list')}#task-{task.pk}")


def _form(request: Request, task: Task, data=None) -> UpdateTaskForm:
    form = UpdateTaskForm(data, account=request.user, task=task, today=today(), auto_id=f"status-{task.pk}-%s")
    form.fields.pop("next_review", None)
    form.fields["note"].widget.attrs["rows"] = 2
    if permissions.is_secretariat(request.user):
        # In whose name is asked on the task's own page.
        form.fields["department"].widget = form.fields["department"].hidden_widget()
    form.fields["effective_on"].help_text = ""
    # The link that opens the form, the form and the link that comes back have one focus.
    form.fields["status"].widget.attrs["data-focus-key"] = f"status-{task.pk}"
    return form


def _render_error(request: Request, task: Task, form: UpdateTaskForm, error: ServiceError) -> HttpResponse:
    if not isinstance(error, ConflictError):
        form.add_service_error(error)
        return _render(request, task, form, status=422)
    return _render(request, task, _form(request, task, rebased_data(request, task)), conflict=error, status=409)


def _render(
    request: Request, task: Task, form: UpdateTaskForm, *, conflict: ConflictError | None = None, status: int = 200
) -> HttpResponse:
    context = {"task": task, "form": form, "stale": conflict, "next": get_next_url(request)}
    if not request.htmx:
        return render(request, "meetings/tasks/status.html", context, status=status)
    response = render(request, "meetings/tasks/_status_form.html", context, status=status)
    return reswap(retarget(response, f"#status-{task.pk}"), "innerHTML")


def _row(request: Request, task: Task) -> HttpResponse:
    tasks = permissions.selectable_tasks(request.user, today()).filter(pk=task.pk)
    listing = build_single_row(request, tasks, get_next_url(request) or reverse("task_list"), today())
    return render(request, "meetings/tasks/_row.html", {"listing": listing, "day": today()})
