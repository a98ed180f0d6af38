"""The annex as issued comes out as it was printed (docs/domain.md, Contracts: export_breakdown)."""

import datetime

import docx
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown, write_breakdown_with_status
from meetings.models import DepartmentRole, Health, Precision, Suggestion
from tests import factories
from tests.exports.exported_files import folded, sheet, table_of_document

# How the annex is printed; its queries are asked on both by test_permissions.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

HEADS = [
    "序号",
    "讲话要点",
    "讲话内容(建议意见)",
    "工作任务",
    "责任部室/中心班子",
    "分管领导",
    "完成时限",
    "建议来源",
    "备注",
]
ISSUED = datetime.date(2023, 11, 8)


@pytest.fixture
def printed(repository):
    """The annex as a careful typist set it from the notice."""
    return sheet(repository / "tests" / "data" / "annex.xlsx")


def exported(meeting, path, day=ISSUED):
    """The cells under the head of a meeting's exported workbook, row by row; ``None`` where nothing is."""
    with path.open("wb") as file:
        write_breakdown(file, meeting, day)
    rows = [list(row) for row in sheet(path).iter_rows(values_only=True)]
    return rows[rows.index(HEADS) + 1 :]


# --- the real meeting --------------------------------------------------------------------------------


@pytest.mark.long
def test_the_workbook_equals_the_print_cell_for_cell(meeting_81, printed, tmp_path):
    path = tmp_path / "annex.xlsx"
    call_command("export_breakdown", meeting_81.document_number, str(path))
    ours = sheet(path)
    assert ours.dimensions == printed.dimensions
    for theirs in printed.iter_rows():
        for cell in theirs:
            assert folded(ours[cell.coordinate].value) == folded(cell.value), cell.coordinate


def test_the_document_equals_the_print_cell_for_cell(meeting_81, printed, tmp_path):
    path = tmp_path / "annex.docx"
    call_command("export_breakdown", str(meeting_81.pk), str(path))
    rows = [[cell.value for cell in row] for row in printed.iter_rows(min_row=4)]
    for row, above in zip(rows[2:], rows[1:], strict=False):
        # A merged cell of a document is there in each of its rows.
        row[:2] = [value or higher for value, higher in zip(row[:2], above[:2], strict=True)]
    assert [[folded(text) for text in row] for row in table_of_document(path)] == [
        [folded(value) for value in row] for row in rows
    ]
    paragraphs = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs if paragraph.text]
    assert [folded(text) for text in paragraphs] == [folded(printed.cell(row, 1).value) for row in (1, 2, 3)]


def test_aspects_are_merged_as_in_print(meeting_81, printed, tmp_path):
    exported(meeting_81, tmp_path / "annex.xlsx")
    ours = sheet(tmp_path / "annex.xlsx")
    assert {str(merged) for merged in ours.merged_cells.ranges} == {str(m) for m in printed.merged_cells.ranges}


def test_it_prints_on_a4_on_its_side_with_the_head_on_each_page(meeting_81, tmp_path):
    exported(meeting_81, tmp_path / "annex.xlsx")
    ours = sheet(tmp_path / "annex.xlsx")
    assert (ours.page_setup.orientation, int(ours.page_setup.paperSize)) == ("landscape", 9)
    assert ours.print_title_rows == "$4:$4"
    assert ours.sheet_properties.pageSetUpPr.fitToPage
    assert (ours.page_setup.fitToWidth, ours.page_setup.fitToHeight) == (1, 0)
    assert all(ours.row_dimensions[row].height <= 409.5 for row in range(1, ours.max_row + 1))
    assert all(cell.border.left.style and cell.border.right.style for row in ours["A5:I16"] for cell in row)


def test_the_document_prints_likewise_and_rows_may_break_across_pages(meeting_81, tmp_path):
    path = tmp_path / "annex.docx"
    call_command("export_breakdown", str(meeting_81.pk), str(path))
    document = docx.Document(str(path))
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    head, *rows = document.tables[0].rows
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr is None or row._tr.trPr.find(qn("w:cantSplit")) is None for row in rows)


