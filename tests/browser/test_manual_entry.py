"""A staff member has a paper annex before them: types the meeting and its rows, then puts the table in order."""

from __future__ import annotations

import datetime
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from meetings.models import Meeting, Role, Task
from tests import factories

from .axe import assert_accessible
from .pages import assert_fits


def type_row(row: Locator, **fields: str) -> None:
    for name, text in fields.items():
        row.locator(f"[name={name.replace('__', '-')}]").fill(text)


def rows(page: Page):
    return page.locator(".breakdown-suggestion > p.user-text:first-child")


@pytest.mark.parametrize(
    "javascript", [pytest.param(True, marks=pytest.mark.slow), False], ids=["scripts", "no scripts"]
)
def test_a_meeting_is_typed_and_its_table_put_in_order(visit, width, picture, javascript):
    factories.department("技术部")
    page = visit("/meetings/", as_=Role.SECRETARIAT, width=width, language="en", javascript=javascript)
    page.get_by_role("button", name="Enter by hand").click()
    page.locator("[name=title]").fill("第三次会议")
    page.locator("[name=issued_on]").fill("2023-11-08")
    page.locator("#facts").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("#facts$"))

    row = page.locator(".draft-row").first
    first = {"aspect": "加强宣传", "suggestion": "扩大影响力", "sources": "执委 刘仲书", "task__0__leaders": "肖良"}
    type_row(row, task__0__departments="技术处（牵头）", task__0__deadline="年底前", **first)
    if javascript:
        # The reading is there as soon as it is typed, and a name like a known one is asked about.
        expect(row.locator(".draft-deadline-preview")).to_contain_text("31 Dec 2023")
        expect(row.locator("[data-draft-issue]")).to_contain_text("技术处")
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"a row typed {width[0]}")
    row.get_by_role("button", name="Add a task").click()
    expect(row.locator("[name=task-1-leaders]")).to_have_value("肖良")
    type_row(row, task__0__text="建立工作小组", task__1__text="组织培训")
    row.get_by_role("button", name="Save", exact=True).last.click()
    expect(row.locator(".draft-deadline-preview").first).to_contain_text("31 Dec 2023")
    row.get_by_role("button", name="It is 技术部").click()
    expect(page.locator("[data-draft-issue]")).to_have_count(0)

    page.get_by_role("button", name="Add a row at the end").click()
    row = page.locator(".draft-row").nth(1)
    expect(row.locator("[name=number]")).to_have_value("2")
    expect(row.locator("[name=aspect]")).to_have_value("加强宣传")
    if javascript:
        expect(row.locator("[name=suggestion]")).to_be_focused()
    second = {"task__0__departments": "技术部", "task__0__deadline": "持续跟踪", "task__0__text": "建立培训平台"}
    type_row(row, suggestion="搭建平台", **second)
    row.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("button", name="Accept the whole meeting").click()
    expect(page.locator("#messages")).to_contain_text("is in the register with 2 rows")
    page.get_by_role("link", name="Edit the breakdown table").click()
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


CELL = "围绕宣传做好：\n(1)建立工作小组；\n(2)组织培训。"


