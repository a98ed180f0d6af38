"""Pictures of pages made even, without seals, upright and flat.

A photograph is darker at one side, stands on its side, and is seen at an angle; a scan lies a little askew and has a
red seal over its text. What leaves here is a grey page with white paper whose rules run along the axes.
"""

from collections.abc import Sequence

import cv2
import numpy as np

#: The longer side of a page as it is read, in pixels: A4 at 200 dpi at least, and at 260 at most.
SHORTEST_PAGE, LONGEST_PAGE = 2339, 3040

_WHITE_POINT = 0.88  # of the paper's own light: what is lighter is paper
_INK_SHARE, _PALEST_INK = 0.5, 170.0  # of 100 pixels as many are ink at least, which is darker than paper by a third
_REDNESS = 35  # how much red exceeds the other colours in a seal's ink
_SEAL_SIZES = (0.06, 0.3)  # a seal's height and width, as shares of the page's longer side
_SEAL_LIGHT = 1.25  # by which paper under a seal's ink is lightened: print stays dark, what is left of the ink goes
_STEEPEST = 0.4  # the slope of a line in a photograph that counts as one along an axis
_BORDER = 8  # pixels of white around a page, so that no rule lies on its very edge


def flatten_light(picture: np.ndarray) -> np.ndarray:
    """Return a BGR picture in grey, its paper white everywhere, without seals."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    seals = _find_seals(picture)
    # In red light, vermilion is as light as paper, and what is printed under it as dark as ever.
    grey[seals] = np.maximum(grey, picture[:, :, 2])[seals]
    scale = 600 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    # What is darker than its surroundings within a few characters is ink; the rest is how the paper is lit.
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 31)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit = cv2.divide(grey, cv2.max(paper, 1), scale=255 / _WHITE_POINT)
    # A worn-out printer's black is made black.
    darkest = min(float(np.percentile(lit[::2, ::2], _INK_SHARE)), _PALEST_INK)
    lit = cv2.convertScaleAbs(cv2.subtract(lit, darkest), alpha=255 / (255 - darkest))
    lit[seals] = cv2.convertScaleAbs(lit, alpha=_SEAL_LIGHT)[seals]
    return lit


def _find_seals(picture: np.ndarray) -> np.ndarray:
    """Return which pixels a seal's ink lies on.

    Red text stays: a seal is as high as it is wide and far larger than a character.
    """
    blue, green, red = cv2.split(picture)
    is_red = (cv2.subtract(red, cv2.max(blue, green)) > _REDNESS).astype(np.uint8)
    length = max(is_red.shape)
    joined = cv2.morphologyEx(is_red, cv2.MORPH_CLOSE, np.ones((length // 300 | 1,) * 2, np.uint8))
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
    smallest, largest = (share * length for share in _SEAL_SIZES)
    seals = np.zeros(is_red.shape, np.uint8)
    for x, y, width, height, _area in stats[1:]:
        if smallest < width < largest and smallest < height < largest and 0.6 < width / height < 1.7:
            part = np.s_[y : y + height, x : x + width]
            seals[part] = is_red[part]
    return cv2.dilate(seals, np.ones((7, 7), np.uint8)) > 0


def lies_on_its_side(boxes: np.ndarray) -> bool:
    """Return whether most lines of text (four corners each) run down the page."""
    widths = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    heights = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    long = np.maximum(widths, heights) > 2.5 * np.minimum(widths, heights)
    return bool(np.sum(long & (heights > widths)) > np.sum(long & (widths > heights)))


def straighten(grey: np.ndarray, boxes: np.ndarray | None = None) -> np.ndarray:
    """Return the page with its rules along the axes, skew and perspective removed.

    Where it has no rules, the upper and lower edges of its lines of text (``boxes``) say how it lies.
    """
    across, down = _segments(grey)
    if len(across) < 2 and boxes is not None and len(boxes):
        edges = [(box[a], box[b]) for box in boxes for a, b in ((0, 1), (3, 2))]
        across = np.array([(*a, *b) for a, b in edges if b[0] - a[0] > 0.05 * grey.shape[1]], dtype=float)
        across = across.reshape(-1, 4)
    height, width = grey.shape
    slope, slope_change = _fit(across, at=1, middle=height / 2)
    lean, lean_change = _fit(down[:, [1, 0, 3, 2]], at=1, middle=width / 2)
    if not len(down):
        lean = -slope  # a page that was turned, and not seen at an angle
    corners = [
        _crossing(width, height, slope + slope_change * (y - height / 2), y, lean + lean_change * (x - width / 2), x)
        for x, y in ((0, 0), (width, 0), (width, height), (0, height))
    ]
    quad = np.array(corners, np.float32)
    across_length = (np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2
    down_length = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    length = float(max(across_length, down_length))
    scale = min(max(length, SHORTEST_PAGE), LONGEST_PAGE) / length
    size = (round(across_length * scale), round(down_length * scale))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32) + _BORDER
    matrix = cv2.getPerspectiveTransform(quad, target)
    shrinks = scale < 0.8
    if shrinks:  # a warp that shrinks skips pixels, and thin rules with them
        grey = cv2.GaussianBlur(grey, (0, 0), 0.35 / scale)
    page = (size[0] + 2 * _BORDER, size[1] + 2 * _BORDER)
    return cv2.warpPerspective(grey, matrix, page, flags=cv2.INTER_CUBIC, borderValue=255)


def _segments(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the long straight lines near each axis, as rows of x0, y0, x1, y1."""
    scale = min(1.0, 1400 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(cv2.GaussianBlur(small, (3, 3), 0))[0]
    if found is None:
        return np.empty((0, 4)), np.empty((0, 4))
    lines = found.reshape(-1, 4) / scale
    run, rise = np.abs(lines[:, 2] - lines[:, 0]), np.abs(lines[:, 3] - lines[:, 1])
    is_long = np.hypot(run, rise) > 0.05 * max(grey.shape)
    return lines[is_long & (rise < _STEEPEST * run)], lines[is_long & (run < _STEEPEST * rise)]


def _fit(lines: np.ndarray, *, at: int, middle: float) -> tuple[float, float]:
    """Return the slope of lines in the middle, and its change per pixel across them.

    Lines that disagree with most others (the edge of a desk) are left out.
    """
    if not len(lines):
        return 0.0, 0.0
    run = lines[:, 2] - lines[:, 0]
    slopes = (lines[:, 3] - lines[:, 1]) / run
    places = (lines[:, at] + lines[:, at + 2]) / 2 - middle
    weights = np.abs(run)
    order = np.argsort(slopes)
    most = slopes[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)]
    slope, change = float(most), 0.0
    for tolerance in (0.1, 0.03, 0.015):
        near = np.abs(slopes - slope - change * places) < tolerance
        if not near.any():
            break
        has_breadth = np.ptp(places[near]) > 0.15 * 2 * middle
        change, slope = (
            map(float, np.polyfit(places[near], slopes[near], 1, w=weights[near]))
            if has_breadth and near.sum() > 3
            else (0.0, float(np.average(slopes[near], weights=weights[near])))
        )
    return slope, change


def _crossing(width: int, height: int, slope: float, y: float, lean: float, x: float) -> Sequence[float]:
    """Return where the line across at ``y`` meets that down at ``x``.

    The one passes the page's vertical middle line at ``y``, the other its horizontal one at ``x``.
    """
    # y' = y + slope * (x' - width / 2) and x' = x + lean * (y' - height / 2)
    across = (x + lean * (y - slope * width / 2 - height / 2)) / (1 - lean * slope)
    return across, y + slope * (across - width / 2)
