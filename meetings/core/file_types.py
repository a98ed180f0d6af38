"""Detection of the file types accepted as evidence, by content. Pure Python.

A name's ending is a claim; what counts is what the file begins with and holds. Everything executable is left out:
programs, scripts, pages with scripts, documents with macros, and archives, which may hold any of these.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

# A text is read this far to see that it is one.
MAX_TEXT_BYTES = 1 << 20
# Directory entries of an OLE file are UTF-16; Word, Excel (two generations), PowerPoint, WPS writer and sheets.
_OLE_PARTS = {
    "WordDocument": ("application/msword", ("doc", "wps")),
    "Workbook": ("application/vnd.ms-excel", ("xls", "et")),
    "Book": ("application/vnd.ms-excel", ("xls", "et")),
    "PowerPoint Document": ("application/vnd.ms-powerpoint", ("ppt", "dps")),
}
_OLE_MACROS = ("_VBA_PROJECT", "Macros", "_VBA_PROJECT_CUR")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PACKAGE_PARTS = {
    "word/document.xml": (f"{_OFFICE}.wordprocessingml.document", ("docx",)),
    "xl/workbook.xml": (f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
    "ppt/presentation.xml": (f"{_OFFICE}.presentationml.presentation", ("pptx",)),
    "OFD.xml": ("application/ofd", ("ofd",)),
}
_PACKAGE_MACROS = ("vbaproject.bin", "vbadata.xml")
_SIGNATURES = (
    (b"%PDF-", "application/pdf", ("pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", ("png",)),
    (b"\xff\xd8\xff", "image/jpeg", ("jpg", "jpeg")),
    (b"GIF87a", "image/gif", ("gif",)),
    (b"GIF89a", "image/gif", ("gif",)),
    (b"II*\x00", "image/tiff", ("tif", "tiff")),
    (b"MM\x00*", "image/tiff", ("tif", "tiff")),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A text with one of these is a page, a drawing or a script, whatever it is called.
_ACTIVE_MARKERS = ("<html", "<script", "<svg", "<!doctype", "<?php", "<?xml", "<iframe", "<body")

# Endings by their names for people, in the order in which a form says them.
ENDINGS = ("pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et", "dps", "ofd")
IMAGE_ENDINGS = ("png", "jpg", "jpeg", "gif", "tif", "tiff")
TEXT_ENDINGS = ("txt", "csv")
ALL_ENDINGS = (*ENDINGS, *IMAGE_ENDINGS, *TEXT_ENDINGS)


@dataclass(frozen=True, slots=True)
class FileType:
    """An accepted type: its media type and file name endings, lower case, without dot."""

    content_type: str
    endings: tuple[str, ...]


def detect_file_type(file: BinaryIO) -> FileType | None:
    """Return the type of ``file`` by its content, or None where it is not accepted.

    Leaves the file at its beginning.
    """
    try:
        file.seek(0)
        head = file.read(16)
        for beginning, content_type, endings in _SIGNATURES:
            if head.startswith(beginning):
                return FileType(content_type, endings)
        if head.startswith(_ZIP):
            return _detect_package(file)
        if head.startswith(_OLE):
            return _detect_ole(file)
        return _detect_text(file)
    finally:
        file.seek(0)


def _detect_package(file: BinaryIO) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if any(name.lower().endswith(_PACKAGE_MACROS) for name in names):
        return None
    for part, (content_type, endings) in _PACKAGE_PARTS.items():
        if part in names:
            return FileType(content_type, endings)
    return None


def _detect_ole(file: BinaryIO) -> FileType | None:
    file.seek(0)
    content = file.read()

    def has(name: str) -> bool:
        return (name + "\0").encode("utf-16-le") in content

    if any(has(name) for name in _OLE_MACROS):
        return None
    for part, (content_type, endings) in _OLE_PARTS.items():
        if has(part):
            return FileType(content_type, endings)
    return None


def _detect_text(file: BinaryIO) -> FileType | None:
    file.seek(0)
    content = file.read(MAX_TEXT_BYTES)
    if not content or b"\0" in content or content.startswith((b"#!", b"MZ", b"\x7fELF")):
        return None
    text = _decode_text(content)
    if text is None or any(sign in text.lower() for sign in _ACTIVE_MARKERS):
        return None
    if sum(not character.isprintable() and character not in "\t\r\n\f\ufeff\u3000\xa0" for character in text):
        return None
    return FileType("text/plain", TEXT_ENDINGS)


def _decode_text(content: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        # The last character may have been cut in two by the limit.
        for end in (len(content), -1, -2, -3):
            try:
                return content[:end].decode(encoding)
            except UnicodeDecodeError:
                if len(content) < MAX_TEXT_BYTES:
                    break
    return None
