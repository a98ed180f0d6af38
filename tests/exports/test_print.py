"""What comes out of the printer: LibreOffice's PDF shows every character of every cell, inside its borders."""

from __future__ import annotations

import datetime
import io
from collections import Counter
from pathlib import Path

import openpyxl
import pdfplumber
import pytest

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown, write_breakdown_with_status
from meetings.exports.register import COLUMNS, write_register_workbook
from meetings.exports.task_columns import columns_of_list
from meetings.models import Meeting, Suggestion, Task, TaskState
from meetings.reports.register_workbook import write_register_with_summary
from meetings.tasks.tables import TaskTable
from tests import factories

from .exported_files import folded, sheet

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 3, 1)
LONG_WORD = "Uncharacteristically-long-word" * 4
LOREM = "持续做好国内外及相关领域进展动态的跟踪分析，加强CNAS合作WWW（ISO/IEC 17025:2017）；"


def printed_cells(pdf: Path) -> list[list[str]]:
    """The cells of the tables of a PDF, page by page: for each a text of what is inside its borders.

    What a cell is too low for is drawn outside of its borders (and clipped), so it is not in these texts.
    """
    pages = []
    with pdfplumber.open(pdf) as opened:
        for page in opened.pages:
            # LibreOffice draws no line under a merged cell that goes on overleaf.
            settings = {"explicit_horizontal_lines": [max(edge["bottom"] for edge in page.edges)]}
            cells = [text for table in page.extract_tables(settings) for row in table for text in row if text]
            pages.append([folded(text) for text in cells])
    return pages


def cut_letters(page) -> list[dict]:
    """The letters that the lower edge of the head, or of the table, cuts."""
    heights = sorted({round(edge["top"]) for edge in page.edges if edge["orientation"] == "h"})
    edges = (heights[1], max(edge["bottom"] for edge in page.edges))
    return [letter for letter in page.chars for edge in edges if letter["top"] + 2 < edge < letter["bottom"] - 2]


def cell_texts(path: Path) -> Counter[str]:
    """The texts of a workbook's cells below the head, with how often each is there."""
    rows = list(sheet(path).iter_rows(values_only=True))
    head = next(index for index, row in enumerate(rows) if row[0] == "序号")
    return Counter(folded(value) for row in rows[head:] for value in row if value)


@pytest.fixture
def full_meeting() -> Meeting:
    """A meeting with cells of all lengths in all columns, none of them longer than a page."""
    meeting = factories.meeting(breakdown_title="落实各项建议任务分解表" * 4, overall_lead=factories.person("张朝华"))
    for number in range(1, 13):
        suggestion = factories.suggestion(
            meeting,
            aspect=f"第{number // 3}方面" + "加强认可新制度、重点领域与关键技术的研究" * (number % 3),
            text=LOREM * (number % 5) + "完",
            sources=[(factories.person(f"易春{n}"), "信息技术专业委员会委员") for n in range(number % 4)],
        )
        for n in range(1 + number % 3):
            task = factories.task(
                suggestion,
                text=LONG_WORD if number == 4 else f"第{number}-{n}项" + LOREM * (number % 3),
                remarks="已与有关部门沟通" * (number % 2),
                deadline="加快认可制度研发速度，持续追踪" if number % 2 else "2024.12",
            )
            if n:
                factories.progress(task, f"已完成{number}。" + LOREM * n, on=datetime.date(2024, 1, 5))
    return meeting


@pytest.mark.parametrize("which", [pytest.param("meeting_81", marks=pytest.mark.slow), "full_meeting"])
@pytest.mark.parametrize("write", [write_breakdown, write_breakdown_with_status])
def test_no_text_of_a_cell_is_cut(write, which, as_pdf, tmp_path, request):
    path = tmp_path / "annex.xlsx"
    with path.open("wb") as file:
        write(file, request.getfixturevalue(which), DAY)
    pages = printed_cells(as_pdf(path))
    printed = Counter(cell for page in pages for cell in page)
    missing = cell_texts(path) - printed
    assert not missing
    assert all(page[0] == "序号" for page in pages), "the head is on each page"


