"""Doing what a task's page offers: one address for each action of `offers.ACTIONS`."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from meetings import access
from meetings.actions import read_new_deadline
from meetings.refusals import Refused, Stale
from meetings.task_forms import TaskActionForm
from meetings.wording import deadline_problem_sentence

from .offers import ACTIONS
from .pages import after_saving, today
from .task_page import render_task


@require_http_methods(["GET", "HEAD", "POST"])
def task_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do ``action`` (a name of `ACTIONS`) on the task; its form is on the task's page, and comes back there."""
    known = ACTIONS.get(action)
    if known is None:
        raise Http404
    task = access.task_for(request.user, pk, today(), known.takers)
    if request.method != "POST":
        # Whoever signs in again in the middle of sending a form arrives here.
        return redirect(f"{task.get_absolute_url()}#{action}")
    form = known.form(request.POST, request.FILES, action=action, account=request.user, task=task, today=today())
    if not form.is_valid():
        return render_task(request, task, today(), sent=form, status=422)
    common = {"task_id": task.pk, "version": form.cleaned_data["version"], "actor": request.user}
    try:
        known.run(form, common)
    except Stale as stale:
        return render_task(request, task, today(), sent=_newer(form), stale=stale, status=409)
    except Refused as refused:
        form.explain(refused)
        return render_task(request, task, today(), sent=form, status=422)
    messages.success(request, str(known.done))
    return redirect(after_saving(request, task, settles=known.settles))


def _newer(form: TaskActionForm) -> TaskActionForm:
    """Return the form with what was typed, on the version that is there now: sending it again then counts."""
    typed = form.data.copy()
    typed["version"] = str(form.task.version)
    newer = type(form)(typed, action=form.action, account=form.account, task=form.task, today=form.today)
    # Files have to be chosen again; that they are missing is not the mistake to speak of.
    newer.full_clean()
    newer.errors.pop("files", None)
    return newer


@require_safe
def deadline_reading(request: HttpRequest) -> HttpResponse:
    """Say how a new deadline is read while it is typed: the part of a page that stands beside the field."""
    text = request.GET.get("deadline_text", "")
    reading = read_new_deadline(text, today()) if text.strip() else None
    problem = reading.problem if reading else None
    context = {
        "reading": reading,
        "problem": deadline_problem_sentence(problem) if problem else "",
        "due": reading.deadline.due_date if reading else None,
    }
    return render(request, "meetings/tasks/_reading.html", context)
