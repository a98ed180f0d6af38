"""The one exception of reading, and the limits whose crossing raises it."""

from enum import StrEnum
from typing import Self

from django.utils.translation import gettext_lazy as _

from meetings.core.types import StrOrPromise


class UnreadableReason(StrEnum):
    """Why a file cannot be read, with the message that an error's parameters complete."""

    message: StrOrPromise

    def __new__(cls, value: str, message: StrOrPromise = "") -> Self:
        reason = str.__new__(cls, value)
        reason._value_, reason.message = value, message
        return reason

    MISSING = "missing", _("The file cannot be opened.")
    NOT_A_FILE = "not_a_file", _("This is a folder, not a file.")
    EMPTY = "empty", _("The file is empty.")
    TOO_BIG = "too_big", _("The file has %(megabytes)d MB; at most %(limit)d MB are read.")
    EXPANDS_TOO_FAR = (
        "expands_too_far",
        _("The part %(part)s of the file unpacks to more than %(limit)d MB and is not read."),
    )
    TOO_INVOLVED = "too_involved", _("The part %(part)s of the file is far larger than minutes are and is not read.")
    TOO_MANY_ROWS = "too_many_rows", _("A table has more than %(limit)d rows; this is no task breakdown table.")
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        _("A table has more than %(limit)d columns; this is no task breakdown table."),
    )
    TOO_MANY_PAGES = "too_many_pages", _("The document has more than %(limit)d pages and is not read.")
    TOO_SLOW = "too_slow", _("The file could not be read within %(seconds)d seconds.")
    TOO_MUCH_MEMORY = "too_much_memory", _("The file needs too much memory to be read; it may be damaged.")
    OLD_OFFICE = (
        "old_office",
        _("The file is damaged, or in an old format of Office that is not read; please save it as .docx or .xlsx."),
    )
    NO_CONVERTER = (
        "no_converter",
        _(
            "Files of Word before 2007, of WPS and RTF (.doc, .wps, .rtf, .odt) are read by LibreOffice, which is not "
            "installed here; please save the file as .docx."
        ),
    )
    ENCRYPTED = "encrypted", _("The file is encrypted; please save it without a password.")
    UNKNOWN_FORMAT = (
        "unknown_format",
        _("The file is no document that can be read (Word, Excel, WPS, OpenDocument, OFD, PDF or text)."),
    )
    OTHER_FORMAT = (
        "other_format",
        _(
            "Files of the kind %(format)s are not read; please use a document of Word, Excel, WPS, OpenDocument, OFD, "
            "PDF or text."
        ),
    )
    DAMAGED = (
        "damaged",
        _("The file is damaged and cannot be read; please save it anew in the program that made it."),
    )
    ENTITIES = (
        "entities",
        _("The file is not read because its part %(part)s declares a document type, as no office program does."),
    )
    # Read by recognition, where that is installed.
    NO_TEXT_LAYER = (
        "no_text_layer",
        _(
            "The file is a scan or a photograph, and this server cannot read those; whoever runs it can add that "
            "(docs/operations.md, Reading scans). The original document is read without it."
        ),
    )
    TOO_MANY_SCANS = "too_many_scans", _("The scan has %(pages)d pages; at most %(limit)d are read.")
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        _("A picture in the file has %(megapixels)d million pixels; at most %(limit)d million are read."),
    )
    NO_PAGE = "no_page", _("A picture in the file is too long and narrow to be a page.")
    UNFINISHED = (
        "unfinished",
        _("The file could not be read to its end. Save it anew in the program that made it, or paste its text."),
    )
    NO_TASK_TABLE = "no_task_table", _("No task breakdown table was found in the file.")


class UnreadableDocumentError(Exception):
    """Raised for an unreadable file, with the reason's ``code`` and ``parameters``."""

    def __init__(self, code: UnreadableReason, **parameters: str | int) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters

    @property
    def message(self) -> str:
        """Why the file is not read, in one sentence, in the active language."""
        return str(self.code.message) % self.parameters

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.code}: {details}" if details else str(self.code)


MEGABYTE = 1024 * 1024

#: A file on disk. The largest real notice with pictures seen is a few megabytes.
MAX_FILE_BYTES = 50 * MEGABYTE
#: One part of a package once unpacked; a 1,000-row table as verbose as Word can make it is about 30 MB.
MAX_PART_BYTES = 64 * MEGABYTE
#: All parts of a package that are read, together: the sheets of a workbook.
MAX_PACKAGE_BYTES = 128 * MEGABYTE
#: XML elements and attributes of one part: up to 250 bytes each where a tree of them is held, so 300 MB at most.
MAX_XML_NODES = 1_200_000
#: Rows of tasks. A register entered by hand has hundreds.
MAX_TABLE_ROWS = 5_000
#: Rows of one table, with its titles and the heads of its pages.
MAX_PRINTED_ROWS = MAX_TABLE_ROWS + 500
MAX_TABLE_COLUMNS = 128
#: Cells that hold something, over the whole file.
MAX_CELLS = 200_000
MAX_PAGES = 300
#: Processor time, so that a busy machine refuses nothing that an idle one reads.
MAX_SECONDS = 15
#: By the clock, against what sleeps or waits; and what even a busy machine gets done.
MAX_WAIT_SECONDS = 8 * MAX_SECONDS
#: Of a scan. A page takes ten seconds of one processor, a dense one twice that.
MAX_SCANNED_PAGES = 100
MAX_SECONDS_OF_A_SCANNED_PAGE = 60
#: One picture: A4 at 800 dpi, A3 at 550, and more than the large pictures of a telephone.
MAX_PICTURE_PIXELS = 60_000_000
