"""`restore FILE`: a backup into an empty register."""

from pathlib import Path

from django.utils.translation import gettext as _

from meetings.backups import Summary, restore_backup
from meetings.management.backup_command import BackupCommand


class Command(BackupCommand):
    help = "Restore what `backup` wrote to FILE into an empty register: a new database after `migrate`."
    file_help = "what `backup` wrote, on SQLite or on PostgreSQL"

    def process_file(self, path: Path) -> Summary:
        return restore_backup(path)

    def success_message(self) -> str:
        return _("Restored from “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