def test_it_is_in_chinese_for_every_reader(meeting_81, tmp_path):
    with translation.override("en"):
        assert len(exported(meeting_81, tmp_path / "annex.xlsx")) == 12


# --- the rules ---------------------------------------------------------------------------------------


def test_values_come_once_in_the_order_first_seen_one_a_line(tmp_path):
    suggestion = factories.suggestion(sources=[(factories.person("易春"), "委员"), (factories.person("刘克"), "")])
    office, technology = factories.department("办公室"), factories.department("技术部")
    zhang, xiao = factories.person("张朝华"), factories.person("肖良")
    responsible = DepartmentRole.RESPONSIBLE
    factories.task(suggestion, departments=[(technology, responsible)], leaders=[xiao, zhang], deadline="2024.10")
    factories.task(
        suggestion, departments=[(office, responsible), (technology, responsible)], leaders=[zhang], remarks="待查"
    )
    factories.task(suggestion, deadline="2024.10", remarks="待查")
    (row,) = exported(suggestion.meeting, tmp_path / "annex.xlsx")
    assert row[4:] == ["技术部\n办公室", "肖良\n张朝华", "2024.10\n2023.12", "委员 易春\n刘克", "待查"]


@pytest.mark.parametrize(
    ("texts", "lead_in", "cell"),
    [
        (["甲"], "", "甲"),
        (["甲", "乙"], "", "(1) 甲；\n(2) 乙"),
        (["甲。", "乙；", "丙。"], "", "(1) 甲。\n(2) 乙；\n(3) 丙。"),
        (["形成“三个清单”", "他说：“好。”", "（丙）"], "", "(1) 形成“三个清单”；\n(2) 他说：“好。”\n(3) （丙）"),
        (["甲", "乙"], "总的要求。", "总的要求。\n(1) 甲；\n(2) 乙"),
        (["甲"], "总的要求。", "总的要求。\n甲"),
    ],
)
def test_tasks_are_numbered_and_parted_as_in_print(texts, lead_in, cell, tmp_path):
    suggestion = factories.suggestion(lead_in=lead_in)
    for text in texts:
        factories.task(suggestion, text=text)
    (row,) = exported(suggestion.meeting, tmp_path / "annex.xlsx")
    assert row[3] == cell


def test_roles_are_printed_so_that_they_can_be_read_back(tmp_path):
    parts = [("技术部", DepartmentRole.LEAD), ("党群工作部(纪委办公室)", "responsible"), ("国际部", "supporting")]
    task = factories.task(departments=[(factories.department(name), role) for name, role in parts])
    (row,) = exported(task.suggestion.meeting, tmp_path / "annex.xlsx")
    assert row[4] == "技术部（牵头）\n党群工作部(纪委办公室)\n国际部（配合）"


def test_milestones_come_before_the_deadline_and_an_extension_prints_the_new_one(tmp_path):
    task = factories.task(deadline="2024.12", milestones=["2024.1"])
    meeting, path = task.suggestion.meeting, tmp_path / "annex.xlsx"
    assert exported(meeting, path)[0][6] == "2024.1\n2024.12"
    later = {"text": "2025.6", "kind": "dated", "precision": "month", "due_date": "2025-06-30"}
    extended_on = datetime.date(2024, 3, 1)
    factories.entry(
        task,
        effective_on=extended_on,
        changes={"deadline": {"old": None, "new": later}, "extension": {"old": None, "new": {"count": 1, "days": 181}}},
    )
    assert exported(meeting, path, datetime.date(2024, 2, 29))[0][6] == "2024.1\n2024.12"
    assert exported(meeting, path, extended_on)[0][6] == "2024.1\n2025.6"


