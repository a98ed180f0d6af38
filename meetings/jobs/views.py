"""The jobs, for administrators: what waits and what failed."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from meetings import permissions
from meetings.ui.http import Request

from .tables import BY_STATUS, JobTable

RETRIED = (TaskResultStatus.FAILED, TaskResultStatus.READY)


@require_safe
def job_list(request: Request) -> HttpResponse:
    """Show the jobs, what has failed first and what is done last."""
    permissions.require_administrator(request.user)
    table, errors = JobTable.build(request, DBTaskResult.objects.order_by(BY_STATUS, "-enqueued_at", "pk"))
    table.show_page(request)
    context = {
        "table": table,
        "errors": errors,
        "now": timezone.now(),
    }
    return render(request, "meetings/jobs/list.html", context)


@require_POST
def retry_job(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Let a job that failed or waits be tried at once, as often as a new one."""
    permissions.require_administrator(request.user)
    job = DBTaskResult.objects.filter(pk=pk, status__in=RETRIED)
    if job.update(status=TaskResultStatus.READY, run_after=timezone.now(), worker_ids=[]):
        messages.success(request, _("The job waits for the worker, which tries it next."))
    else:
        messages.warning(request, _("The job runs, is done, or is gone: there is nothing to try again."))
    return redirect("jobs")
