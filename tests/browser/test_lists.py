"""A list of tasks that is alive: four filters, chips, heads that stay, the day in sight, nothing that moves."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils.dateformat import format as date_format
from playwright.sync_api import Locator, expect

from meetings.devtools import synthetic
from meetings.models import DepartmentRole, Role, Status
from tests import factories

from .conftest import DESK, PHONE
from .pages import assert_fits

LAPTOP = (1366, 768)


@pytest.fixture
def busy_register():
    factories.real_meeting()
    synthetic.generate(40, seed=7)


def save_status(row: Locator, status: str) -> None:
    row.locator(".row-status > .status-badge").click()
    row.locator(f"button[value={status}]").click()


def test_four_filters_stand_and_the_others_are_one_click_away(visit, world):
    page = visit("/tasks/", as_=Role.READER, width=LAPTOP)
    expect(page.locator(".filter-picks > .pick > summary")).to_have_text(
        ["预警", "责任部室", "分管领导", "会议", "更多筛选"]
    )
    page.get_by_text("更多筛选").click()
    page.locator(".pick-part > summary", has_text="办理状态").click()
    page.get_by_role("checkbox", name="推进中").check()
    chip = page.get_by_role("link", name="办理状态：推进中")
    expect(chip).to_be_visible()
    expect(page.locator(".pick-count").last).to_have_text("1")
    chip.click()
    expect(page).not_to_have_url(re.compile("status"))
    expect(page.locator(".chip")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 1366])
def test_no_column_of_the_list_is_cut_on_a_laptop(visit, world, width):
    """Also where a task was closed late, others answer for it and its meeting is named."""
    task = factories.task(
        factories.suggestion(factories.meeting(document_number="演示〔2026〕1号")),
        deadline=factories.dated(world.day - datetime.timedelta(days=19)),
        departments=[
            (factories.department("演示·培训部"), DepartmentRole.LEAD),
            (factories.department("演示·评审部"), DepartmentRole.SUPPORTING),
        ],
    )
    factories.progress(task, "方案已印发实施，受理平均用时由12个工作日压缩至7个工作日。", on=world.day)
    factories.move(task, Status.CLOSED, on=world.day)
    page = visit("/tasks/", as_=world.secretariat, width=(width, 800))
    expect(page.get_by_text("逾期 19 天办结")).to_be_visible()
    # Windows has a scroll bar of 17 px, which this browser has not.
    page.set_viewport_size({"width": width - 17, "height": 800})
    assert not page.locator(".table-responsive").evaluate("table => Math.max(0, table.scrollWidth - table.clientWidth)")


def test_the_english_list_fits_a_laptop_and_its_bar_a_tablet(visit, busy_register):
    page = visit("/tasks/?per_page=100", as_=Role.SECRETARIAT, width=LAPTOP, language="en")
    for words in ("Review missed", "Supporting"):
        expect(page.locator(".task-table").get_by_text(words, exact=True).first).to_be_visible()
    assert_fits(page)
    page.set_viewport_size({"width": 800, "height": 900})
    assert_fits(page)


@pytest.mark.parametrize("columns", ["", "&columns=" + ",".join(["number", "text", "meeting", "aspect", "suggestion",
    "source", "department", "leader", "due", "status", "health", "progress"])], ids=["usual", "many"])  # fmt: skip
def test_the_heads_stay_in_sight_while_the_rows_go_by(visit, busy_register, columns):
    page = visit(f"/tasks/?as_of=2024-03-01{columns}", as_=Role.READER, width=LAPTOP)
    head, rows = page.locator(".task-table thead"), page.locator(".task-table tbody tr")
    rows.nth(15).scroll_into_view_if_needed()
    page.mouse.move(600, 600)
    page.mouse.wheel(0, 400)
    page.wait_for_function("document.querySelector('.task-table tbody tr').getBoundingClientRect().bottom < 0")
    expect(head.locator("th").first).to_be_in_viewport(ratio=1)
    box, band = head.locator("th").first.bounding_box(), page.locator(".as-of-band").bounding_box()
    assert band["y"] + band["height"] - 1 <= box["y"], "the head stands under the bar and the band"
    assert_fits(page)


def test_a_row_says_whose_meeting_it_is_once_there_are_several(visit, world):
    note = ".cell-task .cell-parts"
    alone = visit("/tasks/", as_=Role.SECRETARIAT)
    expect(alone.locator(note).filter(has_text=world.meeting.title)).to_have_count(0)
    other = factories.meeting(title="第二次全体会议", document_number="认可委〔2024〕9号")
    factories.task(factories.suggestion(other), text="另一次会议的任务。")
    page = visit("/tasks/", as_=world.secretariat)
    row = page.locator("tr", has_text="另一次会议的任务。")
    expect(row.locator(note)).to_contain_text("认可委〔2024〕9号")
    # A row that is saved in place says it still.
    save_status(row, "in_progress")
    expect(row.get_by_text("推进中")).to_be_visible()
    expect(row.locator(note)).to_contain_text("认可委〔2024〕9号")


def test_saving_in_place_moves_nothing_under_the_pointer(visit, busy_register):
    page = visit("/tasks/?per_page=50", as_=Role.SECRETARIAT, width=LAPTOP)
    rows = page.locator(".task-table tbody tr")
    rows.nth(10).scroll_into_view_if_needed()
    places = [rows.nth(number).bounding_box()["y"] for number in (8, 10, 12)]
    rows.nth(10).locator(".row-status > .status-badge").click()
    expect(rows.nth(10).locator("button[value=in_progress]")).to_be_visible()
    assert [rows.nth(number).bounding_box()["y"] for number in (8, 10, 12)] == places
    rows.nth(10).get_by_role("link", name="不更改").click()
    save_status(rows.nth(10), "in_progress")
    expect(page.locator(".messages .alert")).to_be_visible()
    assert [rows.nth(number).bounding_box()["y"] for number in (8, 10, 12)] == places


def test_a_past_day_is_unmistakable_on_every_page(visit, world):
    task, past = world.overdue, world.day - datetime.timedelta(days=1)
    page = visit("/", as_=Role.READER, width=PHONE)
    for address in (
        "/",
        "/tasks/",
        task.get_absolute_url(),
        "/meetings/",
        task.suggestion.meeting.get_absolute_url(),
        "/meetings/compare/",
        task.suggestion.get_absolute_url(),
    ):
        page.goto(f"{address}?as_of={world.day}")
        expect(page.locator(".as-of-band > div")).to_have_count(0)
        page.goto(f"{address}?as_of={past}")
        band = page.locator(".as-of-band > div")
        expect(band).to_contain_text(date_format(past, "Y年n月j日"))
        page.mouse.wheel(0, 600)
        expect(band).to_be_in_viewport()
        band.get_by_role("link", name="返回今天").click()
        expect(page).not_to_have_url(re.compile("as_of"))


def test_the_band_follows_the_day_chosen_in_the_list(visit, world):
    page = visit("/tasks/", as_=Role.READER, width=DESK)
    page.get_by_text("更多筛选").click()
    page.locator(".pick-part > summary", has_text="日期").click()
    page.get_by_label("截至日期").fill("2024-03-01")
    expect(page.locator(".as-of-band > div")).to_contain_text("2024年3月1日")


def test_a_phone_has_one_row_of_tools_and_no_printer(visit, busy_register):
    page = visit("/tasks/", as_=Role.SECRETARIAT, width=PHONE)
    tools = page.locator(".results-tools > *:visible")
    assert len({round(box.bounding_box()["y"] + box.bounding_box()["height"] / 2) for box in tools.all()}) == 1
    for address in ("/", "/tasks/", "/meetings/", "/inbox/", "/nothing-here/"):
        page.goto(address)
        expect(page.locator("[data-print]:visible, [href$='#print']:visible")).to_have_count(0)


def test_an_empty_register_has_nothing_to_filter(visit):
    page = visit("/tasks/", as_=Role.SECRETARIAT)
    expect(page.locator("#filters")).to_have_count(0)


def test_a_phone_shows_departments_and_people_as_short_cards(visit, busy_register):
    for address in ("/organisation/", "/organisation/people/"):
        page = visit(address, as_=Role.SECRETARIAT, width=PHONE)
        heights = [row.bounding_box()["height"] for row in page.locator(".table-cards tbody tr").all()]
        assert max(heights) < 200, address
        expect(page.locator(".table-cards td:empty:visible")).to_have_count(0)
        assert_fits(page)
