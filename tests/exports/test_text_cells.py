"""Nobody's words become a formula, and no character is fatal, in any cell of any export."""

import csv
import datetime
import io
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import given, strategies as st
from openpyxl.styles.numbers import is_date_format

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown, write_breakdown_with_status
from meetings.exports import list_sheet
from meetings.exports.columns import CellKind, Column
from meetings.exports.list_sheet import write_list_workbook
from meetings.exports.register import write_register_csv, write_register_workbook
from meetings.exports.workbook import MAX_CELL_LENGTH, cell_text, csv_value, write_csv
from meetings.models import DepartmentRole, Task
from tests import factories

DAY = datetime.date(2024, 1, 1)
STARTS = ["=", "+", "-", "@", "\t", "\r", "＝"]
FORMULA = "1+cmd|'/c calc'!A0"


def world_of(start):
    """A meeting whose every text begins with ``start``; return it."""

    def text(what):
        return f"{start}{FORMULA}{what}"

    person = factories.person(text("人"))
    meeting = factories.meeting(title=text("会议"), breakdown_title=text("表"), document_number="", overall_lead=person)
    suggestion = factories.suggestion(
        meeting,
        aspect=text("要点"),
        number=None,
        text=text("建议"),
        lead_in=text("要求"),
        sources=[(person, text("委员"))],
    )
    for role in (DepartmentRole.RESPONSIBLE, DepartmentRole.SUPPORTING):
        task = factories.task(
            suggestion,
            text=text("任务"),
            departments=[(factories.department(text(role)), role)],
            leaders=[person],
            deadline=text("时限"),
            remarks=text("备注"),
        )
        factories.progress(task, text("进展"), on=datetime.date(2023, 12, 1))
    return meeting


@pytest.mark.same_on_both
@pytest.mark.django_db
@pytest.mark.parametrize("start", STARTS, ids=repr)
def test_in_every_cell_of_every_workbook_and_csv(start):
    meeting = world_of(start)
    tasks = Task.objects.on(DAY).in_printed_order()
    expected = f"{start}{FORMULA}".replace("\r", "\n")
    for write, subject in (
        (write_breakdown, meeting),
        (write_breakdown_with_status, meeting),
        (write_register_workbook, tasks),
    ):
        file = io.BytesIO()
        write(file, subject, DAY)
        assert b"<f>" not in b"".join(zipfile.ZipFile(file).read(name) for name in _sheets(file))
        cells = [cell for row in openpyxl.load_workbook(file).active.iter_rows() for cell in row if cell.value]
        assert all(cell.data_type in ("s", "inlineStr", "n", "d") for cell in cells)
        dangerous = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(expected)]
        assert len(dangerous) >= 7
        assert all(cell.quotePrefix for cell in dangerous)
    file = io.BytesIO()
    write_register_csv(file, tasks, DAY)
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    texts = [value for row in rows[1:] for value in row if FORMULA in value]
    assert len(texts) >= 2 * 9
    assert not [value for value in texts if value.startswith(tuple(STARTS))]
    assert f"'{expected}任务" in rows[1]


def _sheets(file):
    return [name for name in zipfile.ZipFile(file).namelist() if name.startswith("xl/worksheets/sheet")]


@pytest.mark.django_db
def test_characters_office_files_cannot_hold_are_dropped():
    # The database refuses NUL on PostgreSQL; every other one can be in it.
    bad = "甲\x01\x0b\x0c\x1f\ufffe\uffff乙\x08"
    task = factories.task(text=bad, remarks=bad)
    meeting = task.suggestion.meeting
    for write in (write_breakdown, write_breakdown_with_status):
        file = io.BytesIO()
        write(file, meeting, DAY)
        assert "甲乙" in [cell.value for row in openpyxl.load_workbook(file).active.iter_rows() for cell in row]
    file = io.BytesIO()
    write_breakdown_document(file, meeting, DAY)
    assert "甲乙" in [cell.text for cell in docx.Document(file).tables[0].rows[1].cells]
    for write in (write_register_workbook, write_register_csv):
        file = io.BytesIO()
        write(file, Task.objects.on(DAY), DAY)
    assert ",甲乙," in file.getvalue().decode()


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    # Outside the basic plane a character counts twice.
    for text in ("长" * 40_000, "𠮷" * 20_000):
        cut = cell_text(text)
        assert len(cut.encode("utf-16-le")) // 2 <= MAX_CELL_LENGTH
        assert cut[:10_000] == text[:10_000]
        assert cut[-1] in "】]"
    assert cell_text("长" * MAX_CELL_LENGTH) == "长" * MAX_CELL_LENGTH


