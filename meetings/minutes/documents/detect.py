"""What a file is, by its first bytes and its parts. Its name is not looked at."""

import os
from enum import StrEnum
from importlib.util import find_spec
from os import PathLike

from meetings.core import file_types

from .errors import MAX_FILE_BYTES, MEGABYTE, UnreadableDocumentError, UnreadableReason
from .packages import Package


class Format(StrEnum):
    """The formats that are read."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"
    TEXT = "text"
    XLS = "xls"
    ODS = "ods"
    OFD = "ofd"
    JPEG = "jpg"
    PNG = "png"
    # Read as Word documents, once LibreOffice has made such of them.
    DOC = "doc"
    ODT = "odt"
    RTF = "rtf"


CONVERTED = frozenset({Format.DOC, Format.ODT, Format.RTF})


def read_file_bytes(path: str | PathLike[str]) -> bytes:
    """Return the file's bytes; raises UnreadableDocumentError for too many."""
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
            size = max(len(content), os.fstat(file.fileno()).st_size)
    except IsADirectoryError as error:
        raise UnreadableDocumentError(UnreadableReason.NOT_A_FILE) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableDocumentError(UnreadableReason.MISSING) from error
    check_size(size)
    return content


def check_size(size: int) -> None:
    """Raise UnreadableDocumentError for more bytes than are read."""
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEGABYTE
        raise UnreadableDocumentError(UnreadableReason.TOO_BIG, megabytes=-(-size // MEGABYTE), limit=limit)


_FORMATS = {
    file_types.DOCX: Format.DOCX,
    file_types.XLSX: Format.XLSX,
    file_types.PDF: Format.PDF,
    file_types.TEXT: Format.TEXT,
    file_types.OLD_EXCEL: Format.XLS,
    file_types.OLD_WORD: Format.DOC,
    file_types.RTF: Format.RTF,
    file_types.OFD: Format.OFD,
    file_types.JPEG: Format.JPEG,
    file_types.PNG: Format.PNG,
}
_OPEN_DOCUMENTS = {b"spreadsheet": Format.ODS, b"text": Format.ODT}


def detect_format(content: bytes) -> Format:
    """Return the format of the bytes; raises UnreadableDocumentError for others."""
    if not content.strip(b"\x00\x09\x0a\x0b\x0c\x0d\x20"):
        raise UnreadableDocumentError(UnreadableReason.EMPTY)
    file_type = file_types.recognise(content)
    if file_type is file_types.PACKAGE:
        if not content.startswith(b"PK\x03\x04"):
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="zip")
        with Package(content) as package:
            file_type = file_types.recognise_package(package.names())
            if file_type is file_types.OPEN_DOCUMENT:
                return _open_document_format(package)
    if file_type is file_types.ENCRYPTED_OFFICE:
        raise UnreadableDocumentError(UnreadableReason.ENCRYPTED)
    if file_type is file_types.OLD_OFFICE:
        raise UnreadableDocumentError(UnreadableReason.OLD_OFFICE)
    if file_type not in _FORMATS:
        raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format=file_type.name)
    return _FORMATS[file_type]


def _open_document_format(package: Package) -> Format:
    media_type = package.content("mimetype").strip() if "mimetype" in package else b""
    kind = media_type.removeprefix(b"application/vnd.oasis.opendocument.").removesuffix(b"-template")
    if kind not in _OPEN_DOCUMENTS:
        raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format=file_types.OPEN_DOCUMENT.name)
    return _OPEN_DOCUMENTS[kind]


def decode_text(content: bytes) -> str:
    """Decode a text file; raises UnreadableDocumentError where it is none."""
    text = file_types.decode_text(content)
    if text is None or sum(letter < " " and letter not in "\t\n\r\f\v" for letter in text) > len(text) // 200:
        raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)
    return text


def is_recognition_installed() -> bool:
    """Return whether scans can be read here (requirements-ocr.txt)."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))
