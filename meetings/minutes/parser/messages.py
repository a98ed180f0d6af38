"""Messages for what reading finds: codes in, sentences in the active language out."""

from django.utils.translation import gettext_lazy

from meetings.display.deadline_messages import deadline_problem_message
from meetings.display.import_issues import problem_message
from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason

from .issues import ParserIssue

_UNREADABLE = {
    UnreadableReason.MISSING: gettext_lazy("The file cannot be opened."),
    UnreadableReason.NOT_A_FILE: gettext_lazy("This is a folder, not a file."),
    UnreadableReason.EMPTY: gettext_lazy("The file is empty."),
    UnreadableReason.TOO_BIG: gettext_lazy("The file has %(megabytes)d MB; at most %(limit)d MB are read."),
    UnreadableReason.EXPANDS_TOO_FAR: gettext_lazy(
        "The part %(part)s of the file unpacks to more than %(limit)d MB and is not read."
    ),
    UnreadableReason.TOO_INVOLVED: gettext_lazy(
        "The part %(part)s of the file is far larger than minutes are and is not read."
    ),
    UnreadableReason.TOO_MANY_ROWS: gettext_lazy(
        "A table has more than %(limit)d rows; this is no task breakdown table."
    ),
    UnreadableReason.TOO_MANY_COLUMNS: gettext_lazy(
        "A table has more than %(limit)d columns; this is no task breakdown table."
    ),
    UnreadableReason.TOO_MANY_PAGES: gettext_lazy("The PDF has %(pages)d pages; at most %(limit)d are read."),
    UnreadableReason.TOO_SLOW: gettext_lazy("The file could not be read within %(seconds)d seconds."),
    UnreadableReason.TOO_MUCH_MEMORY: gettext_lazy("The file needs too much memory to be read; it may be damaged."),
    UnreadableReason.OLD_OFFICE: gettext_lazy(
        "The file is in the old format of Word or Excel (.doc, .xls); please save it as .docx or .xlsx."
    ),
    UnreadableReason.ENCRYPTED: gettext_lazy("The file is encrypted; please save it without a password."),
    UnreadableReason.UNKNOWN_FORMAT: gettext_lazy(
        "The file is no document that can be read (.docx, .xlsx, .pdf or text)."
    ),
    UnreadableReason.OTHER_FORMAT: gettext_lazy(
        "Files of the kind %(format)s are not read; please use .docx, .xlsx, .pdf or text."
    ),
    UnreadableReason.DAMAGED: gettext_lazy("The file is damaged: its part %(part)s cannot be read."),
    UnreadableReason.ENTITIES: gettext_lazy(
        "The file is not read because its part %(part)s declares a document type, as no office program does."
    ),
    UnreadableReason.NO_TEXT_LAYER: gettext_lazy(
        "The PDF has no text layer; please use a scan with recognised text, or the original document."
    ),
    UnreadableReason.NO_TASK_TABLE: gettext_lazy("No task breakdown table was found in the file."),
}


def issue_message(issue: ParserIssue) -> str:
    """Return the problem in one sentence or two, in the active language."""
    if issue.deadline_problem is not None:
        return deadline_problem_message(issue.deadline_problem)
    return problem_message(issue.code, issue.column, issue.value, issue.parameters)


def unreadable_document_message(error: UnreadableDocumentError) -> str:
    """Why the file is not read, in one sentence, in the active language."""
    return str(_UNREADABLE[error.code]) % error.parameters
