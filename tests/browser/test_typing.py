"""Typing into the searches: nothing is asked of half a word, and what was typed is one step of the history."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Role
from tests import factories


@pytest.fixture(autouse=True)
def task(db, live_server):
    return factories.task(text="推进实验室能力建设")


def compose(page: Page, field: str, letters: list[str], chosen: str) -> list[str]:
    """Type as an input method does; return the addresses asked for before the characters were chosen."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type in ("xhr", "fetch") else None)
    page.focus(field)
    keyboard = page.context.new_cdp_session(page)
    for text in letters:
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(500)
    before = list(asked)
    with page.expect_response(lambda response: "q=" in response.url):
        keyboard.send("Input.insertText", {"text": chosen})
    return before


@pytest.mark.parametrize(("path", "field"), [("/tasks/", "#id_q"), ("/search/", "#search-words")])
def test_nothing_is_asked_while_an_input_method_composes(visit, path, field):
    page = visit(path, as_=Role.SECRETARIAT)
    assert compose(page, field, ["s", "shi", "shi'yan"], "实验") == []
    expect(page.get_by_text("推进实验室能力建设").first).to_be_visible()


def test_back_leaves_what_was_typed_at_once(visit):
    page = visit("/meetings/", as_=Role.SECRETARIAT)
    page.goto("/tasks/")
    for typed in ("实", "实验", "实验室"):
        with page.expect_response(lambda response: "q=" in response.url):
            page.fill("#id_q", typed)
        page.wait_for_url("**q=**")
    page.go_back()
    page.wait_for_url("**/meetings/")
