"""Correcting a task by hand: one form for its texts, departments, leaders and deadline."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.lifecycle import DECIDERS
from meetings.errors import Refused, Stale
from meetings.models import Task, TaskLog
from meetings.tasks.corrections_history import first_printed
from meetings.tasks.display import changes_in_words, printed_in_words
from meetings.tasks.forms.corrections import EditTaskForm
from meetings.tasks.navigation import after_saving
from meetings.tasks.services.deadline_corrections import CORRECTED
from meetings.tasks.services.task_corrections import correct_task
from meetings.ui.navigation import today, way_back


@require_http_methods(["GET", "HEAD", "POST"])
def edit_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was typed or read wrongly. A button of a row (``do``) changes the rows and saves nothing."""
    task = permissions.task_for(request.user, pk, today(), DECIDERS)
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
        return _page(request, task, form.newer(), stale=Stale(list(task.log.recorded_after(version))), status=409)
    if valid:
        try:
            entries = correct_task(
                task_id=task.pk,
                version=version,
                actor=request.user,
                reason=form.cleaned_data["note"],
                **form.corrections,
            )
        except Stale as stale:
            task = permissions.task_for(request.user, pk, today(), DECIDERS)
            form.task = task
            return _page(request, task, form.newer(), stale=stale, status=409)
        except Refused as refused:
            form.explain(refused)
        else:
            messages.success(request, _saved(entries))
            return redirect(after_saving(request, task, settles=False))
    return _page(request, task, form, status=422)


def _page(
    request: HttpRequest, task: Task, form: EditTaskForm, *, stale: Stale | None = None, status: int = 200
) -> HttpResponse:
    changes = task.log.order_by("sequence").values_list("changes", flat=True)
    context = {
        "task": task,
        "form": form,
        "stale": stale,
        "printed": printed_in_words(first_printed(changes)),
        "sibling_count": task.suggestion.tasks.filter(joined_into__isnull=True).count() - 1,
        "back": way_back(request),
    }
    return render(request, "meetings/tasks/edit.html", context, status=status)


def _saved(entries: list[TaskLog]) -> str:
    changes = {name: change for entry in entries for name, change in entry.changes.items() if name != CORRECTED}
    labels = [change.label for change in changes_in_words(TaskLog(changes=changes))]
    # Translators: what stands between the items of a list.
    return _("Corrected: %(what)s. The old is in the log.") % {"what": _(", ").join(labels)}
