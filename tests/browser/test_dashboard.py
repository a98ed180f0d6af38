"""A leader between two meetings, staff in the morning, and one box that finds everything."""

from __future__ import annotations

import io

import pdfplumber
import pytest
from playwright.sync_api import expect

from meetings.devtools import synthetic
from meetings.models import Instruction, Person, Role, Task
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits


@pytest.fixture
def leader(db, live_server):
    factories.real_meeting()
    return factories.account(Role.LEADER, username="领导", person=Person.objects.get(name="肖良"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_leader_instructs_in_three_taps(visit, leader, picture, size, javascript):
    page = visit("/", as_=leader, width=size, language="en", javascript=javascript)
    if javascript:
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"dashboard leader {size[0]}")
    item = page.locator(".dashboard-item").first
    words = item.locator(".task-link").inner_text()
    item.get_by_text("Instruct", exact=True).click()
    form = page.locator("#instruct")
    form.get_by_role("button", name="Please speed this up.").click()
    expect(form.get_by_role("alert")).to_contain_text("Not issued yet. By 肖良, to 技术部.")
    assert not Instruction.objects.exists()
    if javascript:
        expect(form.get_by_role("textbox", name="Instruction")).to_be_in_viewport()
        expect(form.get_by_role("button", name="Confirm the instruction")).to_be_in_viewport()
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"instruction asked {size[0]}")
    form.get_by_role("button", name="Confirm the instruction").click()
    expect(page.locator(".dashboard-item").first.locator(".dashboard-next-actor")).to_have_text(
        "Departments: answer the instruction"
    )
    given = Instruction.objects.get()
    assert given.leader == leader.person
    assert given.task.text[:10] == words[:10]


@pytest.mark.parametrize("role", [Role.LEADER, Role.SECRETARIAT])
def test_what_is_to_be_done_is_printed_on_one_sheet_however_much_there_is(visit, db, live_server, role):
    synthetic.generate(200, seed=7)
    person = Task.objects.filter(task_leaders__isnull=False).first().task_leaders.first().person
    page = visit("/", as_=factories.account(role, person=person))
    last = page.locator(".dashboard .dashboard-item .task-link").last.inner_text()[:6]
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        first = paper.pages[0].extract_text()
    assert last in first
    assert not {"打印", "搜索"} & set(first.split())
    # As wide as A4 between its margins.
    page.set_viewport_size({"width": 703, "height": 1000})
    page.emulate_media(media="print")
    tables = page.locator("table.counts").locator("xpath=..")
    assert all(tables.evaluate_all("all => all.map(table => table.scrollWidth <= table.clientWidth)"))


@pytest.mark.parametrize("role", [Role.LEADER, Role.SECRETARIAT, Role.READER])
def test_a_wide_screen_has_no_half_empty_column(visit, leader, role):
    """What is red has neighbours of its height, or half of it; what is below the window comes with its numbers."""
    page = visit("/", as_=leader if role == Role.LEADER else role)
    expect(page.locator(".dashboard-aside #coming")).to_be_visible()
    red, last = page.locator("#red").locator("xpath=../.."), page.locator(".dashboard-aside > .card").last
    bottoms = [box["y"] + box["height"] for box in (red.bounding_box(), last.bounding_box())]
    assert bottoms[1] > bottoms[0] / 2
    for part in {Role.LEADER: ["appraisal"], Role.SECRETARIAT: ["trend"]}.get(role, []):
        section = page.locator(f"section[aria-labelledby={part}]")
        assert not section.locator("table").count(), "nobody has looked at it yet"
        section.scroll_into_view_if_needed()
        expect(section.locator("table")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_is_found_by_initials_and_opened_by_the_keyboard_alone(visit, leader, picture, size):
    page = visit("/", as_=Role.SECRETARIAT, width=size, language="en")
    page.keyboard.press("/")
    if size == PHONE:
        # There the bar has no room for a box: the key opens the page of the search.
        page.wait_for_url("**/search/")
    expect(page.locator("input[name=q]:focus")).to_be_visible()
    page.keyboard.type("lzs")
    if size == DESK:
        page.keyboard.press("Enter")
    hit = page.locator(".search-hit", has_text="刘仲书")
    expect(hit).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"search {size[0]}")
    expect(page.locator("#search-words")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search-words")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("刘仲书")
