"""A scan handed in: kept at once, read by the worker, shown page by page, then a draft with its doubts marked."""

from __future__ import annotations

import base64
import io

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from meetings.jobs.worker import Worker
from meetings.minutes import scans
from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason
from meetings.minutes.documents.model import Cell, CellScan, Document, Paragraph, Table
from meetings.minutes.documents.recognition_json import dump_document
from meetings.models import MinutesDocument, Scan
from tests.helpers import compact_html

from .document_builders import pdf_bytes
from .parsed import refused

# Drafts are read and written by Python (test_drafts, on both); accepting them is tried on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

HEADS = ("序号", "意见建议", "工作任务", "责任部室", "分管领导", "完成时限")
ROW = ("建议加强培训。", "组织培训。", "技术部", "肖良", "2024年6月")


def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("L", (40, 20), 255).save(content, "PNG")
    return content.getvalue()


PICTURE = base64.b64encode(_picture()).decode()


def _recognised(rows: int = 1, **doubts: tuple[int, ...]) -> str:
    """What is recognised in a scan, with the places of doubtful characters in the cells of each row by their heads."""
    cells = [
        [
            Cell(text, scan=CellScan(0.6, doubts[head], PICTURE) if head in doubts else None)
            for head, text in zip(HEADS, (str(number), *ROW), strict=True)
        ]
        for number in range(1, rows + 1)
    ]
    return dump_document(Document((Paragraph("任务分解表"), Table.of([[Cell(head) for head in HEADS], *cells]))))


@pytest.fixture
def recognition(monkeypatch, staff):
    """Recognition installed, which calls back for each of two pages and gives what the test says."""
    given: dict = {"answer": _recognised(), "look": lambda: None}

    def recognise(content, *, on_page):
        for done in range(3):
            on_page(done, 2)
            given["look"]()
        if isinstance(given["answer"], Exception):
            raise given["answer"]
        return given["answer"]

    monkeypatch.setattr(scans, "recognise_in_sandbox", recognise)
    monkeypatch.setattr(scans, "check_in_sandbox", lambda _content: None)
    monkeypatch.setattr("meetings.minutes.scan_sandbox.is_recognition_installed", lambda: True)
    return given


@pytest.fixture
def draft(client, recognition, monkeypatch) -> MinutesDocument:
    """A scan that was handed in and waits for the worker, which lives."""
    response = client.post(reverse("import_home"), {"file": SimpleUploadedFile("扫描.png", _picture()), "text": ""})
    document = MinutesDocument.objects.get()
    assert response.headers["Location"] == reverse("draft", args=[document.pk])
    monkeypatch.setattr("meetings.minutes.views.is_any_alive", lambda: True)
    return document


def _page(client, draft) -> str:
    return compact_html(client.get(reverse("draft", args=[draft.pk])))


def test_a_scan_waits_for_the_worker_and_its_page_renews_itself(client, draft):
    page = _page(client, draft)
    assert "The scan waits for its turn." in page
    assert '<meta http-equiv="refresh" content="3">' in page
    assert (draft.format, draft.original_name) == ("png", "扫描.png")
    assert "A scan that is not read yet" in compact_html(client.get(reverse("import_home")))


def test_without_a_worker_its_page_says_that_none_runs(client, draft, monkeypatch):
    monkeypatch.setattr("meetings.minutes.views.is_any_alive", lambda: False)
    assert "what reads it does not run on this server" in _page(client, draft)


def test_its_page_says_how_many_pages_are_read(client, draft, recognition):
    seen = []
    recognition["look"] = lambda: seen.append(_page(client, draft))
    Worker().run_ready()
    assert len(seen) == 3
    assert "The scan is being read: page 2 of 2." in seen[1]
    assert '<progress class="job-progress" value="1" max="2">' in seen[1]


def test_what_was_read_is_a_draft_like_any_other(client, draft):
    Worker().run_ready()
    page = _page(client, draft)
    assert "组织培训。" in page
    assert 'http-equiv="refresh"' not in page
    assert draft.rows.get().content["tasks"][0]["deadline"]["due_date"] == "2024-06-30"


def test_a_doubtful_character_of_a_deadline_is_marked_beside_its_picture_and_asked_about(client, draft, recognition):
    recognition["answer"] = _recognised(完成时限=(5,))
    Worker().run_ready()
    page = _page(client, draft)
    assert "2024年<mark>6</mark>月" in page
    assert f'src="data:image/png;base64,{PICTURE}"' in page
    assert "The scan is hard to read here: “2024年6月”. Please compare it with the picture." in page


