"""Two departments become one, chosen by initials, and the old document still finds it."""

import re

from playwright.sync_api import expect

from meetings.models import Department, Role
from tests import factories


def test_staff_merge_two_departments_and_the_old_name_still_finds_the_tasks(visit, width):
    factories.real_meeting()
    gone, into = Department.objects.get(name="检验部"), Department.objects.get(name="产品部")
    page = visit("/organisation/?q=jyb", as_=factories.account(Role.SECRETARIAT), width=width, language="en")
    page.get_by_role("link", name="检验部", exact=True).click()
    tasks = int(page.get_by_role("link", name=re.compile(r"^All \d+$")).inner_text().split()[-1])
    page.get_by_role("link", name="Merge into another").click()
    # The browser's own select is a combobox, too, until the library has come.
    expect(page.locator(".ts-wrapper").first).to_be_visible()
    page.get_by_role("combobox", name="Merge it into").focus()
    page.keyboard.type("cpb")
    expect(page.get_by_role("option")).to_have_text(["产品部"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show what would move").click()
    expect(page.get_by_role("heading", name="“检验部” becomes part of “产品部”")).to_be_visible()
    expect(page.get_by_text("This cannot be undone.")).to_be_visible()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Merged into “产品部”")).to_be_visible()
    gone.refresh_from_db()
    assert gone.merged_into == into
    assert tasks
    page.goto("/tasks/?department=检验部")
    # Asked by the old name, the list ticks the department that lives.
    expect(page.get_by_role("checkbox", name="产品部", include_hidden=True).first).to_be_checked()
    expect(page.locator("#results tbody tr").first).to_be_visible()
