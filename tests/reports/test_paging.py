"""Where the pages of official documents end: none with a signature alone, none half empty, whatever the length."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import pytest
from django.utils import timezone
from docx.shared import Mm
from pypdfium2 import PdfDocument

from meetings.devtools import synthetic
from meetings.exports.columns import Column
from meetings.models import Meeting, Person
from meetings.reports.bulletin_document import write_bulletin
from meetings.reports.official import Block, Heading, OfficialDocument, Paragraph, Table, write_official_document
from meetings.reports.progress_document import write_meeting_report
from meetings.reports.replies_document import write_reply_sheet
from meetings.reports.summary_document import write_meeting_summary
from tests import factories
from tests.exports.exported_files import folded

pytestmark = pytest.mark.slow

DAY = datetime.date
TOP, BOTTOM = Mm(37).pt, Mm(37 + 225).pt
COLUMNS = [
    Column("序号", 9, itemgetter(0)),
    Column("工作任务", 46, itemgetter(1)),
    Column("办理情况", 65, itemgetter(2)),
]


def table(*lengths: int) -> Table:
    """A table with a row of so many characters each."""
    return Table(
        "办理情况", COLUMNS, [[number, "任务" * (length // 2), "已办。"] for number, length in enumerate(lengths, 1)]
    )


def endings() -> Iterator[list[Block]]:
    """What a document may end with."""
    yield [Paragraph("以上情况，请予审议。")]
    yield [Heading(1, "下一步工作"), Paragraph("秘书处将继续跟踪办理情况。" * 6)]
    yield [
        Heading(1, "逾期任务"),
        Heading(2, "超过完成时限的任务"),
        Paragraph("共3项。", keep_with_next=True),
        table(30, 200, 30),
    ]


def write(path: Path, blocks: list[Block]) -> Path:
    with path.open("wb") as file:
        write_official_document(
            file,
            lambda: OfficialDocument(
                title="关于意见建议落实情况的报告",
                salutation="执行委员会：",
                blocks=blocks,
                closing="特此报告。",
                signed_by="委员会秘书处",
                signed_on=DAY(2026, 11, 29),
            ),
        )
    return path


def check_pages(pdf_path: Path) -> None:
    # Hundreds of pages; pdfplumber takes a hundred times as long to say where something stands.
    with PdfDocument(pdf_path) as pdf:
        pages = [(page.get_height(), page.get_textpage()) for page in pdf]
        for number, (height, text) in enumerate(pages[:-1], start=1):
            boxes = map(text.get_rect, range(text.count_rects()))
            filled = (max(height - bottom for _, bottom, _, top in boxes if height - top < BOTTOM) - TOP) / (
                BOTTOM - TOP
            )
            assert filled > 0.5, f"{pdf_path.name}: page {number} of {len(pages)} ends at {filled:.0%}"
        height, text = pages[-1]
        lines = [folded(line) for line in text.get_text_bounded(bottom=height - BOTTOM).splitlines()]
        closing = next(number for number, line in enumerate(lines) if line.startswith("特此"))
        assert closing >= 2, f"{pdf_path.name}: only {lines[:closing]} stand above the signature"
        assert len(lines) == closing + 3, "the closing, who signs, the day"


def test_the_last_words_stand_with_the_signature_and_no_page_is_half_empty(as_pdfs, tmp_path):
    """For each line at which a page may end: paragraphs of a line push the ending on."""
    paths = [
        write(tmp_path / f"{kind}-{lines}.docx", [*[Paragraph("根据会议要求，逐项跟踪办理。")] * lines, *ending])
        for lines in range(1, 26)
        for kind, ending in enumerate(endings())
    ]
    for pdf in as_pdfs(paths):
        check_pages(pdf)


def test_a_row_of_many_lines_is_divided_and_one_of_a_few_is_not(as_pdfs, tmp_path):
    paths = [
        write(
            tmp_path / f"{length}.docx",
            [Paragraph("前言。" * 9), table(*[length] * 12), Paragraph("以上请予审议。" * 8)],
        )
        for length in (20, 60, 90, 96, 150, 400, 2000)
    ]
    for pdf in as_pdfs(paths):
        check_pages(pdf)


@pytest.mark.django_db
def test_the_documents_of_a_full_register_end_their_pages_well(as_pdfs, tmp_path):
    factories.real_meeting()
    synthetic.generate(300, seed=5)
    today = timezone.localdate()
    paths = []

    def keep(name: str, write_document, *arguments) -> None:
        path = tmp_path / f"{name}.docx"
        file = io.BytesIO()
        write_document(file, *arguments)
        path.write_bytes(file.getvalue())
        paths.append(path)

    for meeting in Meeting.objects.all():
        keep(f"report-{meeting.pk}", write_meeting_report, meeting, today)
        keep(f"summary-{meeting.pk}", write_meeting_summary, meeting, today)
    for months in (1, 3, 12, 36):
        keep(f"bulletin-{months}", write_bulletin, today - datetime.timedelta(days=30 * months), today)
    for person in Person.objects.filter(suggestion_sources__isnull=False).distinct()[:20]:
        keep(f"reply-{person.pk}", write_reply_sheet, person, today)
    for pdf in as_pdfs(paths):
        check_pages(pdf)
