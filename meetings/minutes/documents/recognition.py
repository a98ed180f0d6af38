"""Lines of text in the picture of a page, found and read by RapidOCR.

RapidOCR (Apache 2.0) brings PP-OCR's models for Chinese inside its wheel and runs them by onnxruntime on the processor
alone; nothing is fetched. It is an extra (requirements-ocr.txt), so nothing else may import this module at its top.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.inference_engine import onnxruntime as engine
from rapidocr.inference_engine.onnxruntime import OrtInferSession

from meetings.core.text import display_width

from .picture_ruled_tables import Box

#: Lines are looked for in a picture of this size at most, which bounds the memory that takes; they are read in full.
_LONGEST_SIDE, _FOR_A_GLANCE = 1600, 960
_INK = 150  # of 255, on white paper
_HEIGHT, _COLUMN = 48, 8  # the model's lines are so many pixels high, and it looks every so many pixels
#: The gap between two Chinese characters that is a blank, in their heights and in the line's usual gaps.
_BLANK, _BLANK_IN_GAPS = 0.27, 2.2


@dataclass(frozen=True, slots=True)
class Letter:
    """One character, where it stands, its confidence, and the width of a Chinese one."""

    text: str
    confidence: float
    box: Box
    size: float


#: Characters with their confidences and places in the picture of a line; blanks have no place.
Line = list[tuple[str, float, float]]


class _Session(OrtInferSession):
    """A model whose threads sleep while they wait for each other.

    Unless told so they keep the processor busy meanwhile: half as much of it again is taken by a page.
    """

    @staticmethod
    def _init_sess_opts(cfg: dict[str, Any]) -> Any:  # noqa: ANN401 - of a library without types
        options = OrtInferSession._init_sess_opts(cfg)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return options


class TextReader:
    """The models, loaded once."""

    def __init__(self) -> None:
        # RapidOCR has no parameter for it, and takes the class of this name.
        engine.OrtInferSession = _Session
        self._engine = RapidOCR(
            params={
                "Global.use_preprocess_img": False,
                "Global.return_word_box": True,
                "Global.log_level": "error",
                "Det.limit_type": "max",
                "Det.limit_side_len": _LONGEST_SIDE,
                # Lines together are padded to the longest of them, which takes longer and needs more memory.
                "Rec.rec_batch_num": 1,
                "Rec.rec_img_shape": [3, _HEIGHT, 160],
                # Each thread has address space of its own, which is limited.
                "EngineConfig.onnxruntime.intra_op_num_threads": min(4, os.cpu_count() or 1),
            }
        )

    def find_lines(self, grey: np.ndarray, *, at_a_glance: bool = False) -> np.ndarray:
        """Return the corners of the lines of text, clockwise from the upper left.

        ``at_a_glance``: four times as fast, to see how a page lies.
        """
        scale = min(1.0, (_FOR_A_GLANCE if at_a_glance else _LONGEST_SIDE) / max(grey.shape))
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        colour = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
        boxes = self._engine(colour, use_det=True, use_cls=False, use_rec=False).boxes
        return np.empty((0, 4, 2)) if boxes is None else np.asarray(boxes, dtype=float) / scale

    def is_upside_down(self, grey: np.ndarray, boxes: Sequence[Box]) -> bool:
        """Return whether the longest lines are read with more confidence when turned."""
        longest = sorted(boxes, key=lambda box: box[0] - box[2])[:6]
        crops = [_crop(grey, box) for box in longest]
        if not crops:
            return False
        upright, turned = (
            sum(confidence for line in self._read_crops(pictures) for _text, confidence, _place in line)
            for pictures in (crops, [cv2.rotate(crop, cv2.ROTATE_180) for crop in crops])
        )
        return turned > upright

    def read(self, grey: np.ndarray, boxes: Iterable[Box]) -> list[list[Letter]]:
        """Return the characters that stand in each box."""
        trimmed = [_trim(grey, box) for box in boxes]
        crops = [_crop(grey, box) for box in trimmed if box is not None]
        lines = iter(zip(crops, self._read_crops(crops), strict=True))
        return [[] if box is None else _letters(box, *next(lines)) for box in trimmed]

    def _read_crops(self, crops: Sequence[np.ndarray]) -> list[Line]:
        if not crops:
            return []
        result = self._engine.recognize_txt([cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR) for crop in crops])
        lines = []
        for crop, text, words in zip(crops, result.txts, result.word_results, strict=True):
            scale = crop.shape[0] / _HEIGHT * _COLUMN
            places = iter([(column + 0.5) * scale for word in words.word_cols or () for column in word])
            # Without text, there is a confidence of 0 all the same.
            sure = zip(text, words.confs or (), strict=False)
            lines.append([(letter, trust, 0.0 if letter.isspace() else next(places)) for letter, trust in sure])
        return lines


def _crop(grey: np.ndarray, box: Box) -> np.ndarray:
    """Return the line in the box; a column of characters is laid down as a line."""
    x0, top, x1, bottom = (round(edge) for edge in box)
    crop = grey[max(0, top) : bottom, max(0, x0) : x1]
    if not _is_column(x1 - x0, bottom - top):
        return crop
    ink = (crop < _INK).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.astype(np.int8), [0]])))
    side, characters, start = crop.shape[1], [], None
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        start = begin if start is None else start
        if end - start > 0.6 * side:
            characters.append(crop[start:end])
            start = None
    if start is not None:
        characters.append(crop[start:])
    height = max((len(character) for character in characters), default=0)
    if height == 0 or _is_column(side, height):
        return crop
    padded = [
        cv2.copyMakeBorder(c, (height - len(c)) // 2, height - len(c) - (height - len(c)) // 2, 1, 1, 0, value=255)
        for c in characters
    ]
    return cv2.hconcat(padded)


def _is_column(width: float, height: float) -> bool:
    return height > 1.6 * width


def _trim(grey: np.ndarray, box: Box) -> Box | None:
    """Return the box, as narrow as its ink; None where it has none."""
    x0, top, x1, bottom = (max(0, round(edge)) for edge in box)
    part = grey[top:bottom, x0:x1] < _INK
    columns = np.flatnonzero(part.sum(axis=0) > 0) if part.size else np.empty(0)
    if not len(columns):
        return None
    # A column of characters is as broad as one of them, however high it is.
    margin = 2 + min((bottom - top) // 10, max(3, int(columns[-1] - columns[0]) // 10))
    left, right = x0 + int(columns[0]) - margin, x0 + int(columns[-1]) + 1 + margin
    return max(0, left), top, min(grey.shape[1], right), bottom


def _letters(box: Box, crop: np.ndarray, line: Line) -> list[Letter]:
    """Return a line's characters with their boxes on the page."""
    x0, top, x1, bottom = box
    visible = [each for each in line if not each[0].isspace()]
    if not visible:
        return []
    if _is_column(x1 - x0, bottom - top):
        step = (bottom - top) / len(visible)
        # Laid down, the column is as broad as its characters are many; where fewer were read, all are in doubt.
        is_short = len(visible) < round(crop.shape[1] / (x1 - x0 + 2))
        return [
            Letter(letter, 0.0 if is_short else trust, (x0, top + at * step, x1, top + (at + 1) * step), x1 - x0)
            for at, (letter, trust, _place) in enumerate(visible)
        ]
    width = display_width("".join(letter for letter, _trust, _place in visible)) / 2
    size = min((x1 - x0) / max(1, width), bottom - top)
    blanks = _blanks(crop, visible)
    letters: list[Letter] = []
    seen = 0
    for letter, trust, place in line:
        half = size * display_width(letter) / 4
        is_first, is_last = seen == 0, seen == len(visible) - 1
        left, right = x0 if is_first else x0 + place - half, x1 if is_last else x0 + place + half
        if letter.isspace() or seen in blanks:
            end = letters[-1].box[2] if letters else x0
            letters.append(Letter(" ", 1.0, (end, top, end, bottom), size))
            blanks.discard(seen)
        if not letter.isspace():
            letters.append(Letter(letter, trust, (left, top, right, bottom), size))
            seen += 1
    return letters


def _blanks(crop: np.ndarray, line: Line) -> set[int]:
    """Return before which characters a blank stands that the model leaves out.

    A person's capacity stands before the name with a blank between, and nothing else tells them apart.
    """
    ink = (crop < _INK).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], ink.astype(np.int8), [1]])))
    white = list(zip(edges[::2], edges[1::2], strict=True))
    usual = float(np.median([end - start for start, end in white] or [0]))
    between = [(place + following) / 2 for (_, _, place), (_, _, following) in pairwise(line)]
    blanks = set()
    for start, end in white:
        if between and end - start > max(_BLANK * crop.shape[0], _BLANK_IN_GAPS * usual):
            at = int(np.argmin([abs(place - (start + end) / 2) for place in between]))
            if _is_ideograph(line[at][0]) and _is_ideograph(line[at + 1][0]):
                blanks.add(at + 1)
    return blanks


def _is_ideograph(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"
