"""Files that belong to rows, stored and deleted together with them.

No step writes a row and its file at once. Before one of them comes or goes, an empty note with the file's name is
left in the folder `UNSETTLED`; it is taken away once the row is committed, or rolled back. What a killed process leaves
noted is settled by the worker (`settle_files`): a file stays if a row names it, and goes if none does. A file that
nobody noted is never deleted, whatever database somebody lets the worker look at.
"""

import datetime
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.db import models, transaction
from django.utils import timezone

from meetings.faults import FaultError, disk_is_not_writable, recognise_fault

UNSETTLED = "unsettled"
# After this time, whoever stored the file has committed or was killed.
SETTLED_AFTER = datetime.timedelta(hours=1)

_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


class NotesFiles(Storage):
    """Writes a note for each file stored inside `atomic_with_files`.

    Mixed into a storage of Django's.
    """

    def _save(self, name: str, content: Any) -> str:
        if (stored := _stored.get()) is None:
            return self._store(name, content)
        self.note(name)
        stored.append(name)
        transaction.on_commit(partial(self.delete, note_of(name)), robust=True)
        return self._store(name, content)

    def _store(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs leave it out
        return saved

    def note(self, name: str) -> None:
        """Leave a note that the file ``name`` is being stored or deleted."""
        if not self.exists(note_of(name)):
            self._store(note_of(name), ContentFile(b""))


class RegisterStorage(NotesFiles, FileSystemStorage):
    """The folder of uploaded files; raises StorageError where it is not writable."""

    def _store(self, name: str, content: Any) -> str:
        try:
            saved = super()._store(name, content)
            self._flush(saved)
            return saved
        except OSError as error:
            # Remove the incomplete file.
            with suppress(OSError):
                self.delete(name)
            raise recognise_fault(error) or disk_is_not_writable() from error

    def is_there(self) -> bool:
        """Return whether the folder is writable; creates nothing."""
        folder = Path(self.location)
        try:
            # The first upload creates the folder; this check may run as another user, who would then own it.
            with tempfile.TemporaryFile(dir=folder if folder.exists() else folder.parent) as file:
                file.write(b"\0" * 4096)
        except OSError:
            return False
        return True

    def _flush(self, name: str) -> None:
        """Flush the file and its folder to the disk before the row is committed."""
        path = self.path(name)
        for each in (path, os.path.dirname(path)):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def note_of(name: str) -> str:
    """Return the name of the note about a file."""
    return f"{UNSETTLED}/{quote(name, safe='')}"


@contextmanager
def atomic_with_files() -> Iterator[None]:
    """Open a transaction that deletes its files when rolled back.

    Where the commit itself fails, its outcome is unknown: the notes stay, and the files are settled later.
    """
    outer, stored = _stored.get(), list[str]()
    token = _stored.set(stored)
    is_committing = False
    try:
        with transaction.atomic():
            yield
            is_committing = True
    except BaseException:
        if not is_committing:
            for name in stored:
                with suppress(OSError, FaultError):
                    _delete_noted(name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer.extend(stored)


def delete_on_commit(name: str) -> None:
    """Delete a file once the deletion of its row is committed."""
    default_storage.note(name)  # type: ignore[attr-defined]  # STORAGES names one that leaves notes
    # A disk fault here must not undo what has been committed.
    transaction.on_commit(partial(_delete_noted, name), robust=True)


def _delete_noted(name: str) -> None:
    default_storage.delete(name)
    default_storage.delete(note_of(name))


def settle_files() -> list[str]:
    """Delete what killed processes left, and return its names.

    Those are noted files that no row names.
    """
    deleted = []
    for note in _list_notes():
        with suppress(FileNotFoundError):  # settled meanwhile by somebody else
            if timezone.now() - default_storage.get_modified_time(note) > SETTLED_AFTER:
                name = unquote(note.removeprefix(f"{UNSETTLED}/"))
                if not find_named([name]):
                    default_storage.delete(name)
                    deleted.append(name)
                default_storage.delete(note)
    return deleted


def _list_notes() -> list[str]:
    try:
        return [f"{UNSETTLED}/{note}" for note in default_storage.listdir(UNSETTLED)[1]]
    except FileNotFoundError:
        return []


def find_named(names: Iterable[str]) -> set[str]:
    """Return those of ``names`` that are the file of some row."""
    wanted = list(names)
    return {
        name
        for model, field in file_fields()
        for name in model._base_manager.filter(**{f"{field}__in": wanted}).values_list(field, flat=True)
    }


def file_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Yield the models whose rows have a file, each with the name of its field."""
    for model in apps.get_app_config("meetings").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                yield model, field.name


class UploadHandler(TemporaryFileUploadHandler):
    """Write a large upload to a temporary file; a full disk loses no typed words."""

    # Raised by the middleware once all other fields are read (meetings.middleware).
    FAULT = "register.upload_fault"

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin a file."""
        try:
            super().new_file(*args, **options)
        except OSError as error:
            self._note(error)
            raise SkipFile from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of the file."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._note(error)
            with suppress(OSError):
                self.file.close()
            raise SkipFile from error

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Return the file, None where its end could not be written."""
        try:
            return super().file_complete(file_size)
        except OSError as error:
            self._note(error)
            with suppress(OSError):
                self.file.close()
            return None

    def _note(self, error: OSError) -> None:
        assert self.request is not None  # Django makes the handlers of a request
        self.request.META[self.FAULT] = recognise_fault(error) or disk_is_not_writable()
