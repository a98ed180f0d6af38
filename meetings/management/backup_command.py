"""The base of `backup` and `restore`."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from meetings.backups import BackupError, Summary
from meetings.management.base import RegisterCommand


class BackupCommand(RegisterCommand, ABC):
    """A command that works on the backup FILE and says what is in it."""

    file_help: ClassVar[str]

    @abstractmethod
    def process_file(self, path: Path) -> Summary:
        """Write or restore the backup; raises BackupError."""

    @abstractmethod
    def success_message(self) -> str:
        """Return the sentence for a summary's ``rows`` and ``files`` and the ``path``."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=self.file_help)

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            summary = self.process_file(Path(file))
        except BackupError as refusal:
            raise CommandError(str(refusal)) from refusal
        values = {"rows": summary.rows, "files": summary.files, "path": file}
        self.stdout.write(self.success_message() % values)