@pytest.mark.parametrize("write", [write_breakdown, write_breakdown_with_status])
def test_a_row_longer_than_a_page_is_cut_in_no_line_and_leaves_no_page_white(write, as_pdf, tmp_path):
    meeting = factories.meeting()
    short = {"sources": [(factories.person("易春"), "委员")]}
    factories.task(factories.suggestion(meeting, aspect="认可服务", text="此前有一项。", **short), text="办理之一。")
    sentences = [f"第{number:03}句，{LOREM}" for number in range(80)]
    suggestion = factories.suggestion(meeting, aspect="认可服务", text="".join(sentences), **short)
    factories.task(suggestion, text="".join(sentences[:40]).replace("第", "办"))
    factories.task(suggestion, text="另有一项。")
    factories.task(factories.suggestion(meeting, aspect="认可服务", text="此后还有一项。"), text="办理之末。")
    path = tmp_path / "annex.xlsx"
    with path.open("wb") as file:
        write(file, meeting, DAY)
    opened = sheet(path)
    assert max(opened.row_dimensions[row].height for row in range(1, opened.max_row + 1)) <= 409.5
    with pdfplumber.open(as_pdf(path)) as pdf:
        bottoms = [max(edge["bottom"] for edge in page.edges) / page.height for page in pdf.pages]
        assert [char["text"] for page in pdf.pages for char in cut_letters(page)] == []
    assert len(bottoms) > 2
    assert min(bottoms[:-1]) > 0.75, "every page but the last is filled"
    inside = "".join(cell for page in printed_cells(path.with_suffix(".pdf")) for cell in page)
    for mark, number in (("第", 80), ("办", 40)):
        told = [f"{mark}{at:03}句" for at in range(number)]
        assert [word for word in told if inside.count(word) != 1] == []
    for text in ("此前有一项", "另有一项", "此后还有一项", "办理之末"):
        assert text in inside


@pytest.mark.parametrize(("write", "ending"), [(write_breakdown, "xlsx"), (write_breakdown_document, "docx")])
def test_the_real_annex_takes_two_pages_with_their_numbers(write, ending, meeting_81, as_pdf, tmp_path):
    path = tmp_path / f"annex.{ending}"
    with path.open("wb") as file:
        write(file, meeting_81, DAY)
    with pdfplumber.open(as_pdf(path)) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert [text.splitlines()[-1].strip() for text in texts] == ["— 1 —", "— 2 —"]


def test_excel_has_room_for_the_real_annex_on_two_pages(meeting_81, tmp_path):
    """There is no Excel here: with SimSun, a unit of width is 6 points, and heights are those of the file."""
    path = tmp_path / "annex.xlsx"
    with path.open("wb") as file:
        write_breakdown(file, meeting_81, DAY)
    annex = sheet(path)
    margins = annex.page_margins
    width = 842 - 72 * (margins.left + margins.right)
    scale = min(1, width / (6 * sum(column.width for column in annex.column_dimensions.values())))
    page = (595 - 72 * (margins.top + margins.bottom)) / scale
    heights = [annex.row_dimensions[row].height for row in range(1, annex.max_row + 1)]
    left, pages = page - sum(heights[:4]), 1
    for height in heights[4:]:
        if height > left:
            left, pages = page - heights[3], pages + 1
        left -= height
    assert (pages, scale > 0.95, left > 20) == (2, True, True)


A3_ON_ITS_SIDE = (1191, 842)


