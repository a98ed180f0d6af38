"""A real task from not started to closed: sent back, extended, closed, reopened and closed for good.

Staff, the liaison and the leader each work in a browser of their own, through the inbox where it leads them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from meetings.models import Department, Meeting, Person, Role, Status, Task
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits

TASK = "建立各层级委员会通讯录"


@pytest.fixture
def real_task() -> Task:
    factories.real_meeting()
    Meeting.objects.update(leader_agrees_before_closure=True)
    return Task.objects.get(text__startswith=TASK)


@pytest.fixture
def people(real_task):
    """The task's own liaison and leader, and the secretariat."""
    department: Department = real_task.departments.get()
    leader: Person = real_task.leaders.first()
    return {
        "staff": factories.account(Role.SECRETARIAT, username="秘书处"),
        "liaison": factories.account(Role.LIAISON, username="联络员", departments=[department]),
        "leader": factories.account(Role.LEADER, username="领导", person=leader),
    }


def fold(page: Page, name: str):
    """Open one of the folds and return it."""
    details = page.locator(f"details#{name}")
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()
        if (link := details.locator("a.without-script")).is_visible():
            link.click()
    return details


def look_at(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_task_from_not_started_to_closed(visit, real_task, people, picture, tmp_path, size):
    address = real_task.get_absolute_url()
    pages = {name: visit("/", as_=account, width=size, language="en") for name, account in people.items()}
    staff, liaison, leader = pages["staff"], pages["liaison"], pages["leader"]

    # The leader gives an instruction; the liaison finds it in the inbox and answers, which starts the task.
    leader.goto(address)
    form = fold(leader, "instruct")
    form.get_by_role("textbox", name="Instruction").fill("请尽快建立通讯录。")
    form.get_by_role("button", name="Issue the instruction").click()
    expect(leader.get_by_role("alert")).to_contain_text("Not issued yet.")
    leader.get_by_role("button", name="Confirm the instruction").click()
    expect(leader.get_by_role("heading", name="Instruction by")).to_be_visible()
    liaison.goto("/inbox/")
    look_at(liaison)
    picture(liaison, f"story inbox {size[0]}")
    liaison.get_by_role("link", name="Begin with the first").click()
    expect(liaison.get_by_text("请尽快建立通讯录。").first).to_be_visible()
    look_at(liaison)
    picture(liaison, f"story instruction {size[0]}")
    liaison.get_by_role("textbox", name="Answer").fill("已开始收集各委员会信息。")
    liaison.locator("section.instruction").get_by_role("button", name="Submit the answer").click()
    real_task.refresh_from_db()
    assert real_task.status == Status.IN_PROGRESS
    assert not real_task.instructions.filter(answer__isnull=True).exists()

    # A later deadline: what was typed is read back before it counts.
    liaison.goto(address)
    form = fold(liaison, "ask-extension")
    form.get_by_label("New deadline, as it is to be printed").press_sequentially("2030年6月底前")
    expect(form.get_by_text("Understood as: until 30 Jun 2030.")).to_be_visible()
    form.get_by_label("Why more time is needed").fill("部分委员会正在换届。")
    form.get_by_label("Progress so far").fill("已完成七成。")
    look_at(liaison)
    form.get_by_role("button", name="Submit the request").click()
    expect(liaison.get_by_role("heading", name="A later deadline is asked for")).to_be_visible()
    real_task.refresh_from_db()
    assert real_task.extension_count == 0
    staff.goto("/inbox/")
    expect(staff.get_by_role("heading", name="Later deadlines to decide")).to_be_visible()
    look_at(staff)
    staff.get_by_role("link", name="Begin with the first").click()
    look_at(staff)
    picture(staff, f"story extension {size[0]}")
    waiting = staff.locator("#waiting")
    waiting.get_by_label("Reason").fill("同意延期。")
    waiting.get_by_role("button", name="Grant the later deadline").click()
    assert_nothing_to_decide(staff)
    real_task.refresh_from_db()
    assert (real_task.extension_count, real_task.due_date.isoformat()) == (1, "2030-06-30")

    # Closure, with evidence; the leader agrees, the secretariat sends back all the same.
    report = tmp_path / "通讯录.pdf"
    report.write_bytes(b"%PDF-1.7\n")
    ask_for_closure(liaison, address, "通讯录已建立。", str(report))
    expect(liaison.get_by_role("heading", name="Closure is asked for")).to_be_visible()
    leader.goto("/inbox/?begin")
    look_at(leader)
    picture(leader, f"story agreement {size[0]}")
    leader.locator("#waiting").get_by_role("button", name="Agree").click()
    expect(leader.get_by_text("Nothing is waiting for you.")).to_be_visible()
    staff.goto("/inbox/?begin")
    look_at(staff)
    picture(staff, f"story closure {size[0]}")
    with staff.expect_download() as download:
        staff.locator("#waiting").get_by_role("link", name="通讯录.pdf").click()
    assert download.value.suggested_filename == "通讯录.pdf"
    decide(staff, "Send back", "缺少法律顾问意见。")
    real_task.refresh_from_db()
    assert real_task.status == Status.IN_PROGRESS

    # Once more, and this time it is accepted.
    liaison.goto("/inbox/")
    expect(liaison.get_by_role("heading", name="Sent back")).to_be_visible()
    ask_for_closure(liaison, address, "已补法律顾问意见。")
    leader.goto("/inbox/?begin")
    leader.locator("#waiting").get_by_role("button", name="Agree").click()
    staff.goto("/inbox/?begin")
    decide(staff, "Accept and close", "")
    real_task.refresh_from_db()
    assert real_task.status == Status.CLOSED

    # What became of the suggestion; then the task is reopened, and closed again.
    staff.goto(address)
    if staff.locator("details#outcome").count():
        form = fold(staff, "outcome")
        form.get_by_label("What became of the suggestion").select_option("resolved")
        form.get_by_label("Reply to the people who made it").fill("通讯录已建立，感谢您的建议。")
        form.get_by_role("button", name="Record the outcome").click()
        expect(staff.get_by_text("通讯录已建立，感谢您的建议。").first).to_be_visible()
    form = fold(staff, "reopen")
    form.get_by_label("Reason").fill("发现缺少一个委员会。")
    form.get_by_role("button", name="Reopen the task").click()
    expect(staff.get_by_text("Saved: the task is open again.")).to_be_visible()
    ask_for_closure(liaison, address, "已补齐。")
    leader.goto("/inbox/?begin")
    leader.locator("#waiting").get_by_role("button", name="Agree").click()
    staff.goto("/inbox/?begin")
    decide(staff, "Accept and close", "同意办结。")
    staff.goto(address)
    look_at(staff)
    picture(staff, f"story closed {size[0]}")
    real_task.refresh_from_db()
    assert real_task.status == Status.CLOSED
    assert real_task.original_due_date.isoformat() == "2023-12-31"


def ask_for_closure(page: Page, address: str, words: str, *files: str) -> None:
    page.goto(address)
    form = fold(page, "request-closure")
    form.get_by_label("What was done").fill(words)
    if files:
        expect(form.get_by_text("At most 10 files of 20 MB each")).to_be_visible()
        form.get_by_label("Evidence").set_input_files(list(files))
    form.get_by_role("button", name="Submit the request").click()


def assert_nothing_to_decide(page: Page) -> None:
    """The inbox is there without a task in it; what the printed table leaves open may still stand there."""
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(page.locator("main tbody tr")).to_have_count(0)


def decide(page: Page, button: str, words: str) -> None:
    """Decide with the keyboard alone: the anchor has brought the focus before the form."""
    waiting = page.locator("#waiting")
    reason = waiting.get_by_label("Reason")
    reason.focus()
    page.keyboard.type(words)
    waiting.get_by_role("button", name=button).press("Enter")
    assert_nothing_to_decide(page)


def test_without_scripts_a_later_deadline_takes_a_second_look(visit, real_task, people):
    page = visit(real_task.get_absolute_url(), as_=people["staff"], javascript=False, language="en")
    form = fold(page, "ask-extension")
    form.get_by_label("New deadline, as it is to be printed").fill("2030年6月底前")
    form.get_by_label("Why more time is needed").fill("部分委员会正在换届。")
    form.get_by_label("Progress so far").fill("已完成七成。")
    form.get_by_role("button", name="Submit the request").click()
    form = page.locator("details#ask-extension")
    expect(form.get_by_text("Understood as: until 30 Jun 2030. If that is right, send the form again.")).to_be_visible()
    form.get_by_role("button", name="Submit the request").click()
    expect(page.get_by_role("heading", name="A later deadline is asked for")).to_be_visible()
