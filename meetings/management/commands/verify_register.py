"""`verify_register`: whether the register is whole."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.database_snapshot import consistent_snapshot
from meetings.management.base import RegisterCommand
from meetings.models import Task, TaskLog
from meetings.operations.backups import BackupError
from meetings.operations.verification import check_against, check_files, check_logs, check_schema


class Command(RegisterCommand):
    help = "Check the schema, the log's hashes, the states that follow from it and the uploaded files; change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backup", metavar="FILE", help="also check that the logs begin as in this earlier backup")

    def handle(self, *, backup: str | None, **options: Any) -> None:
        number, first = 0, ""

        def tell(faults: Iterable[str]) -> None:
            nonlocal number, first
            for fault in faults:
                number, first = number + 1, first or fault
                self.stdout.write(fault)

        try:
            tell(check_schema())
            # Tables of another version are not read.
            if not number:
                with consistent_snapshot():
                    tell(check_logs())
                    if backup:
                        tell(check_against(Path(backup)))
                    tasks, entries = Task.objects.count(), TaskLog.objects.count()
                tell(check_files())
        except BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        if number:
            raise CommandError(
                _("The register is not whole. Faults: %(number)s; the first: %(fault)s")
                % {"number": number, "fault": first}
            )
        self.stdout.write(
            _("The register is whole. Tasks: %(tasks)s; log entries: %(entries)s.")
            % {"tasks": tasks, "entries": entries}
        )
