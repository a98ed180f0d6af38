"""Messages about a workbook: codes in, sentences in the active language out."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason
from meetings.minutes.parser.messages import unreadable_document_message
from meetings.workbooks.columns import COLUMNS

from .format import WorkbookColumn
from .parser import Notice, NoticeCode, RejectionReason

_NOTICES = {
    NoticeCode.OTHER_SHEET: gettext_lazy("This sheet is none of a fill-in workbook of this register. It was not read."),
    NoticeCode.FOREIGN_KEY: gettext_lazy(
        "The hidden key of this row is none of this register's, or was changed. The row was not read."
    ),
    NoticeCode.SEVERAL_KEYS: gettext_lazy("This row holds the keys of several tasks. It was not read."),
    NoticeCode.NO_KEY: gettext_lazy(
        "This row was added: it has no hidden key, so its task is not known. It was not read."
    ),
    NoticeCode.HEAD_CHANGED: gettext_lazy("The head of this column was changed. It is still read as “%(column)s”."),
    NoticeCode.HEADING_CHANGED: gettext_lazy("The title or the instructions were changed. That changes nothing here."),
    NoticeCode.OUTSIDE: gettext_lazy("This cell is in no column of the workbook. It was not read."),
    NoticeCode.COLUMN_MISSING: gettext_lazy("The column “%(column)s” is missing. Nothing of it was read."),
    NoticeCode.COLUMN_TWICE: gettext_lazy("The column “%(column)s” is there twice. Nothing of it was read."),
}

_REJECTIONS = {
    RejectionReason.ALTERED: gettext_lazy(
        "The locked cells of this row are those of another task: the rows were probably sorted without their hidden "
        "keys. Nothing of the row is taken over; enter it in a new workbook."
    ),
    RejectionReason.TWICE: gettext_lazy(
        "The task is in this file several times, each time with something else. None of it is taken over; leave one "
        "row and hand the file in again."
    ),
}

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


def notice_message(notice: Notice) -> str:
    """Return the message of a notice about the workbook besides its rows."""
    match notice.code:
        case NoticeCode.NO_SHEET:
            return _("This is no fill-in workbook of this register, or its hidden row and column were removed.")
        case NoticeCode.ROWS_MISSING:
            return ngettext(
                "%(number)d row of the workbook is missing: nothing changes for its task.",
                "%(number)d rows of the workbook are missing: nothing changes for their tasks.",
                notice.number,
            ) % {"number": notice.number}
        case NoticeCode.ROW_TWICE:
            return _("The same task is in %(number)d rows; at most one of them counts.") % {"number": notice.number}
    return str(_NOTICES[notice.code]) % {"column": column_name(notice.column)}


def rejection_message(code: RejectionReason) -> str:
    """Return why nothing of a row is taken over."""
    return str(_REJECTIONS[code])


def locked_cell_message() -> str:
    """Return the message about a locked cell that was changed."""
    return _("This cell is locked and was changed. The change is not taken over.")


def unreadable_workbook_message(error: UnreadableDocumentError) -> str:
    """Return why a file is not read at all, in one sentence."""
    if error.code in _UNREADABLE:
        return str(_UNREADABLE[error.code]) % error.parameters
    return unreadable_document_message(error)
