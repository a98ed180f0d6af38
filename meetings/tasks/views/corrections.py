"""Correcting a task by one form for texts, departments, leaders and deadline."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.lifecycle import CAN_DECIDE
from meetings.display.fields import join_items
from meetings.models import Task, TaskLog
from meetings.tasks.corrections_history import find_original_values
from meetings.tasks.display import describe_changes, describe_original_values
from meetings.tasks.forms.corrections import EditTaskForm
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.corrections import correct_task
from meetings.tasks.services.deadline_corrections import CORRECTION_NUMBER
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today


@require_http_methods(["GET", "HEAD", "POST"])
def edit_task(request: Request, pk: int) -> HttpResponse:
    """Correct a task; a button of a row (``do``) changes the rows and saves nothing."""
    task = permissions.task_for_roles(request.user, pk, today(), CAN_DECIDE)
    form = EditTaskForm(request.POST if request.method == "POST" else None, account=request.user, task=task)
    if not form.is_bound:
        return _page(request, task, form)
    if do := form.data.get("do"):
        form.rearrange(do)
        return _page(request, task, form)
    if form.submit(
        lambda: correct_task(
            task_id=task.pk,
            version=form.cleaned_data["version"],
            actor=request.user,
            reason=form.cleaned_data["note"],
            **form.corrections,
        )
    ):
        messages.success(request, _success_message(form.result))
        return redirect(url_after_save(request, task, advances_inbox=False))
    if form.conflict is not None and form.conflict.current_version != task.version:
        # Somebody saved between reading and locking the task: show the present values.
        return edit_task(request, pk)
    return _page(request, task, form)


def _page(request: Request, task: Task, form: EditTaskForm) -> HttpResponse:
    changes = task.log.order_by("sequence").values_list("changes", flat=True)
    originals = describe_original_values(find_original_values(changes))
    form.originals = {"suggestion_text" if name == "suggestion" else name: value for name, value in originals.items()}
    context = {
        "task": task,
        "form": form,
        "originals": originals,
        "sibling_count": task.suggestion.tasks.filter(joined_into__isnull=True).count() - 1,
        "back": get_next_url(request),
    }
    return render(request, "meetings/tasks/edit.html", context, status=form.status_code)


def _success_message(entries: list[TaskLog]) -> str:
    changes = {name: change for entry in entries for name, change in entry.changes.items() if name != CORRECTION_NUMBER}
    labels = [change.label for change in describe_changes(TaskLog(changes=changes))]
    return _("Corrected: %(what)s. The old is in the log.") % {"what": join_items(labels)}
