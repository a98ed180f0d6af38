"""`db_worker [--batch]`: run the jobs that wait."""

import logging
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.jobs.worker import Worker
from meetings.management.base import RegisterCommand


class Command(RegisterCommand):
    """In place of django-tasks-db's own; `meetings.jobs.worker` says why."""

    help = "Run the jobs that wait in the database, such as mails to be sent, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", action="store_true", help="end when no job is ready any more")
        parser.add_argument(
            "--end-with", metavar="PID", type=int, help="end when the process of this ID, which started it, has ended"
        )

    def handle(self, *, batch: bool, end_with: int | None, verbosity: int, **options: Any) -> None:
        if verbosity == 0:
            logging.getLogger("meetings.jobs").setLevel(logging.WARNING)
        worker = Worker()
        try:
            if batch:
                worker.run_ready()
            else:
                worker.run(parent=end_with)
        except OSError as error:
            raise CommandError(
                _("The worker cannot say that it lives, because “%(path)s” cannot be written: %(reason)s.")
                % {"path": error.filename, "reason": error.strerror}
            ) from error
