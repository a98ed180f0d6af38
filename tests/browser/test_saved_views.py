"""Making the list one's own, in a real browser: its columns, the views that are kept of it, the settings."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from meetings.models import Role, SavedView
from tests import factories

from .axe import assert_accessible
from .conftest import DESK
from .pages import PASSWORD, assert_fits, sign_in


def heads(page: Page) -> list[str]:
    return [
        text.rstrip(" ↑↓").strip() for text in page.locator("#results thead th").all_text_contents() if text.strip()
    ]


def test_columns_are_ticked_moved_remembered_and_taken_back_while_the_filters_stay(visit, world, width, picture):
    page = visit("/tasks/?status=not_started&sort=-due", as_=world.reader, width=width, language="en")
    found = page.locator(".results-count strong").inner_text()
    menu = page.locator("#columns")
    menu.locator("summary").click()
    menu.get_by_label("Meeting", exact=True).check()
    expect(page.locator("#results tbody td.card-line").first).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("your lists show these columns")
    up = menu.get_by_role("button", name="Move “Meeting” forward")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#results thead th").nth(-2)).to_contain_text("Meeting")
    # What was pressed is still at hand, and the list of columns still open.
    expect(page.locator("#up-meeting")).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    picture(page, f"columns {width[0]}", full_page=False)
    expect(page).to_have_url(re.compile(r"/tasks/\?status=not_started&sort=-due$"))
    assert page.locator(".results-count strong").inner_text() == found

    page.goto("/tasks/?status=not_started")
    assert heads(page)[-2:] == ["Meeting", "Latest progress"]
    page.locator("#columns summary").click()
    page.get_by_role("button", name="The usual ones").click()
    expect(page.locator("#results td.card-line")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"status=not_started$"))


def test_columns_are_chosen_without_scripts(visit, world, width):
    page = visit("/tasks/?status=not_started", as_=world.reader, width=width, language="en", javascript=False)
    page.locator("#columns summary").click()
    page.get_by_role("link", name="Choose the columns").click()
    page.get_by_label("Outcome", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("#results td .status-badge").first).to_be_attached()
    expect(page).to_have_url(re.compile(r"/tasks/\?status=not_started#columns-form$"))
    page.get_by_role("link", name="Choose the columns").click()
    # It stays open, so that moving by several places is so many clicks and no more.
    page.get_by_role("button", name="Move “Outcome” forward").click()
    page.get_by_role("button", name="Move “Outcome” forward").click()
    page.locator("main").get_by_role("link", name="Tasks").click()
    assert heads(page)[-3:] == ["Outcome", "Health", "Latest progress"]
    assert "status=not_started" in page.url


def test_a_view_is_saved_shared_opened_by_another_and_is_their_first_page(visit, world, width, picture):
    page = visit("/tasks/?status=not_started&as_of=" + world.day.isoformat(), as_=world.secretariat, width=width)
    page.locator("#views summary").click()
    menu = page.locator("#views")
    menu.get_by_label("名称").fill("未开始的")
    menu.locator("select").select_option("reader")
    menu.locator("button[type=submit]").click()
    expect(page.locator(".results-count")).to_contain_text("未开始的")
    view = SavedView.objects.get()
    assert page.url.endswith(f"/tasks/?{view.query}")
    assert_accessible(page)
    # Another filter makes it another list.
    page.get_by_role("searchbox").first.fill("培训")
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator(".results-count")).not_to_contain_text("未开始的")

    reader = factories.account(Role.READER, password=PASSWORD)
    page = visit("/tasks/", as_=reader, width=width)
    page.locator("#views summary").click()
    assert_accessible(page)
    assert_fits(page)
    picture(page, f"views {width[0]}", full_page=False)
    page.locator("#views").get_by_role("link", name="未开始的").click()
    expect(page.locator(".results-count")).to_contain_text("未开始的")
    page.goto("/views/")
    assert_accessible(page)
    page.locator(".view-first-page button").click()
    expect(page.locator(".view-card button[name=stop]")).to_be_visible()

    page = visit("/", width=width)
    sign_in(page, reader.username)
    expect(page).to_have_url(re.compile(re.escape(f"/tasks/?{view.query}") + "$"))


def test_settings_say_what_changed_and_the_password_is_a_new_one(visit, width):
    account = factories.account(Role.READER, password=PASSWORD)
    page = visit("/accounts/settings/", as_=account, width=width, language="en")
    page.get_by_label("Rows a page").select_option("100")
    page.get_by_label("First page").select_option("meetings")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("Rows a page: 100; First page: Meetings")
    page.get_by_role("link", name="Change the password").click()
    page.get_by_label("Old password").fill("wrong")
    page.get_by_label("New password", exact=True).fill("another horse 9")
    page.get_by_label("New password confirmation").fill("another horse 9")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#id_old_password_error")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another horse 9")
    page.get_by_label("New password confirmation").fill("another horse 9")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#messages")).to_contain_text("Your password is changed.")
    page.goto("/tasks/")
    expect(page.locator("h1")).to_contain_text("Tasks")


def test_an_address_with_columns_says_that_they_are_its_own(visit, world):
    page = visit("/tasks/?columns=number,text,remarks", as_=world.reader, width=DESK, language="en")
    page.locator("#columns summary").click()
    page.locator("#column-meeting").check()
    expect(page).to_have_url(re.compile(r"columns=number,text,remarks,meeting$"))
    page.get_by_role("button", name="For all my lists").click()
    expect(page).to_have_url(re.compile(r"/tasks/$"))
    assert heads(page) == ["No.", "Task", "Remarks", "Meeting"]
