"""Uploaded files in a store that speaks S3, in place of the folder.

An extra (requirements-s3.txt), used where `S3_BUCKET` is set. A file is handed out by its view alone, which asks who
may have it: no address of the store is given to anybody.
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from meetings.faults import files_are_away, store_takes_nothing

from .files import NotesFiles

_P = ParamSpec("_P")
_R = TypeVar("_R")
_FAULTS = (BotoCoreError, Boto3Error, ClientError)


def _in_words(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a method raise a FaultError for what the store fails with."""

    @wraps(method)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return method(*args, **kwargs)
        except _FAULTS as error:
            raise files_are_away() from error

    return call


class S3RegisterStorage(NotesFiles, S3Storage):
    """The bucket of uploaded files; raises a FaultError where it does not answer.

    A file is written once: the store refuses to overwrite it.
    """

    def __init__(self, *, bucket_name: str, endpoint_url: str | None, region_name: str | None) -> None:
        super().__init__(
            bucket_name=bucket_name,
            endpoint_url=endpoint_url,
            region_name=region_name,
            file_overwrite=False,
            # Files up to this size are read into memory, larger ones into a temporary file.
            max_memory_size=5 * 1024**2,
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                # About as long as waiting for another writer (LOCK_TIMEOUT_SECONDS).
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 2},
                signature_version="s3v4",
                # Only Amazon serves buckets by host names of their own.
                s3={"addressing_style": "path" if endpoint_url else "virtual"},
                # Other stores do not know Amazon's newer checksums; the register compares its own digests.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _store(self, name: str, content: Any) -> str:
        content.seek(0)
        try:
            # Not upload_fileobj, which would overwrite an existing file. One request takes up to 5 GB.
            self.connection.meta.client.put_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Body=content,
                # Not the type claimed by the sender's browser.
                ContentType=self.default_content_type,
                IfNoneMatch="*",
            )
        except _FAULTS as error:
            raise store_takes_nothing() from error
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        try:
            file: File = super()._open(name, mode)
            # Fail now, not while the response is being sent.
            file.open()
        except FileNotFoundError:
            # A missing bucket is answered like a missing file.
            if not self.is_there():
                raise files_are_away() from None
            raise
        except _FAULTS as error:
            raise files_are_away() from error
        return file

    @_in_words
    def get_modified_time(self, name: str) -> datetime.datetime:
        """Return when a file was stored; raise FileNotFoundError without one."""
        try:
            moment: datetime.datetime = super().get_modified_time(name)
        except ClientError as error:
            # The answer for a missing bucket is the same.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404 and self.is_there():
                raise FileNotFoundError(f"File does not exist: {name}") from error
            raise
        return moment

    def is_there(self) -> bool:
        """Return whether the bucket answers, and to us."""
        try:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        except _FAULTS:
            return False
        return True

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """Return an address that is never served.

        A signed address would bypass the permissions.
        """
        return f"/{name}"

    delete = _in_words(S3Storage.delete)
    exists = _in_words(S3Storage.exists)
    listdir = _in_words(S3Storage.listdir)
    size = _in_words(S3Storage.size)
