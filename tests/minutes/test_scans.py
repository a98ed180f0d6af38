"""Scans and photographs: pages as a scanner or a telephone gives them say what the printed ones say."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from meetings.minutes.documents import UnreadableDocumentError, is_recognition_installed
from tests.conftest import missing

from .compared_rows import EXPECTED, as_compared, as_expected
from .parsed import DATA, bare

pytestmark = [pytest.mark.ocr, pytest.mark.same_on_both]

#: Where the third row of the annex ends on its first page.
_FIRST_ROWS = slice(830)


@pytest.fixture(scope="module")
def scanner():
    """What makes pictures of pages."""
    if not is_recognition_installed():
        missing("Recognition of scans", required_by="REQUIRE_OCR")
    from tests import scan_pictures

    return scan_pictures


@pytest.fixture(scope="module")
def annex(scanner):
    """The two pages of the notice's annex, in print."""
    return scanner.print_pages((DATA / "minutes.pdf").read_bytes())[4:]


def _read(path, content: bytes) -> list[dict]:
    path.write_bytes(content)
    out = io.StringIO()
    call_command("import_minutes", str(path), "--json", stdout=out)
    return [as_compared(row) for row in json.loads(out.getvalue())["rows"]]


@pytest.mark.long
def test_a_photograph_of_some_rows_is_read(annex, scanner, tmp_path):
    photograph = scanner.photographed(scanner.stamped(annex[0][_FIRST_ROWS], at=(0.75, 0.6)))
    assert _read(tmp_path / "photo.jpg", scanner.jpeg(photograph)) == [as_expected(row) for row in EXPECTED["rows"][:3]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [("photograph, seal", "150 dpi, JPEG 50"), ("turned by 90°", "skew -1.5°, noise, JPEG 50")]
)
def test_a_scan_is_read_as_its_paper(annex, scanner, tmp_path, names):
    pages = [scanner.VARIANTS[name](page) for name, page in zip(names, annex, strict=True)]
    rows = _read(tmp_path / "scan.pdf", scanner.as_pdf(pages))
    expected = [as_expected(row) for row in EXPECTED["rows"]]
    assert len(rows) == len(expected)
    wrong = [
        (name, row[name], right[name])
        for row, right in zip(rows, expected, strict=True)
        for name in right
        if row[name] != right[name]
    ]
    # Of 100 cells 97 are right to the last character, and none of who, by when and how many is wrong (解決 is 解决).
    assert len(wrong) <= 0.03 * sum(map(len, expected)), wrong
    assert {name for name, _, _ in wrong} <= {"suggestion", "tasks", "lead_in", "remarks"}, wrong
    assert [len(row["tasks"]) for row in rows] == [len(right["tasks"]) for right in expected]


def _count_cells(scanner, printed, names) -> dict[str, list[int]]:
    """Of a page in each of the ways named: how many cells each of its tables has."""
    from meetings.minutes.documents.page_pictures import flatten_light, straighten
    from meetings.minutes.documents.picture_ruled_tables import find_rules, find_tables

    found = {}
    for name in names:
        straight = straighten(flatten_light(scanner.VARIANTS[name](printed)))
        found[name] = [len(table.cells) for table in find_tables(straight, *find_rules(straight))]
    return found


@pytest.mark.long
def test_rules_give_the_cells_of_the_worst_pages(annex, scanner):
    names = ["skew -1.5°, noise, JPEG 50", "photograph, seal", "150 dpi, JPEG 50"]
    assert _count_cells(scanner, annex[0], names) == dict.fromkeys(names, [66])


@pytest.mark.slow
@pytest.mark.parametrize(("page", "cells"), [(0, 66), (1, 61)])
def test_rules_give_the_cells_however_the_page_comes(annex, scanner, page, cells):
    names = [name for name in scanner.VARIANTS if name not in ("turned by 90°", "upside down")]
    assert _count_cells(scanner, annex[page], names) == dict.fromkeys(names, [cells])


def test_red_text_is_no_seal(annex, scanner):
    from meetings.minutes.documents.page_pictures import flatten_light

    page = annex[0].copy()
    title = slice(170, 250), slice(480, 1860)
    page[title][..., 2] = page[title][..., 2].clip(225)
    assert (flatten_light(page)[title] < 128).sum() > 5000


@pytest.mark.long
@pytest.mark.usefixtures("scanner")
def test_each_character_of_a_column_is_laid_down_by_itself():
    import numpy as np

    from meetings.minutes.documents.recognition import _crop, _trim

    page = np.full((200, 120), 255, np.uint8)
    for top in range(20, 160, 36):
        page[top : top + 28, 40:68] = 0
    box = _trim(page, (10, 16, 110, 162))
    assert box is not None
    line = _crop(page, box) < 128
    # Four squares beside each other, white between them.
    assert np.diff(line.any(axis=0).astype(int)).tolist().count(1) == 4
    assert line.sum(axis=0).max() == 28


# --- what is refused --------------------------------------------------------------------------------


def _refusal(path) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("import_minutes", str(path))
    return bare(str(refused.value)).removeprefix(bare(f"{path}:"))


@pytest.fixture
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_without_the_extra_a_scan_gets_one_sentence(tmp_path, monkeypatch, english):
    monkeypatch.setattr("meetings.minutes.scan_sandbox.is_recognition_installed", lambda: False)
    Image.new("L", (400, 300), 255).save(tmp_path / "scan.png")
    assert _refusal(tmp_path / "scan.png") == bare(
        "The file is a scan or a photograph, and this server cannot read those; whoever runs it can add that "
        "(docs/operations.md, Reading scans). The original document is read without it."
    )


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.usefixtures("scanner", "english")
@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_a_picture_of_a_hundred_megapixels_gets_one_sentence(ending):
    assert _refusal_of_picture(Image.new("1", (10_000, 10_000), 1), ending) == (
        "A picture in the file has 100 million pixels; at most 60 million are read."
    )


@pytest.mark.usefixtures("scanner", "english")
@pytest.mark.parametrize(("size", "ending"), [((2, 50_000), "png"), ((30_000, 900), "jpeg")])
def test_what_is_far_too_long_for_a_page_gets_one_sentence(size, ending):
    assert _refusal_of_picture(Image.new("L", size, 255), ending) == (
        "A picture in the file is too long and narrow to be a page."
    )


def _refusal_of_picture(picture: Image.Image, ending: str) -> str:
    """Why a picture is not read; asked for without the process in which that is done."""
    from meetings.minutes.documents.scan_pages import open_pages

    content = io.BytesIO()
    picture.save(content, ending)
    with pytest.raises(UnreadableDocumentError) as refused:
        list(open_pages(content.getvalue())[1])
    return refused.value.message


@pytest.mark.long
def test_a_photograph_cut_short_is_said_to_be_damaged(scanner, tmp_path, english):
    Image.effect_noise((800, 600), 50).save(tmp_path / "cut.jpg")
    content = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    assert _refusal(tmp_path / "cut.jpg") == bare(
        "The file is damaged and cannot be read; please save it anew in the program that made it."
    )
