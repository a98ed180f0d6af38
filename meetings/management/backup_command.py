"""The base of `backup` and `restore`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise
from meetings.management.base import RegisterCommand
from meetings.operations.backups import BackupError, Summary


class BackupCommand(RegisterCommand):
    """A command that works on the backup FILE and says what is in it."""

    file_help: ClassVar[str]
    # Writes or restores the backup; raises BackupError.
    process_file: Callable[[Path], Summary]
    # The sentence for a summary's ``rows`` and ``files`` and the ``path``.
    success_message: ClassVar[StrOrPromise]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=self.file_help)

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            summary = self.process_file(Path(file))
        except BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        for row in summary.without_file:
            self.stderr.write(
                _("The server has no file any more of this, so the backup has none: %(row)s") % {"row": row}
            )
        self.stdout.write(str(self.success_message) % {"rows": summary.rows, "files": summary.files, "path": file})
