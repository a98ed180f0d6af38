"""Files that belong to rows: stored whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.db import transaction

from .faults import disk_is_not_writable, recognise_fault

_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


class RegisterStorage(FileSystemStorage):
    """The folder of uploaded files; raises StorageError where it takes none."""

    def _save(self, name: str, content: Any) -> str:
        try:
            name = super()._save(name, content)  # type: ignore[misc]  # the stubs leave it out
        except OSError as error:
            # What lies on the disk is half of it.
            with suppress(OSError):
                self.delete(name)
            raise recognise_fault(error) or disk_is_not_writable() from error
        if (stored := _stored.get()) is not None:
            stored.append(name)
        return name


@contextmanager
def atomic_with_files() -> Iterator[None]:
    """Make a transaction whose files go, too, when it is rolled back."""
    outer, stored = _stored.get(), list[str]()
    token = _stored.set(stored)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for name in stored:
            with suppress(OSError):
                default_storage.delete(name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer.extend(stored)


class UploadHandler(TemporaryFileUploadHandler):
    """Write a large upload to a temporary file; a full disk costs none of the words."""

    # What the gate raises once the words are there (meetings.middleware).
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
