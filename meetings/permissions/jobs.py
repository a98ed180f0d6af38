"""Jobs: each is its own account's, as far as it is anybody's."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404
from django_tasks_db.models import DBTaskResult

from meetings.models import Account


def own_file_job(account: Account, pk: uuid.UUID) -> DBTaskResult:
    """Return a job that writes a file for ``account``; raises Http404 for any other."""
    job: DBTaskResult = get_object_or_404(DBTaskResult, pk=pk)
    if job.args_kwargs["kwargs"].get("asked_by") != account.pk:
        raise Http404
    return job
