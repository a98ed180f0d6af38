"""A member of staff hands in two workbooks that came back, chooses where the register moved on, accepts, and undoes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from meetings.models import Batch, Role, Task, TaskLog
from tests import factories
from tests.workbooks.workbook_files import edited, fetched, fill, filled, put_on

from .axe import assert_accessible
from .pages import assert_fits

# Milliseconds: a busy machine takes its time to start a process.
READING = 30_000


def as_file(name: str, content: bytes) -> dict:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": name, "mimeType": kind, "buffer": content}


@pytest.mark.separate_process
def test_two_workbooks_come_back(visit, width, picture):
    world = factories.small_world()
    sent = {
        department: fetched(world.secretariat, f"?department={department.pk}")
        for department in (world.technology, world.office)
    }

    def edit(workbook):
        sheet = workbook.worksheets[0]
        fill(sheet, world.overdue, progress="工作小组已成立，并召开第一次会议。", new_status="推进中")
        fill(sheet, world.on_track, progress="平台已完成招标。", day=world.day)
        fill(sheet, world.due_soon, progress="按计划推进。", day="2999年1月1日")
        put_on(sheet, world.overdue, comment="张三：名单见附图。", has_picture=True)

    technology = edited(sent[world.technology], edit)
    office = filled(sent[world.office], world.review_missed, progress="已与三家媒体签约。")
    factories.progress(world.on_track, "电话了解：招标进行中。", on=world.day, by=world.secretariat)

    page = visit("/fill-in/", as_=world.secretariat, width=width, language="en")
    assert_accessible(page)
    page.set_input_files("[name=files]", [as_file("技术部.xlsx", technology), as_file("办公室.xlsx", office)])
    page.get_by_role("button", name="Show what changes").click()
    # Each file is read by a process of its own.
    expect(page.get_by_role("heading", level=1)).to_have_text("技术部.xlsx", timeout=READING)
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"fill-in review {width[0]}")

    # What changed here meanwhile stands beside what the file says, and is chosen.
    stale = page.locator(".workbook-conflict")
    expect(stale).to_contain_text("平台已完成招标。")
    expect(stale).to_contain_text("电话了解：招标进行中。")
    stale.get_by_role("button", name="Enter what the file says").click()
    expect(stale.get_by_role("button", name="Enter what the file says")).to_have_attribute("aria-pressed", "true")
    # A comment and a picture are taken over by a click each.
    page.get_by_role("button", name="Take as a comment").click()
    page.get_by_role("button", name="Take as evidence").click()
    expect(page.locator("table[aria-labelledby=changes]")).to_contain_text("张三：名单见附图。")
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"fill-in taken over {width[0]}")
    # The wrong row is named, and left out once somebody has said so.
    expect(page.locator("#main")).to_contain_text("2999年1月1日")
    page.locator("[name=leave_out]").check()
    page.get_by_role("button", name="Accept 2 rows").click()
    expect(page.locator("#main")).to_contain_text("2 rows of “技术部.xlsx” are in the register.")
    assert {entry.task for entry in Batch.objects.get().entries.all()} == {world.overdue, world.on_track}
    assert world.overdue.evidence.count() == world.overdue.log.filter(kind="comment").count() == 1
    assert_accessible(page)
    picture(page, f"fill-in accepted {width[0]}")

    page.get_by_role("link", name="Next workbook").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("办公室.xlsx")
    page.get_by_role("button", name="Accept 1 row").click()
    page.get_by_role("link", name="The batch: see it, or undo it").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#main")).to_contain_text("undone")
    assert Batch.objects.filter(undoes__isnull=False).get().undoes.entries.get().task == world.review_missed
    assert Task.objects.get(pk=world.review_missed.pk).status == "not_started"


def test_a_liaison_without_scripts_does_the_same(visit):
    world = factories.small_world()
    page = visit("/fill-in/", as_=world.liaison, javascript=False, language="en")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the workbook").click()
    content = filled(download.value.path().read_bytes(), world.overdue, progress="工作小组已成立。")
    page.set_input_files("[name=files]", as_file("技术部.xlsx", content))
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Accept 1 row").click(timeout=READING)
    expect(page.locator("#main")).to_contain_text("is in the register")
    assert TaskLog.objects.get(batch__isnull=False).note == "工作小组已成立。"
    assert world.liaison.role == Role.LIAISON


def test_after_a_refused_file_the_page_is_dressed_again(visit):
    world = factories.small_world()
    page = visit("/fill-in/", as_=world.secretariat, language="en")
    expect(page.locator("#main .ts-wrapper")).to_have_count(1)
    page.set_input_files("[name=files]", [as_file("notes.txt", b"no workbook")])
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("#main [role=alert]").first).to_be_visible(timeout=READING)
    expect(page.locator("#main .ts-wrapper")).to_have_count(1)
    expect(page.locator("#main .file-field")).to_have_count(1)
