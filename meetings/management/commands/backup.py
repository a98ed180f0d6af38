"""`backup FILE`: the register, accounts and uploaded files in one file."""

from pathlib import Path

from django.utils.translation import gettext as _

from meetings.backups import Summary, write_backup
from meetings.management.backup_command import BackupCommand


class Command(BackupCommand):
    help = "Write the whole register to FILE, from which `restore` makes it again on SQLite or PostgreSQL."
    file_help = "a ZIP file to write; one that is there is replaced"

    def process_file(self, path: Path) -> Summary:
        return write_backup(path)

    def success_message(self) -> str:
        return _("Backed up to “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
