"""What a file is, by its first bytes and its parts. Its name is not looked at."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from os import PathLike
from pathlib import Path

from .errors import MAX_FILE_BYTES, MEGABYTE, UnreadableDocumentError, UnreadableReason
from .packages import Package

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Beginnings of what is no document of ours, so that its bytes are not taken for text in some encoding.
_UNSUPPORTED_SIGNATURES = (
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"SQLite format 3", "SQLite"),
)
_MARKUP = re.compile(rb"^\s*(?:<!doctype html|<html|<\?xml|<table|<head|<svg|MIME-Version:)", re.IGNORECASE)


class Format(StrEnum):
    """The formats that are read."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"
    TEXT = "text"


def read_file_bytes(path: str | PathLike[str]) -> bytes:
    """Return the file's bytes; raises UnreadableDocumentError for too many."""
    path = Path(path)
    try:
        if path.is_dir():
            raise UnreadableDocumentError(UnreadableReason.NOT_A_FILE)
        size = os.stat(path).st_size
        if size > MAX_FILE_BYTES:
            limit = MAX_FILE_BYTES // MEGABYTE
            raise UnreadableDocumentError(UnreadableReason.TOO_BIG, megabytes=-(-size // MEGABYTE), limit=limit)
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableDocumentError(UnreadableReason.MISSING) from error
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        raise UnreadableDocumentError(UnreadableReason.TOO_BIG, megabytes=limit + 1, limit=limit)
    return content


def detect_format(content: bytes) -> Format:
    """Return the format of the bytes; raises UnreadableDocumentError for others."""
    if not content.strip(b"\x00\x09\x0a\x0b\x0c\x0d\x20"):
        raise UnreadableDocumentError(UnreadableReason.EMPTY)
    if content.startswith(b"PK\x03\x04"):
        return _package_format(content)
    if content.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="zip")
    if content.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableDocumentError(UnreadableReason.ENCRYPTED if is_encrypted else UnreadableReason.OLD_OFFICE)
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    for beginning, name in _UNSUPPORTED_SIGNATURES:
        if content.startswith(beginning):
            raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format=name)
    if _MARKUP.match(content[:512]):
        raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format="HTML/XML")
    return Format.TEXT


def _package_format(content: bytes) -> Format:
    with Package(content) as package:
        if any(name.startswith("word/") and name.endswith(".xml") for name in package.names()):
            return Format.DOCX
        if "xl/workbook.xml" in package:
            return Format.XLSX
        if "mimetype" in package or "content.xml" in package:
            raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format="OpenDocument")
        if any(name.startswith("ppt/") for name in package.names()):
            raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format="PowerPoint")
    raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format="zip")


def decode_text(content: bytes) -> str:
    """Decode a text file by BOM, as UTF-8 or GB18030; raises UnreadableDocumentError."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return _require_text(content.decode(encoding))
            except UnicodeDecodeError as error:
                raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT) from error
    if b"\x00" in content:
        raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)
    for encoding in ("utf-8", "gb18030"):
        try:
            return _require_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)


def _require_text(text: str) -> str:
    controls = sum(1 for letter in text if letter < " " and letter not in "\t\n\r\f\v")
    if controls > len(text) // 200:
        raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)
    return text
