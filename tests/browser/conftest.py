"""A real Chromium on a real server: `visit` opens a page as somebody, at a width, in a language.

    def test_something(visit):
        page = visit("/tasks/", as_="secretariat", width=PHONE, language="en")
        page.get_by_role("link", name="Dashboard").click()
        assert_accessible(page)

Whatever the console of a page says (a script's error, a breach of the Content-Security-Policy, a file that is
not there) fails the test at its end, unless the test takes it out of `console`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

from meetings.models import Account
from tests import factories
from tests.conftest import missing

from .chromium_109 import make_old

# A busy machine is no fault of the page's.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# Playwright's synchronous interface runs an event loop in this thread; Django would take that for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DESK = (1440, 900)
PHONE = (390, 844)
SCREENSHOTS = Path(__file__).parent / "screenshots"

# The one without windows first: the same engine, for a third less of the processor's time.
CHROMIUMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
# No services of the browser's own: they look for hosts that a test must not reach.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


# The first of the two values of each look.
FIRST_LOOKS = {
    "width": DESK,
    "size": DESK,
    "language": "zh-hans",
    "color_scheme": "light",
    "javascript": True,
    "scripts": True,
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a browser test, and some of a story's looks as slow.

    Of all combinations of width, language, colours and scripts `make test` runs the two in which every one of them
    is seen; of a width alone, the phone. `make test-slow` runs the others.
    """
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker("browser")
        looks = item.callspec.params if hasattr(item, "callspec") else {}
        firsts = {name: looks[name] == first for name, first in FIRST_LOOKS.items() if name in looks}
        if len(set(firsts.values())) == 2 or firsts in ({"width": True}, {"size": True}):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session: $CHROMIUM, or the first found on the PATH."""
    if not (django_settings.BASE_DIR / "static" / "vendor" / "app.css").exists():
        pytest.exit("static/vendor/ is not built: run `make setup`, or `npm ci && npm run build`.")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        missing("Chromium", required_by="REQUIRE_BROWSER")
    # Chromium's sandbox refuses to be started by root.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What pages complain of, of whichever test they are."""
    return []


@pytest.fixture
def console(complaints: list[str]) -> list[str]:
    """What the pages of this test complained of; a test that expects a complaint removes it."""
    complaints.clear()
    return complaints


@pytest.fixture(scope="session")
def idle_contexts() -> dict[str, list[BrowserContext]]:
    """The contexts that no test is using, by their options: what they have loaded need not be loaded again.

    Nor need the process of their page begin again, which takes longer than to load one.
    """
    return {}


# What a person does in a page; none of it before the page's scripts have run, which nobody is quick enough for.
ACTIONS = (
    *("check", "clear", "click", "fill", "focus", "hover", "press", "press_sequentially", "scroll_into_view_if_needed"),
    *("select_option", "set_input_files", "tap", "type", "uncheck"),
)
# What a test reads at once: of half a page, half of it, or without its styles.
READINGS = (
    *("all", "all_inner_texts", "all_text_contents", "bounding_box", "count", "evaluate", "evaluate_all"),
    *("get_attribute", "inner_html", "inner_text", "input_value", "is_checked", "is_disabled", "is_enabled"),
    *("is_hidden", "is_visible", "screenshot", "text_content"),
)
READINGS_OF_PAGE = ("content", "evaluate", "pdf", "screenshot")


