"""The page that describes the API, which is drawn by Swagger UI under our Content-Security-Policy."""

from __future__ import annotations

from playwright.sync_api import expect


def test_the_api_is_tried_on_its_page_as_who_is_signed_in(visit, world):
    task = world.due_soon
    page = visit("/api/v1/", as_=world.secretariat, language="en")
    comment = page.locator("#operations-Writing-comment")
    comment.locator(".opblock-summary-control").click()
    comment.get_by_role("button", name="Try it out").click()
    comment.get_by_placeholder("pk").fill(str(task.pk))
    comment.get_by_placeholder("The ETag of the task that was read").or_(comment.get_by_placeholder("If-Match")).fill(
        f'"{task.version}"'
    )
    comment.locator("textarea.body-param__text").fill('{"text": "由接口页面试用。"}')
    comment.get_by_role("button", name="Execute").click()
    expect(comment.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert task.log.latest("sequence").note == "由接口页面试用。"
