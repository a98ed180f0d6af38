"""What is done on pages of every kind: signing in, and looking whether they fit."""

from playwright.sync_api import Page

PASSWORD = "a password of this test alone"


def assert_fits(page: Page) -> None:
    """Nothing may stand out of the window to the right."""
    # A page that a click has only begun to bring has no element to measure.
    page.wait_for_load_state("domcontentloaded")
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0, f"{page.url} is {beyond} px too wide"


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("main button[type=submit].btn-primary").click()
