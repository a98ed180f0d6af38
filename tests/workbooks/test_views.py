"""Excel out, Excel in, through the front door: fetch the workbook, fill it in, hand it in, accept, undo."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from meetings.models import Batch, BatchSource, DepartmentRole, Role, Status, Task, TaskLog, WorkbookUpload
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.corrections import edit_assignments
from meetings.workbooks.reviewed_rows import RowState
from tests import factories

from .workbook_files import (
    DAY,
    PROGRESS,
    STATUS,
    accept,
    accepted,
    column,
    edited,
    fetched,
    fill,
    filled,
    handed_in,
    only_upload,
    opened,
    review_after,
    row_of,
    saved,
    sentences,
    signed_in,
)

pytestmark = pytest.mark.django_db


def ago(world, days: int) -> datetime.date:
    return world.day - datetime.timedelta(days=days)


@pytest.mark.same_on_both
@pytest.mark.separate_process
def test_an_unchanged_workbook_changes_nothing(world):
    review = review_after(world.liaison, fetched(world.liaison))
    assert {row.state for row in review.rows} == {RowState.UNCHANGED}
    assert not review.findings
    assert not review.notes


@pytest.mark.same_on_both
def test_a_workbook_is_handed_out_again_as_the_excel_file_it_was(world):
    content = fetched(world.liaison)
    handed_in(world.liaison, content)
    answer = signed_in(world.liaison).get(f"/fill-in/{only_upload().pk}/file/")
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert b"".join(answer.streaming_content) == content


@pytest.mark.same_on_both
def test_changes_of_locked_cells_are_said_with_their_place_whether_or_not_the_row_says_anything(world):
    def edit(workbook):
        sheet = workbook.worksheets[0]
        row = row_of(sheet, world.overdue)
        for at in range(1, column(sheet, PROGRESS)):
            sheet.cell(row, at).value = f"改动{at}"

    review = review_after(world.liaison, edited(fetched(world.liaison), edit))
    assert not review.accepted
    assert len(review.findings) == 11
    assert {(finding.sheet, finding.value) for finding in review.findings} == {
        ("技术部", f"改动{at}") for at in range(1, 12)
    }


@pytest.mark.long
def test_what_is_filled_in_becomes_one_batch_and_can_be_undone(world):
    content = filled(
        fetched(world.liaison),
        world.overdue,
        progress="工作小组已成立。\n已召开第一次会议。",
        day=ago(world, 3),
    )
    response = accepted(world.liaison, content)
    assert response.status_code == 200
    batch = Batch.objects.get()
    assert (batch.source, batch.made_by, batch.file_name) == (BatchSource.WORKBOOK, world.liaison, "填报表.xlsx")
    assert len(batch.file_sha256) == 64
    assert only_upload().batch == batch
    (entry,) = batch.entries.all()
    assert entry.note == "工作小组已成立。\n已召开第一次会议。"
    assert (entry.task, entry.department, entry.effective_on) == (world.overdue, world.technology, ago(world, 3))
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.IN_PROGRESS

    undo_batch(batch_id=batch.pk, actor=world.liaison)
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.NOT_STARTED
    page = signed_in(world.liaison).get(f"/fill-in/{only_upload().pk}/")
    assert page.context["undone_by"] is not None


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_request_for_closure_needs_its_words_and_takes_them_from_either_column(world):
    review = review_after(world.liaison, filled(fetched(world.liaison), world.on_track, new_status="申请办结"))
    (row,) = [row for row in review.rows if row.parsed.open_cells]
    assert row.state is RowState.INVALID
    assert row.findings[0].column
    content = filled(
        fetched(world.liaison), world.on_track, new_status="申请办结", progress="平台上线。", reason="全部完成。"
    )
    accepted(world.liaison, content)
    world.on_track.refresh_from_db()
    assert world.on_track.status == Status.CLOSURE_REQUESTED
    entries = TaskLog.objects.filter(batch__isnull=False).order_by("sequence")
    assert [(entry.note, entry.is_report) for entry in entries] == [("平台上线。", True), ("全部完成。", False)]
    assert len({entry.batch_id for entry in entries}) == 1


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("values", "column_of_it"),
    [
        ({"progress": "甲", "day": "2999-01-01"}, DAY),
        ({"progress": "甲", "day": "1999-01-01"}, DAY),
        ({"progress": "甲", "day": "下周"}, DAY),
        ({"day": "2024-05-01"}, DAY),
        ({"new_status": "已办结"}, STATUS),
        ({"new_status": "飞快推进"}, STATUS),
        ({"progress": "长" * 20_001}, PROGRESS),
    ],
)
def test_what_is_wrong_is_said_with_row_column_value_and_sentence(world, values, column_of_it):
    content = filled(fetched(world.liaison), world.on_track, **values)
    sheet = opened(content).worksheets[0]
    response = handed_in(world.liaison, content)
    (row,) = response.context["review"].of(RowState.INVALID)
    (finding,) = row.findings
    cell = sheet.cell(row_of(sheet, world.on_track), column(sheet, column_of_it))
    assert (finding.place, finding.value) == (cell.coordinate, str(cell.value))
    assert finding.message.endswith(("。", "."))
    assert finding.sheet == "技术部"
    assert finding.message in response.content.decode().replace("&quot;", '"').replace("&#x27;", "'")


@pytest.mark.same_on_both
def test_a_formula_that_nobody_has_computed_is_no_empty_cell(world):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, progress="已印发。", day="=TODAY()"))
    (finding,) = page.context["invalid_rows"][0].findings
    assert (finding.value, finding.place[0]) == ("=TODAY()", "N")


@pytest.mark.same_on_both
def test_of_a_row_that_is_refused_as_a_whole_all_that_was_typed_is_shown(world):
    content = edited(
        fetched(world.secretariat, f"?department={world.office.pk}"),
        lambda workbook: fill(
            workbook.worksheets[0], world.review_missed, progress="办公室的进展。", reason="人手不足。"
        ),
    )
    page = handed_in(world.liaison, content)
    (finding,) = page.context["invalid_rows"][0].findings
    assert finding.value == "办公室的进展。；人手不足。"


@pytest.mark.long
@pytest.mark.same_on_both
def test_wrong_rows_are_left_out_once_somebody_has_said_so(world):
    def edit(workbook):
        fill(workbook.worksheets[0], world.overdue, progress="甲")
        fill(workbook.worksheets[0], world.on_track, progress="乙", day="2999-01-01")

    page = handed_in(world.liaison, edited(fetched(world.liaison), edit))
    refused = accept(world.liaison, page)
    assert refused.status_code == 422
    assert not Batch.objects.exists()
    accept(world.liaison, page, leave_out="yes")
    assert [entry.task for entry in Batch.objects.get().entries.all()] == [world.overdue]


@pytest.mark.long
def test_what_changed_meanwhile_is_shown_and_chosen(world):
    content = filled(fetched(world.liaison), world.on_track, progress="文件里的进展。")
    factories.progress(world.on_track, "秘书处电话了解的进展。", on=world.day, by=world.secretariat)
    page = handed_in(world.liaison, content)
    (row,) = page.context["conflicts"]
    assert row.is_undecided
    assert [entry.note for entry in row.later_entries] == ["秘书处电话了解的进展。"]
    assert "秘书处电话了解的进展。" in page.content.decode()
    assert "文件里的进展。" in page.content.decode()
    upload, client = only_upload(), signed_in(world.liaison)
    assert accept(world.liaison, page).status_code == 422
    for place in ("", "x", "-1", "99", "9" * 500, "１"):
        response = client.post(f"/fill-in/{upload.pk}/", {"action": "choose", "place": place, "choice": "file"})
        assert response.status_code == 422
        assert not only_upload().decisions
    client.post(f"/fill-in/{upload.pk}/", {"action": "choose", "place": row.place, "choice": "register"})
    assert not client.get(f"/fill-in/{upload.pk}/").context["review"].accepted
    page = client.post(f"/fill-in/{upload.pk}/", {"action": "choose", "place": "all", "choice": "file"}, follow=True)
    page = client.post(
        f"/fill-in/{upload.pk}/", {"action": "choose", "place": row.place, "choice": "file"}, follow=True
    )
    accept(world.liaison, page)
    assert Batch.objects.get().entries.get().note == "文件里的进展。"


@pytest.mark.same_on_both
def test_the_present_status_chosen_once_more_changes_nothing_though_the_task_was_changed_meanwhile(world):
    content = fetched(world.liaison)
    factories.progress(world.on_track, "秘书处电话了解的进展。", on=world.day, by=world.secretariat)
    world.on_track.refresh_from_db()
    label = str(Status(world.on_track.status).label)
    review = review_after(world.liaison, filled(content, world.on_track, new_status=label))
    assert {row.state for row in review.rows} == {RowState.UNCHANGED}


@pytest.mark.long
@pytest.mark.same_on_both
def test_another_departments_report_is_shown_but_stands_in_nobodys_way(world):
    content = filled(fetched(world.supporting_liaison), world.undecided, progress="国际部已提供材料。")
    factories.progress(world.undecided, "技术部已汇总。", on=world.day, by=world.liaison)
    page = handed_in(world.supporting_liaison, content)
    (row,) = page.context["conflicts"]
    assert row.is_harmless
    assert row.is_accepted
    assert "技术部已汇总。" in page.content.decode()
    accept(world.supporting_liaison, page)
    assert Batch.objects.get().entries.get().department == world.international


@pytest.mark.long
def test_two_departments_of_one_task_in_one_workbook_are_both_entered(world):
    workbook = opened(fetched(world.secretariat))
    fill(workbook["技术部"], world.undecided, progress="技术部的进展。")
    fill(workbook["国际部"], world.undecided, progress="国际部的进展。")
    accepted(world.secretariat, saved(workbook))
    entries = Batch.objects.get().entries.order_by("sequence")
    assert [(entry.department.name, entry.note) for entry in entries] == [
        ("技术部", "技术部的进展。"),
        ("国际部", "国际部的进展。"),
    ]


@pytest.mark.long
def test_accepting_what_the_page_no_longer_shows_is_refused_with_what_changed(world):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.on_track, progress="甲"))
    factories.progress(world.on_track, "别人刚写的。", on=world.day, by=world.secretariat)
    response = accept(world.liaison, page)
    assert response.status_code == 409
    assert not Batch.objects.exists()
    assert [entry.note for entry in response.context["later_entries"]] == ["别人刚写的。"]


@pytest.mark.long
def test_the_same_file_twice_is_entered_once_and_again_after_it_was_undone(world):
    content = filled(fetched(world.liaison), world.overdue, progress="甲")
    first = handed_in(world.liaison, content)
    assert handed_in(world.liaison, content).context["upload"] == first.context["upload"]
    accept(world.liaison, first)
    again = handed_in(world.liaison, content)
    assert again.context["upload"].batch is not None
    assert WorkbookUpload.objects.count() == 1
    assert accept(world.liaison, first).status_code == 200
    assert Batch.objects.count() == 1
    # Saved anew it is another file, but says nothing else.
    resaved = handed_in(world.liaison, saved(opened(content)))
    assert [row.state for row in resaved.context["recorded_rows"]] == [RowState.RECORDED]

    undo_batch(batch_id=Batch.objects.get().pk, actor=world.liaison)
    page = handed_in(world.liaison, content)
    assert page.context["review"].accepted
    accept(world.liaison, page)
    assert TaskLog.objects.filter(note="甲").count() == 2


def test_a_liaison_writes_for_the_own_department_alone(world):
    workbook = opened(fetched(world.secretariat))
    fill(workbook["技术部"], world.overdue, progress="甲")
    fill(workbook["办公室"], world.review_missed, progress="乙")
    review = review_after(world.liaison, saved(workbook))
    assert [row.task for row in review.accepted] == [world.overdue]
    (row,) = review.of(RowState.REFUSED)
    assert row.task == world.review_missed
    assert "办公室" in row.findings[0].message


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_workbook_cannot_close_a_task_whoever_hands_it_in(world):
    content = filled(
        fetched(world.secretariat, f"?department={world.technology.pk}"),
        world.on_track,
        new_status="closed",
        progress="甲",
    )
    accepted(world.secretariat, content)
    world.on_track.refresh_from_db()
    assert world.on_track.status == Status.CLOSURE_REQUESTED


@pytest.mark.same_on_both
def test_tasks_that_ended_or_went_to_another_department_are_said(world):
    content = fetched(world.liaison)
    world_tasks = (world.overdue, world.on_track)

    def edit(workbook):
        for task in world_tasks:
            fill(workbook.worksheets[0], task, progress="甲")

    content = edited(content, edit)
    factories.move(world.overdue, Status.TERMINATED, on=world.day)
    world.on_track.refresh_from_db()
    edit_assignments(
        task_id=world.on_track.pk,
        version=world.on_track.version,
        actor=world.secretariat,
        reason="调整分工。",
        departments=[(world.office, DepartmentRole.RESPONSIBLE)],
        leaders=[world.supervisor],
    )
    review = review_after(world.liaison, content)
    states = {row.task: row.state for row in review.rows if row.parsed.open_cells}
    assert states == {world.overdue: RowState.INVALID, world.on_track: RowState.REFUSED}
    assert not review.accepted


@pytest.mark.long
@pytest.mark.same_on_both
def test_several_files_are_taken_at_once_and_bad_ones_are_named(world):
    good = [filled(fetched(world.liaison), world.overdue, progress=words) for words in ("甲", "乙")]
    response = handed_in(world.liaison, *good, b"PK\x03\x04 nothing", b"text", name="表.xlsx")
    assert WorkbookUpload.objects.count() == 2
    assert response.context["next_upload"] is not None
    assert sentences(response).count("表.xlsx") >= 2


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"%PDF-1.7"],
)
def test_bad_files_get_a_sentence_and_leave_nothing(world, content):
    response = handed_in(world.liaison, content)
    assert response.status_code == 422
    assert len(response.context["errors"]) == 1
    assert not WorkbookUpload.objects.exists()


@pytest.mark.same_on_both
def test_a_workbook_that_is_none_of_ours_is_refused(world):
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "会议"
    assert handed_in(world.liaison, saved(workbook)).status_code == 422
    assert signed_in(world.liaison).post("/fill-in/").status_code == 422
    many = [SimpleUploadedFile("a.xlsx", b"x")] * 31
    assert signed_in(world.liaison).post("/fill-in/", {"files": many}).status_code == 422


@pytest.mark.long
def test_what_is_set_aside_is_kept_and_enters_nothing(world):
    content = filled(fetched(world.liaison), world.overdue, progress="甲")
    page = handed_in(world.liaison, content)
    address = f"/fill-in/{page.context['upload'].pk}/"
    signed_in(world.liaison).post(address, {"action": "set_aside"})
    assert accept(world.liaison, page).status_code == 200
    assert not Batch.objects.exists()
    assert b"".join(signed_in(world.liaison).get(f"{address}file/").streaming_content) == content


@pytest.mark.long
@pytest.mark.same_on_both
def test_nobody_sees_anothers_workbook_before_it_is_accepted(world):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, progress="甲"))
    address = f"/fill-in/{page.context['upload'].pk}/"
    for account in (world.secretariat, world.other_liaison):
        assert signed_in(account).get(address).status_code == 404
    accept(world.liaison, page)
    assert signed_in(world.secretariat).get(address).status_code == 200
    assert signed_in(world.secretariat).post(address, {"action": "set_aside"}).status_code == 404
    assert signed_in(world.other_liaison).get(address).status_code == 404
    assert signed_in(factories.account(Role.READER)).get(address).status_code == 403


def test_a_liaison_downloads_and_hands_in_and_is_not_asked_what_the_secretariat_is(world):
    page = html.fromstring(signed_in(world.liaison).get("/fill-in/").content)
    form = page.xpath("//form[contains(@action, 'workbook')]")[0]
    assert "下载填报表" in form.text_content()
    assert not form.xpath(".//*[@name='department']"), "there is only one"
    assert form.xpath(".//details//*[@name='send_to']/@value") in ([], [""]), "not sent back to oneself"
    assert "为部室生成填报表" not in page.text_content()
    (tasks,) = page.xpath("//a[. = '本部室未办结任务']/@href")
    rows = signed_in(world.liaison).get(tasks).context["listing"].row_count
    assert rows == Task.objects.on(world.day).assigned_to([world.technology.pk]).open().count() > 0