@pytest.fixture(scope="session", autouse=True)
def _wait_for_whole_pages() -> Iterator[None]:
    """Let actions and readings wait until the page that a click has opened is there, with its styles and scripts.

    Playwright acts as soon as an element is there; a link or a form that scripts take over then does what it does
    without them. It reads what has come so far, as it looks without the styles that have not come.
    """

    def wait_before(act: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(act)
        def act_later(target: Locator | Page, *args: Any, **options: Any) -> Any:
            page = target.page if isinstance(target, Locator) else target
            page.wait_for_load_state("load")
            return act(target, *args, **options)

        return act_later

    with pytest.MonkeyPatch.context() as patch:
        for name in (*ACTIONS, *READINGS):
            patch.setattr(Locator, name, wait_before(getattr(Locator, name)))
        for name in READINGS_OF_PAGE:
            patch.setattr(Page, name, wait_before(getattr(Page, name)))
        yield


# What a test does to a page for good: no other test is given that one.
LASTING = ("add_init_script", "emulate_media", "on", "route", "set_viewport_size")


@pytest.fixture(scope="session")
def pages_as_new() -> Iterator[set[Page]]:
    """The pages that were opened by `open_page` and are as a new one, but for where they are."""
    pages: set[Page] = set()

    def note(act: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(act)
        def note_and_act(target: Page | BrowserContext, *args: Any, **options: Any) -> Any:
            pages.difference_update([target] if isinstance(target, Page) else target.pages)
            return act(target, *args, **options)

        return note_and_act

    with pytest.MonkeyPatch.context() as patch:
        for name in LASTING:
            patch.setattr(Page, name, note(getattr(Page, name)))
        patch.setattr(BrowserContext, "new_cdp_session", note(BrowserContext.new_cdp_session))
        yield pages


def open_page(context: BrowserContext, console: list[str], pages_as_new: set[Page]) -> Page:
    """Open a page that complains into ``console``."""
    page = context.new_page()
    listen(page, console)
    pages_as_new.add(page)
    return page


def forget_all(context: BrowserContext, console: list[str], pages_as_new: set[Page]) -> None:
    """Leave a context as it was when it was new, but for the files in its cache and a page that is as new."""
    context.clear_cookies()
    context.unroute_all()
    kept = next((page for page in context.pages if page in pages_as_new), None)
    for page in context.pages:
        if page is not kept:
            pages_as_new.discard(page)
            page.close()
    page = kept or open_page(context, console, pages_as_new)
    # Of the same origin, or the next page would have to begin a process of its own.
    page.goto("/healthz/live")
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    # Over nothing that will be there.
    page.mouse.move(-1, -1)


@pytest.fixture
def visit(
    browser: Browser,
    live_server,
    settings,
    console: list[str],
    idle_contexts: dict[str, list[BrowserContext]],
    pages_as_new: set[Page],
) -> Iterator[Callable[..., Page]]:
    """Open a page: ``visit(path, as_=role or account, width=…, language=…, color_scheme=…, javascript=…)``.

    Each call is a browser of its own, with its own cookies; ``as_=None`` is nobody, signed in as no one.
    A role's account is made for the call. Paths are those of the live server: ``page.goto("/tasks/")``.
    """
    # Over plain http a secure cookie is not sent; the settings of a deployment are tested elsewhere.
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = False
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    contexts: list[tuple[BrowserContext, list[BrowserContext]]] = []

    def visit(
        path: str = "/",
        *,
        as_: str | Account | None = None,
        width: tuple[int, int] = DESK,
        language: str = "zh-hans",
        color_scheme: str = "light",
        javascript: bool = True,
        **options: Any,
    ) -> Page:
        options |= {
            "base_url": live_server.url,
            "viewport": {"width": width[0], "height": width[1]},
            # A phone has a thumb: elements that only a mouse can hover are out of its reach.
            "has_touch": width[0] < 768,
            "color_scheme": color_scheme,
            "java_script_enabled": javascript,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
        }
        idle = idle_contexts.setdefault(repr(sorted(options.items())), [])
        context = idle.pop() if idle else browser.new_context(**options)
        contexts.append((context, idle))
        context.set_default_timeout(PATIENCE)
        cookies = {django_settings.LANGUAGE_COOKIE_NAME: language}
        if as_ is not None:
            cookies[django_settings.SESSION_COOKIE_NAME] = signed_in(as_)
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.pages[0] if context.pages else open_page(context, console, pages_as_new)
        page.goto(path)
        return page

    yield visit
    for context, idle in contexts:
        forget_all(context, console, pages_as_new)
        idle.append(context)
    assert not console, "The console of a page says:\n" + "\n".join(console)


@pytest.fixture
def visit_as_109(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Open pages as `visit` does, in a browser as old as Chromium 109."""

    def open_page(path: str, **options: Any) -> Page:
        page = visit("/healthz", **options)
        make_old(page)
        page.goto(path)
        return page

    return open_page


def signed_in(who: str | Account) -> str:
    """Return the session key of an account that has signed in; a role is given an account."""
    account = who if isinstance(who, Account) else factories.account(who)
    client = Client()
    client.force_login(account)
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def listen(page: Page, console: list[str]) -> None:
    """Collect what a page complains of into ``console``."""

    def said(message: ConsoleMessage) -> None:
        # The status of an answer is for the test to judge: a page that is not found says so in the console too.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            console.append(f"{page.url}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "xhr", "fetch"):
            console.append(f"{page.url}: {response.status} for {response.url}")

    page.on("console", said)
    page.on("response", answered)
    page.on("pageerror", lambda error: console.append(f"{page.url}: {error}"))


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Save what a page looks like, where SCREENSHOTS=1 (`make screenshots`): ``picture(page, "tasks")``."""

    def picture(page: Page, name: str, *, full_page: bool = True) -> None:
        if os.environ.get("SCREENSHOTS") == "1":
            SCREENSHOTS.mkdir(exist_ok=True)
            file_name = re.sub(r"[^\w-]+", "-", name).strip("-")
            page.screenshot(path=SCREENSHOTS / f"{file_name}.png", full_page=full_page)

    return picture


# --- the usual four: both widths, both languages ------------------------------------------------


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def width(request: pytest.FixtureRequest) -> tuple[int, int]:
    """A test that asks for it runs at both widths."""
    return request.param


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """A test that asks for it runs in both languages."""
    return request.param
