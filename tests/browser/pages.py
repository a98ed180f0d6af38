"""What is done on pages of every kind: signing in, and looking whether they fit."""

import re

from playwright.sync_api import Page

from meetings.models import Department, Meeting, Person

PASSWORD = "a password of this test alone"


def assert_fits(page: Page) -> None:
    """Nothing may stand out of the window to the right."""
    # A page that a click has only begun to bring has no element to measure.
    page.wait_for_load_state("domcontentloaded")
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0, f"{page.url} is {beyond} px too wide"


def assert_names_whole(page: Page) -> None:
    """No name of a department or a person, and no document number, goes on in another line but behind a mark."""
    names = [*Department.objects.values_list("name", flat=True), *Person.objects.values_list("name", flat=True)]
    names += Meeting.objects.values_list("document_number", flat=True)
    parts = sorted({part for name in names for part in re.findall(r"\w+", name)})
    broken = page.locator("body").evaluate(FIND_BROKEN, parts)
    assert not broken, f"{page.url} breaks {broken}"


# The words of people (what was suggested, a task, a report) are running text, in which a name may end a line.
FIND_BROKEN = """(body, names) => {
    const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT), broken = new Set();
    for (let text; (text = texts.nextNode()); ) {
        if (text.parentElement.closest(".user-text, .task-link, option")) continue;
        for (const name of names) {
            for (let start = text.data.indexOf(name); start >= 0; start = text.data.indexOf(name, start + 1)) {
                const range = document.createRange();
                range.setStart(text, start);
                range.setEnd(text, start + name.length);
                const boxes = [...range.getClientRects()].filter((box) => box.width);
                if (boxes.some((box) => Math.abs(box.top - boxes[0].top) > box.height / 2)) broken.add(name);
            }
        }
    }
    return [...broken];
}"""


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("main button[type=submit].btn-primary").click()
