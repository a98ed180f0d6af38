"""`restore FILE`: a backup into an empty register."""

from django.utils.translation import gettext_lazy as _

from meetings.management.backup_command import BackupCommand
from meetings.operations.backups import restore_backup


class Command(BackupCommand):
    help = "Restore what `backup` wrote to FILE into an empty register: a new database after `migrate`."
    file_help = "what `backup` wrote, on SQLite or on PostgreSQL"
    process_file = staticmethod(restore_backup)
    success_message = _("Restored from “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