def test_a_deadline_whose_text_names_its_milestones_is_printed_as_it_is(tmp_path):
    both = factories.dated(datetime.date(2024, 12, 31), text="2024.6\n2024.12", precision=Precision.MONTH)
    suggestion = factories.suggestion()
    for deadline, milestones in ((both, ["2024.6"]), ("2024.12", [])):
        factories.task(suggestion, deadline=deadline, milestones=milestones)
    assert exported(suggestion.meeting, tmp_path / "annex.xlsx")[0][6] == "2024.6\n2024.12"


def test_suggestions_without_aspect_number_or_task_have_their_rows(tmp_path):
    meeting = factories.meeting()
    for position, fields in enumerate(({"text": "无号"}, {"text": "有号", "number": 7}), start=1):
        Suggestion.objects.create(meeting=meeting, position=position, **fields)
    factories.task(factories.suggestion(meeting, aspect="有要点", number=8, text="其三"), text="办")
    rows = exported(meeting, tmp_path / "annex.xlsx")
    assert [row[:4] for row in rows] == [
        [None, None, "无号", None],
        [None, None, "7) 有号", None],
        ["1.", "有要点", "8) 其三", "办"],
    ]


def test_the_form_with_status_has_a_line_a_task(tmp_path):
    world = factories.small_world()
    with (tmp_path / "status.xlsx").open("wb") as file:
        write_breakdown_with_status(file, world.meeting, world.day)
    head, *rows = [row for row in sheet(tmp_path / "status.xlsx").iter_rows(values_only=True) if row[3]]
    assert len(rows) == len(world.tasks)
    by_head = [dict(zip(head, row, strict=True)) for row in rows]
    assert {"办理状态", "预警", "最近进展"} <= set(head)
    (on_track,) = [row for row in by_head if row["工作任务"].endswith(world.on_track.text)]
    assert "平台建设方案已通过评审。" in on_track["最近进展"]
    assert {row["预警"] for row in by_head} == {str(Health(name).label) for name in world.tasks}


@pytest.mark.parametrize(
    ("write", "queries"), [(write_breakdown, 8), (write_breakdown_with_status, 9), (write_breakdown_document, 8)]
)
def test_a_longer_table_costs_no_more_queries(write, queries, tmp_path, django_assert_num_queries):
    meeting = factories.meeting()
    for suggestions in (1, 4):
        while meeting.suggestions.count() < suggestions:
            suggestion = factories.suggestion(meeting, sources=[(factories.person("易春"), "委员")])
            factories.task(suggestion)
            factories.task(suggestion)
        # Leads; suggestions, sources; tasks, their departments with names, their leaders with names; with status their
        # reports too.
        with (tmp_path / "file").open("wb") as file, django_assert_num_queries(queries):
            write(file, meeting, ISSUED)


# --- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["认可委〔1999〕1号", "annex.xlsx"], "认可委〔1999〕1号"),
        (["999999", "annex.xlsx"], "999999"),
        (["9" * 40, "annex.xlsx"], "9" * 40),
        (["", "annex.xlsx"], "MEETING"),
        ([None, "annex.doc"], "annex.doc"),
        ([None, "annex"], "annex"),
        ([None, "no-such-folder/annex.xlsx"], "no-such-folder"),
        ([None, "annex.xlsx", "--as-of", "2023-11-07"], "--as-of"),
        ([None, "annex.xlsx", "--as-of", "9999-01-01"], "--as-of"),
        ([None, "annex.xlsx", "--as-of", "yesterday"], "yesterday"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_and_nothing_is_written(arguments, names, tmp_path, monkeypatch):
    meeting = factories.meeting()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("export_breakdown", *(str(meeting.pk) if value is None else value for value in arguments))
    assert names in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_survives_a_failure(tmp_path, monkeypatch):
    meeting, path = factories.meeting(), tmp_path / "annex.xlsx"
    path.write_text("the former one")
    monkeypatch.setattr("openpyxl.workbook.Workbook.save", lambda self, file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("export_breakdown", str(meeting.pk), str(path))
    assert [file.read_text() for file in tmp_path.iterdir()] == ["the former one"]
