"""Workbooks that LibreOffice and WPS have saved."""

from __future__ import annotations

import datetime
import io
import re
import zipfile

import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font
from PIL import Image as Picture

from meetings.exports.workbook import cell_text
from meetings.minutes.documents.sheets import read_sheets
from meetings.workbooks.format import WorkbookColumn

from .parsed_workbooks import fill_all, said
from .workbook_files import column, edited, fill, opened, row_of

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def test_libreoffice_keeps_all_that_is_needed(content, read, tasks, office, tmp_path):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill_all(sheet, tasks)
        fill(
            sheet,
            tasks[0],
            day=datetime.date(2026, 11, 20),
            new_status="推进中",
            progress=cell_text("第一行\n第二行 _x0041_"),
        )

    sent, out = tmp_path / "填报表.xlsx", tmp_path / "out"
    sent.write_bytes(edited(content, edit))
    before = read(sent.read_bytes())
    office.convert([sent], "xlsx", out)
    after = read((out / sent.name).read_bytes())
    assert after == before
    assert not after.notices
    assert said(after)[tasks[0].pk][WorkbookColumn.DAY] == "2026-11-20"
    (sheet,) = opened((out / sent.name).read_bytes()).worksheets
    row = row_of(sheet, tasks[0])
    assert sheet.protection.sheet
    assert not sheet.cell(row, column(sheet, WorkbookColumn.PROGRESS)).protection.locked
    assert sheet.cell(row, column(sheet, WorkbookColumn.TASK)).protection.locked
    assert {rule.type for rule in sheet.data_validations.dataValidation} >= {"list", "date"}


def as_wps_writes(content: bytes) -> bytes:
    """The same workbook with what files of WPS are known for.

    A dimension of one cell, absolute targets, an extension of its own, number formats by numbers that the standard
    leaves open, texts in runs with their phonetic reading.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb'<dimension ref="[^"]*"\s*/>', b'<dimension ref="A1"/>', part)
                part = part.replace(
                    b"</worksheet>",
                    b'<extLst><ext uri="{x}" xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">'
                    b"<etc:data/></ext></extLst></worksheet>",
                )
            if name == "xl/_rels/workbook.xml.rels":
                part = re.sub(rb'Target="(?!/)', b'Target="/xl/', part)
            if name == "xl/sharedStrings.xml":
                part = part.replace(
                    "<t>甲</t>".encode(), '<r><t>甲</t></r><rPh sb="0" eb="1"><t>jia</t></rPh>'.encode()
                )
            if name == "xl/styles.xml":
                part = part.replace(b'numFmtId="49"', b'numFmtId="59"')
            new.writestr(name, part)
    return buffer.getvalue()


def test_what_files_of_wps_are_known_for_makes_no_difference(content, read, tasks):
    filled = edited(content, lambda workbook: fill_all(workbook.worksheets[0], tasks))
    assert read(as_wps_writes(filled)) == read(filled)


@pytest.mark.slow
def test_libreoffice_keeps_what_lies_beside_the_text_and_it_is_read_there(content, tasks, office, tmp_path):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        cells = [sheet.cell(row_of(sheet, task), column(sheet, WorkbookColumn.PROGRESS)) for task in tasks[:3]]
        cells[0].value, cells[0].font = "已完成。", Font(strike=True)
        cells[1].value, cells[1].comment = "进行中。", Comment("另有说明", "张三")
        cells[2].value, cells[2].hyperlink = "见通知", "https://www.example.org/notice"
        buffer = io.BytesIO()
        Picture.new("RGB", (2, 2)).save(buffer, "PNG")
        sheet.add_image(Image(buffer), cells[2].coordinate)

    sent, out = tmp_path / "填报表.xlsx", tmp_path / "out"
    sent.write_bytes(edited(content, edit))
    office.convert([sent], "xlsx", out)
    (before,), (after,) = (read_sheets(path.read_bytes()) for path in (sent, out / sent.name))
    assert {(each.kind, each.reference) for each in after.objects} == {
        (each.kind, each.reference) for each in before.objects
    }
    assert len(before.objects) == 3
    assert [cell.text for cells in after.rows.values() for cell in cells.values() if cell.struck] == ["已完成。"]
