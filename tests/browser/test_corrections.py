"""Staff correct a task and answer what the notice's row 6 left open, in a browser, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from meetings.models import ImportIssue, Role, Task
from meetings.tasks import import_issues
from tests import factories

from .axe import assert_accessible
from .pages import assert_fits


@pytest.fixture
def task(transactional_db) -> Task:
    """The first task of row 6."""
    factories.real_meeting()
    return Task.objects.filter(import_issues__isnull=False).order_by("number").first()


def look_at(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def test_a_task_is_corrected_with_its_reading_told_as_it_is_typed(visit, width, picture, task):
    page = visit(task.get_absolute_url(), as_=Role.SECRETARIAT, width=width, language="en")
    page.get_by_role("link", name="Correct", exact=True).click()
    look_at(page)
    page.get_by_label("Task", exact=True).fill("增加对机构的培训。")
    deadline = page.get_by_label("Deadline as printed")
    deadline.fill("")
    deadline.press_sequentially("2023年12月底前完成计划，2024年6月完成")
    reading = page.locator(".preview")
    expect(reading.get_by_text("A month: due on its last day, 30 Jun 2024.")).to_be_visible()
    expect(reading.get_by_text("Milestone: 2023年12月底前完成计划 (until 31 Dec 2023)")).to_be_visible()
    # A row moves up, and what was typed elsewhere stays.
    page.get_by_role("button", name="Move row 2 up").first.click()
    expect(page.locator("#departments-0-department")).to_contain_text("评审员部")
    expect(page.locator("#departments-0-department")).to_have_value(
        str(task.task_departments.get(position=2).department_id)
    )
    expect(deadline).to_have_value("2023年12月底前完成计划，2024年6月完成")
    picture(page, f"correct {width[0]}")
    look_at(page)
    page.get_by_label("Reason").fill("对照原件更正。")
    page.get_by_role("button", name="Save").locator("visible=true").click()
    expect(page.get_by_text("Corrected once")).to_be_visible()
    expect(page.get_by_text("As printed").first).to_be_visible()
    look_at(page)
    picture(page, f"corrected {width[0]}")
    task.refresh_from_db()
    assert (task.text, task.due_date.isoformat()) == ("增加对机构的培训。", "2024-06-30")
    assert [part.department.name for part in task.task_departments.all()] == ["评审员部", "技术部"]


def test_row_six_is_answered_question_by_question(visit, width, picture, task):
    page = visit("/confirmations/", as_=Role.SECRETARIAT, width=width, language="en")
    questions = page.locator("[data-issue]")
    expect(questions).to_have_count(3)
    look_at(page)
    picture(page, f"confirmations {width[0]}")
    questions.first.get_by_role("button", name="All 3 are right as they stand").click()
    expect(questions).to_have_count(2)
    expect(questions.first).to_be_focused()
    expect(page.get_by_text("2 questions are open")).to_be_visible()
    # The leaders are shared out.
    leaders = questions.first
    leaders.get_by_role("link", name="No, correct it").click()
    first = leaders.get_by_role("group").first
    first.get_by_label("陈云华").uncheck()
    look_at(page)
    expect(page.locator("[data-place=dashboard] .pick-count").first).to_have_text("2")
    picture(page, f"confirmation answered {width[0]}")
    leaders.get_by_label("Reason, or how you know").fill("经与两位领导核对。")
    leaders.get_by_role("button", name="Correct and confirm").click()
    expect(questions).to_have_count(1)
    expect(questions.first).to_be_focused()
    # The second task's deadline is another one, and its reading is seen before it counts.
    question = questions.first
    question.get_by_role("link", name="No, correct it").click()
    second = question.get_by_role("group").nth(1)
    second.get_by_label("Deadline as printed").fill("2025.6")
    expect(second.get_by_text("A month: due on its last day, 30 Jun 2025.")).to_be_visible()
    question.get_by_label("Reason, or how you know").fill("对照原件。")
    question.get_by_role("button", name="Correct and confirm").click()
    expect(page.get_by_text("Nothing is left to confirm.")).to_be_visible()
    expect(page.locator("[data-place=dashboard] .pick-count")).to_have_count(0)
    assert import_issues.count_open_issues() == 0
    assert [part.person.name for part in task.task_leaders.all()] == ["肖良"]
    deadlines = task.suggestion.tasks.order_by("number").values_list("due_date", flat=True)
    assert [day.isoformat() for day in deadlines] == ["2024-12-31", "2025-06-30", "2026-12-31"]
    look_at(page)


def test_without_scripts_each_answer_leads_to_the_next_question(visit, task):
    page = visit("/confirmations/", as_=Role.SECRETARIAT, javascript=False, language="en")
    page.get_by_role("button", name="All 3 are right as they stand").first.click()
    expect(page.locator("[data-issue]")).to_have_count(2)
    assert page.url.endswith(page.locator("[data-issue]").first.get_attribute("id"))
    page.get_by_role("link", name="No, correct it").last.click()
    question = page.locator("[data-issue]").last
    question.get_by_role("group").nth(1).get_by_label("Deadline as printed").fill("2025.6")
    question.get_by_label("Reason, or how you know").fill("对照原件。")
    question.get_by_role("button", name="Correct and confirm").click()
    expect(page.get_by_text("A month: due on its last day, 30 Jun 2025.")).to_be_visible()
    page.get_by_role("button", name="Correct and confirm").click()
    expect(page.locator("[data-issue]")).to_have_count(1)
    assert ImportIssue.objects.filter(answer__isnull=True).count() == 3
