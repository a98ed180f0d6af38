"""``import_minutes FILE [--json] [--accept]`` (docs/domain.md, Contracts)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.errors import ServiceError
from meetings.management.base import RegisterCommand
from meetings.minutes.accept import accept_file
from meetings.minutes.documents import UnreadableDocumentError
from meetings.minutes.documents.detect import read_file_bytes
from meetings.minutes.known_names import load_known_names
from meetings.minutes.parser.column_evidence import NO_NAMES
from meetings.minutes.parser.minutes import require_rows, to_json
from meetings.minutes.parser.schema import ParsedFile, ParsedMinutes
from meetings.minutes.scan_sandbox import parse_with_recognition


class Command(RegisterCommand):
    help = "Reads minutes with a task breakdown table (a document of Word, Excel, WPS, OFD or PDF, or text)."
    # Reading needs no database, nor one that is up to date.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print everything that was read as JSON")
        parser.add_argument("--accept", action="store_true", help="enter the meeting into the register")

    def handle(self, **options: Any) -> None:
        try:
            content = read_file_bytes(options["file"])
            # Without --accept no database is needed; its names only tip the balance between columns.
            known = load_known_names() if options["accept"] else NO_NAMES
            read = parse_with_recognition(content, known=known)
            minutes = require_rows(read.minutes)
        except (UnreadableDocumentError, ServiceError) as error:
            raise CommandError(f"{options['file']}: {error.message}") from error
        if options["accept"]:
            self._accept(read, content, Path(options["file"]))
        if options["json"]:
            self.stdout.write(json.dumps(to_json(minutes), ensure_ascii=False, indent=1))
        else:
            for line in _summary_lines(minutes):
                self.stdout.write(line)

    def _accept(self, read: ParsedFile, content: bytes, path: Path) -> None:
        try:
            entered = accept_file(parsed=read, content=content, name=path.name)
        except ServiceError as error:
            raise CommandError(f"{path}: {error.message}") from error
        if entered is None:
            self.stderr.write(_("This file has been accepted already. Nothing was entered a second time."))


def _summary_lines(minutes: ParsedMinutes) -> Iterator[str]:
    """Yield what to check first: the meeting, a line for each row, every problem."""
    meeting = minutes.meeting
    for name in ("title", "breakdown_title", "document_number", "held_on", "issued_on", "place", "chair"):
        yield f"{name}: {getattr(meeting, name) or '-'}"
    yield f"attendees: {len(meeting.attendees)}"
    tasks = sum(len(row.tasks) for row in minutes.rows)
    yield f"rows: {len(minutes.rows)}, tasks: {tasks}, problems: {len(minutes.problems)}"
    for position, row in enumerate(minutes.rows, start=1):
        text = (row.suggestion or (row.tasks[0].text if row.tasks else "")).replace("\n", " ")
        yield f"{position:>4}. [{row.number if row.number is not None else '-'}] {text[:40]} ({len(row.tasks)})"
    for problem in minutes.problems:
        place = "-" if problem.row is None else problem.row
        yield f"! {place} {problem.column}: {problem.message}"
