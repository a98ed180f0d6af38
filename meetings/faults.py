"""Faults of the machine, in words: full disk, unreachable database, locks."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from meetings.errors import ServiceError


class FaultError(ServiceError):
    """Raised where a valid request failed because of the machine.

    ``status_code`` is that of the form that comes back with it; a page in place of any form has 503.
    """

    status_code = 503
    title: str | Promise = gettext_lazy("The register's database does not answer")


class BusyError(FaultError):
    """Raised where another save, or a deadlock, blocked the database too long."""

    status_code = 409
    title = gettext_lazy("Another save is in the way")


class StorageError(FaultError):
    """Raised where the disk is full or not writable."""

    status_code = 507
    title = gettext_lazy("Nothing can be stored just now")


class FilesAwayError(FaultError):
    """Raised where the store of files does not answer, or refuses."""

    title = gettext_lazy("The files cannot be reached just now")


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# SQLite's error names, and prefixes of PostgreSQL's SQLSTATE.
_BUSY_CODES = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001", "57014")
_FULL_CODES = ("SQLITE_FULL", "53100")
_READ_ONLY_CODES = ("SQLITE_READONLY", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "25006")
# 42P01: without its tables, the database counts as unreachable.
_AWAY_CODES = (
    *("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_PERM"),
    *("08", "53", "57P", "58", "42P01"),
)

# A table or a column that only a migration makes; what the role may not do.
_MISSING_CODES = ("42P01", "42703")
_FORBIDDEN_CODE = "42501"


def recognise_fault(error: BaseException | None) -> FaultError | None:
    """Return what an exception of the disk or the database means, None for any other."""
    if isinstance(error, FaultError):
        return error
    if isinstance(error, (DatabaseError, InterfaceError)):
        return _recognise_database_fault(error)
    number = getattr(error, "errno", None)
    is_of_lxml = _is_of_lxml(error)
    if is_of_lxml and str(error).startswith("IO_"):
        # lxml, which writes sheets to temporary files, has exceptions of its own.
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EROFS)
    if is_of_lxml or isinstance(error, OSError):
        if number in _FULL:
            return disk_is_full()
        # Python found no writable folder for temporary files; this error has no errno.
        words = str(getattr(error, "strerror", None))
        if number == errno.EROFS or words.startswith("No usable temporary directory"):
            return disk_is_not_writable()
    return None


def _is_of_lxml(error: BaseException | None) -> bool:
    """Return whether lxml could not write.

    Checked by the name of the class, so that lxml, which few processes need, is not imported here.
    """
    return (type(error).__module__, type(error).__name__) == ("lxml.etree", "SerialisationError")


def _recognise_database_fault(error: DatabaseError | InterfaceError) -> FaultError | None:
    cause = error.__cause__
    code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
    if code.startswith(_BUSY_CODES):
        return BusyError(
            _("Others kept the register busy for too long. Nothing of yours has been saved; send it again in a moment.")
        )
    if code.startswith(_FULL_CODES):
        return disk_is_full()
    if code.startswith(_READ_ONLY_CODES):
        return disk_is_not_writable()
    has_no_code = not code and isinstance(error, (OperationalError, InterfaceError))
    if has_no_code or code.startswith(_AWAY_CODES) or str(error).startswith("no such table"):
        return FaultError(_("Nothing can be read or saved until it answers again. Try again in a moment."))
    return None


def describe_failure(error: BaseException) -> str | None:
    """Describe a failure for whoever typed a command.

    None where it is none of the disk or the database.
    """
    fault = recognise_fault(error)
    if isinstance(fault, (BusyError, StorageError, FilesAwayError)):
        return fault.message
    code = getattr(error.__cause__, "sqlstate", None)
    words = {"reason": next(iter(str(error).strip().splitlines()), type(error).__name__)}
    if code in _MISSING_CODES or words["reason"].startswith(("no such table", "no such column")):
        return _("The database has not the tables of this version (%(reason)s). Run “migrate” first.") % words
    if not isinstance(error, OperationalError) and code != _FORBIDDEN_CODE:
        return None
    return _("The database cannot be used: %(reason)s. See DATABASE_URL; of “migrate”, MIGRATION_DATABASE_URL.") % words


def disk_is_full() -> StorageError:
    """Return the error of a disk without room."""
    return StorageError(_("The server's disk is full. Nothing was saved; tell the administrator."))


def disk_is_not_writable() -> StorageError:
    """Return the error of a disk that is read-only, forbidden or damaged."""
    return StorageError(_("The server cannot write to its disk. Nothing was saved; tell the administrator."))


def store_takes_nothing() -> StorageError:
    """Return the error of a store of files (S3) that did not take one."""
    return StorageError(_("The file store took nothing. Nothing was saved; tell the administrator."))


def files_are_away() -> FilesAwayError:
    """Return the error of a store of files (S3) that does not answer."""
    return FilesAwayError(_("The file store does not answer. Try again in a moment, or tell the administrator."))


def disk_reason(error: OSError) -> str:
    """Return why a file could not be written or read, for a sentence about it."""
    reasons = dict.fromkeys(_FULL, _("the disk is full")) | {
        errno.EROFS: _("the disk is read-only"),
        errno.EACCES: _("permission is missing"),
        errno.EPERM: _("permission is missing"),
        errno.ENOENT: _("there is no such file or folder"),
        errno.EISDIR: _("it is a folder"),
    }
    return reasons.get(error.errno or 0) or error.strerror or str(error)


@contextmanager
def faults_in_words() -> Iterator[None]:
    """Raise a FaultError for faults of disk or database inside the block."""
    try:
        yield
    except Exception as error:
        if fault := recognise_fault(error):
            raise fault from error
        raise
