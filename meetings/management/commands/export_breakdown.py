"""`export_breakdown MEETING FILE`: the annex as issued."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown
from meetings.exports.atomic_file import FileWriteError, open_atomic
from meetings.management.base import RegisterCommand, get_meeting, parse_meeting_day_option

WRITERS = {".xlsx": write_breakdown, ".docx": write_breakdown_document}


class Command(RegisterCommand):
    help = "Write a meeting's breakdown table, as it was issued, to FILE: a workbook or a document by its ending."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meeting", metavar="MEETING", help="the meeting's id or document number")
        parser.add_argument("file", metavar="FILE", help="a .xlsx or .docx to write; one that is there is replaced")
        parser.add_argument("--as-of", metavar="DATE", help="with the deadlines in force on this day (2023-12-31)")

    def handle(self, *, meeting: str, file: str, as_of: str | None, **options: Any) -> None:
        path = Path(file)
        write = WRITERS.get(path.suffix.lower())
        if write is None:
            raise CommandError(
                _("FILE: “%(path)s” is neither a workbook nor a document. Let it end in .xlsx or .docx.")
                % {"path": file}
            )
        found = get_meeting(meeting)
        day = parse_meeting_day_option(found, "--as-of", as_of)
        try:
            with open_atomic(path) as output:
                write(output, found, day)
        except FileWriteError as problem:
            raise CommandError(str(problem)) from problem
