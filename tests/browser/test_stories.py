"""The main thing each of them comes for, in a real browser (docs/domain.md, The product).

Staff find a task and update it; a leader sees what is red; a liaison reports from a phone; two people meet; the table
comes out in Excel.
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Download, Page, expect

from meetings.models import ImportIssue, Meeting, Role, Status, Task
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import PASSWORD, assert_fits, sign_in

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without scripts"])


@pytest.fixture
def real_meeting() -> Meeting:
    factories.real_meeting()
    return Meeting.objects.get()


def rows(page: Page):
    return page.locator("#results tbody tr")


def pick(page: Page, parameter: str):
    """Return one of the lists of boxes over the tasks, by its parameter in the address."""
    return page.locator("details.pick", has=page.locator(f"input[name={parameter}]"))


def box(page: Page, parameter: str, value: object):
    """Return a box of such a list."""
    return page.locator(f"input[type=checkbox][name={parameter}][value='{value}']")


def downloaded(page: Page, name: str) -> Download:
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return download.value


# --- the secretariat ----------------------------------------------------------------------------


@BOTH
def test_staff_find_a_task_update_it_and_land_at_its_row(visit, world, picture, javascript):
    page = visit("/tasks/", as_=world.secretariat, javascript=javascript)
    expect(rows(page)).to_have_count(7)
    page.get_by_role("searchbox").fill("培训")
    if not javascript:
        page.get_by_role("button", name="搜索").click()
    expect(rows(page)).to_have_count(5)
    expect(page).to_have_url(re.compile(r"[?&]q=%E5%9F%B9%E8%AE%AD"))

    pick(page, "health").locator("summary").click()
    box(page, "health", "due_soon").check()
    if not javascript:
        pick(page, "health").get_by_role("button", name="显示").click()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("health=due_soon"))
    if javascript:
        # Nothing that was not asked for stands in the address.
        assert re.search(r"\?q=[^&]+&health=due_soon$", page.url), page.url
    listed = page.url

    page.get_by_role("link", name="加大培训课程开发力度", exact=True).click()
    form = page.locator("form.update-form").first
    form.get_by_label("办理状态").select_option(label="推进中")
    form.get_by_label("进展情况").fill("第一门课程已上线。")
    picture(page, "a task being updated")
    form.get_by_role("button", name="保存").click()

    expect(page).to_have_url(f"{listed}#task-{world.due_soon.pk}")
    row = page.locator(f"#task-{world.due_soon.pk}")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("推进中")
    expect(row).to_contain_text("第一门课程已上线。")
    expect(page.locator("#messages [role=status]")).to_be_visible()
    if javascript:
        # axe is a script, too: without them it would never answer.
        assert_accessible(page)
    world.due_soon.refresh_from_db()
    assert world.due_soon.status == Status.IN_PROGRESS


def back(page: Page) -> None:
    """Go back, on a page that has loaded its scripts: before, nobody listens."""
    page.wait_for_load_state("load")
    page.go_back()


def test_the_address_holds_the_state_and_the_back_button_goes_through_it(visit, world):
    page = visit("/tasks/", as_=world.secretariat)
    pick(page, "health").locator("summary").click()
    box(page, "health", "overdue").check()
    expect(rows(page)).to_have_count(1)
    box(page, "health", "review_missed").check()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name="完成时限").click()
    expect(page).to_have_url(re.compile("sort=due"))
    address = page.url
    assert "health=overdue" in address
    assert "health=review_missed" in address

    back(page)
    expect(page).not_to_have_url(re.compile("sort="))
    expect(rows(page)).to_have_count(2)
    back(page)
    expect(rows(page)).to_have_count(1)
    expect(pick(page, "health").locator("input:checked")).to_have_count(1)
    back(page)
    expect(rows(page)).to_have_count(7)
    expect(pick(page, "health").locator("input:checked")).to_have_count(0)
    page.wait_for_load_state()
    page.go_forward()
    expect(rows(page)).to_have_count(1)

    other = visit(address, as_=world.reader)
    expect(rows(other)).to_have_count(2)
    expect(other.locator("th[aria-sort=ascending]")).to_have_text(re.compile("完成时限"))


def test_typing_and_ticking_keep_the_focus(visit, world):
    page = visit("/tasks/", as_=world.secretariat)
    search = page.get_by_role("searchbox")
    search.press_sequentially("培训")
    expect(rows(page)).to_have_count(5)
    expect(search).to_be_focused()
    expect(search).to_have_value("培训")
    pick(page, "health").locator("summary").focus()
    page.keyboard.press("Enter")
    working = box(page, "health", "on_track")
    working.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("health=on_track"))
    expect(working).to_be_focused()
    expect(working).to_be_checked()
    expect(pick(page, "health")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(pick(page, "health")).not_to_have_attribute("open", "")
    expect(pick(page, "health").locator("summary")).to_be_focused()


@BOTH
def test_pages_and_their_size(visit, real_meeting, javascript):
    page = visit("/tasks/?per_page=5", as_=Role.READER, javascript=javascript)
    expect(rows(page)).to_have_count(5)
    page.locator("nav.pages").get_by_role("link", name="下一页").click()
    expect(page).to_have_url(re.compile("page=2"))
    first = rows(page).first.get_attribute("id")
    page.locator("nav.pages").get_by_role("link", name="上一页").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    page.get_by_label("每页行数").select_option("100")
    if not javascript:
        page.locator("form.page-size").get_by_role("button").click()
    expect(rows(page)).to_have_count(18)
    expect(page).to_have_url(re.compile("per_page=100"))


@BOTH
def test_nothing_found_offers_a_way_on(visit, world, javascript):
    page = visit("/tasks/?q=没有这样的任务", as_=Role.READER, javascript=javascript)
    expect(rows(page)).to_have_count(0)
    page.get_by_role("link", name="清除全部筛选").click()
    expect(rows(page)).to_have_count(7)


# --- a leader -----------------------------------------------------------------------------------


def test_a_leader_signs_in_and_sees_what_is_red_and_whose(visit, real_meeting, picture):
    leader = factories.account(Role.LEADER, username="肖良", password=PASSWORD)
    own = leader.person.supervised_tasks.count()
    page = visit("/")
    sign_in(page, "肖良")
    expect(page.locator(".day-line")).to_contain_text("肖良")
    total = page.locator(".tiles a").last
    expect(total).to_have_attribute("data-count", str(own))

    red = Task.objects.on(timezone.localdate()).supervised_by([leader.person_id]).filter(health="overdue")
    tile = page.locator(".tile.health-overdue")
    expect(tile).to_have_attribute("data-count", str(red.count()))
    longest = page.locator(".dashboard-item").first
    expect(longest).to_be_in_viewport()
    expect(longest).to_contain_text("逾期")
    expect(longest).to_contain_text("责任部室：填报进展")
    picture(page, "a leader's first page")

    tile.click()
    expect(rows(page)).to_have_count(red.count())
    page.go_back()
    page.get_by_role("link", name="全部", exact=True).click()
    expect(page.locator(".tiles a").last).to_have_attribute("data-count", "18")
    number = page.locator("table.counts a[data-count]").first
    count = number.get_attribute("data-count")
    number.click()
    expect(page.locator(".results-count")).to_contain_text(count)
    expect(rows(page)).to_have_count(int(count))


def test_a_leader_looks_at_an_earlier_day(visit, real_meeting):
    page = visit("/", as_=Role.READER)
    page.locator("#as-of").fill("2024-02-09")
    page.locator("form.as-of button").click()
    expect(page).to_have_url(re.compile("as_of=2024-02-09"))
    counts = {health: int(page.locator(f".tile.health-{health}").get_attribute("data-count")) for health in TABLE}
    assert counts == TABLE
    expect(page.locator(".tiles a")).to_have_count(len(TABLE) + 1)
    page.locator(".tile.health-review_missed").click()
    expect(rows(page)).to_have_count(8)


# docs/domain.md, the row of 2024-02-09.
# Nothing is due soon on it, and no tile says so.
TABLE = {"overdue": 7, "review_missed": 8, "on_track": 3}


# --- a liaison ----------------------------------------------------------------------------------


@BOTH
def test_a_liaison_reports_from_a_phone(visit, world, picture, javascript):
    page = visit("/", as_=world.liaison, width=PHONE, javascript=javascript)
    expect(page.locator(".day-line")).to_contain_text("本部室任务")
    assert_fits(page)
    page.locator("section", has=page.locator("#red")).get_by_role("link", name="建立信息宣传工作小组").click()
    form = page.locator("form.update-form").first
    expect(form).to_be_visible()
    assert_fits(page)
    form.get_by_label("进展情况").fill("小组已成立，共七人。")
    button = form.get_by_role("button", name="提交")
    assert button.bounding_box()["height"] >= 44, "a thumb has to hit it"
    picture(page, "a report from a phone")
    button.click()
    expect(page.locator("#messages [role=status]")).to_be_visible()
    assert_fits(page)
    entry = world.overdue.log.last()
    assert (entry.note, entry.actor, entry.department) == ("小组已成立，共七人。", world.liaison, world.technology)
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.IN_PROGRESS, "the first progress starts a task"


# --- two at once --------------------------------------------------------------------------------


def test_two_people_save_at_once_and_nothing_is_lost(visit, world, picture):
    one, two = (visit(f"/tasks/{world.on_track.pk}/", as_=who) for who in (world.secretariat, world.liaison))
    for page, words in ((one, "秘书处：已催办。"), (two, "联络员：平台已上线。")):
        page.locator("form.update-form").first.get_by_label("进展情况").fill(words)
    two.locator("form.update-form").first.get_by_role("button", name="提交填报").click()
    expect(two.locator("#messages [role=status]")).to_be_visible()

    one.locator("form.update-form").first.get_by_role("button", name="保存").click()
    stale = one.locator("#stale")
    expect(stale).to_be_visible()
    expect(stale).to_contain_text("联络员：平台已上线。")
    note = one.locator("form.update-form").first.get_by_label("进展情况")
    expect(note).to_have_value("秘书处：已催办。")
    picture(one, "a stale save")
    assert_accessible(one)
    one.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert_fits(one)
    assert_accessible(one)
    one.locator("form.update-form").first.get_by_role("button", name="保存").click()
    expect(stale).to_have_count(0)
    assert list(world.on_track.log.order_by("-sequence").values_list("note", flat=True))[:2] == [
        "秘书处：已催办。",
        "联络员：平台已上线。",
    ]


# --- files --------------------------------------------------------------------------------------


@BOTH
def test_the_list_comes_out_in_excel_as_it_was_narrowed(visit, world, tmp_path, javascript):
    page = visit("/tasks/?health=overdue&health=closed&sort=-due", as_=Role.READER, javascript=javascript)
    path = tmp_path / "register.xlsx"
    page.locator("#export > summary").click()
    download = downloaded(page, "Excel")
    assert download.suggested_filename.endswith(".xlsx")
    download.save_as(path)
    head, *lines = load_workbook(path).active.iter_rows(values_only=True)
    tasks = [line[head.index("工作任务")] for line in lines]
    assert tasks == [world.overdue.text, world.closed.text]
    assert isinstance(lines[0][head.index("现期限")], datetime.datetime), "a real date"


def test_the_export_follows_the_filters_that_htmx_set(visit, world, tmp_path):
    page = visit("/tasks/", as_=Role.READER)
    page.get_by_role("searchbox").fill("宣传")
    expect(page).to_have_url(re.compile("q="))
    # The address changes before the list does, and the list takes its menu with it.
    expect(rows(page)).not_to_have_count(len(world.tasks))
    shown = rows(page).count()
    path = tmp_path / "register.xlsx"
    page.locator("#export > summary").click()
    downloaded(page, "Excel").save_as(path)
    assert load_workbook(path).active.max_row - 1 == shown


def test_the_breakdown_table_comes_out_as_printed_and_with_status(visit, real_meeting, tmp_path):
    page = visit(f"/meetings/{real_meeting.pk}/", as_=Role.READER)
    path = tmp_path / "breakdown.xlsx"
    page.locator("#export > summary").click()
    for name, word in (("Excel（原表格式）", "序号"), ("Excel（含办理情况）", "办理状态")):
        downloaded(page, name).save_as(path)
        cells = [cell for row in load_workbook(path).active.iter_rows(values_only=True) for cell in row if cell]
        assert any(str(cell).strip() == word for cell in cells), name


# --- states that pages have only for a moment ---------------------------------------------------


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", [pytest.param("zh-hans", marks=pytest.mark.slow), "en"])
def test_passing_states_are_accessible_and_fit(visit, world, picture, size, language):
    ImportIssue.objects.create(
        task=world.undecided, column="departments", code="several_departments", value="技术部、国际部"
    )
    options = {"as_": world.secretariat, "width": size, "language": language}

    page = visit(f"/tasks/{world.undecided.pk}/", **options)
    look(page, picture, f"a task with a mark {language} {size[0]}")
    form = page.locator("form.update-form").first
    form.locator("[name=effective_on]").evaluate(
        "field => { field.removeAttribute('min'); field.value = '1999-01-01' }"
    )
    form.locator("[name=note]").fill("进展。")
    form.locator(".btn-primary").click()
    expect(page.locator("#id_effective_on_error")).to_be_visible()
    look(page, picture, f"a form with a mistake {language} {size[0]}")

    page = visit("/tasks/", **options)
    for number in range(page.locator("details.pick").count()):
        page.locator("details.pick > summary").nth(number).click()
        expect(page.locator("details.pick[open]")).to_have_count(1)
        assert_fits(page)
        if number < page.locator("details.pick").count() - 1:
            page.keyboard.press("Escape")
    look(page, picture, f"an open list {language} {size[0]}")

    past = world.day - datetime.timedelta(days=20)
    for address in (
        f"/tasks/{world.closed.pk}/?as_of={past}",
        f"/meetings/{world.meeting.pk}/?as_of={past}",
        "/?as_of=x",
    ):
        look(visit(address, **options), picture, f"{address} {language} {size[0]}")


def look(page: Page, picture, name: str) -> None:
    assert_fits(page)
    assert_accessible(page)
    picture(page, name)


def test_long_words_and_many_names_do_not_burst_a_phone(visit):
    departments = [(factories.department(f"第{number}综合管理与技术保障部"), "responsible") for number in range(9)]
    long = "https://example.org/" + "a" * 150
    task = factories.task(
        factories.suggestion(
            factories.meeting(title="一个名称非常非常长的会议" * 8, document_number="文" * 60),
            aspect="要点" * 60,
            text=long,
            sources=[(factories.person("很长的名字" * 8), "很长的职务" * 20)],
        ),
        text=long,
        remarks=long,
        departments=departments,
        leaders=[factories.person(f"领导{number}") for number in range(6)],
    )
    factories.progress(task, long, on=datetime.date(2024, 1, 1))
    meeting = task.suggestion.meeting
    for address in ("/", "/tasks/", f"/tasks/{task.pk}/", "/meetings/", f"/meetings/{meeting.pk}/"):
        for size in (PHONE, DESK):
            assert_fits(visit(address, as_=Role.SECRETARIAT, width=size))


def test_an_empty_register_is_accessible_and_says_what_to_do(visit, picture):
    for address in ("/", "/tasks/", "/meetings/"):
        page = visit(address, as_=Role.SECRETARIAT, width=PHONE)
        look(page, picture, f"empty {address}")
