"""The table of jobs."""

from django.db.models import Case, F, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus

from meetings.ui.tables import ListTable, RowColumn

from .cells import JobCells

# What has failed first, what is done last.
_ORDER = (TaskResultStatus.FAILED, TaskResultStatus.RUNNING, TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL)
BY_STATUS = Case(
    *(When(status=status, then=Value(number)) for number, status in enumerate(_ORDER)), output_field=IntegerField()
)


class JobColumn(RowColumn):
    """A column of jobs, the newest first among equals."""

    tie_breakers = ("-enqueued_at", "pk")


class JobTable(ListTable):
    """The jobs that wait, run, have failed, or were done within the last days."""

    cells_class = JobCells
    name = JobColumn(_("Job"), JobCells.name, css="card-lead")
    status = JobColumn(_("State"), JobCells.status, BY_STATUS)
    enqueued_at = JobColumn(_("Queued"), JobCells.enqueued_at, F("enqueued_at"))
    attempts = JobColumn(_("Attempts"), JobCells.attempts)
    problem = JobColumn(_("Last problem"), JobCells.problem)
