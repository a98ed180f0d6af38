"""The one exception of reading, and the limits whose crossing raises it."""

from enum import StrEnum


class UnreadableReason(StrEnum):
    """Why a file cannot be read; the messages are in ``parser/messages.py``."""

    MISSING = "missing"
    NOT_A_FILE = "not_a_file"
    EMPTY = "empty"
    TOO_BIG = "too_big"  # megabytes, limit
    EXPANDS_TOO_FAR = "expands_too_far"  # part, limit (megabytes)
    TOO_INVOLVED = "too_involved"  # part
    TOO_MANY_ROWS = "too_many_rows"  # limit
    TOO_MANY_COLUMNS = "too_many_columns"  # limit
    TOO_MANY_PAGES = "too_many_pages"  # pages, limit
    TOO_SLOW = "too_slow"  # seconds
    TOO_MUCH_MEMORY = "too_much_memory"
    OLD_OFFICE = "old_office"
    ENCRYPTED = "encrypted"
    UNKNOWN_FORMAT = "unknown_format"
    OTHER_FORMAT = "other_format"  # format
    DAMAGED = "damaged"  # part
    ENTITIES = "entities"  # part
    NO_TEXT_LAYER = "no_text_layer"
    NO_TASK_TABLE = "no_task_table"


class UnreadableDocumentError(Exception):
    """Raised for an unreadable file, with the reason's ``code`` and ``parameters``."""

    def __init__(self, code: UnreadableReason, **parameters: str | int) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters

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
#: Rows of one table. A register entered by hand has hundreds.
MAX_TABLE_ROWS = 5_000
MAX_TABLE_COLUMNS = 128
#: Cells that hold something, over the whole file.
MAX_CELLS = 200_000
MAX_PAGES = 300
MAX_SECONDS = 15
