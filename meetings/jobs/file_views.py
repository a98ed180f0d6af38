"""A file that the worker writes: the page that waits for it, and the file."""

import uuid

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from meetings import permissions
from meetings.exports.downloads import attachment
from meetings.ui.http import Request

from .files import KEPT_FOR, find_file, read_progress
from .heartbeat import is_any_alive

ENDED = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)


@require_safe
def export(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Show how far the file is; once it is there, lead to it."""
    job = permissions.own_file_job(request.user, pk)
    if request.htmx and job.status in ENDED:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _render_page(request, job)


@require_safe
def export_file(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    """Hand out the file; where there is none, say why (410)."""
    job = permissions.own_file_job(request.user, pk)
    arguments = job.args_kwargs["kwargs"]
    try:
        file = find_file(arguments["key"]).open("rb")
    except FileNotFoundError:
        return _render_page(request, job, status=410)
    return attachment(file, arguments["name"])


def _render_page(request: Request, job: DBTaskResult, status: int = 200) -> HttpResponse:
    arguments = job.args_kwargs["kwargs"]
    is_done = job.status == TaskResultStatus.SUCCESSFUL
    done, count = read_progress(arguments["key"]) or (None, arguments["row_count"])
    context = {
        "job": job,
        "name": arguments["name"],
        "is_there": is_done and find_file(arguments["key"]).exists(),
        "is_done": is_done,
        "is_running": job.status == TaskResultStatus.RUNNING,
        "has_failed": job.status == TaskResultStatus.FAILED,
        "is_tried_again": job.status == TaskResultStatus.READY and bool(job.traceback),
        "is_awaited": job.status not in ENDED,
        "has_worker": is_any_alive(),
        "done": done,
        "count": count,
        "hours": int(KEPT_FOR.total_seconds() // 3600),
    }
    return render(request, "meetings/jobs/export.html", context, status=status)
