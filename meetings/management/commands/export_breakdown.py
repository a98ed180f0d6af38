"""`export_breakdown MEETING FILE`: the annex as issued."""

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown
from meetings.management.base import MeetingExportCommand


class Command(MeetingExportCommand):
    help = "Write a meeting's breakdown table, as it was issued, to FILE: a workbook or a document by its ending."
    writers = {".xlsx": write_breakdown, ".docx": write_breakdown_document}
