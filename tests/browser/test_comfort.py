"""What makes a day of work bearable: the focus stays, nothing typed is lost, what takes long says so, keys lead on."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from playwright.sync_api import Dialog, Page, Route, expect

from meetings.jobs import files
from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import Worker
from meetings.models import Role
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import PASSWORD, assert_fits, sign_in

WORDS = "第一门课程已上线，第二门在录制。"


@pytest.fixture
def liaison(world):
    world.liaison.set_password(PASSWORD)
    world.liaison.save()
    return world.liaison


def focus_key(page: Page) -> str:
    """Say what has the focus: its key, id, or name and value; BODY is where a lost focus ends."""
    return page.evaluate(
        """() => { const e = document.activeElement;
                   return e.dataset.focusKey || e.id || (e.name ? e.name + "=" + e.value : e.tagName); }"""
    )


def note(page: Page):
    return page.locator("form.update-form textarea[name=note]").first


# --- focus ----------------------------------------------------------------------------------------


def test_the_focus_is_never_lost_when_a_part_of_the_page_is_fetched(visit, world):
    page = visit("/tasks/?per_page=2", as_=world.secretariat, language="en")
    results = page.locator("#results")
    head = page.locator("[data-focus-key=sort-due]")
    head.focus()
    for direction in ("ascending", "descending"):
        page.keyboard.press("Enter")
        expect(page.locator(f"th[aria-sort={direction}] [data-focus-key=sort-due]")).to_be_focused()
    page.locator("[data-focus-key=page-after]").focus()
    page.keyboard.press("Enter")
    expect(results.locator("[aria-current=page]")).to_have_text(re.compile("2"))
    expect(page.locator("[data-focus-key=page-after]")).to_be_focused()
    # On the last page there is no next one: the focus stays among the results.
    page.locator("[data-focus-key=page-4]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-focus-key=page-4][aria-current=page]")).to_be_focused()
    size = page.locator("#per-page")
    size.focus()
    size.select_option("25")
    expect(results.locator("tbody tr")).to_have_count(7)
    expect(size).to_be_focused()
    page.get_by_text("More filters").click()
    page.locator("details.pick-part", has=page.locator("input[name=status]")).locator("summary").click()
    box = page.locator("input[type=checkbox][name=status][value=not_started]")
    box.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("status=not_started"))
    assert focus_key(page) != "BODY"
    expect(box).to_be_focused()


# --- what is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_refused_form_comes_back_where_something_is_to_be_done(visit, world, width, javascript):
    page = visit(world.overdue.get_absolute_url(), as_=world.secretariat, width=width, javascript=javascript)
    # The browser's own check is passed by: it knows no more than what is empty.
    comment = page.locator("form[action$='/comment/']")
    page.locator("#comment > summary").click()
    if not javascript:
        page.locator("#comment .without-script").click()
    comment.locator("textarea").fill("   ")
    comment.locator("[type=submit]").click()
    field = page.locator("[aria-invalid=true]")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(page.locator(".invalid-feedback")).to_be_in_viewport()
    # What is about no field of its own is said above the form, and is where the page opens.
    page.goto(world.overdue.get_absolute_url())
    update = page.locator("form.update-form:has([name=status])")
    update.locator(".btn-primary").click()
    alert = update.locator(".alert, [aria-invalid]")
    expect(alert).to_be_focused()
    expect(alert).to_be_in_viewport()


def test_unsaved_text_survives_a_lost_session(visit, world, liaison):
    page = visit("/accounts/login/?next=/inbox/", language="en")
    sign_in(page, liaison.username)
    page.goto(world.due_soon.get_absolute_url())
    entries = world.due_soon.log.count()
    note(page).fill(WORDS)
    page.context.clear_cookies(name="sessionid")
    page.locator("form.update-form button[type=submit]").first.click()
    expect(page.locator("[name=password]")).to_be_visible()
    sign_in(page, liaison.username)
    expect(note(page)).to_have_value(WORDS)
    expect(page.locator(".autosave-notice")).to_be_visible()
    assert_accessible(page)
    assert world.due_soon.log.count() == entries, "what came back is not saved by itself"
    page.locator("form.update-form button[type=submit]").first.click()
    expect(page.locator("#messages [role=status]")).to_be_visible()
    assert world.due_soon.log.count() == entries + 1
    page.goto(world.due_soon.get_absolute_url())
    expect(note(page)).to_have_value("")
    expect(page.locator(".autosave-notice")).to_have_count(0)


def refuse(self, sql, *arguments, **options):
    raise OperationalError("server closed the connection unexpectedly")


def test_what_met_a_fault_is_said_and_sent_again(visit, world, liaison, console):
    page = visit(world.due_soon.get_absolute_url(), as_=liaison, language="en")
    entries = world.due_soon.log.count()
    note(page).fill(WORDS)
    with mock.patch.object(CursorWrapper, "execute", refuse):
        page.locator("form.update-form button[type=submit]").first.click()
        expect(page.get_by_role("textbox", name="What you typed")).to_have_value(WORDS)
    expect(page.get_by_role("alert")).to_contain_text("until it answers again")
    assert_accessible(page)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#messages [role=status]")).to_be_visible()
    assert world.due_soon.log.count() == entries + 1
    page.goto(world.due_soon.get_absolute_url())
    expect(note(page)).to_have_value("")
    expect(page.locator(".autosave-notice")).to_have_count(0)
    # A part of a page stays what it was, and the words stand above it.
    page.goto("/tasks/")
    with mock.patch.object(CursorWrapper, "execute", refuse):
        page.locator("[data-focus-key=sort-due]").click()
        expect(page.locator("#messages [role=alert]")).to_contain_text("until it answers again")
    expect(page.locator("#results tbody tr")).to_have_count(7)
    assert "503" in console.pop()


def test_a_list_whose_session_has_ended_gives_way_to_the_sign_in_page(visit, liaison):
    page = visit("/tasks/", as_=liaison, language="en")
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-focus-key=sort-due]").click()
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator("#results")).to_have_count(0)
    sign_in(page, liaison.username)
    expect(page.locator("#results tbody tr")).to_have_count(7)


def test_what_another_typed_is_not_shown_to_who_signs_in_after_them(visit, world, liaison):
    other = factories.account(Role.SECRETARIAT, password=PASSWORD)
    page = visit("/accounts/login/", language="en")
    sign_in(page, liaison.username)
    expect(page.locator(".account > summary")).to_be_visible()
    page.goto(world.due_soon.get_absolute_url())
    note(page).fill(WORDS)
    page.context.clear_cookies(name="sessionid")
    page.locator("form.update-form button[type=submit]").first.click()
    sign_in(page, other.username)
    expect(page.locator(".account > summary")).to_contain_text(str(other.display_name))
    page.goto(world.due_soon.get_absolute_url())
    expect(note(page)).to_have_value("")
    assert WORDS not in page.content()


def test_leaving_with_unsaved_text_is_asked_about_and_the_text_is_back_afterwards(visit, world):
    page = visit(world.due_soon.get_absolute_url(), as_=world.liaison, language="en", width=PHONE)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    note(page).press_sequentially("ab")
    note(page).fill("")
    page.reload()
    assert asked == [], "nothing has changed: nothing is asked"
    note(page).press_sequentially(WORDS)
    page.reload()
    assert asked == ["beforeunload"]
    expect(note(page)).to_have_value(WORDS)
    expect(page.locator(".autosave-notice")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    page.locator("[data-discard]").click()
    expect(note(page)).to_have_value("")
    expect(note(page)).to_be_focused()
    note(page).press_sequentially(WORDS)
    page.locator("form[data-logout] button").click()
    expect(page.locator("[name=password]")).to_be_visible()
    assert page.evaluate("() => Object.keys(sessionStorage).filter((key) => key.startsWith('unsaved'))") == [], (
        "signing out leaves nothing behind"
    )


# --- what takes its time ----------------------------------------------------------------------------


def test_a_long_action_says_so_and_is_not_sent_twice(visit, world):
    page = visit(world.due_soon.get_absolute_url(), as_=world.liaison, language="en")
    entries = world.due_soon.log.count()
    sent: list[str] = []

    def nothing_comes_back(route: Route) -> None:
        sent.append(route.request.url)
        # No content: the page stays where it is, as it does while an answer takes its time.
        route.fulfill(status=204)

    page.route("**/tasks/*/", nothing_comes_back)
    note(page).fill(WORDS)
    button = page.locator("form.update-form button[type=submit]").first
    words = button.inner_text()
    button.click()
    expect(button).to_have_text("Working…")
    expect(button.locator(".spinner")).to_be_visible()
    assert_accessible(page)
    button.click(force=True)
    assert len(sent) == 1
    # Back from the page that answered, the browser may show this one as it was left.
    page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(button).to_have_text(words)
    page.unroute_all()
    button.click()
    expect(page.locator("#messages [role=status]")).to_be_visible()
    assert world.due_soon.log.count() == entries + 1


def test_a_file_on_its_way_shows_how_much_has_arrived(visit, world, tmp_path):
    page = visit(world.due_soon.get_absolute_url(), as_=world.liaison, language="en")
    file = tmp_path / "证明.txt"
    file.write_text("已完成。", encoding="utf-8")
    fold = page.locator("details#add-evidence")
    fold.locator("summary").click()
    field = fold.locator(".file-field")
    expect(field).to_contain_text("No file chosen")
    fold.locator("input[type=file]").focus()
    fold.locator("input[type=file]").set_input_files(file)
    expect(field).to_contain_text("证明.txt")
    held: list[Route] = []
    page.route("**/add-evidence/", lambda route: held.append(route))
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    fold.locator("button[type=submit]").click(no_wait_after=True)
    expect(fold.locator("progress")).to_be_visible()
    held[0].continue_()
    expect(page.locator("#messages [role=status]")).to_be_visible()
    expect(page.get_by_role("link", name="证明.txt").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(loads) == 1, "a page that is fetched twice loses what was begun on the first"
    # What is refused comes back to the page with what was typed.
    page.unroute_all()
    wrong = tmp_path / "证明.exe"
    wrong.write_bytes(b"MZ")
    fold.locator("summary").click()
    fold.locator("textarea").first.fill(WORDS)
    fold.locator("input[type=file]").set_input_files(wrong)
    fold.locator("button[type=submit]").click()
    expect(fold.locator(".invalid-feedback").first).to_be_visible()
    expect(fold.locator("textarea").first).to_have_value(WORDS)
    assert_accessible(page)


def test_a_file_being_made_is_said_until_it_is_there(visit, world):
    page = visit("/tasks/", as_=world.secretariat, language="en")
    making = page.locator("#messages", has_text="is being made")
    # No content: no file comes, as while it is being made.
    page.route("**/tasks/?export=csv", lambda route: route.fulfill(status=204))
    page.locator("#export > summary").click()
    page.get_by_role("link", name="CSV", exact=True).click()
    expect(making).to_be_visible()
    page.unroute_all()
    with page.expect_download():
        page.get_by_role("link", name="CSV", exact=True).click()
    expect(making).to_have_count(0)


def test_a_long_workbook_is_saved_once_the_worker_has_written_it(visit, world, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 0)
    with Heartbeat("a worker"):
        page = visit("/tasks/", as_=world.secretariat, language="en")
        page.locator("#export > summary").click()
        page.get_by_role("link", name="Excel", exact=True).click()
        expect(page.locator(".card [role=status]")).to_have_text("The file waits for its turn.")
        assert_fits(page)
        assert_accessible(page)
        with page.expect_download() as download:
            Worker().run_ready()
    assert download.value.suggested_filename.endswith(".xlsx")
    expect(page.get_by_role("link", name="Save the file")).to_be_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert_fits(page)


# --- messages ---------------------------------------------------------------------------------------


def test_a_message_is_in_sight_wherever_the_page_is_and_closes(visit, world):
    page = visit(f"{world.undecided.get_absolute_url()}?next=/tasks/", as_=world.secretariat, language="en")
    note(page).fill(WORDS)
    page.locator("form.update-form button[type=submit]").first.click()
    message = page.locator("#messages [role=status]")
    expect(message).to_be_in_viewport(ratio=1)
    page.mouse.wheel(0, 2000)
    expect(message).to_be_in_viewport(ratio=1)
    message.get_by_role("button", name="Close the message").click()
    expect(message).to_have_count(0)
    assert focus_key(page) == "main"


# --- keys -------------------------------------------------------------------------------------------


def test_keys_lead_through_the_list_to_an_update(visit, world):
    page = visit("/tasks/", as_=world.secretariat, language="en")
    page.keyboard.press("/")
    expect(page.locator("#search-everywhere")).to_be_focused()
    page.keyboard.type("jek?")
    expect(page.locator("#search-everywhere")).to_have_value("jek?")
    page.locator("main").focus()
    links = page.locator("#results tr .task-link")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
        expect(links.nth(row)).to_be_in_viewport()
    page.keyboard.press("Control+j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("e")
    expect(note(page)).to_be_focused()
    page.go_back()
    page.locator("#results tr .task-link").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tasks/\d+/"))


@pytest.mark.parametrize("path", ["/organisation/", "/"])
def test_keys_lead_through_other_lists(visit, world, path):
    page = visit(path, as_=world.secretariat, language="en")
    links = page.locator("main [data-row-link], main .dashboard-item .task-link")
    for row in (0, 1):
        page.keyboard.press("j")
        expect(links.nth(row)).to_be_focused()


def test_escape_leaves_the_status_of_a_row_as_it_was(visit, world):
    page = visit("/tasks/", as_=world.secretariat, language="en")
    opener = page.locator(f"#status-{world.due_soon.pk}")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".row-status-form button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".row-status-form")).to_have_count(0)
    expect(opener).to_be_focused()


def test_single_keys_can_be_switched_off_and_stay_so(visit, world):
    page = visit("/tasks/", as_=world.secretariat, language="en", width=DESK)
    page.locator("footer").get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox", name="Single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search-everywhere")).not_to_be_focused()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("footer").get_by_role("button", name="Keys").click()
    expect(page.get_by_role("checkbox", name="Single keys")).not_to_be_checked()
