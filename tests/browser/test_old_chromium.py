"""Chromium 109, the last on Windows 7: every page is read and a form is saved without what came after it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from meetings.models import Role, Task

from .axe import assert_accessible
from .chromium_109 import as_chromium_109
from .pages import assert_fits


@pytest.fixture
def task() -> Task:
    call_command("loaddata", "meeting_81", verbosity=0)
    return Task.objects.get(text__startswith="建立各层级委员会通讯录")


def colours(page: Page, selector: str) -> tuple[str, str]:
    """Return the text's and the ground's colour as the browser has worked them out."""
    style = page.locator(selector).first.evaluate(
        "(element) => {const s = getComputedStyle(element); return [s.color, s.backgroundColor];}"
    )
    return style[0], style[1]


def test_what_is_newer_is_taken_out_of_a_stylesheet():
    css = "a{color:red;color:light-dark(#000, #fff);--x:color-mix(in oklab, red 5%, blue);field-sizing:content}"
    assert as_chromium_109(css) == "a{color:red;}"


@pytest.mark.parametrize("color_scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_pages_are_read_in_colours(visit_as_109, task, width, color_scheme):
    page = visit_as_109("/", as_=Role.SECRETARIAT, width=width, color_scheme=color_scheme)
    text, ground = (
        ("rgb(64, 64, 64)", "rgb(246, 247, 249)")
        if color_scheme == "light"
        else ("rgb(229, 229, 229)", "rgb(22, 25, 30)")
    )
    for path in ("/", "/tasks/", task.get_absolute_url()):
        page.goto(path)
        assert colours(page, "body") == (text, ground)
        assert colours(page, ".topbar")[1] != "rgba(0, 0, 0, 0)"
        # Every pair of text and ground has its contrast.
        assert_accessible(page)
        assert_fits(page)
    page.goto("/tasks/")
    assert colours(page, ".health-badge.health-overdue") == ("rgb(255, 255, 255)", "rgb(200, 16, 46)")
    assert colours(page, "a.btn-primary, button.btn-primary") == ("rgb(255, 255, 255)", "rgb(31, 95, 168)")


def test_progress_is_saved_on_the_tasks_page(visit_as_109, task):
    page = visit_as_109(task.get_absolute_url(), as_=Role.SECRETARIAT, language="en")
    form = page.locator("form.update-form", has=page.get_by_label("Progress, or the reason")).first
    form.get_by_label("Progress, or the reason").fill("已建立通讯录的框架。")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert task.log.filter(note="已建立通讯录的框架。").exists()
