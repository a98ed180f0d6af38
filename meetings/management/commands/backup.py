"""`backup FILE`: the register, accounts and uploaded files in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.backups import BackupError, write_backup
from meetings.management.base import RegisterCommand


class Command(RegisterCommand):
    help = "Write the whole register to FILE, from which `restore` makes it again on SQLite or PostgreSQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a ZIP file to write; one that is there is replaced")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            summary = write_backup(Path(file))
        except BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("Backed up to “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
            % {"rows": summary.rows, "files": summary.files, "path": file}
        )
