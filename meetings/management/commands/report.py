"""`report MEETING FILE`: the report to the next meeting."""

from meetings.management.base import MeetingExportCommand
from meetings.reports.progress_document import write_meeting_report


class Command(MeetingExportCommand):
    help = "Write the report on what became of a meeting's suggestions to FILE, in the official layout."
    writers = {".docx": write_meeting_report}
