"""The list of tasks and one task."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meetings import access, actions
from meetings.forms import UpdateTaskForm
from meetings.models import DeadlineKind, Status, Task
from meetings.presentation import how_the_deadline_came
from meetings.refusals import Refused, Stale

from . import exports
from .listing import PAGE_SIZES, list_tasks, requested_day
from .pages import as_of_query, today, way_back


@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """Show the tasks that the address asks for, or hand them out as a file (``export=xlsx|csv``)."""
    day, _wrong = requested_day(request, today())
    listing = list_tasks(request, access.readable_tasks(request.user, day), day, today())
    asked_for = request.GET.get("export")
    if asked_for and not listing.wrong:
        if asked_for in exports.REGISTER_FORMS:
            return exports.register_response(listing.tasks, day, asked_for)
        listing.wrong.append(_("There is no export “%(name)s”. Choose Excel or CSV.") % {"name": asked_for})
    fragment = request.htmx and not request.htmx.history_restore_request
    response = render(
        request,
        "meetings/tasks/_results.html" if fragment else "meetings/tasks/list.html",
        {"listing": listing, "page_sizes": PAGE_SIZES, "day": day},
        status=400 if asked_for else 200,
    )
    # The same address is a page or a part of one; a cache must not hand out the wrong of the two.
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one task with its log, and update it."""
    if request.method == "POST":
        return _update(request, pk)
    day, wrong = requested_day(request, today())
    task = access.readable_task(request.user, pk, day)
    return _render(request, task, day, wrong=wrong)


def _update(request: HttpRequest, pk: int) -> HttpResponse:
    task = access.writable_task(request.user, pk, today())
    form = UpdateTaskForm(request.POST, account=request.user, task=task, today=today())
    if form.is_valid():
        said = form.cleaned_data
        try:
            entry = actions.update_task(
                task_id=task.pk,
                version=said["version"],
                actor=request.user,
                effective_on=said["effective_on"],
                note=said["note"],
                status=said["status"] or None,
                next_review=said.get("next_review"),
                department=said["department"],
            )
        except Stale as stale:
            return _render_stale(request, task, stale)
        except Refused as refused:
            form.explain(refused)
        else:
            messages.success(request, _saved(task, entry))
            back = way_back(request)
            return redirect(f"{back}#task-{task.pk}" if back else task)
    return _render(request, task, today(), form=form, status=422)


def _saved(task: Task, entry) -> str:
    if "status" in entry.changes:
        return _("Saved: “%(task)s” is now “%(status)s”.") % {
            "task": _short(task.text),
            "status": Status(entry.changes["status"]["new"]).label,
        }
    return _("Saved: the entry is in the log of “%(task)s”.") % {"task": _short(task.text)}


def _short(text: str, length: int = 30) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _render_stale(request: HttpRequest, task: Task, stale: Stale) -> HttpResponse:
    """Come back with what the other person did beside what this one typed; saving again then counts."""
    typed = request.POST.copy()
    offered = {task.day_status, *(step.target.value for step in access.open_steps(request.user, task, task.day_status))}
    if typed.get("status") == typed.get("status_was") or typed.get("status") not in offered:
        # Left alone, or no longer possible: the entries beside the form say why.
        typed["status"] = task.day_status
    typed["version"], typed["status_was"] = str(task.version), task.day_status
    form = UpdateTaskForm(typed, account=request.user, task=task, today=today())
    return _render(request, task, today(), form=form, stale=stale, status=409)


def _render(request: HttpRequest, task: Task, day, *, form=None, stale=None, wrong=(), status=200) -> HttpResponse:
    is_today = day == today()
    if form is None and is_today and access.may_report(request.user, task):
        form = UpdateTaskForm(account=request.user, task=task, today=day)
    log = list(
        task.log.filter(effective_on__lte=day)
        .select_related("actor", "department")
        .order_by("-effective_on", "-sequence")
    )
    siblings = (
        access.readable_tasks(request.user, day)
        .filter(suggestion=task.suggestion_id)
        .exclude(pk=task.pk)
        .order_by("number")
    )
    context = {
        "task": task,
        "day": day,
        "is_today": is_today,
        "as_of": as_of_query(day),
        "form": form,
        "stale": stale,
        "wrong": wrong,
        "log": log,
        "siblings": siblings,
        "sources": task.suggestion.suggestion_sources.select_related("person"),
        "marks": task.confirmation_marks.filter(answer__isnull=True) if is_today else [],
        "deadline_kind": DeadlineKind(task.day_deadline_kind).label,
        "how_due": how_the_deadline_came(task),
        "may_confirm": access.is_secretariat(request.user),
        "reports_by_department": _last_reports(task, log),
        "back": way_back(request),
    }
    return render(request, "meetings/tasks/detail.html", context, status=status)


def _last_reports(task: Task, log: list) -> list[tuple]:
    """Return each department's part with its own last report, none where it has been silent."""
    last = {}
    for entry in log:
        if entry.is_report and entry.department_id:
            last.setdefault(entry.department_id, entry)
    return [(part, last.get(part.department_id)) for part in task.task_departments.all()]


@require_POST
def confirm_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle what the import left open."""
    mark = access.markable_confirmation(request.user, pk)
    version = request.POST.get("version", "")
    try:
        actions.confirm(mark_id=mark.pk, version=int(version) if version.isdecimal() else 0, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Confirmed: what the task says now is right."))
    return redirect(mark.task)
