"""Messages about a workbook: codes in, sentences in the active language out."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy, ngettext_lazy

from meetings.core.converter import rename_keys
from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason
from meetings.workbooks.columns import COLUMNS

from .format import WorkbookColumn


class NoticeCode(TextChoices):
    """Codes of notices about a workbook, with their messages."""

    OTHER_SHEET = (
        "other_sheet",
        gettext_lazy("This sheet is none of a fill-in workbook of this register. It was not read."),
    )
    NO_SHEET = (
        "no_sheet",
        gettext_lazy("This is no fill-in workbook of this register, or its hidden row and column were removed."),
    )
    FOREIGN_KEY = (
        "foreign_key",
        gettext_lazy("The hidden key of this row is none of this register's, or was changed. The row was not read."),
    )
    SEVERAL_KEYS = "several_keys", gettext_lazy("This row holds the keys of several tasks. It was not read.")
    NO_KEY = (
        "no_key",
        gettext_lazy(
            "This row has no hidden key, and no single open task has its locked cells, so its task is not known. It "
            "was not read."
        ),
    )
    MATCHED = (
        "matched",
        ngettext_lazy(
            "The hidden key of %(number)d row is gone; its task was found by the locked cells.",
            "The hidden keys of %(number)d rows are gone; their tasks were found by the locked cells.",
            "number",
        ),
    )
    HEAD_CHANGED = (
        "head_changed",
        gettext_lazy("The head of this column was changed. It is still read as “%(column)s”."),
    )
    HEADING_CHANGED = (
        "heading_changed",
        gettext_lazy("The title or the instructions were changed. That changes nothing here."),
    )
    COMMENT = (
        "comment",
        gettext_lazy("This comment is not taken over. What is to be recorded of it has to stand in a cell."),
    )
    PICTURE = (
        "picture",
        gettext_lazy("The picture here is not taken over. Add it as evidence on the page of its task."),
    )
    TEXT_BOX = (
        "text_box",
        gettext_lazy("The text box here is not taken over. What is to be recorded of it has to stand in a cell."),
    )
    OBJECT = (
        "object",
        gettext_lazy("The file or drawing here is not taken over. Add it as evidence on the page of its task."),
    )
    LINK = (
        "link",
        gettext_lazy("The text of this cell leads to an address, which is not taken over. Write it into the text."),
    )
    OUTSIDE = "outside", gettext_lazy("This cell is in no column of the workbook. It was not read.")
    COLUMN_MISSING = "column_missing", gettext_lazy("The column “%(column)s” is missing. Nothing of it was read.")
    COLUMN_TWICE = "column_twice", gettext_lazy("The column “%(column)s” is there twice. Nothing of it was read.")
    ROWS_MISSING = (
        "rows_missing",
        ngettext_lazy(
            "%(number)d row of the workbook is missing: nothing changes for its task.",
            "%(number)d rows of the workbook are missing: nothing changes for their tasks.",
            "number",
        ),
    )
    ROW_TWICE = "row_twice", gettext_lazy("The same task is in %(number)d rows; at most one of them counts.")


class RejectionReason(TextChoices):
    """Why nothing of a row is taken over, as far as the file alone shows it."""

    ALTERED = (
        "altered",
        gettext_lazy(
            "The locked cells of this row are those of another task: the rows were probably sorted without their "
            "hidden keys. Nothing of the row is taken over; enter it in a new workbook."
        ),
    )
    TWICE = (
        "twice",
        gettext_lazy(
            "The task is in this file several times, each time with something else. None of it is taken over; leave "
            "one row and hand the file in again."
        ),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about a ``sheet``, a ``place`` (cell or row), a ``column`` and a value.

    ``part`` is that of the file's package which holds a picture.
    """

    code: NoticeCode
    sheet: str = ""
    place: str = ""
    column: WorkbookColumn | None = None
    value: str = ""
    number: int = 0
    part: str = ""

    @property
    def message(self) -> str:
        """The notice in the active language."""
        return self.code.label % {"column": column_name(self.column), "number": self.number}


rename_keys(Notice, code="remark")

_UNREADABLE = {
    UnreadableReason.OLD_OFFICE: gettext_lazy(
        "It is in Excel's old format (.xls). Save it as .xlsx and hand it in again."
    ),
    UnreadableReason.OTHER_FORMAT: gettext_lazy(
        "It is no Excel workbook (%(format)s). Hand in the fill-in workbook itself, saved as .xlsx; unpack a zip first."
    ),
    UnreadableReason.UNKNOWN_FORMAT: gettext_lazy(
        "It is no Excel workbook. Hand in the fill-in workbook, saved as .xlsx."
    ),
    UnreadableReason.TOO_MANY_ROWS: gettext_lazy(
        "A sheet has more than %(limit)d rows; no fill-in workbook has as many."
    ),
    UnreadableReason.TOO_MANY_COLUMNS: gettext_lazy(
        "A sheet has more than %(limit)d columns; no fill-in workbook has as many."
    ),
    UnreadableReason.TOO_INVOLVED: gettext_lazy("Its part %(part)s is far larger than that of a fill-in workbook."),
}


def column_name(column: WorkbookColumn | None) -> str:
    """Return a column's head in the active language."""
    return str(COLUMNS[column].head) if column is not None else ""


def unreadable_workbook_message(error: UnreadableDocumentError) -> str:
    """Return why a file is not read at all, in one sentence."""
    if error.code in _UNREADABLE:
        return str(_UNREADABLE[error.code]) % error.parameters
    return error.message
