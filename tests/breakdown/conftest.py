"""A breakdown table of two aspects, and the secretary who arranges it."""

from __future__ import annotations

import pytest

from meetings.models import Meeting
from tests import factories

from .table_page import ISSUED


@pytest.fixture
def table(staff) -> Meeting:
    """A meeting of two aspects with two rows each; the first row has three tasks, the others one."""
    meeting = factories.meeting(ISSUED)
    for place, aspect in enumerate(["加强宣传", "加强宣传", "强化服务", "强化服务"], start=1):
        row = factories.suggestion(
            meeting,
            aspect=aspect,
            text=f"第{place}条建议",
            sources=[(factories.person(f"委员{'甲乙丙丁'[place - 1]}"), "执委")],
        )
        for _number in range(3 if place == 1 else 1):
            factories.task(row)
    return meeting
