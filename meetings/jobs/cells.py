"""The cells of the list of jobs."""

import datetime

from django.template import Context
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import gettext as _, pgettext
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from meetings.display.fields import format_moment
from meetings.ui.markup import fill_html
from meetings.ui.tables import Cells

from . import LABELS


class JobCells(Cells):
    """The cells of jobs; the page's context has the ``now``."""

    def __init__(self, context: Context) -> None:
        self.now = context["now"]
        self.token = csrf_input(context["request"])

    def name(self, job: DBTaskResult) -> str:
        """Return what the job is called; its path where the code has it no more."""
        return str(LABELS.get(job.task_path, job.task_path))

    def status(self, job: DBTaskResult) -> str:
        match job.status:
            case TaskResultStatus.FAILED:
                return fill_html('<strong class="text-danger">{}</strong>', pgettext("a job", "Failed"))
            case TaskResultStatus.RUNNING:
                return pgettext("a job", "Running")
            case TaskResultStatus.SUCCESSFUL:
                return pgettext("a job", "Done")
        if job.run_after.year < datetime.MAXYEAR and job.run_after > self.now:
            return _("Waits until %(when)s") % {"when": format_moment(job.run_after)}
        return pgettext("a job", "Waits")

    def enqueued_at(self, job: DBTaskResult) -> str:
        return format_moment(job.enqueued_at)

    def attempts(self, job: DBTaskResult) -> str:
        return str(len(job.worker_ids))

    def problem(self, job: DBTaskResult) -> str:
        """Draw what went wrong last, and the button that has it tried again."""
        if not job.traceback or job.status == TaskResultStatus.SUCCESSFUL:
            return ""
        words = fill_html('<div class="user-text">{}</div>', last_problem(job))
        if job.status == TaskResultStatus.RUNNING:
            return words
        return fill_html(
            '{}<form method="post" action="{}">{}<button class="btn btn-sm" type="submit">{}</button></form>',
            words,
            reverse("retry_job", args=[job.pk]),
            self.token,
            _("Try again"),
        )


def last_problem(job: DBTaskResult) -> str:
    """Return what went wrong last: the error's words, its name where it has none."""
    last_line = job.traceback.strip().rpartition("\n")[2]
    # A traceback calls Python's own errors without their module.
    return last_line.removeprefix(f"{job.exception_class_path.removeprefix('builtins.')}: ")
