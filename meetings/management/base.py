"""The base of all commands of the register (docs/domain.md, Contracts)."""

import datetime
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _
from lxml.etree import SerialisationError

from cnas_tasks.logs import log_context
from meetings.core.as_of import InvalidAsOfError, parse_as_of, parse_date, parse_known_on
from meetings.core.text import parse_id
from meetings.database_snapshot import consistent_snapshot
from meetings.exports.downloads import temporary_file
from meetings.faults import FilesAwayError, describe_failure, disk_reason
from meetings.jobs.last_runs import COMMANDS, note_run
from meetings.models import Meeting, day_of_knowledge


class RegisterCommand(BaseCommand):
    """A command that answers bad input with exit 1 and one line on stderr.

    argparse by itself would print its usage and exit with 2.
    """

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Return the parser, told to raise instead of to print and exit."""
        parser = super().create_parser(prog_name, subcommand, **options)
        parser.called_from_command_line = False
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; what is logged meanwhile has the command and a number of this run."""
        command = type(self).__module__.rpartition(".")[2]
        with log_context(job_id=f"{command}-{secrets.token_hex(4)}"):
            output: str | None = super().execute(*args, **options)
            if command in COMMANDS:
                note_run(command)
            return output

    def run_from_argv(self, argv: list[str]) -> None:
        """Run with the command line's arguments; report argparse's errors in one line."""
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self._exit_with_error(str(error), error.returncode)
        except (OperationalError, ProgrammingError, OSError, SerialisationError, FilesAwayError) as failed:
            sentence = describe_failure(failed)
            if sentence is None:
                raise
            self._exit_with_error(sentence)

    def _exit_with_error(self, message: str, code: int = 1) -> None:
        self.stderr.write(f"{CommandError.__name__}: {message}")
        # Sheets that were given up are closed on the way out, and fail once more: that was told.
        sys.unraisablehook = lambda _unraisable: None
        sys.exit(code)


def parse_day_option(option: str, text: str | None, *, may_be_to_come: bool = False) -> datetime.date:
    """Return the day of ``option``, today where it is left out.

    Raises CommandError for what is no day, an empty value included (an empty variable of a shell does not mean today),
    and for a day that has not come yet unless it may be to come.
    """
    try:
        day = None if text is None else parse_date(text)
        return day if day and may_be_to_come else parse_as_of(text)
    except InvalidAsOfError as error:
        raise CommandError(_("%(option)s: %(problem)s") % {"option": option, "problem": error}) from None


def add_day_options(parser: CommandParser) -> None:
    """Take the day that is written about, and the day of knowledge."""
    parser.add_argument("--as-of", metavar="DATE", help="as the register stood at the end of this day (2023-12-31)")
    parser.add_argument(
        "--known-on", metavar="DATE", help="count only what was recorded by the end of this day (2024-01-31)"
    )


def parse_day_options(as_of: str | None, known_on: str | None) -> tuple[datetime.date, datetime.date | None]:
    """Return the days of `add_day_options`; without ``known_on``, everything counts.

    Raises CommandError as `parse_day_option`, and where the two do not go together.
    """
    day = parse_day_option("--as-of", as_of)
    if known_on is None:
        return day, None
    try:
        return parse_known_on(parse_date(known_on).isoformat(), as_of and day.isoformat())
    except InvalidAsOfError as error:
        raise CommandError(_("%(option)s: %(problem)s") % {"option": "--known-on", "problem": error}) from None


def get_meeting(identifier: str) -> Meeting:
    """Return the meeting of this document number or id; raises CommandError."""
    meetings = Meeting.objects.select_related("overall_lead")
    meeting = meetings.filter(document_number=identifier).first() if identifier else None
    meeting = meeting or meetings.filter(pk=parse_id(identifier) or 0).first()
    if meeting is None:
        raise CommandError(
            _("MEETING: there is no meeting with the id or document number “%(value)s”.") % {"value": identifier}
        )
    return meeting


class ExportCommand(RegisterCommand):
    """A command that writes FILE; ``writers`` are by the endings it may have."""

    writers: ClassVar[Mapping[str, Callable[..., None]]]

    def get_writer(self, file: str) -> Callable[..., None]:
        """Return what writes a file of this name; raises CommandError for another."""
        writer = self.writers.get(Path(file).suffix.lower())
        if writer is None:
            raise CommandError(
                _("FILE: “%(path)s” has another ending. Let it end in one of these: %(endings)s.")
                % {"path": file, "endings": _(", ").join(self.writers)}
            )
        return writer

    def write_file(self, file: str, write: Callable[[BinaryIO], None]) -> None:
        """Write the file whole or not at all; raises CommandError where it cannot be."""
        path = Path(file)
        # Opened like any file, not by mkstemp: an export may be read by whoever may read its neighbours.
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            # An archive that met a full disk is not done with its file, and fails once more when it goes.
            content = temporary_file()
            with unfinished.open("xb") as output, consistent_snapshot():
                write(content)
                content.seek(0)
                shutil.copyfileobj(content, output)
            os.replace(unfinished, path)
        except OSError as error:
            values = {"path": path, "reason": disk_reason(error)}
            raise CommandError(_("“%(path)s” cannot be written: %(reason)s.") % values) from error
        finally:
            unfinished.unlink(missing_ok=True)


class MeetingExportCommand(ExportCommand):
    """A command that writes something of one meeting, as it stood on a day, to FILE."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the meeting, the file and the day."""
        endings = " or ".join(self.writers)
        parser.add_argument("meeting", metavar="MEETING", help="the meeting's id or document number")
        parser.add_argument("file", metavar="FILE", help=f"a {endings} to write; one that is there is replaced")
        add_day_options(parser)

    def handle(
        self, *, meeting: str, file: str, as_of: str | None = None, known_on: str | None = None, **options: Any
    ) -> None:
        """Check everything, then write."""
        write = self.get_writer(file)
        register_meeting = get_meeting(meeting)
        day, known = parse_day_options(as_of, known_on)
        if (as_of or known) and day < register_meeting.issued_on:
            problem = _("The minutes of this meeting had not been issued on that day.")
            raise CommandError(_("%(option)s: %(problem)s") % {"option": "--as-of", "problem": problem})
        with day_of_knowledge.known_on(known):
            self.write_file(file, lambda output: write(output, register_meeting, day))
