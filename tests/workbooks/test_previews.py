"""What the page of a workbook shows is what the log has once it is accepted."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.models import Batch, DepartmentRole, EntryKind, Evidence, Language, Status, Task, TaskLog
from meetings.workbooks.reviewed_rows import RowState
from tests import factories
from tests.depth import examples
from tests.tasks.previews import happened, shown

from .workbook_files import (
    accept,
    accepted,
    edited,
    fetched,
    fill,
    filled,
    handed_in,
    opened,
    put_on,
    review_after,
    saved,
    take_all,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


STATUSES = ["", "未启动", "推进中", "申请办结", "已完成", "已办结"]
words = st.sampled_from(["", "", "已完成初稿。", "已征求意见。\n正在汇总。", "无", "暂未启动，等待批复"])
cells = st.fixed_dictionaries(
    {
        "progress": words,
        "reason": st.sampled_from(["", "", "因经费未落实，尚未启动。"]),
        "new_status": st.sampled_from(STATUSES),
        "days_ago": st.sampled_from([None, 0, 3, 40]),
        "comment": st.sampled_from(["", "", "张三：经费已落实。"]),
        "has_picture": st.sampled_from([False, False, True]),
    }
)


@pytest.mark.deep
@pytest.mark.long
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(cells, min_size=7, max_size=7))
def test_what_the_preview_shows_is_what_the_log_has(world, rows):
    with transaction.atomic():
        _fill_in_and_accept(world, rows)
        transaction.set_rollback(True)


def _fill_in_and_accept(world, rows) -> None:
    """Fill in all the sheets, of which two are about one task, and accept what the page shows."""
    tasks = [world.overdue, world.undecided, world.due_soon, world.on_track, world.review_missed]
    places = [*(("技术部", task) for task in tasks[:4]), ("办公室", tasks[4]), ("国际部", world.undecided)]

    def edit(workbook):
        for (sheet, task), row in zip(places, rows, strict=False):
            day = None if row["days_ago"] is None else world.day - datetime.timedelta(days=row["days_ago"])
            values = {name: row[name] or None for name in ("progress", "reason", "new_status")}
            fill(workbook[sheet], task, day=day, **values)
            put_on(workbook[sheet], task, comment=row["comment"], has_picture=row["has_picture"])

    page = take_all(world.secretariat, handed_in(world.secretariat, edited(fetched(world.secretariat), edit)))
    if not page.context["review"].accepted:
        return
    before = list(Task.objects.all())
    assert accept(world.secretariat, page, leave_out="yes").status_code == 200
    entries = Batch.objects.get().entries.all()
    assert shown(page.content.decode()) == happened(entries, before, Language.CHINESE)
    taken = [offer for _row, offer in page.context["review"].offers if offer.is_taken]
    assert Evidence.objects.count() == sum(offer.file is not None for offer in taken)
    assert entries.filter(kind=EntryKind.COMMENT).count() == sum(offer.file is None for offer in taken)


@pytest.mark.long
def test_not_started_is_honoured_and_why_is_no_progress(world):
    note = "因经费未落实，尚未启动"
    for values in (
        {"new_status": "未启动", "progress": note},
        {"new_status": "未启动", "reason": note},
        {"reason": note},
        {"progress": note},
    ):
        with transaction.atomic():
            accepted(world.liaison, filled(fetched(world.liaison), world.overdue, **values))
            entry = Batch.objects.get().entries.get()
            assert (entry.note, entry.kind, entry.changes) == (note, EntryKind.REVIEW, {})
            assert entry.department == world.technology
            assert Task.objects.get(pk=world.overdue.pk).status == Status.NOT_STARTED
            transaction.set_rollback(True)


@pytest.mark.parametrize("words", ["未启动", "无进展", "/", "无", "同上"])
@pytest.mark.parametrize("cell", ["progress", "reason"])
def test_words_that_tell_nothing_are_named_and_change_nothing(world, words, cell):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, **{cell: words}))
    review = page.context["review"]
    assert {row.state for row in review.rows} == {RowState.UNCHANGED}
    assert [finding.value for finding in review.findings] == [words]
    assert shown(page.content.decode()) == ([], [])


def test_progress_starts_a_task_and_the_page_says_so(world):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, progress="已成立小组。"))
    ((entry,), consequences) = shown(page.content.decode())
    assert "未启动 → 推进中" in entry
    assert not consequences


@pytest.mark.long
def test_a_report_moves_the_next_review_and_the_page_says_so(world):
    page = handed_in(world.other_liaison, filled(fetched(world.other_liaison), world.review_missed, progress="甲"))
    _entries, (consequence,) = shown(page.content.decode())
    assert "→" in consequence


@pytest.mark.long
@pytest.mark.parametrize("status", ["申请办结", "已完成", "已办结", "办结", "closed"])
def test_a_finished_task_is_reported_in_the_first_round(world, status):
    content = filled(
        fetched(world.liaison), world.overdue, progress="工作小组已成立。", new_status=status, reason="全部完成。"
    )
    accepted(world.liaison, content)
    told, request = Batch.objects.get().entries.order_by("sequence")
    assert (told.note, told.changes["status"]["new"]) == ("工作小组已成立。", Status.IN_PROGRESS)
    assert (request.note, request.changes["status"]["new"]) == ("全部完成。", Status.CLOSURE_REQUESTED)
    assert Task.objects.get(pk=world.overdue.pk).status == Status.CLOSURE_REQUESTED


@pytest.mark.long
def test_a_request_that_was_accepted_is_known_when_it_is_handed_in_again(world):
    content = filled(fetched(world.liaison), world.overdue, progress="甲", new_status="申请办结", reason="乙")
    accepted(world.liaison, content)
    again = review_after(world.liaison, saved(opened(content)))
    assert [row.task for row in again.of(RowState.RECORDED)] == [world.overdue]
    other = filled(content, world.overdue, progress="丙")
    assert [row.task for row in review_after(world.liaison, other).of(RowState.CONFLICT)] == [world.overdue]


@pytest.mark.long
@pytest.mark.parametrize("cell", ["progress", "reason"])
def test_the_words_of_a_finished_task_may_stand_in_either_column(world, cell):
    accepted(
        world.liaison, filled(fetched(world.liaison), world.overdue, new_status="申请办结", **{cell: "全部完成。"})
    )
    entries = Batch.objects.get().entries.order_by("sequence")
    assert [(entry.note, entry.is_report, entry.changes["status"]["new"]) for entry in entries] == [
        ("", False, Status.IN_PROGRESS),
        ("全部完成。", True, Status.CLOSURE_REQUESTED),
    ]


@pytest.mark.long
def test_one_text_makes_one_entry_where_the_task_has_begun(world):
    factories.progress(world.overdue, "已成立小组。", on=world.day - datetime.timedelta(days=9), by=world.liaison)
    for cells in (["progress"], ["reason"], ["progress", "reason"]):
        values = dict.fromkeys(cells, "全部完成。")
        with transaction.atomic():
            accepted(world.liaison, filled(fetched(world.liaison), world.overdue, new_status="申请办结", **values))
            entry = Batch.objects.get().entries.get()
            assert (entry.note, entry.is_report) == ("全部完成。", True)
            assert entry.changes["status"]["new"] == Status.CLOSURE_REQUESTED
            transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.parametrize("has_begun", [False, True])
def test_beside_its_progress_why_closure_is_asked_for_is_no_last_report(world, has_begun):
    if has_begun:
        factories.progress(world.overdue, "已成立小组。", on=world.day - datetime.timedelta(days=9), by=world.liaison)
    values = {"progress": "印发办法，覆盖十二个部室。", "new_status": "申请办结", "reason": "任务已完成。"}
    accepted(world.liaison, filled(fetched(world.liaison), world.overdue, **values))
    assert [entry.note for entry in Batch.objects.get().entries.order_by("sequence")] == [
        values["progress"],
        values["reason"],
    ]
    (report,) = TaskLog.objects.filter(task=world.overdue).last_of_departments(world.day)
    assert report.note == values["progress"]


def test_a_supporting_department_cannot_ask_for_closure(world):
    content = filled(fetched(world.supporting_liaison), world.undecided, progress="甲", new_status="已完成")
    (row,) = review_after(world.supporting_liaison, content).of(RowState.INVALID)
    assert row.findings[0].value == "已完成"


@pytest.mark.long
def test_beside_the_new_progress_stands_the_departments_own_last_one(world):
    factories.progress(world.undecided, "国际部的进展。", on=world.day, by=world.supporting_liaison)
    content = filled(fetched(world.liaison), world.undecided, progress="技术部的进展。")
    (row,) = review_after(world.liaison, content).accepted
    assert [difference.old for difference in row.differences][0] == ""
    content = filled(fetched(world.supporting_liaison), world.undecided, progress="国际部又有进展。")
    (row,) = review_after(world.supporting_liaison, content).accepted
    assert [difference.old for difference in row.differences][0] == "国际部的进展。"


@pytest.mark.long
@pytest.mark.parametrize(("first", "second"), [("技术部", "国际部"), ("国际部", "技术部")])
def test_rows_of_a_shared_task_are_planned_by_their_days(world, first, second):
    """Whichever sheet stands before: what came first starts the task, and what came later stands in no way."""
    both = [(department, DepartmentRole.RESPONSIBLE) for department in (world.technology, world.international)]
    shared, finished = (factories.task(world.overdue.suggestion, text=text, departments=both) for text in "甲乙")
    early, late = (world.day - datetime.timedelta(days=days) for days in (90, 30))

    def edit(workbook):
        fill(workbook[first], shared, progress="首先", day=early)
        fill(workbook[second], shared, progress="随后", day=late)
        fill(workbook[first], finished, new_status="申请办结", progress="全部完成。", day=early)
        fill(workbook[second], finished, progress="随后", day=late)

    page = handed_in(world.secretariat, edited(fetched(world.secretariat), edit))
    assert {row.state for row in page.context["review"].rows if row.parsed.open_cells} == {RowState.CHANGES}
    before = list(Task.objects.all())
    assert accept(world.secretariat, page).status_code == 200
    entries = Batch.objects.get().entries.all()
    assert shown(page.content.decode()) == happened(entries, before, Language.CHINESE)
    statuses = {task.pk: task.day_status for task in Task.objects.on(early)}
    assert statuses[shared.pk] == Status.IN_PROGRESS
    assert statuses[finished.pk] == Status.CLOSURE_REQUESTED
