"""`export_breakdown MEETING FILE`: the annex as issued (DESIGN.md, Contracts)."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from meetings.exporting.breakdown import write_breakdown
from meetings.exporting.breakdown_document import write_breakdown_document
from meetings.exporting.files import CannotWrite, written_whole
from meetings.management.base import RegisterCommand, day_asked_for
from meetings.models import Meeting

WRITERS = {".xlsx": write_breakdown, ".docx": write_breakdown_document}
# The longest number a key column can hold; a longer one is no id.
LONGEST_ID = 18


class Command(RegisterCommand):
    help = "Write a meeting's breakdown table, as it was issued, to FILE: a workbook or a document by its ending."

    def add_arguments(self, parser):
        parser.add_argument("meeting", metavar="MEETING", help="the meeting's id or document number")
        parser.add_argument("file", metavar="FILE", help="a .xlsx or .docx to write; one that is there is replaced")
        parser.add_argument("--as-of", metavar="DATE", help="with the deadlines in force on this day (2023-12-31)")

    def handle(self, *, meeting, file, as_of, **options):
        path = Path(file)
        write = WRITERS.get(path.suffix.lower())
        if write is None:
            raise CommandError(
                _("FILE: “%(path)s” is neither a workbook nor a document. Let it end in .xlsx or .docx.")
                % {"path": file}
            )
        day = day_asked_for("--as-of", as_of)
        found = _meeting(meeting)
        if as_of and day < found.issued_on:
            raise CommandError(
                _("%(option)s: %(problem)s")
                % {"option": "--as-of", "problem": _("The minutes of this meeting had not been issued on that day.")}
            )
        try:
            with written_whole(path) as output:
                write(output, found, day)
        except CannotWrite as problem:
            raise CommandError(str(problem)) from problem


def _meeting(asked_for: str) -> Meeting:
    """Return the meeting of this document number or id; raises CommandError where there is none."""
    is_number = asked_for.isascii() and asked_for.isdecimal() and len(asked_for) <= LONGEST_ID
    meetings = Meeting.objects.select_related("overall_lead")
    found = meetings.filter(document_number=asked_for).first() if asked_for else None
    found = found or (meetings.filter(pk=int(asked_for)).first() if is_number else None)
    if found is None:
        raise CommandError(
            _("MEETING: there is no meeting with the id or document number “%(value)s”.") % {"value": asked_for}
        )
    return found
