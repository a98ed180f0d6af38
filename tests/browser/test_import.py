"""A staff member drops the notice on the page, answers its three questions, and has the register of the fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from meetings.models import DraftRow, ImportIssue, Meeting, MinutesDocument, Role, Task
from tests import factories
from tests.register_dump import register

from .axe import assert_accessible
from .conftest import DESK
from .pages import assert_fits

NOTICE = Path(__file__).parent.parent / "data" / "minutes.docx"


@pytest.fixture
def fixture_register(transactional_db) -> dict:
    """The register as the fixture has it, once somebody has settled what the notice leaves open."""
    with transaction.atomic():
        factories.real_meeting()
        ImportIssue.objects.all().delete()
        found = register()
        transaction.set_rollback(True)
    return found


def drop_the_notice(page: Page) -> None:
    page.set_input_files("#id_file", NOTICE)
    page.locator("form.import-form button[type=submit]").click()
    expect(page.locator(".draft-row")).to_have_count(12)


def questions(page: Page):
    return page.locator("[data-draft-issue]")


@pytest.mark.separate_process
def test_the_notice_becomes_the_register(visit, width, picture, fixture_register):
    page = visit("/import/", as_=Role.SECRETARIAT, width=width)
    assert_accessible(page)
    picture(page, f"import {width[0]}")
    drop_the_notice(page)
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"draft {width[0]}")
    expect(questions(page)).to_have_count(3)

    # One key to the next question; each answer takes its question away and leads on.
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(questions(page).first).to_be_focused()
    expect(questions(page).first).to_be_in_viewport()
    for left in (2, 1, 0):
        questions(page).first.get_by_role("button").click()
        expect(questions(page)).to_have_count(left)
    assert_accessible(page)
    page.locator("#draft-bar a[href='#accept']").click()
    picture(page, f"draft answered {width[0]}")
    page.locator("#accept .btn-success").click()
    expect(page).to_have_url(Meeting.objects.get().get_absolute_url())
    assert register() == fixture_register


def test_the_page_without_scripts_does_the_same(visit, fixture_register):
    page = visit("/import/", as_=Role.SECRETARIAT, javascript=False)
    drop_the_notice(page)
    for left in (2, 1, 0):
        questions(page).first.get_by_role("button").click()
        expect(questions(page)).to_have_count(left)
    page.locator("#accept .btn-success").click()
    assert register() == fixture_register


def test_each_change_is_saved_and_survives_the_browser(visit, width):
    staff = factories.account(Role.SECRETARIAT)
    page = visit("/import/", as_=staff, width=width)
    drop_the_notice(page)
    address = page.url
    row = page.locator(".draft-row").first
    row.locator("summary").first.click()
    deadline = row.locator("[name=task-0-deadline]")
    deadline.fill("春节前")
    deadline.press("Tab")
    # What was typed is read by the same grammar, and asks where it is in doubt.
    expect(row.locator("[data-draft-issue]")).to_have_count(1)
    expect(row.locator("[data-draft-issue]")).to_contain_text("春节前")
    expect(row.locator("[name=task-0-meaning]")).to_be_focused()
    row.locator("[name=remarks]").fill("请办公室核对")
    row.locator("[name=remarks]").blur()
    expect(page.locator("#draft-bar")).to_contain_text("4")
    # Asked from outside: the page's policy lets nobody evaluate a string in it.
    expect(page.locator(".draft-row").first.locator("[name=version]").first).to_have_value("3")
    page.close()

    again = visit("/import/", as_=staff, width=width)
    again.get_by_role("link", name="中国合格评定国家认可委员会第五届执行委员会第二次会议").click()
    assert again.url == address
    first = again.locator(".draft-row").first
    expect(first.locator("[name=remarks]")).to_have_value("请办公室核对")
    expect(first.locator("[name=task-0-deadline]")).to_have_value("春节前")
    first.locator("[data-draft-issue] .btn-primary").click()
    expect(first.locator("[data-draft-issue]")).to_have_count(0)
    assert DraftRow.objects.get(position=1).content["tasks"][0]["deadline"]["due_date"] == "2024-02-09"


CHANGE = """(field, text) => {
    field.focus();
    field.value = text;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    field.dispatchEvent(new Event("change", {bubbles: true}));
}"""


def test_quick_changes_of_several_fields_are_all_saved(visit):
    page = visit("/import/", as_=Role.SECRETARIAT)
    drop_the_notice(page)
    row = page.locator(".draft-row").nth(1)
    row.locator("summary").first.click()
    for name, text in (
        ("suggestion", "建议甲"),
        ("lead_in", "引言乙"),
        ("task-0-text", "任务丙"),
        ("remarks", "备注丁"),
    ):
        # In one go: between marking a field and typing over it, its row may come back from the change before.
        row.locator(f"[name={name}]").evaluate(CHANGE, text)
    # They are sent one after the other; the last of them ends it.
    for _ in range(100):
        content = DraftRow.objects.get(position=2).content
        if content["remarks"]:
            break
        page.wait_for_timeout(100)
    assert (content["suggestion"], content["lead_in"], content["remarks"]) == ("建议甲", "引言乙", "备注丁")
    assert content["tasks"][0]["text"] == "任务丙"


def test_a_meeting_that_is_there_shows_its_difference(visit, width, picture):
    factories.real_meeting()
    factories.department("技术处")
    page = visit("/import/", as_=Role.SECRETARIAT, width=width, language="en")
    drop_the_notice(page)
    row = page.locator(".draft-row").nth(2)
    row.locator("summary").first.click()
    row.locator("[name=task-0-text]").fill("邀请新委员到会陈述")
    row.locator("[name=do][value=save]").last.click()
    page.wait_for_url("**/import/*/#*")
    expect(page.locator(".draft-difference")).to_contain_text("邀请新委员到会陈述")
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"draft difference {width[0]}")
    page.locator("#accept .btn-success").click()
    page.wait_for_url("**/meetings/**")
    assert Task.objects.get(suggestion__number=3).text == "邀请新委员到会陈述"
    assert Meeting.objects.count() == 1


def test_bad_input_and_a_dark_page(visit, picture):
    page = visit("/import/", as_=Role.SECRETARIAT, color_scheme="dark")
    page.locator("#id_text").fill("这里没有表格")
    page.locator("form.import-form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#id_text")).to_have_value("这里没有表格")
    assert_accessible(page)
    drop_the_notice(page)
    page.locator("[data-expand-all]").click()
    assert_accessible(page)
    picture(page, f"draft dark {DESK[0]}")
    assert MinutesDocument.objects.count() == 1
