"""Correcting a task by hand: one form for its texts, departments, leaders and deadline."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.lifecycle import CAN_DECIDE
from meetings.errors import ConflictError, ServiceError
from meetings.models import Task, TaskLog
from meetings.tasks.corrections_history import find_original_values
from meetings.tasks.display import describe_changes, describe_original_values
from meetings.tasks.forms.corrections import EditTaskForm
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.deadline_corrections import CORRECTION_NUMBER
from meetings.tasks.services.task_corrections import correct_task
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today


@require_http_methods(["GET", "HEAD", "POST"])
def edit_task(request: Request, pk: int) -> HttpResponse:
    """Correct what was typed or read wrongly. A button of a row (``do``) changes the rows and saves nothing."""
    task = permissions.task_for_roles(request.user, pk, today(), CAN_DECIDE)
    data = request.POST if request.method == "POST" else None
    form = EditTaskForm(data, account=request.user, task=task, today=today())
    if data is None:
        return _page(request, task, form)
    if do := data.get("do"):
        form.rearrange(do)
        return _page(request, task, form)
    valid, version = form.is_valid(), form.cleaned_data.get("version")
    if version not in (None, task.version):
        # First of all: what somebody else did may be why the form is wrong now.
        return _page(
            request,
            task,
            form.rebased(),
            conflict=ConflictError(newer_entries=list(task.log.recorded_after(version))),
            status=409,
        )
    if valid:
        try:
            entries = correct_task(
                task_id=task.pk,
                version=version,
                actor=request.user,
                reason=form.cleaned_data["note"],
                **form.corrections,
            )
        except ConflictError as conflict:
            task = permissions.task_for_roles(request.user, pk, today(), CAN_DECIDE)
            form.task = task
            return _page(request, task, form.rebased(), conflict=conflict, status=409)
        except ServiceError as error:
            form.add_service_error(error)
        else:
            messages.success(request, _success_message(entries))
            return redirect(url_after_save(request, task, advances_inbox=False))
    return _page(request, task, form, status=422)


def _page(
    request: Request, task: Task, form: EditTaskForm, *, conflict: ConflictError | None = None, status: int = 200
) -> HttpResponse:
    changes = task.log.order_by("sequence").values_list("changes", flat=True)
    context = {
        "task": task,
        "form": form,
        "stale": conflict,
        "printed": describe_original_values(find_original_values(changes)),
        "sibling_count": task.suggestion.tasks.filter(joined_into__isnull=True).count() - 1,
        "back": get_next_url(request),
    }
    return render(request, "meetings/tasks/edit.html", context, status=status)


def _success_message(entries: list[TaskLog]) -> str:
    changes = {name: change for entry in entries for name, change in entry.changes.items() if name != CORRECTION_NUMBER}
    labels = [change.label for change in describe_changes(TaskLog(changes=changes))]
    # Translators: what stands between the items of a list.
    return _("Corrected: %(what)s. The old is in the log.") % {"what": _(", ").join(labels)}
