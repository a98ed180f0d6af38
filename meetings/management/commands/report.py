"""`report MEETING FILE`: the report to the next meeting."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from meetings.management.base import MeetingExportCommand
from meetings.reports.progress_document import write_meeting_report
from meetings.reports.summary_document import write_meeting_summary


class Command(MeetingExportCommand):
    help = "Write the report on what became of a meeting's suggestions to FILE, in the official layout."
    writers = {".docx": write_meeting_report}
    is_summary = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--summary", action="store_true", help="a summary of two pages instead of the whole report")

    def handle(self, *, summary: bool = False, **options: Any) -> None:
        self.is_summary = summary
        super().handle(**options)

    def get_writer(self, file: str) -> Callable[..., None]:
        """Return what writes the whole report, or its summary."""
        writer = super().get_writer(file)
        return write_meeting_summary if self.is_summary else writer
