"""A staff member has a paper annex before them: types the meeting and its rows, then puts the table in order."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Meeting, Role, Task
from tests import factories

from .axe import assert_accessible
from .pages import assert_fits


def type_row(page: Page, *, button: str, tasks: list[str], **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    for at, text in enumerate(tasks):
        if at:
            page.get_by_role("button", name="Another task").click()
        page.locator(f"[name=task-{at}-text]").fill(text)
    page.get_by_role("button", name=button, exact=True).click()


def rows(page: Page):
    return page.locator(".breakdown-suggestion > p.pre-line:first-child")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_meeting_is_typed_and_its_table_put_in_order(visit, width, picture, javascript):
    factories.department("技术部")
    page = visit("/meetings/", as_=Role.SECRETARIAT, width=width, language="en", javascript=javascript)
    page.get_by_role("link", name="Enter by hand").click()
    page.locator("[name=title]").fill("第三次会议")
    page.locator("[name=issued_on]").fill("2023-11-08")
    page.get_by_role("button", name="Save, and type the table").click()

    page.locator("[name=deadline]").fill("年底前")
    page.locator("[name=departments]").fill("技术处（牵头）")
    if javascript:
        # The reading is there as soon as it is typed, and a name like a known one is asked about.
        expect(page.locator("#deadline-reading")).to_contain_text("31 Dec 2023")
        expect(page.locator("#entry-preview .name-choice legend")).to_contain_text("技术处")
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"a row typed {width[0]}")
    else:
        page.get_by_role("button", name="Read it, without saving").click()
        expect(page.locator("#deadline-reading")).to_contain_text("31 Dec 2023")
    page.get_by_label("It is 技术部").check()
    first = {"aspect": "加强宣传", "suggestion": "扩大影响力", "sources": "执委 刘仲书", "leaders": "肖良"}
    type_row(page, button="Save, and type the next row", tasks=["建立工作小组", "组织培训"], **first)
    expect(page.locator("[name=number]")).to_have_value("2")
    expect(page.locator("[name=aspect]")).to_have_value("加强宣传")
    second = {"suggestion": "搭建平台", "departments": "技术部", "deadline": "持续跟踪"}
    type_row(page, button="Save", tasks=["建立培训平台"], **second)
    meeting = Meeting.objects.get()
    expect(rows(page)).to_have_text(["1) 扩大影响力", "2) 搭建平台"])
    assert Task.objects.get(number=1, suggestion__number=1).due_date == datetime.date(2023, 12, 31)

    # Reordered from the keyboard; what was pressed keeps the focus, so that it can be pressed again.
    up = page.locator(f"#suggestion-{meeting.suggestions.get(number=2).pk}-up")
    up.focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_text(["1) 搭建平台", "2) 扩大影响力"])
    if javascript:
        expect(up).to_be_focused()
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"a table arranged {width[0]}")

    task = Task.objects.get(text="建立培训平台")
    page.locator(f"#task-{task.pk} .breakdown-more summary").click()
    page.locator(f"#task-{task.pk}").get_by_role("link", name="Split into two tasks").click()
    page.locator("[name=text]").fill("建立培训平台")
    page.locator("[name=new_text]").fill("编写培训课程")
    page.locator("[name=note]").fill("应分为两项")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".breakdown-row").first.locator(".breakdown-task")).to_have_count(2)

    page.locator(f"#task-{task.pk} .breakdown-more summary").click()
    page.locator(f"#task-{task.pk}").get_by_role("link", name="Join with another task").click()
    page.locator("form.entry-form [name=text]").fill("建立培训平台，编写培训课程")
    page.locator("[name=note]").fill("还是一项")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".breakdown-row").first.locator(".breakdown-task")).to_have_count(1)
    page.goto(Task.objects.get(joined_into__isnull=False).get_absolute_url())
    expect(page.locator(".alert-info")).to_contain_text("建立培训平台，编写培训课程")

    page.goto(f"{meeting.get_absolute_url()}arrange/")
    row = page.locator(".breakdown-row").first
    row.locator(".breakdown-suggestion .breakdown-more summary").click()
    row.get_by_role("link", name="Join with another row").click()
    page.locator("[name=note]").fill("实为一条")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".breakdown-task")).to_have_count(3)
    page.goto(meeting.get_absolute_url())
    expect(page.locator("#changes + .hint, #changes")).not_to_have_count(0)
    expect(page.locator("section:has(#changes) .log > li")).not_to_have_count(0)
