"""What comes back in a workbook beside the text of its cells is named, and what is no text is no progress."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from meetings.models import Batch, WorkbookUpload
from meetings.workbooks.format import WorkbookColumn
from meetings.workbooks.reviewed_rows import RowState
from tests import factories

from .workbook_files import (
    PROGRESS,
    accepted,
    column,
    edited,
    fetched,
    fill,
    filled,
    handed_in,
    key_column,
    keys_row,
    picture,
    review_after,
    row_of,
    sentences,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def cell_of(workbook, task, key=PROGRESS):
    sheet = workbook.worksheets[0]
    return sheet.cell(row_of(sheet, task), column(sheet, key))


# --- beside the text ------------------------------------------------------------------------------


def test_a_comment_a_picture_and_a_link_are_named_with_their_cells(world):
    places = {}

    def edit(workbook):
        cell = cell_of(workbook, world.overdue)
        cell.comment = Comment("另有说明：经费已落实。", "张三")
        cell.value, cell.hyperlink = "详见通知", "https://www.example.org/notice/5"
        locked = workbook.worksheets[0].cell(cell.row, 1)
        locked.comment = Comment("会议名称有误", "张三")
        workbook.worksheets[0].add_image(picture(), cell_of(workbook, world.on_track).coordinate)
        places.update(
            cell=cell.coordinate, locked=locked.coordinate, other=cell_of(workbook, world.on_track).coordinate
        )

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    # What lies at an open cell of a task is offered; where it is none, it is named as what was not read.
    offered = {(offer.notice.place, offer.text) for _row, offer in review.offers}
    assert offered == {(places["cell"], "另有说明：经费已落实。"), (places["other"], "")}
    named = {(finding.place, finding.value) for finding in review.findings}
    assert named == {
        (places["cell"], "https://www.example.org/notice/5"),
        (places["locked"], "会议名称有误"),
    }
    assert all(finding.sheet == "技术部" and finding.message for finding in review.findings)


def test_an_address_that_is_its_own_text_needs_no_word(world):
    def edit(workbook):
        cell = cell_of(workbook, world.overdue)
        cell.value, cell.hyperlink = "材料见 www.example.org/notice", "https://www.example.org/notice/"

    assert not review_after(world.liaison, edited(fetched(world.liaison), edit)).findings


def drawn_otherwise(content: bytes, draw) -> bytes:
    """Return the workbook with ``draw(pic)`` in the place of each picture."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/drawings/drawing"):
                start, end = part.index(b"<pic>"), part.index(b"</pic>") + len(b"</pic>")
                part = part[:start] + draw(part[start:end]) + part[end:]
            new.writestr(name, part)
    return buffer.getvalue()


BOX = '<sp><txBody><a:p xmlns:a="x"><a:r><a:t>写在框里</a:t></a:r></a:p></txBody></sp>'.encode()


def with_picture(world) -> bytes:
    def edit(workbook):
        workbook.worksheets[0].add_image(picture(), cell_of(workbook, world.on_track).coordinate)

    return edited(fetched(world.liaison), edit)


def test_a_text_box_is_named_with_its_text(world):
    review = review_after(world.liaison, drawn_otherwise(with_picture(world), lambda _pic: BOX))
    assert [finding.value for finding in review.findings] == ["写在框里"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("draw", "pictures", "named"),
    [
        (lambda pic: b"<grpSp>" + pic + pic + b"</grpSp>", 2, []),
        (lambda pic: b"<grpSp>" + pic + BOX + b"</grpSp>", 1, ["写在框里"]),
        (lambda pic: b"<grpSp><grpSp>" + BOX + pic + b"</grpSp>" + BOX + pic + b"</grpSp>", 2, ["写在框里"] * 2),
        (lambda pic: b"<grpSp>" + pic + b"<sp/><graphicFrame/></grpSp>", 1, [""]),
        (
            lambda _pic: (
                b"<AlternateContent><Choice>" + BOX + b"</Choice><Fallback>" + BOX + b"</Fallback></AlternateContent>"
            ),
            0,
            ["写在框里"],
        ),
        (
            lambda pic: (
                b"<AlternateContent><Choice><ink/></Choice><Fallback>" + pic + b"</Fallback></AlternateContent>"
            ),
            1,
            [],
        ),
    ],
)
def test_all_that_is_grouped_is_offered_or_named(world, draw, pictures, named):
    review = review_after(world.liaison, drawn_otherwise(with_picture(world), draw))
    assert len([offer for _row, offer in review.offers if offer.file]) == pictures
    assert len({offer.key for _row, offer in review.offers}) == pictures
    assert [finding.value for finding in review.findings] == named


def test_a_sheet_that_holds_but_a_picture_is_named(world):
    def edit(workbook):
        workbook.create_sheet("佐证").add_image(picture(), "B2")

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    assert [finding.sheet for finding in review.findings] == ["佐证"]


# --- no text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["#DIV/0!", True, False, "=1/0", '=CONCATENATE("甲","乙")', '=DISPIMG("ID_1A2B",1)', '=_xlfn.DISPIMG("ID",1)'],
)
@pytest.mark.parametrize("name", ["progress", "reason"])
def test_what_nobody_wrote_is_no_progress(world, value, name):
    review = review_after(world.liaison, filled(fetched(world.liaison), world.overdue, **{name: value}))
    (row,) = review.of(RowState.INVALID)
    assert len(row.findings) == 1
    assert row.findings[0].value == str(value).upper() if isinstance(value, bool) else value
    assert not review.accepted


