"""`backup FILE`: the register, accounts and uploaded files in one file."""

from django.utils.translation import gettext_lazy as _

from meetings.management.backup_command import BackupCommand
from meetings.operations.backups import write_backup


class Command(BackupCommand):
    help = "Write the whole register to FILE, from which `restore` makes it again on SQLite or PostgreSQL."
    file_help = "a ZIP file to write; one that is there is replaced"
    process_file = staticmethod(write_backup)
    success_message = _("Backed up to “%(path)s”. Rows: %(rows)s; uploaded files: %(files)s.")
