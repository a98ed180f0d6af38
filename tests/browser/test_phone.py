"""What a phone shows in a register that lives: the gist in the first screens, the rest a tap away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Meeting, Person, Role, Task
from tests import factories

from .axe import assert_accessible
from .conftest import PHONE
from .pages import assert_fits

SCREEN = PHONE[1]


@pytest.fixture
def visit_as(visit):
    """Open the page of somebody: a leader is 肖良, a liaison 技术部's."""
    factories.living_register()

    def visit_as(path: str, role: Role, **options) -> Page:
        more = {
            Role.LEADER: {"person": Person.objects.get(name="肖良")},
            Role.LIAISON: {"departments": [factories.department()]},
        }
        return visit(path, as_=factories.account(role, **more.get(role, {})), width=PHONE, **options)

    return visit_as


def height(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollHeight")


def tables_that_scroll_sideways(page: Page) -> list[str]:
    return page.locator(".table-responsive").evaluate_all(
        "all => all.filter(table => table.scrollWidth > table.clientWidth + 1).map(table => table.innerText)"
    )


@pytest.mark.parametrize(
    ("role", "most_screens"), [(Role.SECRETARIAT, 5.5), (Role.LEADER, 4.5), (Role.LIAISON, 4.5), (Role.READER, 4.5)]
)
def test_a_phone_shows_what_matters_first_and_opens_the_rest(visit_as, picture, role, most_screens):
    page = visit_as("/", role)
    first = page.locator(".dashboard-item").first
    assert first.bounding_box()["y"] < SCREEN
    assert height(page) <= most_screens * SCREEN
    picture(page, f"phone dashboard {role}")
    numbers = page.locator("section[aria-labelledby^=by-] a[data-count]")
    while page.locator("main .narrow-fold:not([open]) > summary").count():
        page.locator("main .narrow-fold:not([open]) > summary").first.click()
    # The numbers of a picture come with one tap, or when they come into sight.
    for part in page.locator("section:is([aria-labelledby=appraisal], [aria-labelledby=trend])").all():
        # At once: what comes into sight may be replaced while Playwright waits for it to stand still.
        part.evaluate("(part) => part.scrollIntoView()")
        table, link = part.locator("table"), part.locator(".more-rows:not([hx-trigger])")
        expect(table.or_(link).first).to_be_visible()
        if link.is_visible():
            link.click()
        expect(table).to_be_visible()
    expect(numbers.last).to_be_visible()
    assert not tables_that_scroll_sideways(page)
    assert_fits(page)
    assert_accessible(page)


def test_who_only_instructs_has_that_in_the_first_screen_of_a_task(visit_as, picture):
    task = Task.objects.get(text__startswith="建立各层级委员会通讯录")
    page = visit_as(task.get_absolute_url(), Role.LEADER)
    fold = page.locator("#instruct > summary")
    assert fold.bounding_box()["y"] < SCREEN / 2
    fold.click()
    expect(page.locator("#instruct textarea")).to_be_in_viewport()
    assert_fits(page)
    assert_accessible(page)
    picture(page, "phone task of a leader")


def test_a_meeting_is_read_on_a_phone(visit_as, picture):
    meeting = Meeting.objects.get(document_number__contains="81号")
    page = visit_as(f"/meetings/{meeting.pk}/", Role.SECRETARIAT)
    assert page.locator(".tile").last.bounding_box()["y"] < SCREEN
    assert height(page) <= 6.5 * SCREEN
    expect(page.locator(".breakdown .task-link")).to_have_count(18)
    assert not tables_that_scroll_sideways(page)
    picture(page, "phone meeting")
    fold = page.locator(".time-axis .narrow-fold")
    expect(fold.locator(".axis-rows").first).not_to_be_visible()
    fold.locator("summary").first.click()
    expect(fold.locator(".axis-rows").first).to_be_visible()
    assert_fits(page)
    assert_accessible(page)


def test_without_scripts_all_stands_open(visit_as):
    page = visit_as("/", Role.LEADER, javascript=False)
    expect(page.locator("section[aria-labelledby=by-department] table").first).to_be_visible()
    for part in ("appraisal", "trend"):
        section = page.locator(f"section[aria-labelledby={part}]")
        section.locator(".more-rows").click()
        expect(section.locator("table").first).to_be_visible()
