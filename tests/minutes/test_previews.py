"""What the page of a draft says that accepting does is what the logs have afterwards."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.deadlines import Deadline, DeadlineKind
from meetings.minutes import draft_services
from meetings.models import EntryKind, Meeting, Task, TaskLog
from tests import factories
from tests.depth import examples

from .uploads import a_draft, act

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

edits = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from(
            [
                {"task-0-text": "开展认可宣传并形成长效机制"},
                {"task-0-departments": "办公室"},
                {"task-0-departments": "办公室、技术部"},
                {"task-0-leaders": "肖良"},
                {"task-0-remarks": "按季度报送。"},
                {"remarks": "按季度报送。"},
                {"lead_in": "持续扩大认可的影响力。"},
                {"suggestion": "建议进一步提高认可的影响力和认可度。"},
                {"task-0-deadline": "2026.12"},
            ]
        ),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda edit: edit[0],
)


@pytest.mark.deep
@pytest.mark.long
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edited=edits)
def test_what_an_update_announces_is_what_the_logs_have(meeting_81, client, edited):
    with transaction.atomic():
        staff = factories.secretariat()
        client.force_login(staff)
        document = a_draft(staff)
        for position, texts in edited:
            draft_services.edit_row(row_id=document.rows.get(position=position).pk, version=1, form_data=texts)
        page = client.get(f"/import/{document.pk}/").context["page"]
        changed = [row for row in page.difference.changed_rows if row.suggestion is not None]
        announced = {
            (task.pk, change.column)
            for row in changed
            for tasks, changes in [
                (row.suggestion.tasks.all(), row.changes),
                *(([each.task], each.changes) for each in row.tasks if each.task is not None),
            ]
            for change in changes
            if change.is_applied
            for task in tasks
        }
        new_rows = [row.position for row in page.difference.changed_rows if row.suggestion is None]
        added = sum(len(page.draft.rows[position - 1].row.tasks) for position in new_rows)
        added += sum(each.task is None for row in changed for each in row.tasks)
        last = TaskLog.objects.order_by("-pk").first().pk
        act(client, document, "accept")
        entries = TaskLog.objects.filter(pk__gt=last)
        corrections = entries.exclude(kind=EntryKind.ENTERED)
        assert {(entry.task_id, name) for entry in corrections for name in entry.changes} == announced
        assert entries.filter(kind=EntryKind.ENTERED).count() == added
        transaction.set_rollback(True)


@pytest.mark.long
def test_that_earlier_tasks_get_the_day_of_the_meeting_is_announced(client):
    staff = factories.secretariat()
    client.force_login(staff)
    document = a_draft(staff)
    facts = draft_services.load_metadata(document)
    before = factories.meeting(
        facts.held_on - datetime.timedelta(days=100),
        title="上一次会议",
        body=facts.body,
        held_on=facts.held_on - datetime.timedelta(days=120),
    )
    task = factories.task(factories.suggestion(before), deadline=Deadline("下次会议前", DeadlineKind.NEXT_MEETING))
    factories.task(factories.suggestion(before), deadline="2024.6")
    page = client.get(f"/import/{document.pk}/")
    assert page.context["page"].tasks_due_here == [task]
    assert task.text in page.content.decode()
    act(client, document, "accept")
    assert Meeting.objects.count() == 2
    dated = TaskLog.objects.filter(kind="deadline")
    assert [entry.task for entry in dated] == [task]
    assert Task.objects.get(pk=task.pk).due_date == facts.held_on
