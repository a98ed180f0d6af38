"""Reading files of any format into paragraphs and tables.

Nothing here knows what minutes are but the heads of a table in plain text. ``read_content`` reads .docx, .xlsx, .pdf
and text by content within the limits of ``errors``.
"""

from .detect import Format, decode_text, detect_format
from .docx import read_docx
from .errors import UnreadableDocumentError, UnreadableReason
from .model import Block, Cell, Document, Paragraph, Table
from .text import read_text
from .xlsx import read_xlsx


def read_content(content: bytes) -> Document:
    """Read a document from bytes; raises UnreadableDocumentError and nothing else."""
    match detect_format(content):
        case Format.DOCX:
            return read_docx(content)
        case Format.XLSX:
            return read_xlsx(content)
        case Format.PDF:
            # Few files are PDFs, and pdfplumber is large.
            from .pdf_pages import read_pdf

            return read_pdf(content)
        case _:
            return read_text(decode_text(content))