def test_a_cell_copied_whole_becomes_its_tasks_and_what_is_typed_meanwhile_stays(visit):
    factories.meeting(datetime.date(2023, 11, 8))
    page = visit("/meetings/", as_=Role.SECRETARIAT, language="en")
    page.get_by_role("button", name="Enter by hand").click()
    row = page.locator(".draft-row").first
    row.locator("[name=task-0-text]").fill(CELL)
    page.route("**/import/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
    # Leaving the field sends the cell; the other fields are typed before the answer is there.
    typed = {"task__0__departments": "技术部", "task__0__leaders": "肖良", "task__0__deadline": "2024.6"}
    type_row(row, **typed, sources="执委 刘仲书", remarks="核对过")
    page.locator("h1").click()
    # Departments, leaders and deadline typed for the first task are those of the others.
    expect(row.locator("[name=task-1-deadline]")).to_have_value("2024.6")
    expected = {
        "lead_in": "围绕宣传做好：",
        "task-0-text": "建立工作小组",
        "task-0-departments": "技术部",
        "task-1-text": "组织培训。",
        "task-1-departments": "技术部",
        "task-1-leaders": "肖良",
        "sources": "执委 刘仲书",
        "remarks": "核对过",
    }
    assert {name: row.locator(f"[name={name}]").input_value() for name in expected} == expected
    expect(row.locator(".draft-task")).to_have_count(2)
    expect(row.locator(".alert")).to_have_count(0)


def test_a_row_with_a_field_that_was_made_larger_comes_anew_without_a_complaint(visit):
    page = visit("/meetings/", as_=Role.SECRETARIAT, language="en")
    page.get_by_role("button", name="Enter by hand").click()
    row = page.locator(".draft-row").first
    # What pulling at the corner of a text does.
    row.locator("textarea").evaluate_all("fields => fields.forEach(field => { field.style.height = '200px'; })")
    row.locator("[name=task-0-text]").fill(CELL)
    row.locator("[name=task-0-text]").blur()
    expect(row.locator(".draft-task")).to_have_count(2)


@pytest.mark.parametrize(
    "javascript", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["scripts", "no scripts"]
)
def test_a_row_and_its_meeting_are_corrected_and_a_task_is_added(visit, width, picture, javascript):
    meeting = factories.meeting(datetime.date(2023, 11, 8), place="北京")
    suggestion = factories.suggestion(meeting)
    factories.task(suggestion)
    page = visit(f"/meetings/{meeting.pk}/", as_=Role.SECRETARIAT, width=width, language="en", javascript=javascript)
    page.get_by_role("button", name="Correct the meeting").click()
    if not javascript:
        page.locator("#facts > summary").click()
    page.locator("[name=place]").fill("上海")
    # The address is the same before and after.
    with page.expect_navigation(url=re.compile("#facts$")):
        page.locator("#facts").get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Breakdown table").click()
    page.get_by_role("button", name="Correct", exact=False).first.click()
    row = page.locator(".draft-row").first
    row.locator("[name=suggestion]").fill("改正后的建议")
    row.get_by_role("button", name="Add a task").click()
    type_row(row, task__0__text="新的工作", task__0__departments="办公室", task__0__deadline="2024.6")
    row.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_url(re.compile(r"#row-\d+$"))
    expect(page.locator("#draft-difference")).to_contain_text("上海")
    expect(page.locator("#draft-difference")).to_contain_text("改正后的建议")
    assert_fits(page)
    if javascript:
        assert_accessible(page)
        picture(page, f"corrections {width[0]}")
    page.locator("[name=note]").fill("与纸质附件核对")
    page.locator("#accept .btn-success").click()
    expect(page.locator("#messages")).to_contain_text("Saved")
    meeting.refresh_from_db()
    suggestion.refresh_from_db()
    assert (meeting.place, suggestion.text) == ("上海", "改正后的建议")
    assert list(suggestion.tasks.order_by("number").values_list("text", flat=True))[1] == "新的工作"


# --- what is not saved yet ------------------------------------------------------------------------


def open_drafted_meeting(visit, **options) -> Page:
    """Open a meeting by hand that has two rows with a text each."""
    page = visit("/meetings/", language="en", **options)
    page.get_by_role("button", name="Enter by hand").click()
    page.get_by_role("button", name="Add a row at the end").click()
    expect(page.locator(".draft-row")).to_have_count(2)
    return page


def save_field(page: Page, field: Locator, text: str) -> None:
    """Type into a field and wait until leaving it has saved it."""
    with page.expect_response(lambda response: response.request.method == "POST") as saved:
        field.fill(text)
        field.blur()
    assert saved.value.status == 200
    expect(page.locator("#draft-bar")).to_contain_text("Saved at")


@pytest.mark.parametrize(
    ("part", "theirs", "mine", "untouched"),
    [
        (".draft-row >> nth=0", "sources", "lead_in", "remarks"),
        pytest.param("#facts", "place", "host", "chair", marks=pytest.mark.slow),
    ],
    ids=["a row", "the meeting"],
)
def test_an_outdated_page_saves_nothing_and_shows_what_another_saved(visit, part, theirs, mine, untouched):
    staff = factories.account(Role.SECRETARIAT)
    first = open_drafted_meeting(visit, as_=staff)
    second = visit(first.url.split("#")[0].removeprefix(first.evaluate("location.origin")), as_=staff, language="en")
    save_field(first, first.locator(part).locator(f"[name={theirs}]"), "丙窗口")
    save_field(first, first.locator(part).locator(f"[name={mine}]"), "甲的话")

    stale = second.locator(part)
    stale.locator(f"[name={mine}]").fill("乙的话")
    stale.get_by_role("button", name="Save", exact=True).last.click()
    alert = stale.locator(".alert-warning")
    expect(alert).to_contain_text("Somebody changed this meanwhile")
    expect(alert).to_contain_text("丙窗口")
    expect(alert).to_contain_text("甲的话")
    expect(alert).to_contain_text("乙的话")
    # The field that was not touched says what is saved; the other still has the words typed into it.
    expect(stale.locator(f"[name={theirs}]")).to_have_value("丙窗口")
    expect(stale.locator(f"[name={mine}]")).to_have_value("乙的话")
    # Leaving another field does not save them; the button does, once both were seen.
    stale.locator(f"[name={untouched}]").focus()
    stale.locator(f"[name={untouched}]").blur()
    first.reload()
    expect(first.locator(part).locator(f"[name={mine}]")).to_have_value("甲的话")
    stale.get_by_role("button", name="Save", exact=True).last.click()
    expect(second.locator(part).locator(".alert-warning")).to_have_count(0)
    first.reload()
    expect(first.locator(part).locator(f"[name={mine}]")).to_have_value("乙的话")
    expect(first.locator(part).locator(f"[name={theirs}]")).to_have_value("丙窗口")


@pytest.mark.parametrize(
    "button",
    [
        "Accept the whole meeting",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("Add a row at the end", "Save")),
    ],
)
def test_a_refused_row_stops_the_other_buttons_until_it_is_right(visit, button):
    page = open_drafted_meeting(visit, as_=Role.SECRETARIAT)
    row = page.locator(".draft-row").first
    type_row(row, suggestion="扩大影响力", number="甲")
    row.locator("[name=number]").blur()
    expect(row.locator(".alert-danger")).to_contain_text("甲")
    page.locator("h1").click()
    where = page.locator("#facts") if button == "Save" else page
    where.get_by_role("button", name=button, exact=True).click()
    expect(row.locator("[name=number]")).to_be_focused()
    expect(row.locator("[name=number]")).to_have_value("甲")
    expect(page.locator(".draft-row")).to_have_count(2)
    assert Meeting.objects.count() == 0
    row.locator("[name=number]").fill("7")
    page.get_by_role("button", name="Add a row at the end").click()
    expect(page.locator(".draft-row")).to_have_count(3)
    expect(page.locator(".draft-row").first.locator("[name=suggestion]")).to_have_value("扩大影响力")


def test_a_button_pressed_straight_from_a_refused_field_is_not_sent(visit):
    page = open_drafted_meeting(visit, as_=Role.SECRETARIAT)
    row = page.locator(".draft-row").first
    type_row(row, suggestion="扩大影响力", number="甲")
    page.get_by_role("button", name="Add a row at the end").click()
    expect(row.locator("[name=number]")).to_be_focused()
    expect(row.locator("[name=number]")).to_have_value("甲")
    expect(page.locator(".draft-row")).to_have_count(2)
    # After a reload the words are still there.
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator(".draft-row").first.locator("[name=number]")).to_have_value("甲")


def test_without_scripts_the_page_says_that_each_row_has_a_button_of_its_own(visit):
    page = open_drafted_meeting(visit, as_=Role.SECRETARIAT, javascript=False)
    words = "Save each row by its own button first"
    expect(page.locator("#accept form").first).to_contain_text(words)
    expect(page.locator("form.draft-add")).to_contain_text(words)
    expect(page.locator("#facts form")).to_contain_text(words)
    expect(page.get_by_text("Each change is saved at once")).to_be_hidden()
