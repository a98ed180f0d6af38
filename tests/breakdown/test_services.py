"""Arranging a table: moving, splitting, joining, removing; what each leaves in the logs, and that nothing is lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from meetings.breakdown.services.ordering import table_version_token
from meetings.models import ChangeLog, EntryKind, Outcome, Status
from meetings.tasks.services.outcomes import record_outcome
from tests import factories

from .table_page import TODAY, last_entry, row, rows, send

pytestmark = pytest.mark.django_db


# --- order ----------------------------------------------------------------------------------------


def test_a_row_moved_up_changes_places_and_numbers_and_the_printed_number_stays_in_the_log(client, table):
    second = row(table, "第2条建议")
    assert send(client, table, "move-suggestion", suggestion=second.pk, way="up").status_code == 302
    assert rows(table)[:2] == [(1, "第2条建议"), (2, "第1条建议")]
    entry = last_entry(second.tasks.get())
    assert entry.kind == EntryKind.ARRANGED
    assert entry.changes["number"] == {"old": 2, "new": 1}
    assert entry.changes["place_in_table"] == {"old": 2, "new": 1}
    assert [last_entry(task).changes for task in row(table, "第1条建议").tasks.all()] == [
        {"number": {"old": 1, "new": 2}}
    ] * 3


@pytest.mark.same_on_both
def test_a_row_is_not_moved_past_the_edge_of_its_aspect(client, table):
    second = row(table, "第2条建议")
    answer = send(client, table, "move-suggestion", suggestion=second.pk, way="down")
    assert answer.status_code == 422
    assert "There is no other row of this aspect there." in answer.content.decode()
    assert rows(table)[1] == (2, "第2条建议")


def test_a_row_moved_to_another_aspect_stands_at_its_end_and_keeps_its_printed_number(client, table):
    first = row(table, "第1条建议")
    send(client, table, "to-aspect", suggestion=first.pk, to=table.aspects.get(title="强化服务").pk)
    assert [text for _number, text in rows(table)] == ["第2条建议", "第3条建议", "第4条建议", "第1条建议"]
    assert rows(table)[-1] == (1, "第1条建议")
    assert last_entry(first.tasks.first()).changes["aspect"] == {"old": "1. 加强宣传", "new": "2. 强化服务"}


def test_an_aspect_moves_with_its_rows_and_the_meeting_remembers(client, table):
    send(client, table, "move-aspect", aspect=table.aspects.get(title="强化服务").pk, way="up")
    assert [text for _number, text in rows(table)] == ["第3条建议", "第4条建议", "第1条建议", "第2条建议"]
    assert list(table.aspects.order_by("position").values_list("title", flat=True)) == ["强化服务", "加强宣传"]
    change = table.change_log.get()
    assert (change.part, change.changes) == ("强化服务", {"place_in_table": {"old": 2, "new": 1}})


@pytest.mark.same_on_both
def test_rows_are_numbered_anew_through_the_table_or_under_each_aspect(client, table):
    send(client, table, "number-anew", within="aspects")
    assert [number for number, _text in rows(table)] == [1, 2, 1, 2]
    send(client, table, "number-anew", within="table")
    assert [number for number, _text in rows(table)] == [1, 2, 3, 4]
    third = row(table, "第3条建议").tasks.get()
    assert [entry.changes["number"] for entry in third.log.filter(kind=EntryKind.ARRANGED)] == [
        {"old": 3, "new": 1},
        {"old": 1, "new": 3},
    ]


def test_tasks_of_a_row_change_places(client, table):
    first, second, third = row(table, "第1条建议").tasks.order_by("number")
    send(client, table, "move-task", task=third.pk, way="up")
    assert [*row(table, "第1条建议").tasks.order_by("number")] == [first, third, second]
    assert last_entry(third).changes == {"task_number": {"old": 3, "new": 2}}
    assert last_entry(second).changes == {"task_number": {"old": 2, "new": 3}}
    assert send(client, table, "move-task", task=first.pk, way="up").status_code == 422


@pytest.mark.same_on_both
def test_a_page_that_is_no_longer_true_changes_nothing_and_shows_what_is_there(client, table):
    seen = table_version_token(table)
    second = row(table, "第2条建议")
    send(client, table, "move-suggestion", suggestion=second.pk, way="up")
    answer = send(client, table, "move-suggestion", suggestion=second.pk, way="down", seen=seen)
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile." in answer.content.decode()
    assert rows(table)[0] == (1, "第2条建议")


# --- aspects --------------------------------------------------------------------------------------


def test_an_aspect_is_added_renamed_with_a_reason_and_removed_while_it_is_empty(client, table):
    send(client, table, "add-aspect", title="加强研究")
    aspect = table.aspects.get(title="加强研究")
    assert send(client, table, "rename-aspect", aspect=aspect.pk, title="加强调研", note=" ").status_code == 422
    send(client, table, "rename-aspect", aspect=aspect.pk, title="加强调研", note="录入有误")
    send(client, table, "remove-aspect", aspect=aspect.pk)
    assert not table.aspects.filter(pk=aspect.pk).exists()
    logged = [(change.kind, change.note, change.changes["aspect"]) for change in table.change_log.order_by("pk")]
    assert logged == [
        ("entered", "", {"old": None, "new": "3. 加强研究"}),
        ("corrected", "录入有误", {"old": "3. 加强研究", "new": "3. 加强调研"}),
        ("removed", "", {"old": "3. 加强调研", "new": None}),
    ]


def test_an_aspect_with_rows_and_a_row_with_tasks_are_not_removed(client, table):
    aspect = table.aspects.first()
    assert send(client, table, "remove-aspect", aspect=aspect.pk).status_code == 422
    first = row(table, "第1条建议")
    assert send(client, table, "remove-suggestion", suggestion=first.pk).status_code == 422
    assert table.suggestions.count() == 4


def test_a_row_without_tasks_is_removed_and_the_meeting_remembers_what_it_said(client, table):
    empty = factories.suggestion(table, aspect="强化服务", text="误录")
    send(client, table, "remove-suggestion", suggestion=empty.pk)
    change = table.change_log.get()
    assert change.part == "5) 误录"
    assert change.changes["suggestion"] == {"old": "误录", "new": ""}


def test_a_button_for_a_thing_of_another_meeting_or_of_nobody_changes_nothing(client, table):
    other = factories.suggestion()
    assert send(client, table, "move-suggestion", suggestion=other.pk, way="up").status_code == 409
    assert send(client, table, "destroy").status_code == 422
    assert not ChangeLog.objects.changes().exists()


# --- a row split, two rows joined -----------------------------------------------------------------


@pytest.mark.same_on_both
def test_a_row_is_split_in_two_and_every_task_says_so(client, table):
    first = row(table, "第1条建议")
    one, two, three = first.tasks.order_by("number")
    answer = client.post(
        reverse("suggestion_split", args=[first.pk]),
        {
            "seen": table_version_token(table),
            "text": "第1条建议（上）",
            "new_text": "第1条建议（下）",
            "new_number": "",
            "go": [two.pk, three.pk],
            "note": "纪要中为两条",
        },
    )
    assert answer.status_code == 302
    assert [text for _number, text in rows(table)][:3] == ["第1条建议（上）", "第1条建议（下）", "第2条建议"]
    new = row(table, "第1条建议（下）")
    assert [*new.tasks.order_by("number").values_list("pk", "number")] == [(two.pk, 1), (three.pk, 2)]
    assert [source.person.name for source in new.suggestion_sources.all()] == ["委员甲"]
    assert last_entry(one).changes["suggestion"] == {"old": "第1条建议", "new": "第1条建议（上）"}
    assert last_entry(two).changes["suggestion_row"] == {"old": "1) 第1条建议", "new": "第1条建议（下）"}
    assert last_entry(two).note == "纪要中为两条"


@pytest.mark.parametrize("goes", [0, 1, 2])
def test_any_task_of_a_row_goes_to_the_new_one_and_both_are_numbered_from_one(client, table, goes):
    first = row(table, "第1条建议")
    tasks = list(first.tasks.order_by("number"))
    said = {"text": "上", "new_text": "下", "new_number": "", "go": [tasks[goes].pk], "note": "分开"}
    split = {"seen": table_version_token(table), **said}
    assert client.post(reverse("suggestion_split", args=[first.pk]), split).status_code == 302
    stay = [task.pk for task in tasks if task != tasks[goes]]
    assert [*first.tasks.order_by("number").values_list("pk", "number")] == [(stay[0], 1), (stay[1], 2)]
    assert [*row(table, "下").tasks.values_list("pk", "number")] == [(tasks[goes].pk, 1)]


@pytest.mark.parametrize("go", [[], ["all"]])
@pytest.mark.same_on_both
def test_of_a_split_row_one_task_stays_and_one_goes(client, table, go):
    first = row(table, "第1条建议")
    answer = client.post(
        reverse("suggestion_split", args=[first.pk]),
        {
            "seen": table_version_token(table),
            "text": "上",
            "new_text": "已经写好的下半条",
            "go": [task.pk for task in first.tasks.all()] if go else [],
            "note": "分开",
        },
    )
    assert answer.status_code == 422
    assert "已经写好的下半条" in answer.content.decode()
    assert table.suggestions.count() == 4


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("2", "There is a row 2 already."), ("abc", "as a whole number"), ("-1", "as a whole number")],
)
@pytest.mark.same_on_both
def test_the_number_of_a_new_row_is_a_number_that_no_row_has(client, table, number, sentence):
    client.cookies["django_language"] = "en"
    first = row(table, "第1条建议")
    said = {"text": "上", "new_text": "下", "new_number": number, "go": [first.tasks.first().pk], "note": "分开"}
    split = {"seen": table_version_token(table), **said}
    answer = client.post(reverse("suggestion_split", args=[first.pk]), split)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert table.suggestions.count() == 4
    assert client.post(reverse("suggestion_split", args=[first.pk]), {**split, "new_number": "9"}).status_code == 302
    assert row(table, "下").number == 9


@pytest.mark.parametrize("said", [{"go": "9" * 5000}, {"new_number": "9" * 5000}])
@pytest.mark.same_on_both
def test_a_number_of_thousands_of_digits_is_no_row_and_no_task(client, table, said):
    answer = client.post(
        reverse("suggestion_split", args=[row(table, "第1条建议").pk]),
        {"seen": table_version_token(table), "text": "上", "new_text": "下", "note": "分开", **said},
    )
    assert answer.status_code == 422
    assert table.suggestions.count() == 4


def test_two_rows_are_joined_with_their_tasks_and_sources_and_nothing_is_lost(client, table):
    first, second = row(table, "第1条建议"), row(table, "第2条建议")
    moved = second.tasks.get()
    address = reverse("suggestion_join", args=[first.pk])
    page = client.get(address)
    assert page.context["other"] == second
    client.post(
        address,
        {
            "seen": page.context["form"]["seen"].value(),
            "other": second.pk,
            "text": page.context["form"]["text"].value(),
            "lead_in": "",
            "note": "实为一条",
        },
    )
    first.refresh_from_db()
    assert first.text == "第1条建议\n第2条建议"
    assert [source.person.name for source in first.suggestion_sources.all()] == ["委员甲", "委员乙"]
    moved.refresh_from_db()
    assert (moved.suggestion, moved.number) == (first, 4)
    assert last_entry(moved).changes["suggestion_row"]["old"] == "2) 第2条建议"
    assert [text for _number, text in rows(table)] == ["第1条建议\n第2条建议", "第3条建议", "第4条建议"]
    assert table.change_log.get(kind="removed").part == "2) 第2条建议"


@pytest.mark.same_on_both
def test_a_row_whose_outcome_was_told_is_neither_split_nor_joined(client, table):
    first = row(table, "第1条建议")
    for task in first.tasks.all():
        factories.move(task, Status.CLOSED, on=TODAY)
    task = first.tasks.first()
    record_outcome(
        task_id=task.pk, version=task.version, actor=factories.secretariat(), outcome=Outcome.RESOLVED, reply="已办。"
    )
    answer = client.post(
        reverse("suggestion_join", args=[first.pk]),
        {"seen": table_version_token(table), "other": row(table, "第2条建议").pk, "text": "一", "note": "合并"},
    )
    assert answer.status_code == 422
    assert "neither split nor joined" in answer.content.decode()
