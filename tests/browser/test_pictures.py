"""Something to look at: pictures that fit any window, marks that lead somewhere, and the end of the demonstration."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from meetings.devtools import synthetic
from meetings.models import Account, Department, Meeting, Role
from tests import factories

from .conftest import DESK, PHONE
from .pages import assert_fits

LAPTOP = (1366, 768)
SIZES = pytest.mark.parametrize("size", [DESK, LAPTOP, PHONE], ids=["desk", "laptop", "phone"])


@pytest.fixture
def busy_register():
    factories.real_meeting()
    synthetic.generate(120, seed=7)


@SIZES
def test_deadlines_on_their_axis_lead_to_their_tasks(visit, size):
    factories.real_meeting()
    page = visit(f"{Meeting.objects.get().get_absolute_url()}?as_of=2024-02-09", as_=Role.READER, width=size)
    assert_fits(page)
    rows = page.locator(".time-axis table").first.locator("tbody tr")
    expect(rows).to_have_count(10)
    if size == PHONE:
        page.locator(".time-axis .narrow-fold > summary").click()
    mark = rows.nth(3).locator(".axis-due, .axis-review").first
    text = rows.nth(3).locator(".axis-task").get_attribute("title")
    assert text
    mark.click()
    expect(page.locator("main")).to_contain_text(text)


@SIZES
def test_a_department_with_many_tasks_shows_ten_and_folds_the_rest(visit, busy_register, size):
    department = max(Department.objects.all(), key=lambda each: each.task_departments.count())
    page = visit(department.get_absolute_url(), as_=Role.READER, width=size)
    assert_fits(page)
    assert page.locator(".axis-rows tbody tr:visible").count() <= 10
    box = page.locator(".time-axis").bounding_box()
    assert box
    assert box["height"] < (1200 if size == PHONE else 700)


@SIZES
def test_the_calendar_and_the_map_lead_to_lists_of_as_many_rows(visit, busy_register, size):
    page = visit("/reports/calendar/?month=2019-12&as_of=2020-03-01", as_=Role.READER, width=size)
    assert_fits(page)
    for name in ("a.due-day", "a.heat-number", ".heat-marks a"):
        link = page.locator(f"{name}:visible").first
        number = link.get_attribute("data-count")
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/tasks/"))
        expect(page.locator(".task-table tbody tr")).to_have_count(int(number or 0))
        page.go_back()


def test_the_demonstration_goes_by_one_button_that_asks_once_more(visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with open(tmp_path / "out", "w", encoding="utf-8") as output:
        call_command("prepare_demonstration", stdout=output)
    staff = Account.objects.get(username="secretariat")
    page = visit("/", as_=staff, width=LAPTOP)
    page.get_by_role("link", name=re.compile("^演示会议")).first.click()
    page.get_by_text("移除演示会议").click()
    page.get_by_role("button", name="移除", exact=True).click()
    # The browser asks for the tick first.
    assert Meeting.objects.filter(is_demonstration=True).exists()
    page.get_by_role("checkbox", name=re.compile("彻底删除")).check()
    page.get_by_role("button", name="移除", exact=True).click()
    expect(page.locator("main")).to_contain_text("演示会议及其全部记录已移除")
    expect(page.locator("main")).not_to_contain_text("虚构")
