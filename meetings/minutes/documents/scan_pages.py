"""The pictures of pages in a file: a PDF's pages, or one photograph."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

from .errors import MAX_PICTURE_PIXELS, MAX_SCANNED_PAGES, UnreadableDocumentError, UnreadableReason
from .page_pictures import LONGEST_PAGE, SHORTEST_PAGE

_DPI = 200
_MEGAPIXEL = 1_000_000
_LONGEST_IN_WIDTHS = 20  # at the length that is read, a character of a longer one has no strokes left
_MAX_NESTED = 5  # forms in forms, in which a page may hide a picture


def open_pages(content: bytes) -> tuple[int, Iterator[np.ndarray]]:
    """Return how many pages there are, and their pictures in BGR, one at a time.

    Raises UnreadableDocumentError, also while the pictures are taken.
    """
    if not content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return _open_pdf(content)
    with _damage_told("picture"):
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    _check_pixels(*picture.size)
    _check_shape(*picture.size)
    return 1, _photograph(picture)


def _photograph(picture: Image.Image) -> Iterator[np.ndarray]:
    with _damage_told("picture"):
        # A JPEG is unpacked at half its size or less where that is still large enough.
        picture.draft("RGB", (LONGEST_PAGE, LONGEST_PAGE))
        upright = ImageOps.exif_transpose(picture)
        if upright.has_transparency_data:
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright.convert("RGBA"))
        colours = np.asarray(upright.convert("RGB"))
    yield cv2.cvtColor(colours, cv2.COLOR_RGB2BGR)


def _open_pdf(content: bytes) -> tuple[int, Iterator[np.ndarray]]:
    with _damage_told("PDF"):
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    if count > MAX_SCANNED_PAGES:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_SCANS, pages=count, limit=MAX_SCANNED_PAGES)
    return count, _printed_pages(document)


def _printed_pages(document: pypdfium2.PdfDocument) -> Iterator[np.ndarray]:
    for number in range(len(document)):
        with _damage_told("PDF"):
            page = document[number]
            for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_MAX_NESTED):
                _check_pixels(*image.get_px_size())
            _check_shape(*page.get_size())
            points = max(page.get_size())
            length = min(max(points * _DPI / 72, SHORTEST_PAGE), LONGEST_PAGE)
            picture = page.render(scale=length / points).to_numpy()[:, :, :3].copy()
            page.close()
        yield picture


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PICTURE_PIXELS:
        raise UnreadableDocumentError(
            UnreadableReason.TOO_MANY_PIXELS,
            megapixels=-(-width * height // _MEGAPIXEL),
            limit=MAX_PICTURE_PIXELS // _MEGAPIXEL,
        )


def _check_shape(width: float, height: float) -> None:
    if max(width, height) > _LONGEST_IN_WIDTHS * min(width, height):
        raise UnreadableDocumentError(UnreadableReason.NO_PAGE)


@contextmanager
def _damage_told(part: str) -> Iterator[None]:
    """Say of what a library raises that the file is damaged, or encrypted."""
    try:
        yield
    except (UnreadableDocumentError, MemoryError):
        raise
    except Exception as error:  # each library raises whatever a damaged file leads it to
        if "password" in str(error).lower():
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED) from error
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part) from error
