"""Reading files of any format into paragraphs and tables.

Nothing here knows what minutes are but the heads of a table in plain text. ``read_content`` reads by content, within
the limits of ``errors``; what LibreOffice has to convert first, ``conversion`` converts. Of a scan it says that it is
one (NO_TEXT_LAYER), and ``read_scan`` reads that where recognition is installed.
"""

from collections.abc import Callable

from .detect import Format, decode_text, detect_format, is_recognition_installed
from .docx import read_docx
from .errors import UnreadableDocumentError, UnreadableReason
from .model import Block, Cell, Document, Paragraph, Table
from .ods import read_ods
from .text import read_text


def read_content(content: bytes) -> Document:
    """Read a document from bytes; raises UnreadableDocumentError and nothing else."""
    match detect_format(content):
        case Format.DOCX:
            return read_docx(content)
        case Format.ODS:
            return read_ods(content)
        # What reads the others is large, and takes long to load.
        case Format.XLSX:
            from .xlsx import read_xlsx

            return read_xlsx(content)
        case Format.XLS:
            from .xls import read_xls

            return read_xls(content)
        case Format.OFD:
            from .ofd import read_ofd

            return read_ofd(content)
        case Format.PDF:
            from .pdf_pages import read_pdf

            return read_pdf(content)
        case Format.TEXT:
            return read_text(decode_text(content))
        case Format.JPEG | Format.PNG:
            raise UnreadableDocumentError(UnreadableReason.NO_TEXT_LAYER)
    raise UnreadableDocumentError(UnreadableReason.NO_CONVERTER)


def read_scan(content: bytes, *, on_page: Callable[[int, int], None]) -> Document:
    """Read a scan or photograph from bytes; raises UnreadableDocumentError.

    ``on_page`` is told how many pages are done, and of how many.
    """
    # Part of an extra, and large.
    from .scan_pages import open_pages
    from .scans import ScanReader

    count, pages = open_pages(content)
    on_page(0, count)
    reader = ScanReader()
    for done, page in enumerate(pages, start=1):
        reader.add_page(page)
        on_page(done, count)
    return reader.finish()