def test_the_register_prints_to_be_read(as_pdf, tmp_path, meeting_81):
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        write_register_workbook(file, Task.objects.on(DAY).in_printed_order(), DAY)
    opened = sheet(path)
    cells = [cell for row in opened.iter_rows() for cell in row]
    assert all(cell.border.left.style and cell.border.bottom.style for cell in cells), "empty ones, too"
    with pdfplumber.open(as_pdf(path)) as pdf:
        assert len(pdf.pages) > 1
        for page in pdf.pages:
            assert (round(page.width), round(page.height)) == A3_ON_ITS_SIDE
            assert min(letter["size"] for letter in page.chars) >= 8
            assert f"台账 {DAY.isoformat()}" in page.extract_text()
            assert f"{page.page_number} / {len(pdf.pages)}" in page.extract_text()
    pages = printed_cells(path.with_suffix(".pdf"))
    assert all(page[0] == "会议" and "备注" in page for page in pages), "the head is on each page"
    told = Counter(folded(cell.value) for cell in cells[opened.max_column :] if isinstance(cell.value, str))
    assert not told - Counter(cell for page in pages for cell in page)


def test_a_long_row_of_a_register_to_print_goes_on_below_in_letters_to_be_read(as_pdf, tmp_path):
    sentences = "".join(f"第{number:03}句，持续做好跟踪分析工作，加强认可合作。" for number in range(85))
    factories.task(text=sentences)
    factories.task()
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        write_register_workbook(file, Task.objects.on(DAY).in_printed_order(), DAY, is_to_print=True)
    opened = sheet(path)
    widths = [
        opened.column_dimensions[cell.column_letter].width for cell in opened[1] if cell.value in ("会议", "建议来源")
    ]
    assert min(widths) >= 8
    with pdfplumber.open(as_pdf(path)) as pdf:
        assert min(letter["size"] for page in pdf.pages for letter in page.chars) >= 8
    inside = "".join(cell for page in printed_cells(path.with_suffix(".pdf")) for cell in page)
    assert [number for number in range(85) if inside.count(f"第{number:03}句") != 1] == []


def test_the_summary_of_the_register_prints_in_letters_to_be_read(as_pdf, tmp_path, meeting_81):
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        write_register_with_summary(file, Task.objects.on(DAY), TaskState.objects.all(), DAY)
    book = openpyxl.load_workbook(path)
    assert len(book.worksheets[1].row_breaks.brk) == 1, "no end of a page divides a chart"
    del book[book.sheetnames[0]]
    book.save(path)
    with pdfplumber.open(as_pdf(path)) as pdf:
        tables = [letter for page in pdf.pages for letter in page.chars if letter["x0"] < page.width / 2]
        assert min(letter["size"] for letter in tables) >= 8
        assert {(round(page.width), round(page.height)) for page in pdf.pages} == {A3_ON_ITS_SIDE}


@pytest.mark.parametrize(("columns", "smallest"), [(columns_of_list(TaskTable.DEFAULT_COLUMNS), 8), (COLUMNS, 4)])
def test_a_long_row_of_the_register_is_not_cut(columns, smallest, as_pdf, tmp_path):
    # Twenty-two columns leave no room for two thousand letters in the highest row there is: they are set smaller.
    sentences = [f"第{number:03}句，持续做好跟踪分析工作，加强认可合作。" for number in range(85)]
    factories.task(text="".join(sentences))
    factories.task()
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        write_register_workbook(file, Task.objects.on(DAY).in_printed_order(), DAY, columns)
    assert len("".join(sentences)) > 2000 - 100
    with pdfplumber.open(as_pdf(path)) as pdf:
        assert min(letter["size"] for page in pdf.pages for letter in page.chars) >= smallest
    inside = "".join(cell for page in printed_cells(path.with_suffix(".pdf")) for cell in page)
    assert [number for number in range(85) if inside.count(f"第{number:03}句") != 1] == []


def test_no_text_of_the_document_is_cut(as_pdf, tmp_path, meeting_81, full_meeting):
    for meeting in (meeting_81, full_meeting):
        path = tmp_path / "annex.docx"
        file = io.BytesIO()
        write_breakdown_document(file, meeting, DAY)
        path.write_bytes(file.getvalue())
        with pdfplumber.open(as_pdf(path)) as pdf:
            printed = Counter(folded("".join(page.extract_text() for page in pdf.pages)))
        told = "".join(Suggestion.objects.filter(meeting=meeting).values_list("text", flat=True))
        assert not Counter(folded(told)) - printed
