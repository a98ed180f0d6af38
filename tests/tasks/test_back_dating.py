"""补录: what was recorded for a past day is listed, exported, and found from where one looks."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from meetings.breakdown.services.split_merge import merge_tasks
from meetings.models import Role
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def ago(days: int) -> datetime.date:
    return TODAY() - datetime.timedelta(days=days)


@pytest.fixture
def task(client):
    """A task with progress of today, of last week and of long ago, all recorded today."""
    client.force_login(factories.account(Role.LEADER))
    task = factories.task(factories.suggestion(factories.meeting(issued_on=ago(300))), deadline="持续跟踪")
    for days, note in ((0, "今天的进展。"), (7, "上周的进展。"), (100, "很久以前的进展。")):
        factories.progress(task, note, on=ago(days))
    return task


def notes(answer) -> list[str]:
    assert answer.status_code == 200
    return [entry.note for entry in answer.context["page"]]


def test_what_was_recorded_for_a_past_day_is_listed_newest_first(client, task):
    assert notes(client.get("/back-dated/")) == ["很久以前的进展。", "上周的进展。"]
    none = client.get(f"/back-dated/?from={ago(5)}&to={ago(1)}")
    assert notes(none) == []
    assert "empty-state" in none.content.decode()


def test_what_changed_a_day_is_what_was_recorded_later_for_it_or_before(client, task):
    assert notes(client.get(f"/back-dated/?as_of={ago(50)}")) == ["很久以前的进展。"]
    assert notes(client.get(f"/back-dated/?as_of={ago(7)}")) == ["很久以前的进展。", "上周的进展。"]
    assert notes(client.get(f"/back-dated/?as_of={TODAY()}")) == []


def test_it_is_exported_as_it_stands(client, task):
    answer = client.get(f"/back-dated/?as_of={ago(50)}&export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "很久以前的进展。" in lines[1]
    assert ago(100).isoformat() in lines[1]
    assert b"".join(client.get("/back-dated/?export=xlsx").streaming_content).startswith(b"PK")


def test_a_period_that_ends_before_it_begins_is_refused(client, task):
    answer = client.get("/back-dated/?from=2024-02-01&to=2024-01-01")
    assert answer.status_code == 422
    assert "page" not in answer.context


def test_reports_and_the_band_of_a_past_day_lead_there(client, task):
    assert "/back-dated/" in client.get("/reports/").content.decode()
    assert f"/back-dated/?as_of={ago(9)}" in client.get(f"/tasks/?as_of={ago(9)}").content.decode()


@pytest.mark.same_on_both
def test_a_task_that_was_joined_into_another_is_gone_on_past_days_so_that_is_listed(client, task):
    other = factories.task(task.suggestion)
    task.refresh_from_db()
    staff = factories.secretariat()
    versions = {"version": task.version, "other_id": other.pk, "other_version": other.version}
    merge_tasks(task_id=task.pk, text="合并后的任务", reason="内容相同。", actor=staff, **versions)
    assert "内容相同。" in notes(client.get(f"/back-dated/?as_of={ago(250)}"))
    assert notes(client.get(f"/back-dated/?as_of={ago(301)}")) == []
