"""What a file is, by its first bytes and its parts. Its name is not looked at."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from os import PathLike
from pathlib import Path

from .errors import MAX_FILE_BYTES, MEGABYTE, Unreadable, UnreadableDocument
from .packages import Package

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Beginnings of what is no document of ours, so that its bytes are not taken for text in some encoding.
_OTHERS = (
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


def content_of(path: str | PathLike[str]) -> bytes:
    """The bytes of the file, if they are few enough to be minutes. Raises UnreadableDocument."""
    path = Path(path)
    try:
        if path.is_dir():
            raise UnreadableDocument(Unreadable.NOT_A_FILE)
        size = os.stat(path).st_size
        if size > MAX_FILE_BYTES:
            limit = MAX_FILE_BYTES // MEGABYTE
            raise UnreadableDocument(Unreadable.TOO_BIG, megabytes=-(-size // MEGABYTE), limit=limit)
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableDocument(Unreadable.MISSING) from error
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        raise UnreadableDocument(Unreadable.TOO_BIG, megabytes=limit + 1, limit=limit)
    return content


def format_of(content: bytes) -> Format:
    """The format of the bytes. Raises UnreadableDocument for anything that is not read."""
    if not content.strip(b"\x00\x09\x0a\x0b\x0c\x0d\x20"):
        raise UnreadableDocument(Unreadable.EMPTY)
    if content.startswith(b"PK\x03\x04"):
        return _package_format(content)
    if content.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise UnreadableDocument(Unreadable.DAMAGED, part="zip")
    if content.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableDocument(Unreadable.ENCRYPTED if is_encrypted else Unreadable.OLD_OFFICE)
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    for beginning, name in _OTHERS:
        if content.startswith(beginning):
            raise UnreadableDocument(Unreadable.OTHER_FORMAT, format=name)
    if _MARKUP.match(content[:512]):
        raise UnreadableDocument(Unreadable.OTHER_FORMAT, format="HTML/XML")
    return Format.TEXT


def _package_format(content: bytes) -> Format:
    with Package(content) as package:
        if any(name.startswith("word/") and name.endswith(".xml") for name in package.names()):
            return Format.DOCX
        if "xl/workbook.xml" in package:
            return Format.XLSX
        if "mimetype" in package or "content.xml" in package:
            raise UnreadableDocument(Unreadable.OTHER_FORMAT, format="OpenDocument")
        if any(name.startswith("ppt/") for name in package.names()):
            raise UnreadableDocument(Unreadable.OTHER_FORMAT, format="PowerPoint")
    raise UnreadableDocument(Unreadable.OTHER_FORMAT, format="zip")


def text_of(content: bytes) -> str:
    """Decode a text file: by its mark, else UTF-8, else GB18030. Raises UnreadableDocument where it is no text."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return _checked(content.decode(encoding))
            except UnicodeDecodeError as error:
                raise UnreadableDocument(Unreadable.UNKNOWN_FORMAT) from error
    if b"\x00" in content:
        raise UnreadableDocument(Unreadable.UNKNOWN_FORMAT)
    for encoding in ("utf-8", "gb18030"):
        try:
            return _checked(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument(Unreadable.UNKNOWN_FORMAT)


def _checked(text: str) -> str:
    controls = sum(1 for letter in text if letter < " " and letter not in "\t\n\r\f\v")
    if controls > len(text) // 200:
        raise UnreadableDocument(Unreadable.UNKNOWN_FORMAT)
    return text
