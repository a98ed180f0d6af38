"""Scans and photographs: pages as a scanner or a telephone gives them say what the printed ones say."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from meetings.minutes.documents import is_recognition_installed
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
    "name", ["photograph, seal", "skew -1.5°, noise, JPEG 50", "turned by 90°", "150 dpi, JPEG 50"]
)
def test_a_scan_is_read_as_its_paper(annex, scanner, tmp_path, name):
    pages = [scanner.VARIANTS[name](page) for page in annex]
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


@pytest.mark.long
@pytest.mark.parametrize("page", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_rules_give_the_cells_however_the_page_comes(annex, scanner, page):
    from meetings.minutes.documents.page_pictures import flatten_light, straighten
    from meetings.minutes.documents.picture_ruled_tables import find_rules, find_tables

    printed = annex[page]
    found = {}
    for name, change in scanner.VARIANTS.items():
        if name not in ("turned by 90°", "upside down"):
            straight = straighten(flatten_light(change(printed)))
            found[name] = [len(table.cells) for table in find_tables(straight, *find_rules(straight))]
    assert found == dict.fromkeys(found, [[66], [61]][page])


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
@pytest.mark.parametrize("name", ["bomb.png", "bomb.pdf"])
def test_a_picture_of_a_hundred_megapixels_gets_one_sentence(scanner, tmp_path, english, name):
    Image.new("1", (10_000, 10_000), 1).save(tmp_path / name)
    assert _refusal(tmp_path / name) == bare(
        "A picture in the file has 100 million pixels; at most 60 million are read."
    )


@pytest.mark.long
@pytest.mark.parametrize(("size", "name"), [((2, 50_000), "thin.png"), ((30_000, 900), "long.jpg")])
def test_what_is_far_too_long_for_a_page_gets_one_sentence(scanner, tmp_path, english, size, name):
    Image.new("L", size, 255).save(tmp_path / name)
    assert _refusal(tmp_path / name) == bare("A picture in the file is too long and narrow to be a page.")


@pytest.mark.long
def test_a_photograph_cut_short_is_said_to_be_damaged(scanner, tmp_path, english):
    Image.effect_noise((800, 600), 50).save(tmp_path / "cut.jpg")
    content = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    assert _refusal(tmp_path / "cut.jpg") == bare(
        "The file is damaged and cannot be read; please save it anew in the program that made it."
    )
