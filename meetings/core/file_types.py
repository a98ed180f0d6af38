"""Detection of file types by content, for evidence and import. Pure Python.

The content decides, never the ending of the name. The import of minutes and evidence use the same detection. Not
accepted as evidence is what can be run: programs, scripts, pages with scripts, documents with macros, and archives,
which may contain any of these.
"""

import codecs
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: its label, and for evidence its media type and endings."""

    name: str
    content_type: str = ""
    endings: tuple[str, ...] = ()


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = FileType("PDF", "application/pdf", ("pdf",))
DOCX = FileType("Word", f"{_OFFICE}.wordprocessingml.document", ("docx",))
XLSX = FileType("Excel", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",))
TEXT = FileType("text", "text/plain", ("txt", "csv"))
RTF = FileType("RTF")
OPEN_DOCUMENT = FileType("OpenDocument")
OFD = FileType("OFD", "application/ofd", ("ofd",))
OLD_WORD = FileType("Word", "application/msword", ("doc", "wps"))
OLD_EXCEL = FileType("Excel", "application/vnd.ms-excel", ("xls", "et"))
PNG = FileType("PNG", "image/png", ("png",))
JPEG = FileType("JPEG", "image/jpeg", ("jpg", "jpeg"))
# Only the parts of the package tell these apart (`recognise_package`).
PACKAGE = FileType("zip")
OLD_OFFICE = FileType("Office")
ENCRYPTED_OFFICE = FileType("Office, encrypted")

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    ((b"%PDF-",), PDF),
    ((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), PACKAGE),
    ((b"\x89PNG",), PNG),
    ((b"\xff\xd8\xff",), JPEG),
    ((b"GIF8",), FileType("GIF", "image/gif", ("gif",))),
    ((b"II*\x00", b"MM\x00*"), FileType("TIFF", "image/tiff", ("tif", "tiff"))),
    ((b"{\\rtf",), RTF),
    ((b"Rar!",), FileType("RAR")),
    ((b"7z\xbc\xaf",), FileType("7z")),
    ((b"\x1f\x8b",), FileType("gzip")),
    ((b"\x7fELF",), FileType("ELF")),
    ((b"MZ\x90",), FileType("EXE")),
    ((b"#!",), FileType("script")),
    ((b"SQLite format 3",), FileType("SQLite")),
)
# What telephones and WeChat record: the type stands behind a length of four bytes.
_PICTURES = (
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), FileType("WebP", "image/webp", ("webp",))),
    (
        re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
        FileType("HEIC", "image/heic", ("heic", "heif")),
    ),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), FileType("BMP", "image/bmp", ("bmp",))),
)
# Directory entries of an OLE file are UTF-16; Word, Excel (two generations), PowerPoint, WPS writer and sheets.
_OLE_PARTS = {
    "WordDocument": OLD_WORD,
    "Workbook": OLD_EXCEL,
    "Book": OLD_EXCEL,
    "PowerPoint Document": FileType("PowerPoint", "application/vnd.ms-powerpoint", ("ppt", "dps")),
}
_OLE_MACROS = ("_VBA_PROJECT", "Macros", "_VBA_PROJECT_CUR")
_PACKAGE_PARTS = (
    (re.compile(r"word/.*\.xml"), DOCX),
    # Office Online and SharePoint number the main part: workbook22.xml.
    (re.compile(r"xl/workbook\d*\.xml"), XLSX),
    (re.compile(r"mimetype|content\.xml"), OPEN_DOCUMENT),
    (re.compile(r"ppt/.*"), FileType("PowerPoint", f"{_OFFICE}.presentationml.presentation", ("pptx",))),
    (re.compile(r"ofd\.xml"), OFD),
)
_PACKAGE_MACROS = ("vbaproject.bin", "vbadata.xml")
_MARKUP = re.compile(rb"^\s*(?:<!doctype html|<html|<\?xml|<table|<head|<svg|MIME-Version:)", re.IGNORECASE)
# A text that contains one of these is a page, a drawing or a script, whatever its name.
_ACTIVE_MARKERS = ("<html", "<script", "<svg", "<!doctype", "<?php", "<?xml", "<iframe", "<body")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# How many bytes are read to tell a text from other content.
MAX_TEXT_BYTES = 1 << 20

# The endings that evidence may have, in the order in which a form lists them.
ENDINGS = ("pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et", "dps", "ofd")
IMAGE_ENDINGS = ("png", "jpg", "jpeg", "gif", "tif", "tiff", "webp", "heic", "heif", "bmp")
TEXT_ENDINGS = TEXT.endings
ALL_ENDINGS = (*ENDINGS, *IMAGE_ENDINGS, *TEXT_ENDINGS)


def recognise(content: bytes) -> FileType:
    """Return the type of ``content``.

    `PACKAGE` for every zip; `TEXT` where nothing else matches, even if it is no text.
    """
    for beginnings, file_type in _SIGNATURES:
        if content.startswith(beginnings):
            return file_type
    for pattern, file_type in _PICTURES:
        if pattern.match(content):
            return file_type
    if content.startswith(OLE_SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return ENCRYPTED_OFFICE
        return next((file_type for name, file_type in _OLE_PARTS.items() if _has_entry(content, name)), OLD_OFFICE)
    if _MARKUP.match(content[:512]):
        return FileType("HTML/XML")
    # Some programs write a line before the signature.
    return PDF if b"%PDF-" in content[:1024] else TEXT


def recognise_package(names: Iterable[str]) -> FileType:
    """Return the type of a zip by its parts; `PACKAGE` where it is no document."""
    names = [name.lstrip("/").replace("\\", "/").lower() for name in names]
    return next((kind for part, kind in _PACKAGE_PARTS if any(map(part.fullmatch, names))), PACKAGE)


def decode_text(content: bytes, *, is_cut: bool = False) -> str | None:
    """Decode a text by BOM, as UTF-8 or GB18030; None where it is no text.

    ``is_cut``: only the beginning was read, so the last character may be incomplete.
    """
    encodings = [encoding for mark, encoding in _BYTE_ORDER_MARKS if content.startswith(mark)]
    if not encodings and b"\0" in content:
        return None
    for encoding in encodings or ("utf-8", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(content, final=not is_cut)
        except UnicodeDecodeError:
            continue
    return None


def detect_file_type(file: BinaryIO) -> FileType | None:
    """Return the type of ``file``, or None where it is not accepted as evidence.

    `ENCRYPTED_OFFICE` is not accepted either, but the message can say what to do. Rewinds the file.
    """
    try:
        file.seek(0)
        content = file.read(MAX_TEXT_BYTES)
        if content.startswith(OLE_SIGNATURE):
            content += file.read()
        file_type = recognise(content)
        if file_type is ENCRYPTED_OFFICE:
            return file_type
        if file_type is PACKAGE:
            names = _package_names(file)
            file_type, is_active = (
                recognise_package(names),
                any(name.lower().endswith(_PACKAGE_MACROS) for name in names),
            )
        elif content.startswith(OLE_SIGNATURE):
            is_active = any(_has_entry(content, name) for name in _OLE_MACROS)
        else:
            is_active = file_type is TEXT and not _is_plain_text(content)
        return file_type if file_type.endings and not is_active else None
    finally:
        file.seek(0)


def _package_names(file: BinaryIO) -> list[str]:
    try:
        with zipfile.ZipFile(file) as package:
            return package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _has_entry(content: bytes, name: str) -> bool:
    return (name + "\0").encode("utf-16-le") in content


def _is_plain_text(content: bytes) -> bool:
    """Return whether it is text alone: no control characters, page or script."""
    text = decode_text(content, is_cut=len(content) == MAX_TEXT_BYTES)
    if not text or any(marker in text.lower() for marker in _ACTIVE_MARKERS):
        return False
    return all(character.isprintable() or character in "\t\r\n\f\ufeff\u3000\xa0" for character in text)
