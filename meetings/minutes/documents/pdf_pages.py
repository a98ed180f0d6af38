"""Pages of a PDF with a text layer.

A PDF's streams unpack without a bound that pdfminer would look at: only the sandbox bounds them.
"""

import io
from collections.abc import Sequence
from itertools import islice

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page

from .detect import is_recognition_installed
from .errors import MAX_PAGES, UnreadableDocumentError, UnreadableReason
from .model import Document
from .printed_pages import PrintedPage, build_document
from .printed_ruled_tables import find_ruled_tables
from .printed_text import Glyph

_MIN_CHARACTERS = 8


def read_pdf(content: bytes) -> Document:
    """Read the bytes of a PDF. Raises UnreadableDocumentError."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            return _document(pdf)
    except UnreadableDocumentError:
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file leads it to
        causes = (error, *error.args, error.__cause__)
        # A SystemError is what pdfminer's way through a MemoryError may leave of it.
        if any(isinstance(cause, MemoryError | RecursionError | SystemError) for cause in causes):
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        if any(isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError) for cause in causes):
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED) from error
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="PDF") from error


def _document(pdf: pdfplumber.PDF) -> Document:
    # pdfplumber makes all pages before it can count them.
    if next(islice(PDFPage.create_pages(pdf.doc), MAX_PAGES, None), None) is not None:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_PAGES, limit=MAX_PAGES)
    pages = [_read_page(page) for page in pdf.pages]
    if sum(page.count for page in pages) < _MIN_CHARACTERS:
        raise UnreadableDocumentError(UnreadableReason.NO_TEXT_LAYER)
    document = build_document(pages)
    # The minutes were exported, and their annex was scanned.
    if not any(document.tables) and is_recognition_installed() and _has_picture_alone(pdf, pages):
        raise UnreadableDocumentError(UnreadableReason.NO_TEXT_LAYER)
    return document


def _has_picture_alone(pdf: pdfplumber.PDF, pages: Sequence[PrintedPage]) -> bool:
    """Return whether some page has a picture and no text."""
    return any(not read.count and page.images for page, read in zip(pdf.pages, pages, strict=True))


def _read_page(page: Page) -> PrintedPage:
    """Return what stands on the page, and let go of the rest."""
    glyphs = [
        Glyph(char["text"], char["x0"], char["top"], char["x1"], char["bottom"], char["size"])
        for char in page.chars
        if char.get("upright", True)
    ]
    tables, rules = find_ruled_tables(page.edges)
    printed = PrintedPage.of(glyphs, tables, rules, float(page.width))
    page.close()
    return printed
