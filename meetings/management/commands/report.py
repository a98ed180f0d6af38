"""`report MEETING FILE`: the report to the next meeting."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.exports.atomic_file import FileWriteError, open_atomic
from meetings.management.base import RegisterCommand, get_meeting, parse_meeting_day_option
from meetings.reports.progress_document import write_meeting_report


class Command(RegisterCommand):
    help = "Write the report on what became of a meeting's suggestions to FILE, a .docx in the official layout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meeting", metavar="MEETING", help="the meeting's id or document number")
        parser.add_argument("file", metavar="FILE", help="a .docx to write; one that is there is replaced")
        parser.add_argument("--as-of", metavar="DATE", help="as the register stood at the end of this day (2023-12-31)")

    def handle(self, *, meeting: str, file: str, as_of: str | None, **options: Any) -> None:
        path = Path(file)
        if path.suffix.lower() != ".docx":
            raise CommandError(_("FILE: “%(path)s” is no document. Let it end in .docx.") % {"path": file})
        found = get_meeting(meeting)
        day = parse_meeting_day_option(found, "--as-of", as_of)
        try:
            with open_atomic(path) as output:
                write_meeting_report(output, found, day)
        except FileWriteError as problem:
            raise CommandError(str(problem)) from problem