COLUMNS = (Column("text", 20, lambda text: text), Column("printed", 20, lambda text: text, CellKind.VERBATIM))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NASTY_TEXT = st.builds(
    "{}{}".format, st.sampled_from([*STARTS, "#N/A", "2024.10", "_x0041_", "'", "2024-01-01"]), ANY_TEXT
)


@given(text=ANY_TEXT | NASTY_TEXT)
def test_any_text_is_read_back_as_it_was(text):
    file = io.BytesIO()
    write_list_workbook(file, title="list", columns=COLUMNS, lines=[text])
    opened = openpyxl.load_workbook(file).active
    for cell in opened[2] if opened.max_row > 1 else ():
        assert cell.data_type in ("s", "inlineStr", "n")
        assert not is_date_format(cell.number_format)
        assert (cell.value or "").replace("_x005F_", "_") == cell_text(text).replace("_x005F_", "_")


REWRITTEN_WORDS = (
    "3月5日|2024年3月5日|24年03月5号|２０２４年３月５日|二〇二四年三月五日|2024年 3 月 5 日 10:30|一月-24|三月 2024|"
    "10时30分|下午3点|下午3:30|Jan-24|Mar-1|Mar. 5|Mar 2024|SEPT2|Sept 2024|March 1, 2024|5-Mar-2024|may 5|Mar/2024|"
    "12 PM|10:30am|10 p|2024-03-05T10:30:00Z|TRUE|False|#N/A|#DIV/0!|#NAME?|1'000"
)
KEPT_WORDS = "3月|三月|十|5日内|Mar|May|Marc 2024|1st|真|A/B 2024|A4|T1|#1|3月5日前|1至3月|am"


@pytest.mark.parametrize(
    "text",
    [
        "2024.10",
        "2024.12",
        "10-12",
        "3/4",
        "1-2",
        "1.",
        "(1)",
        "1e5",
        "007",
        "10:30",
        "1,000",
        "50%",
        "２０２４．１０",
        " 2024.10",
    ]
    + ["1" * 16, "2024-13-45 ", "￥3.50"]
    + REWRITTEN_WORDS.split("|"),
)
def test_what_a_spreadsheet_would_rewrite_stands_behind_an_apostrophe_in_the_csv(text):
    assert csv_value(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["2024", "0", "18", "2024-10-01", "2024年10月", "2024.10底前", "每月", "1) 建议", "2024.10\n2025.3", "e", ".", "'0"]
    + KEPT_WORDS.split("|"),
)
def test_what_stays_as_it_is_stands_as_it_is_in_the_csv(text):
    assert csv_value(text) == text


@given(text=ANY_TEXT | NASTY_TEXT)
def test_any_text_is_in_the_csv_as_it_was_but_for_an_apostrophe(text):
    file = io.BytesIO()
    write_csv(file, columns=COLUMNS, lines=[text])
    _head, row = csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))
    clean = cell_text(text).replace("_x005F_", "_")
    assert row[0] == row[1]
    assert row[0].removeprefix("'") == clean.removeprefix("'")
    assert not row[0].startswith(tuple(STARTS))


def test_a_list_longer_than_a_sheet_goes_on_in_another_under_the_same_head(monkeypatch):
    monkeypatch.setattr(list_sheet, "MAX_ROWS", 3)
    file, title = io.BytesIO(), "一张很长很长的清单，名字正好占满三十一个字符，不多也不少一个字"
    write_list_workbook(file, title=title, columns=COLUMNS, lines=["a", "b", "c", "d", "e"])
    sheets = openpyxl.load_workbook(file).worksheets
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in sheets] == [
        ["text", "a", "b"],
        ["text", "c", "d"],
        ["text", "e"],
    ]
    assert [sheet.title for sheet in sheets] == [title, f"{title[:27]} (2)", f"{title[:27]} (3)"]
    assert [sheet.auto_filter.ref for sheet in sheets] == ["A1:B3", "A1:B3", "A1:B2"]
