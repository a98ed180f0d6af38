"""What scanners and telephones make of a printed page: the same page askew, noisy, stamped, photographed, turned."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pypdfium2

Picture = np.ndarray


def print_pages(pdf: bytes, dpi: int = 200) -> list[Picture]:
    """Return the pages of a PDF as pictures in BGR."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, rev_byteorder=False).to_numpy()[:, :, :3].copy() for page in document]


def as_pdf(pages: list[Picture], dpi: int = 200, quality: int = 80) -> bytes:
    """Return a PDF that has the pictures and no text, as a scanner writes it."""
    document = pypdfium2.PdfDocument.new()
    for picture in pages:
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(io.BytesIO(jpeg(picture, quality)))
        width, height = picture.shape[1] * 72 / dpi, picture.shape[0] * 72 / dpi
        image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
        page = document.new_page(width, height)
        page.insert_obj(image)
        page.gen_content()
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def jpeg(picture: Picture, quality: int = 80) -> bytes:
    """Return the picture as a file."""
    _done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return content.tobytes()


def skewed(picture: Picture, degrees: float) -> Picture:
    """Return the page as laid on the glass askew."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)


def noisy(picture: Picture, sigma: float = 12, seed: int = 1) -> Picture:
    """Return the page with a scanner's grain."""
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape[:2])[:, :, None]
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def compressed(picture: Picture, quality: int = 50) -> Picture:
    """Return the page as JPEG of a low quality keeps it."""
    return cv2.imdecode(np.frombuffer(jpeg(picture, quality), np.uint8), cv2.IMREAD_COLOR)


def stamped(picture: Picture, *, at: tuple[float, float] = (0.8, 0.55)) -> Picture:
    """Return the page with a round vermilion seal over its text."""
    height, width = picture.shape[:2]
    radius = round(0.09 * max(height, width))
    centre = round(at[0] * width), round(at[1] * height)
    ink = np.full_like(picture, 255)
    red = (60, 50, 225)
    cv2.circle(ink, centre, radius, red, radius // 14)
    points = [(i * 4 * np.pi / 5 - np.pi / 2) for i in range(5)]
    star = [(centre[0] + 0.35 * radius * np.cos(a), centre[1] + 0.35 * radius * np.sin(a)) for a in points]
    cv2.fillPoly(ink, [cv2.convexHull(np.array(star, np.int32))], red)
    for step in range(14):  # what is written around, as marks of a character's size
        angle = np.pi * (0.85 + 1.3 * step / 13)
        x, y = centre[0] + 0.76 * radius * np.cos(angle), centre[1] + 0.76 * radius * np.sin(angle)
        side = radius // 9
        cv2.rectangle(ink, (int(x) - side, int(y) - side), (int(x) + side, int(y) + side), red, max(2, side // 3))
        cv2.line(ink, (int(x) - side, int(y)), (int(x) + side, int(y)), red, max(2, side // 3))
    # Ink of a seal lies over what is printed and lets it through.
    return cv2.multiply(picture, ink, scale=1 / 255)


def at_150_dpi(picture: Picture) -> Picture:
    """Return a page of 200 dpi as one of 150."""
    return cv2.resize(picture, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)


def photographed(picture: Picture, *, tilt: float = 0.06, seed: int = 1) -> Picture:
    """Return the page on a dark desk, seen at an angle by a lamp from one side."""
    height, width = picture.shape[:2]
    margin = round(0.07 * max(height, width))
    frame = (width + 2 * margin, height + 2 * margin)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + margin
    moved[0] += (tilt * width, 0.3 * tilt * height)
    moved[1] += (-0.6 * tilt * width, 0.5 * tilt * height)
    moved[3] += (-0.2 * tilt * width, 0.1 * tilt * height)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    seen = cv2.warpPerspective(picture, matrix, frame, flags=cv2.INTER_AREA, borderValue=(70, 80, 95))
    x, y = np.meshgrid(np.linspace(0, 1, frame[0]), np.linspace(0, 1, frame[1]))
    light = 0.5 + 0.5 * np.exp(-((x - 0.2) ** 2 + (y - 0.3) ** 2) / 0.8)
    warm = np.array([0.86, 0.95, 1.0])  # blue, green, red
    lit = np.clip(seen * light[:, :, None] * warm, 0, 255).astype(np.uint8)
    return compressed(noisy(cv2.GaussianBlur(lit, (0, 0), 0.8), 5, seed), 80)


#: How each page of a document may come, by a name: a clean page in BGR at 200 dpi goes in.
VARIANTS: dict[str, Callable[[Picture], Picture]] = {
    "clean": lambda page: page,
    "skew 0.7°, noise": lambda page: noisy(skewed(page, 0.7)),
    "skew -1.5°, noise, JPEG 50": lambda page: compressed(noisy(skewed(page, -1.5))),
    "seal": lambda page: compressed(stamped(noisy(page, 6)), 75),
    "photograph": photographed,
    "photograph, seal": lambda page: photographed(stamped(page)),
    "turned by 90°": lambda page: noisy(np.rot90(skewed(page, 0.4)).copy(), 8),
    "upside down": lambda page: noisy(np.rot90(page, 2).copy(), 8),
    "150 dpi, JPEG 50": lambda page: compressed(noisy(at_150_dpi(page), 8)),
}
