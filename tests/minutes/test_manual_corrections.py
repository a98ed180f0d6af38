"""The rows of a meeting corrected by hand, and tasks added to them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from meetings.models import EntryKind, Suggestion
from tests import factories

pytestmark = pytest.mark.django_db


def test_tasks_are_added_behind_those_a_row_has(client, meeting):
    row = factories.suggestion(meeting)
    factories.task(row)
    address = reverse("task_new", args=[row.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"tasks": "1", "task-0-text": " ", "deadline": "2024.6"}).status_code == 422
    page = client.get(address)
    assert "Task (2)" in page.content.decode()
    typed = {"tasks": "1", "after": page.context["after"], "task-0-text": "（2）新的工作"}
    client.post(address, {**typed, "deadline": "2024.6", "departments": "办公室"})
    assert list(row.tasks.order_by("number").values_list("number", "text")) == [
        (1, "落实第1项建议的第1项工作。"),
        (2, "新的工作"),
    ]


@pytest.fixture
def row(meeting) -> Suggestion:
    row = factories.suggestion(meeting, sources=[(factories.person("刘仲书"), "执委")])
    factories.task(row)
    factories.task(row)
    return row


def correct_row(client, row: Suggestion, **typed):
    page = client.get(reverse("suggestion_edit", args=[row.pk]))
    data = {**page.context["typed"], "seen": page.context["seen"], "note": "与纸质附件核对", **typed}
    return client.post(reverse("suggestion_edit", args=[row.pk]), data)


def test_a_corrected_text_is_an_entry_of_each_task_of_the_row(client, row):
    old = row.text
    assert correct_row(client, row, suggestion="改正后的建议").status_code == 302
    for task in row.tasks.all():
        entry = task.log.order_by("sequence").last()
        assert (entry.kind, entry.note) == (EntryKind.TEXTS, "与纸质附件核对")
        assert entry.changes == {"suggestion": {"old": old, "new": "改正后的建议"}}


def test_number_aspect_and_sources_are_corrected_too(client, row):
    correct_row(client, row, number="12", aspect="新的要点", sources="执委 刘仲书\n执委 黄继先")
    row.refresh_from_db()
    assert (row.number, row.aspect.title) == (12, "新的要点")
    entry = row.tasks.first().log.order_by("sequence").last()
    assert entry.kind == EntryKind.ARRANGED
    assert entry.changes["number"] == {"old": 1, "new": 12}
    assert entry.changes["sources"]["new"] == [
        {"name": "刘仲书", "capacity": "执委"},
        {"name": "黄继先", "capacity": "执委"},
    ]
    page = client.get(row.tasks.first().get_absolute_url()).content.decode()
    assert "执委 刘仲书 → 执委 刘仲书, 执委 黄继先" in page


def test_a_row_is_not_corrected_without_a_reason_nor_where_nothing_differs(client, row):
    assert correct_row(client, row, suggestion="改正", note=" ").status_code == 422
    assert correct_row(client, row).status_code == 422


def test_two_who_correct_a_row_see_each_others_values(client, row):
    seen = client.get(reverse("suggestion_edit", args=[row.pk])).context["seen"]
    correct_row(client, row, suggestion="甲的改正")
    answer = correct_row(client, row, suggestion="乙的改正", seen=seen)
    assert answer.status_code == 409
    assert "甲的改正" in answer.content.decode() and "乙的改正" in answer.content.decode()
    row.refresh_from_db()
    assert row.text == "甲的改正"
    assert correct_row(client, row, suggestion="乙的改正").status_code == 302
