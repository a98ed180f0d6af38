"""Documents of old Office programs, WPS, OpenDocument and OFD, and text with commas."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from openpyxl.styles import Font

from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason, read_content
from meetings.minutes.sandbox import parse_in_sandbox, read_sheets_in_sandbox

from .document_builders import HEADS, ROW, PdfTable, saved
from .package_builders import ods_bytes, ods_cell, ods_rows, ofd_bytes, ofd_text, word_bytes
from .parsed import minutes, row_problems, tasks

TASK_HEADS = ("序号", "工作任务", "责任单位", "完成时限")
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le") + bytes(2000)


def _due(read):
    return [str(task.deadline.due_date) for row in read.rows for task in row.tasks]


# --- workbooks --------------------------------------------------------------------------------------


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "任务"
    month, day = datetime.date(2026, 6, 1), datetime.date(2026, 9, 15)
    for row in (["2026年重点任务分工表"], TASK_HEADS):
        sheet.append(list(row))
    for number, (deadline, shown) in enumerate(
        [(month, 'yyyy"年"m"月"'), (2026.1, "0.00"), (day, "yyyy/m/d")], start=1
    ):
        sheet.append([number, f"做第{number}件事。", "水务局", deadline])
        sheet.cell(number + 2, 4).number_format = shown
    sheet.append([4, "删去的事。", "水务局", 2026.1])
    sheet["B6"].font = Font(strike=True)
    sheet.row_dimensions[6].hidden = True
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("C3:C4")
    hidden = book.create_sheet("旧表")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    return saved(book)


def _described(table):
    """All there is to know of a table, merged cells as the first place at which they stand."""
    places: dict[int, tuple[int, int]] = {}
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            places.setdefault(id(cell), (at, column))
    cells = [[(cell.raw_text, cell.value, cell.struck, places[id(cell)]) for cell in row] for row in table.rows]
    return table.name, table.is_hidden, table.hidden_rows, cells


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_a_workbook_means_the_same_in_an_older_and_an_open_format(ending, office):
    content = _workbook()
    other = read_content(office.save_as(content, "xlsx", ending))
    assert [*map(_described, other.tables)] == [*map(_described, read_content(content).tables)]


def test_an_old_workbook_is_a_draft_as_any_other_but_no_fill_in_workbook(office):
    content = office.save_as(_workbook(), "xlsx", "xls")
    read = parse_in_sandbox(content)
    assert (read.format, _due(read.minutes)[:3]) == ("xls", ["2026-06-30", "2026-10-31", "2026-09-15"])
    with pytest.raises(UnreadableDocumentError) as caught:
        read_sheets_in_sandbox(content)
    assert caught.value.code is UnreadableReason.OLD_OFFICE


def test_an_open_spreadsheet_is_read_as_it_is_shown():
    month = ods_cell("2026年6月", value_type="date", date_value="2026-06-01")
    number = ods_cell("2026.1", value_type="float", value="2026.1")
    rows = [
        [ods_cell("任务分工表", number_columns_spanned=4), *["<table:covered-table-cell/>"] * 3],
        TASK_HEADS,
        [ods_cell(1), "做甲，<text:s text:c='2'/>并<text:span>做好</text:span>。", "甲局\n乙局", month],
        [ods_cell(2), "做乙。", ods_cell("丙局"), number],
    ]
    blank = ods_cell(number_columns_repeated=16384)
    empty = f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    read = minutes(ods_bytes(ods_rows(rows) + empty))
    assert [tasks(row) for row in read.rows] == [["做甲，并做好。"], ["做乙。"]]
    assert (_due(read), row_problems(read)) == (["2026-06-30", "None"], [(2, "deadline")])


def test_cells_and_rows_that_an_open_spreadsheet_writes_once_are_each_its_own():
    heads = ("序号", "工作任务", "牵头单位", "配合单位", "完成时限", "一季度", "二季度")
    both, marks = ods_cell("水务局", number_columns_repeated=2), ods_cell("√", number_columns_repeated=2)
    merged = [ods_cell("各处室", number_columns_spanned=2), "<table:covered-table-cell/>"]
    rows = ods_rows([heads, [1, "做甲。", both, "2026年6月", marks], [2, "做乙。", *merged, "2026年7月", "", ""]])
    same = f"<table:table-row table:number-rows-repeated='2'>{ods_rows([['', '巡查。', both, '每月', marks]])[17:]}"
    (table,) = read_content(ods_bytes(rows + same)).tables
    read = minutes(ods_bytes(rows + same))
    assert [[cell.text for cell in row[2:]] for row in table.rows[1:]] == [
        ["水务局", "水务局", "2026年6月", "√", "√"],
        ["各处室", "各处室", "2026年7月", "", ""],
        *[["水务局", "水务局", "每月", "√", "√"]] * 2,
    ]
    assert [len({id(cell) for cell in row if not cell.is_blank}) for row in table.rows[1:]] == [7, 4, 6, 6]
    assert [row.remarks for row in read.rows] == ["一季度：√\n二季度：√", "\n".join(["一季度：√\n二季度：√"] * 2)]
    assert [tasks(row) for row in read.rows] == [["做甲。"], ["做乙。", "巡查。", "巡查。"]]


# --- text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_with_separators_is_a_table(separator, encoding):
    quoted = f'"做甲{separator}并报告。\n做好“乙”""丙""。"'
    rows = [
        ["任务分工表", "", "", ""],
        TASK_HEADS,
        ["1", quoted, "甲局、乙局", "2026年6月"],
        ["2", "做丁。", "丙局", ""],
    ]
    read = minutes(("\r\n".join(map(separator.join, rows)) + "\r\n").encode(encoding))
    assert len(read.rows) == 2
    assert tasks(read.rows[0])[0].startswith("做甲")
    assert tasks(read.rows[0])[0].endswith('做好“乙”"丙"。')
    assert _due(read)[0] == "2026-06-30"


def test_prose_with_commas_is_no_table():
    document = read_content(b"First, second, third.\nOne, two, three, four and five.\nNo comma here at all.\n")
    assert not list(document.tables)


# --- what LibreOffice converts ------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    "ending", ["doc", *(pytest.param(ending, marks=pytest.mark.slow) for ending in ("rtf", "odt"))]
)
def test_old_documents_are_converted_and_read(ending, office):
    content = word_bytes([HEADS, ROW, ("2", *ROW[1:])])
    read = parse_in_sandbox(office.save_as(content, "docx", ending))
    assert (read.format, [row.number for row in read.minutes.rows]) == (ending, [1, 2])
    assert read.minutes.rows[0].suggestion == "建议加大宣传力度。"


@pytest.mark.parametrize("content", [b"{\\rtf1 text}", OLD_WORD])
def test_where_libreoffice_is_missing_a_sentence_says_so(content, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(content)
    assert caught.value.code is UnreadableReason.NO_CONVERTER


def test_what_libreoffice_makes_nothing_of_is_refused(soffice):
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(OLD_WORD)
    assert caught.value.code in (UnreadableReason.DAMAGED, UnreadableReason.NO_TASK_TABLE)


# --- OFD ----------------------------------------------------------------------------------------------

OFD_ROWS = (
    TASK_HEADS,
    ("1", "修订供水应急预案，明确\n分级响应流程。", "水务局", "2026年6月底前"),
    ("2", "对接需求。", "数据局", "持续推进"),
)
OFD_WIDTHS = (15, 41, 30, 40)


@pytest.mark.parametrize("rules", ["grid", "none"])
def test_a_document_of_fixed_layout_is_read_by_where_its_words_stand(rules):
    first, second = (PdfTable(OFD_WIDTHS, rows, rules) for rows in (OFD_ROWS, [("3", *OFD_ROWS[2][1:])]))
    read = minutes(ofd_bytes(["重点任务分工表", first], [second]))
    assert read.meeting.breakdown_title == "重点任务分工表"
    wanted = ["修订供水应急预案，明确分级响应流程。", "对接需求。", "对接需求。"]
    assert [tasks(row) for row in read.rows] == [[text] for text in wanted]


def test_text_of_an_ofd_that_is_turned_or_hidden_is_passed_over():
    shown = ofd_text(20, 20, "各单位要高度重视任务落实。")
    turned = ofd_text(20, 20, "骑缝章").replace("Font=", 'CTM="0 1 -1 0 0 0" Font=')
    hidden = ofd_text(20, 60, "看不见的字").replace("Font=", 'Visible="false" Font=')
    page = f'<Page xmlns="http://www.ofdspec.org/2016"><Content><Layer>{shown}{turned}{hidden}</Layer></Content></Page>'
    document = read_content(ofd_bytes([], changes={"Doc_0/Pages/P0/Content.xml": page.replace("ofd:", "")}))
    assert [block.text for block in document.blocks] == ["各单位要高度重视任务落实。"]
