"""What surrounds every page: signing in and out, navigation, language, and what is shown when something is wrong."""

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Role
from tests import factories

from .axe import assert_accessible
from .conftest import PHONE
from .pages import PASSWORD, assert_fits, sign_in


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", pytest.param("/accounts/login/?next=/tasks/", marks=pytest.mark.slow), "/nothing/here/"],
)
def test_pages_for_anybody_are_accessible(visit, picture, path, width, language, color_scheme):
    page = visit(path, width=width, language=language, color_scheme=color_scheme)
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"{path} {language} {width[0]} {color_scheme}")


def test_a_reader_signs_in_and_out(visit):
    account = factories.account(Role.READER, password=PASSWORD)
    page = visit("/tasks/")
    assert "/accounts/login/" in page.url, "nothing is served to anyone not signed in"
    sign_in(page, account.username)
    expect(page).to_have_url("/tasks/")
    page.get_by_role("button", name="退出登录").click()
    assert "/accounts/login/" in page.url
    page.goto("/tasks/")
    assert "/accounts/login/" in page.url


def test_a_wrong_password_is_said_and_the_name_kept(visit):
    account = factories.account(Role.READER, password=PASSWORD)
    page = visit("/accounts/login/")
    sign_in(page, account.username, "not this one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value(account.username)
    expect(page.locator("[name=password]")).to_be_focused()
    assert_accessible(page)


def test_repeated_failures_lock_the_account_for_a_while(visit, settings, picture):
    settings.AXES_ENABLED = True
    account = factories.account(Role.READER, password=PASSWORD)
    page = visit("/accounts/login/")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(page, account.username, "not this one")
    expect(page.get_by_role("heading", name="登录已被锁定")).to_be_visible()
    expect(page.get_by_text("15 分钟")).to_be_visible()
    assert_accessible(page)
    picture(page, "locked out")
    page.goto("/accounts/login/")
    sign_in(page, account.username)
    expect(page.get_by_role("heading", name="登录已被锁定")).to_be_visible()


def test_the_navigation_needs_no_script_on_a_phone(visit):
    page = visit("/nothing/here/", as_=Role.ADMINISTRATOR, width=PHONE, javascript=False)
    navigation = page.get_by_role("navigation", name="主导航")
    menu = page.locator("details.more")
    assert menu.locator("summary").bounding_box()["height"] >= 44

    def in_reach(link) -> None:
        expect(link).to_be_in_viewport(ratio=0.9)
        assert link.bounding_box()["height"] >= 44, f"{link} is too small for a thumb"

    for name in ("首页", "任务", "会议", "报告"):
        in_reach(navigation.get_by_role("link", name=name))
    menu.locator("summary").click()
    for name in ("我的设置", "管理"):
        in_reach(menu.get_by_role("link", name=name, exact=True))
    assert_fits(page)
    menu.locator("summary").click()
    navigation.get_by_role("link", name="任务").click()
    assert page.url.endswith("/tasks/")


def test_the_name_of_the_register_and_its_places_stay_on_one_line_each(visit, width, language):
    page = visit("/tasks/", as_=Role.SECRETARIAT, width=width, language=language)
    lines = page.evaluate(
        """() => [...document.querySelectorAll(".brand-name, .topbar-nav > a, .more > summary")]
              .filter((part) => part.offsetParent)
              .map((part) => [part.textContent.trim(), part.scrollWidth - part.clientWidth, part.clientHeight])"""
    )
    assert len(lines) >= 6
    for name, cut, height in lines:
        assert cut <= 1, f"{name} is cut off by {cut} px"
        assert height < 60, f"{name} wraps"
    tops = {box["y"] for box in (part.bounding_box() for part in page.locator(".topbar-nav > a:visible").all())}
    assert len(tops) == 1, "the places stand in one line"
    expect(page.locator(".topbar-nav > a[aria-current=page]")).to_have_count(1)


def test_on_a_wide_screen_the_whole_bar_is_one_row(visit, world):
    """In English, with numbers beside the places, and an account with a long name."""
    factories.real_meeting()
    world.secretariat.display_name = "Secretariat, International Cooperation"
    world.secretariat.save()
    page = visit("/tasks/", as_=world.secretariat, width=(1280, 900), language="en")
    expect(page.locator(".topbar-nav .pick-count").first).to_be_visible()
    for wide in (1280, 1366, 1400, 1440, 1536, 1920):
        page.set_viewport_size({"width": wide, "height": 900})
        assert_bar_is_one_row(page)


def assert_bar_is_one_row(page: Page) -> None:
    """Fail where the bar has a second row, or parts of it are cut off or lie upon each other."""
    bar = page.locator(".topbar-row").bounding_box()
    assert bar["height"] < 60, "a second row"
    for part in page.locator(".topbar-row > *, .topbar-tools > *, .topbar-nav > *").all():
        box = part.bounding_box()
        if box is None:
            continue
        text = part.inner_text()
        assert box["y"] >= 0, f"{text!r} is cut off at the top"
        assert box["y"] + box["height"] <= bar["y"] + bar["height"] + 2, f"{text!r} hangs out of the bar"
        assert box["x"] + box["width"] <= bar["x"] + bar["width"] + 1, f"{text!r} stands out to the right"
    for part in page.locator(".brand-name, .topbar-nav > a").all():
        assert part.evaluate("part => part.scrollWidth - part.clientWidth") <= 1, f"{part.inner_text()!r} is cut off"
    edges = [part.bounding_box() for part in page.locator(".brand, .topbar-nav > *, .topbar-tools > *:visible").all()]
    for left, right in zip(edges, edges[1:], strict=False):
        assert left["x"] + left["width"] <= right["x"] + 1, "two parts lie upon each other"


def test_what_has_no_room_in_the_bar_is_in_its_menu_and_the_keyboard_opens_it(visit):
    page = visit("/nothing/here/", as_=Role.SECRETARIAT, width=PHONE)
    menu = page.locator("details.more")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="导入")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="导入")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_only_an_administrator_is_offered_the_administration(visit):
    page = visit("/nothing/here/", as_=Role.SECRETARIAT)
    page.locator("details.more summary").click()
    assert page.get_by_role("link", name="管理").count() == 0


