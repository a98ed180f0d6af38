"""`restore FILE`: a backup into an empty register."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.backups import BackupError, restore_backup
from meetings.management.base import RegisterCommand


class Command(RegisterCommand):
    help = "Restore what `backup` wrote to FILE into an empty register: a new database after `migrate`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="what `backup` wrote, on SQLite or on PostgreSQL")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            summary = restore_backup(Path(file))
        except BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("Restored from “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
            % {"rows": summary.rows, "files": summary.files, "path": file}
        )
