"""The secretariat changes one status where it stands, then several tasks together, and takes both back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Role, Task

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits


def look_at(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_one_status_then_several_tasks_are_changed_in_the_list_and_undone(visit, world, picture, size):
    page = visit("/tasks/", as_=Role.SECRETARIAT, width=size, language="en")
    row = page.locator(f"#task-{world.overdue.pk}")
    said = page.locator("#messages")

    # One row, where it stands: the focus goes into the form and comes back to the row.
    row.get_by_role("link", name="Change the status").click()
    terminate = row.get_by_role("button", name="Terminated", exact=True)
    expect(row.locator(".row-status-form button").first).to_be_focused()
    # Escape leaves it as it was.
    page.keyboard.press("Escape")
    expect(row.get_by_role("link", name="Change the status")).to_be_focused()
    row.get_by_role("link", name="Change the status").click()
    terminate.click()
    expect(row).to_contain_text("Say why the task becomes")
    look_at(page)
    row.get_by_label("Progress, or the reason").fill("不再办理。")
    terminate.click()
    expect(row.locator(".status-badge")).to_have_text("Terminated")
    expect(row.get_by_role("link", name="Change the status")).to_be_focused()
    expect(said).to_contain_text("is now “Terminated”")
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("Undone: 1 task is as it was before.")
    expect(row.locator(".status-badge")).to_have_text("Not started")

    # Several: the bar comes with the first that is ticked.
    bar = page.locator("#batch")
    expect(bar).to_be_hidden()
    for task in (world.overdue, world.due_soon, world.closed):
        page.locator(f"#task-{task.pk}").get_by_role("checkbox").check()
    expect(bar).to_contain_text("3 tasks selected")
    look_at(page)
    picture(page, f"selected {size[0]}")
    bar.get_by_role("button", name="Change selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 3 tasks")
    look_at(page)
    page.get_by_label("Status").select_option("terminated")
    page.get_by_label("Progress, or the reason").fill("统一不再办理。")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="2 tasks will change")).to_be_visible()
    expect(page.get_by_role("heading", name="1 task cannot")).to_be_visible()
    expect(page.get_by_role("heading", name="A task that is “Closed” cannot become “Terminated”.")).to_be_visible()
    look_at(page)
    picture(page, f"preview {size[0]}")
    page.get_by_role("button", name="Change 2 tasks").click()
    expect(page).to_have_url(re.compile(r"/tasks/$"))
    expect(said).to_contain_text("2 tasks were changed.")
    look_at(page)

    # The batch, and the way back.
    page.goto(page.url.replace("/tasks/", "/batches/"))
    page.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 tasks")
    look_at(page)
    picture(page, f"batch {size[0]}")
    page.get_by_role("button", name="Undo it for 2 tasks").click()
    expect(page.locator("#messages")).to_contain_text("Undone: 2 tasks are as they were before.")
    assert set(Task.objects.filter(status="terminated")) == {world.terminated}


def test_without_scripts_all_that_was_found_is_changed_from_the_bar_below_the_list(visit, world):
    page = visit("/tasks/?per_page=2&status=not_started", as_=Role.SECRETARIAT, language="en", javascript=False)
    page.get_by_label("tasks found, on every page").check()
    page.get_by_role("button", name="Change selected").click()
    page.get_by_label("Progress, or the reason").fill("统一更新。")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name=re.compile(r"Change \d+ tasks")).click()
    expect(page.locator("#messages")).to_contain_text("tasks were changed.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("as they were before.")
