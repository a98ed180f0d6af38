"""The workbook as it is fetched: its sheets, what is open in them, its lists."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from meetings.models import DepartmentRole
from tests import factories

from .workbook_files import DAY, PROGRESS, STATUS, column, fetched, opened, row_of, signed_in

pytestmark = pytest.mark.django_db


def ago(world, days: int) -> datetime.date:
    return world.day - datetime.timedelta(days=days)


def test_a_liaison_gets_one_sheet_with_the_own_open_tasks(world):
    workbook = opened(fetched(world.liaison))
    (sheet,) = workbook.worksheets
    assert sheet.title == "技术部"
    for task in (world.overdue, world.undecided, world.due_soon, world.on_track):
        assert row_of(sheet, task)
    for task in (world.closed, world.terminated, world.review_missed):
        with pytest.raises(AssertionError):
            row_of(sheet, task)


def test_only_the_four_columns_are_open_and_the_keys_are_hidden(world):
    (sheet,) = opened(fetched(world.liaison)).worksheets
    row = row_of(sheet, world.overdue)
    open_columns = {cell.column for cell in sheet[row] if not cell.protection.locked}
    assert sheet.protection.sheet
    assert len(open_columns) == 4
    assert column(sheet, PROGRESS) in open_columns
    assert column(sheet, STATUS) in open_columns
    keys = sheet.cell(row, sheet.max_column)
    assert keys.protection.locked
    assert sheet.column_dimensions[keys.column_letter].hidden
    assert sheet.freeze_panes
    assert sheet.print_title_rows
    assert sheet.page_setup.orientation == "landscape"


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_lists_offer_what_the_department_may(world):
    task = factories.task(
        deadline="2030.12",
        departments=[(world.technology, DepartmentRole.LEAD), (world.international, DepartmentRole.SUPPORTING)],
    )
    factories.progress(task, on=ago(world, 1))
    offered = {}
    for account in (world.liaison, world.supporting_liaison):
        (sheet,) = opened(fetched(account)).worksheets
        at = sheet.cell(row_of(sheet, task), column(sheet, STATUS)).coordinate
        rules = [rule for rule in sheet.data_validations.dataValidation if at in rule.sqref]
        offered[account.username] = [rule.formula1 for rule in rules]
    assert offered == {"技术部联络员": ['"推进中,申请办结"'], "国际部联络员": ['"推进中"']}


def test_the_days_run_from_the_issue_to_today(world):
    (sheet,) = opened(fetched(world.liaison)).worksheets
    at = sheet.cell(row_of(sheet, world.overdue), column(sheet, DAY)).coordinate
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if at in rule.sqref]
    issued = openpyxl.utils.datetime.from_excel(int(rule.formula1)).date()
    assert (rule.type, rule.operator, issued, rule.formula2) == (
        "date",
        "between",
        world.meeting.issued_on,
        "TODAY()",
    )


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_secretariat_gets_a_sheet_each_or_a_zip(world):
    assert [sheet.title for sheet in opened(fetched(world.secretariat)).worksheets] == ["技术部", "办公室", "国际部"]
    with zipfile.ZipFile(io.BytesIO(fetched(world.secretariat, "?form=zip"))) as archive:
        assert len(archive.namelist()) == 3
        titles = [opened(archive.read(name)).sheetnames for name in archive.namelist()]
    assert titles == [["技术部"], ["办公室"], ["国际部"]]
    one = opened(fetched(world.secretariat, f"?department={world.office.pk}"))
    assert one.sheetnames == ["办公室"]


def test_the_instructions_say_by_when_and_to_whom(world):
    later = world.day + datetime.timedelta(days=14)
    workbook = opened(fetched(world.secretariat, f"?return_by={later}&send_to=秘书处 王敏"))
    assert later.isoformat() in workbook.worksheets[0]["A2"].value
    assert "秘书处 王敏" in workbook.worksheets[0]["A2"].value


def test_other_departments_and_what_cannot_be_made_are_refused_with_a_sentence(world):
    client = signed_in(world.liaison)
    assert client.get(f"/fill-in/workbook/?department={world.office.pk}").status_code == 422
    assert client.get(f"/fill-in/workbook/?department={'9' * 20}").status_code == 422
    assert client.get("/fill-in/workbook/?return_by=2001-01-01").status_code == 422
    empty = factories.department("无任务部")
    response = signed_in(world.secretariat).get(f"/fill-in/workbook/?department={empty.pk}")
    assert response.status_code == 422