def struck(value, *, as_a_whole: bool):
    def edit(workbook, task):
        cell = cell_of(workbook, task)
        cell.value = value
        if as_a_whole:
            cell.font = Font(strike=True)

    return edit


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (struck("已完成。", as_a_whole=True), "已完成。"),
        (
            struck(CellRichText("已完成", TextBlock(InlineFont(strike=True), "初稿"), "终稿。"), as_a_whole=False),
            "初稿",
        ),
    ],
)
def test_text_that_is_struck_through_is_asked_about(world, write, text):
    content = edited(fetched(world.liaison), lambda workbook: write(workbook, world.overdue))
    (row,) = review_after(world.liaison, content).of(RowState.INVALID)
    assert f"“{text}”" in row.findings[0].message


@pytest.mark.parametrize("value", [2024.3, 2024, 2024.12])
def test_a_month_in_a_cell_for_days_is_no_day_of_1905(world, value):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, progress="甲", day=value))
    (finding,) = page.context["invalid_rows"][0].findings
    assert finding.value == str(value)
    assert "1905" not in sentences(page)


# --- keys that are gone ---------------------------------------------------------------------------


def without_keys(content: bytes, *, title: str = "") -> bytes:
    def edit(workbook):
        sheet = workbook.worksheets[0]
        sheet.delete_cols(key_column(sheet))
        if title:
            sheet.title = title

    return edited(content, edit)


@pytest.mark.long
@pytest.mark.parametrize("who", ["liaison", "secretariat"])
@pytest.mark.parametrize("title", ["", "改名"])
def test_rows_without_their_keys_are_matched_by_their_locked_cells(world, who, title):
    content = without_keys(filled(fetched(world.liaison), world.overdue, progress="已成立小组。"), title=title)
    page = handed_in(getattr(world, who), content)
    (row,) = page.context["changes"]
    assert (row.task, row.department) == (world.overdue, world.technology)
    (finding,) = page.context["review"].findings
    assert "4" in finding.message
    accepted(getattr(world, who), content)
    assert Batch.objects.get().entries.get().note == "已成立小组。"


@pytest.mark.long
def test_a_row_that_is_matched_without_its_key_is_not_missing(world):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, world.overdue, progress="已成立小组。")
        sheet.cell(row_of(sheet, world.overdue), key_column(sheet)).value = None

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    assert [row.task for row in review.accepted] == [world.overdue]
    assert review.notes == ()

    def leave_out(workbook):
        edit(workbook)
        sheet = workbook.worksheets[0]
        sheet.delete_rows(row_of(sheet, world.on_track))

    (note,) = review_after(world.liaison, edited(fetched(world.liaison), leave_out)).notes
    assert "1" in note


@pytest.mark.long
def test_a_workbook_without_all_that_was_hidden_is_matched_too(world):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, world.overdue, progress="已成立小组。")
        sheet.delete_cols(key_column(sheet))
        sheet.delete_rows(keys_row(sheet))

    content = edited(fetched(world.liaison), edit)
    assert [row.task for row in review_after(world.liaison, content).accepted] == [world.overdue]
    # Of somebody else's department it is refused, and of nobody's it is no workbook.
    others = review_after(world.supporting_liaison, content)
    assert [row.task for row in others.of(RowState.REFUSED)] == [world.overdue]

    def rename(workbook):
        workbook.worksheets[0].title = workbook.worksheets[0]["A1"].value = "别处的部室"

    assert handed_in(world.liaison, edited(content, rename)).status_code == 422


def test_a_row_without_its_key_whose_task_has_changed_since_is_to_be_chosen(world):
    content = without_keys(filled(fetched(world.liaison), world.on_track, progress="文件里的进展。"))
    factories.progress(world.on_track, "秘书处电话了解的进展。", on=world.day, by=world.secretariat)
    (row,) = review_after(world.liaison, content).of(RowState.CONFLICT)
    assert "秘书处电话了解的进展。" in [entry.note for entry in row.later_entries]


def test_a_row_without_its_key_that_is_no_tasks_is_named(world):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, world.overdue, progress="甲")
        sheet.cell(row_of(sheet, world.overdue), column(sheet, WorkbookColumn.TASK_NUMBER)).value = "另一个号"
        sheet.delete_cols(key_column(sheet))

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    assert not review.accepted
    assert "甲" in [finding.value for finding in review.findings]


def test_a_row_copied_without_its_key_is_matched_to_no_task_that_has_a_row(world):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        target = sheet.max_row + 1
        for cell in sheet[row_of(sheet, world.overdue)][: key_column(sheet) - 1]:
            sheet.cell(target, cell.column).value = cell.value
        sheet.cell(target, column(sheet, PROGRESS)).value = "甲"

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    assert not review.accepted
    assert [finding.value for finding in review.findings] == ["甲"]


# --- two files of one department ------------------------------------------------------------------


@pytest.mark.long
def test_two_waiting_files_of_one_department_name_each_other(world):
    content = fetched(world.liaison)
    for name, words in (("第一稿.xlsx", "甲"), ("第二稿.xlsx", "乙")):
        handed_in(world.liaison, filled(content, world.overdue, progress=words), name=name)
    handed_in(world.other_liaison, fetched(world.other_liaison), name="办公室.xlsx")

    for upload, other in zip(WorkbookUpload.objects.order_by("pk"), ("第二稿.xlsx", "第一稿.xlsx"), strict=False):
        page = signed_in(world.liaison).get(f"/fill-in/{upload.pk}/")
        assert [each.original_name for each in page.context["rivals"]] == [other]
        assert other in sentences(page)
