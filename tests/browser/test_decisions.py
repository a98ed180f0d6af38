"""What is to be decided and both buttons are in the window at once, in a register that lives."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, expect

from meetings.models import DepartmentRole, Meeting, Role, Task
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.extensions import request_extension
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits

LAPTOP = (1366, 768)
# As long as the longest of the real meeting.
TEXT = "围绕国家重大战略对认可工作的需求和要求，邀请各层级委员参与，" * 4
REASON = "部分单位正在换届，供应商更换一次，需重新组织采购和培训。" * 5

pytestmark = pytest.mark.long


def is_in_window(part: Locator) -> bool:
    """Whether all of it is in the window, and nothing lies over its middle."""
    return part.evaluate("""part => {
        const box = part.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        const inside = box.y >= 0 && box.x >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
        return inside && part.contains(top);
    }""")


@pytest.fixture
def living_register() -> tuple[Task, Task]:
    """300 tasks and 60 departments; a closure and a later deadline are asked for, with many words."""
    call_command("generate_tasks", "300", verbosity=0)
    departments = [factories.department(f"业务发展与技术管理第{number}部室") for number in range(1, 61)]
    parts = [(department, DepartmentRole.RESPONSIBLE) for department in departments]
    row = factories.suggestion(Meeting.objects.order_by("pk").last())
    closing, later = (factories.task(row, text=TEXT, departments=parts, deadline="2026.12") for _ in range(2))
    liaison, day = factories.account(Role.LIAISON, departments=departments), timezone.localdate()
    for task in (closing, later):
        factories.progress(task, REASON, on=day, by=liaison, department=departments[0])
    factories.act(request_closure, closing, liaison, summary=REASON, effective_on=day, department=departments[0])
    words = {"reason": REASON, "progress": REASON, "deadline_text": "2030年6月底前", "department": departments[0]}
    factories.act(request_extension, later, liaison, effective_on=day, **words)
    return closing, later


@pytest.mark.parametrize("size", [LAPTOP, PHONE, pytest.param(DESK, marks=pytest.mark.slow)])
def test_the_text_and_both_buttons_are_in_the_first_screen_and_the_next_comes(visit, living_register, picture, size):
    page = visit(f"/tasks/{living_register[0].pk}/?next=/inbox/#waiting", as_=Role.SECRETARIAT, width=size)
    for accept, refuse in (("同意办结", "退回"), ("批准延期", "不批准")):
        card = page.locator("#waiting")
        buttons = [card.get_by_role("button", name=name, exact=True) for name in (accept, refuse)]
        for part in (page.get_by_role("heading", level=1), *buttons):
            assert is_in_window(part), part
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT)
        expect(page.locator(".crumbs")).to_contain_text("号")
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"decision {accept} {size[0]}")
        if accept == "同意办结":
            buttons[0].click()
            expect(page.locator("#messages")).to_contain_text("已同意办结。")
            # The next has come, below what was done.
            for part in (page.get_by_role("heading", level=1), *page.locator(".decision-form button").all()):
                assert is_in_window(part), part
            page.goto(f"/tasks/{living_register[1].pk}/?next=/inbox/#waiting")
