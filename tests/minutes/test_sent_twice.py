"""What is typed by hand and sent twice, after going back or on a slow line, is there once."""

from __future__ import annotations

import pytest

from meetings.models import Suggestion
from tests import factories
from tests.minutes.typed_rows import ROW, TypedDraft, begin_row, task_field

pytestmark = pytest.mark.django_db

# For the first task that is typed.
TASK_NAMES = ("departments", "leaders", "deadline")
TASK = {task_field(0, name): ROW[name] for name in TASK_NAMES} | {task_field(0): "建立工作小组"}


@pytest.fixture
def staff(client):
    client.force_login(factories.secretariat())
    return client


def send_twice(draft: TypedDraft, **typed: str) -> None:
    """Save the row and accept the draft, each of them twice as the page had them."""
    row = draft.row
    for _ in range(2):
        draft.send("row", do="save", row=str(row.pk), version=str(row.version), **typed)
    seen = draft.page.version_token
    for _ in range(2):
        draft.send("accept", seen=seen)


def test_a_row(staff):
    meeting = factories.meeting()
    send_twice(begin_row(staff, meeting), **{name: ROW[name] for name in ROW if name not in TASK_NAMES} | TASK)
    row: Suggestion = meeting.suggestions.get()
    assert (row.text, row.tasks.count()) == (ROW["suggestion"], 1)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_task(staff):
    row = factories.task().suggestion
    send_twice(TypedDraft(staff, staff.post(f"/suggestions/{row.pk}/tasks/new/")), **TASK)
    assert [task.text for task in row.tasks.order_by("number")][1:] == ["建立工作小组"]
