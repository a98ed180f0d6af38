"""How many clicks everyday work takes from the dashboard, counted: alone and in a register that lives."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from meetings.models import Department, Person, Role, Status, Suggestion, Task
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.extensions import request_extension
from tests import factories

from .conftest import DESK, PHONE

LAPTOP = (1366, 768)
SIZES = {"desk": DESK, "laptop": LAPTOP, "phone": PHONE}
REGISTERS = {"alone": factories.real_meeting, "living": factories.living_register}
# Both registers and both kinds of screen are seen in these two; the others are as slow.
OFTEN = [("alone", "laptop"), ("living", "phone")]

pytestmark = pytest.mark.parametrize(
    ("register", "size"),
    [
        pytest.param(make, size, id=f"{name}-{screen}", marks=[] if (name, screen) in OFTEN else pytest.mark.slow)
        for name, make in REGISTERS.items()
        for screen, size in SIZES.items()
    ],
)


@pytest.fixture
def clicks() -> list[str]:
    """What was clicked; choosing in a list of the browser's own is two."""
    return []


@pytest.fixture
def staff(visit, size, register) -> Page:
    register()
    return visit("/", as_=Role.SECRETARIAT, width=size)


@pytest.fixture
def click(clicks):
    def click(what: Locator, **options) -> None:
        what.click(**options)
        clicks.append(str(what))

    return click


def type_into(click, field: Locator, words: str) -> None:
    click(field)
    field.page.keyboard.type(words)


def test_one_status_is_changed_in_three(staff, click, clicks, register):
    items = staff.locator(".dashboard-items .task-link")
    if register is factories.real_meeting:
        items = items.filter(has_text="建立各层级委员会通讯录")
    task = Task.objects.get(pk=re.search(r"/tasks/(\d+)/", items.first.get_attribute("href") or "")[1])
    click(items.first)
    type_into(click, staff.get_by_label("进展情况或变更原因"), "通讯录已建立。")
    click(staff.get_by_role("button", name="办结", exact=True))
    expect(staff.locator("#messages")).to_contain_text("已办结")
    task.refresh_from_db()
    assert task.status == Status.CLOSED
    assert len(clicks) <= 3, clicks


def test_one_status_is_changed_in_three_in_the_list_without_typing(staff, click, clicks):
    task = Task.objects.get(text__startswith="建立各层级委员会通讯录")
    click(staff.locator(f'a[href*="meeting={task.suggestion.meeting_id}"][data-count="18"]').first)
    row = staff.locator(".task-table tbody tr", has_text=task.text[:8])
    click(row.locator(".row-status > .status-badge"))
    click(row.get_by_role("button", name="推进中"))
    expect(row.locator(".status-badge")).to_have_text("推进中")
    task.refresh_from_db()
    assert task.status == Status.IN_PROGRESS
    assert len(clicks) <= 3, clicks


def test_the_first_status_of_the_list_is_changed_in_three_without_typing(staff, click, clicks):
    started = Task.objects.filter(status=Status.IN_PROGRESS).count()
    click(staff.locator(".topbar-nav").get_by_role("link", name="任务"))
    row = staff.locator(".task-table tbody tr", has_text="未启动").first
    row = staff.locator(f"#{row.get_attribute('id')}")
    click(row.locator(".row-status > .status-badge"))
    click(row.get_by_role("button", name="推进中"))
    expect(row.locator(".status-badge")).to_have_text("推进中")
    assert Task.objects.filter(status=Status.IN_PROGRESS).count() == started + 1
    assert len(clicks) <= 3, clicks


def test_five_are_closed_together_in_six(staff, click, clicks, size):
    leader = Person.objects.get(name="张朝华")
    closed = Task.objects.filter(status=Status.CLOSED).count()
    if size == PHONE:
        click(staff.locator("section[aria-labelledby=by-leader] summary").first)
    click(staff.locator(f'a[href*="leader={leader.pk}"][data-count="5"]').first)
    boxes = staff.locator("#results input[name=task]")
    expect(boxes).to_have_count(5)
    if size == PHONE:
        click(staff.locator(".results-bar [data-tick-page]"))
    else:
        click(boxes.first)
        click(boxes.last, modifiers=["Shift"])
    expect(staff.locator("#batch")).to_contain_text("5")
    click(staff.locator("#batch").get_by_role("button", name="办结"))
    # The field for the words has the focus once its page has come.
    expect(staff.locator("textarea[name=note]")).to_be_focused()
    staff.keyboard.type("均已完成。")
    click(staff.get_by_role("button", name="预览"))
    click(staff.get_by_role("button", name="办理 5 项任务"))
    expect(staff.locator("#messages")).to_contain_text("5")
    assert Task.objects.filter(status=Status.CLOSED).count() == closed + 5
    assert len(clicks) <= 6, clicks


def ask_for_more_time(words: str) -> Task:
    task = Task.objects.get(text__startswith=words)
    department: Department = task.departments.first()
    liaison = factories.account(Role.LIAISON, departments=[department])
    asked = {"reason": "部分委员会正在换届。", "progress": "已完成七成。", "deadline_text": "2030年6月底前"}
    factories.act(request_extension, task, liaison, effective_on=timezone.localdate(), department=department, **asked)
    return task


@pytest.mark.parametrize("others", ["first", "behind others"])
def test_a_later_deadline_is_decided_in_three(staff, click, clicks, others):
    if others == "behind others":
        for words in ("围绕国家重大战略", "调整或增补全体委员"):
            ask_for_more_time(words)
        closing = Task.objects.get(text__startswith="建立信息宣传工作小组")
        factories.progress(closing, "已开会。", on=timezone.localdate())
        factories.act(request_closure, closing, None, summary="已建立。", effective_on=timezone.localdate())
    task = ask_for_more_time("建立各层级委员会通讯录")
    staff.reload()
    if others == "first":
        click(staff.get_by_role("link", name="开始办理"))
    else:
        click(staff.locator(".dashboard-pending").get_by_role("link", name="延期"))
        click(staff.locator("section[aria-labelledby^=group-]").get_by_role("link", name=task.text[:8]))
    # A reason is asked for, so the field has the focus once its page has come.
    expect(staff.locator("#waiting").get_by_label("原因")).to_be_focused()
    staff.keyboard.type("同意延期。")
    click(staff.get_by_role("button", name="批准延期"))
    expect(staff.locator("#messages")).to_contain_text("已批准延期")
    task.refresh_from_db()
    assert task.extension_count == 1
    assert len(clicks) <= 3, clicks


def test_what_became_of_somebodys_suggestions_is_found_in_two(staff, click, clicks, size):
    click(staff.locator("[data-search-link]") if size == PHONE else staff.locator("#search-everywhere"))
    expect(staff.locator("input[name=q]:focus")).to_be_visible()
    staff.keyboard.type("lzs")
    staff.keyboard.press("Enter")
    found = staff.locator("section:has(#found-suggestions) li")
    expect(found).to_have_count(Suggestion.objects.filter(suggestion_sources__person__name="刘仲书").count())
    expect(found).to_have_count(4)
    for row in found.all():
        expect(row.locator(".health-badge").first).to_be_visible()
    assert len(clicks) <= 2, clicks
