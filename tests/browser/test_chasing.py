"""Chasing a department from the dashboard, taking over in one act, and the slips on paper."""

from __future__ import annotations

import datetime
import io

import pdfplumber
import pytest
from playwright.sync_api import Page, expect

from meetings.models import Account, DepartmentRole, EntryKind, TaskLog
from meetings.tasks.services.acknowledgements import ask_to_acknowledge
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits

LAPTOP = (1366, 768)


@pytest.fixture
def world(live_server) -> factories.SmallWorld:
    """The small world, and 规划部 with five red tasks, in a register that lives."""
    factories.living_register()
    world = factories.small_world()
    Account.objects.filter(pk=world.liaison.pk).update(email="liaison@example.org")
    deadline = factories.dated(world.day - datetime.timedelta(days=20))
    own = [(factories.department("规划部"), DepartmentRole.RESPONSIBLE)]
    for number in range(5):
        factories.task(factories.suggestion(world.meeting), deadline=deadline, departments=own, text=f"第{number}件事")
    return world


def click(page: Page, clicks: list[str], name: str, **where) -> None:
    """Click, and count it."""
    clicks.append(name)
    page.get_by_role(where.pop("role", "link"), name=name, **where).click()


@pytest.mark.parametrize("size", [DESK, LAPTOP, PHONE], ids=["1440", "1366", "390"])
def test_a_department_with_five_red_tasks_is_chased_in_two_clicks_without_typing(visit, world, picture, size):
    page = visit("/", as_=world.secretariat, width=size)
    assert_fits(page)
    clicks: list[str] = []
    if not page.get_by_role("link", name="催办规划部", exact=True).is_visible():
        clicks.append("the fold")
        page.locator("section[aria-labelledby=silent] summary").click()
    click(page, clicks, "催办规划部", exact=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("催办规划部：5 项任务")
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"chasing a department {size[0]}")
    click(page, clicks, "发出催办", role="button")
    expect(page.locator(".message-text").first).to_contain_text("已催办 5 项任务")
    assert len(clicks) <= 3, clicks
    assert TaskLog.objects.filter(kind=EntryKind.REMINDER).count() == 5


@pytest.mark.parametrize("size", [DESK, LAPTOP, PHONE], ids=["1440", "1366", "390"])
def test_what_departments_were_asked_fits_beside_sixty_of_them(visit, world, picture, size):
    ask_to_acknowledge(world.meeting)
    page = visit("/", as_=world.secretariat, width=size)
    page.get_by_role("link", name="督办一览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("督办一览")
    if size == PHONE:
        assert "–" not in page.locator("main tbody").inner_text(), "what was not asked takes no line of a card"
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"what departments were asked {size[0]}")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "390"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_a_liaison_takes_over_in_one_act(visit, world, picture, size, javascript):
    ask_to_acknowledge(world.meeting)
    page = visit("/", as_=world.liaison, width=size, javascript=javascript)
    page.get_by_role("link", name="待签收").click()
    assert_fits(page)
    if javascript:
        assert_accessible(page)
        picture(page, f"taking over {size[0]}")
    page.get_by_role("button", name="签收").click()
    expect(page.locator(".message-text")).to_contain_text("技术部已签收")
    expect(page.get_by_role("button", name="签收")).to_have_count(0)


def test_the_slips_are_printed_one_colour_a_page(visit, world):
    page = visit(f"/chasing/slips/?department={world.technology.pk}", as_=world.secretariat)
    assert_accessible(page)
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        texts = [sheet.extract_text() for sheet in paper.pages]
    assert len(texts) == 3
    # A print writes 黄, 工 and 小 as radicals.
    for kind, text in zip(("红单", "跟踪超期", "蓝单"), texts, strict=True):
        assert kind in text
    assert "宣传" in texts[0]