def test_the_language_is_one_click_away_and_the_page_stays(visit):
    page = visit("/nothing/here/?q=1", as_=Role.READER)
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/nothing/here/?q=1")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("link", name="Tasks", exact=True)).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="任务", exact=True)).to_be_visible()


def test_the_first_key_leads_past_the_navigation(visit):
    page = visit("/nothing/here/", as_=Role.READER)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_page_is_dark_where_the_system_is(visit):
    def ground(page: Page) -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = (visit("/accounts/login/", color_scheme=scheme) for scheme in ("light", "dark"))
    assert ground(light) != ground(dark)
    # Without scripts the system is followed by the style sheet.
    assert ground(visit("/accounts/login/", color_scheme="dark", javascript=False)) == ground(dark)


def test_the_policy_of_the_pages_is_strict(visit, console):
    page = visit("/accounts/login/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    assert any("Content Security Policy" in line for line in console), "an inline style is refused"
    console.clear()


@pytest.mark.parametrize("path", [pytest.param("/", marks=pytest.mark.slow), "/tasks/"])
def test_nothing_moves_while_a_page_arrives(visit, path):
    factories.real_meeting()
    page = visit("/help/", as_=Role.SECRETARIAT)
    # A line on which the page arrives in several parts.
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 50, "downloadThroughput": 200_000, "uploadThroughput": 200_000},
    )
    page.add_init_script(
        """window.moved = [];
           new PerformanceObserver(list => window.moved.push(...list.getEntries().map(entry => entry.value)))
             .observe({type: "layout-shift", buffered: true});"""
    )
    page.goto(path, wait_until="networkidle")
    assert page.evaluate("window.moved") == []


@pytest.mark.slow
def test_a_task_where_there_is_nothing_to_do_has_one_column(visit, world):
    page = visit(f"/tasks/{world.terminated.pk}/", as_=world.reader)
    whole, main = (page.locator(place).bounding_box() for place in (".task-columns", ".task-main"))
    assert main["width"] == whole["width"]