def test_doubts_of_several_rows_are_asked_about_in_each_beside_its_picture(client, draft, recognition):
    recognition["answer"] = _recognised(2, 分管领导=(0,))
    Worker().run_ready()
    for row in draft.rows.all():
        problems = f'id="row-{row.pk}-problems"'
        assert (
            "The scan is hard to read here: “肖良”."
            in _page(client, draft).partition(problems)[2].partition("</details>")[0]
        )


def test_the_picture_stands_in_the_question(client, draft, recognition):
    recognition["answer"] = _recognised(分管领导=(0,))
    Worker().run_ready()
    question = _page(client, draft).partition("data-draft-issue")[2].partition('<div class="draft-columns">')[0]
    assert "hard to read here: “肖良”" in question
    assert question.count(PICTURE) == 1


def test_the_table_marks_the_doubtful_characters(client, draft, recognition):
    recognition["answer"] = _recognised(工作任务=(1,), 完成时限=(5,))
    Worker().run_ready()
    page = compact_html(client.get(reverse("draft", args=[draft.pk]), {"view": "table"}))
    assert "<span>组<mark>织</mark>培训。</span>" in page
    assert "<span>2024年<mark>6</mark>月</span>" in page
    assert "<span>技术部</span>" in page


def test_a_doubtful_character_of_a_text_is_marked_and_not_asked_about(client, draft, recognition):
    recognition["answer"] = _recognised(工作任务=(0,))
    Worker().run_ready()
    page = _page(client, draft)
    assert "<mark>组</mark>织培训。" in page
    assert "hard to read" not in page


def test_reading_it_again_takes_no_second_recognition(client, draft, monkeypatch):
    Worker().run_ready()
    monkeypatch.setattr(scans, "recognise_in_sandbox", None)
    draft.refresh_from_db()
    kinds = ["remarks" if kind == "leaders" else kind for kind in draft.tables[0]["kinds"]]
    form = {"action": "layout", "version": draft.version, "table": "1", "kind-1": kinds}
    client.post(reverse("draft", args=[draft.pk]), form)
    assert draft.rows.get().content["tasks"][0]["leaders"] == []


def test_a_scan_that_cannot_be_read_says_why(client, draft, recognition):
    recognition["answer"] = UnreadableDocumentError(UnreadableReason.TOO_MANY_PIXELS, megapixels=100, limit=60)
    Worker().run_ready()
    page = _page(client, draft)
    assert "A picture in the file has 100 million pixels; at most 60 million are read." in page
    assert 'http-equiv="refresh"' not in page


def test_a_scan_can_be_thrown_away_while_it_is_read(client, draft, recognition):
    looks = []

    def discard():
        looks.append(client.post(reverse("draft", args=[draft.pk]), {"action": "discard", "sure": "on"}))

    recognition["look"] = discard
    Worker().run_ready()
    assert len(looks) == 1
    assert not MinutesDocument.objects.exists()


def test_nothing_but_throwing_it_away_can_be_done_before_it_is_read(client, draft):
    response = client.post(reverse("draft", args=[draft.pk]), {"action": "add_row"})
    assert "The scan waits for its turn." in compact_html(response)
    assert not draft.rows.exists()


def test_the_same_scan_again_leads_to_the_first(client, draft):
    response = client.post(reverse("import_home"), {"file": SimpleUploadedFile("x.png", _picture()), "text": ""})
    assert response.headers["Location"] == reverse("draft", args=[draft.pk])
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("is_installed", [True, False])
def test_minutes_whose_annex_is_a_scanned_page_are_a_scan_where_scans_are_read(monkeypatch, is_installed):
    monkeypatch.setattr("meetings.minutes.documents.pdf_pages.is_recognition_installed", lambda: is_installed)
    minutes_alone, annex = pdf_bytes([["会议于2023年9月27日在北京召开。会议由张三主持。"]]), io.BytesIO()
    Image.new("L", (200, 100), 255).save(annex, "PDF")
    content = io.BytesIO()
    with pypdfium2.PdfDocument(minutes_alone) as whole, pypdfium2.PdfDocument(annex.getvalue()) as scan:
        whole.import_pages(scan)
        whole.save(content)
    assert refused(content.getvalue()) == ("no_text_layer" if is_installed else "no_task_table")
