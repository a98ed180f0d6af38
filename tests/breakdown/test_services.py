"""Arranging a table: moving, splitting, joining, removing; what each leaves in the logs, and that nothing is lost."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from meetings.breakdown.services.meeting_settings import record_next_meeting
from meetings.breakdown.services.ordering import seen_of_table
from meetings.errors import ImpossibleStep
from meetings.models import (
    ChangeLog,
    ConfirmationMark,
    DepartmentRole,
    EntryKind,
    Language,
    Meeting,
    Outcome,
    Status,
    Suggestion,
    Task,
    TaskState,
)
from meetings.tasks import inbox
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.corrections import edit_assignments
from meetings.tasks.services.extensions import grant_extension
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.status import report_progress
from tests import factories

pytestmark = pytest.mark.django_db

ISSUED = datetime.date(2023, 11, 8)
TODAY = datetime.date(2024, 3, 1)


@pytest.fixture
def staff(client):
    account = factories.secretariat()
    account.language = Language.ENGLISH
    account.save()
    client.force_login(account)
    return account


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


def send(client, meeting: Meeting, action: str, **said):
    """Press a button of the table's page, as it is at this moment."""
    data = {"action": action, "seen": seen_of_table(meeting), **said}
    return client.post(reverse("meeting_arrange", args=[meeting.pk]), data)


def rows(meeting: Meeting) -> list[tuple[int | None, str]]:
    return list(meeting.suggestions.order_by("position").values_list("number", "text"))


def row(meeting: Meeting, text: str) -> Suggestion:
    return meeting.suggestions.get(text=text)


def last_entry(task: Task):
    return task.log.order_by("sequence").last()


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


def test_a_page_that_is_no_longer_true_changes_nothing_and_shows_what_is_there(client, table):
    seen = seen_of_table(table)
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
    assert not ChangeLog.objects.exists()


# --- a row split, two rows joined -----------------------------------------------------------------


def test_a_row_is_split_in_two_and_every_task_says_so(client, table):
    first = row(table, "第1条建议")
    one, two, three = first.tasks.order_by("number")
    answer = client.post(
        reverse("suggestion_split", args=[first.pk]),
        {
            "seen": seen_of_table(table),
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
    split = {"seen": seen_of_table(table), **said}
    assert client.post(reverse("suggestion_split", args=[first.pk]), split).status_code == 302
    stay = [task.pk for task in tasks if task != tasks[goes]]
    assert [*first.tasks.order_by("number").values_list("pk", "number")] == [(stay[0], 1), (stay[1], 2)]
    assert [*row(table, "下").tasks.values_list("pk", "number")] == [(tasks[goes].pk, 1)]


@pytest.mark.parametrize("go", [[], ["all"]])
def test_of_a_split_row_one_task_stays_and_one_goes(client, table, go):
    first = row(table, "第1条建议")
    answer = client.post(
        reverse("suggestion_split", args=[first.pk]),
        {
            "seen": seen_of_table(table),
            "text": "上",
            "new_text": "已经写好的下半条",
            "go": [task.pk for task in first.tasks.all()] if go else [],
            "note": "分开",
        },
    )
    assert answer.status_code == 422
    assert "已经写好的下半条" in answer.content.decode()
    assert table.suggestions.count() == 4


@pytest.mark.parametrize("said", [{"go": "9" * 5000}, {"new_number": "9" * 5000}])
def test_a_number_of_thousands_of_digits_is_no_row_and_no_task(client, table, said):
    answer = client.post(
        reverse("suggestion_split", args=[row(table, "第1条建议").pk]),
        {"seen": seen_of_table(table), "text": "上", "new_text": "下", "note": "分开", **said},
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
            "seen": page.context["seen"],
            "other": second.pk,
            "text": page.context["typed"]["text"],
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
        {"seen": seen_of_table(table), "other": row(table, "第2条建议").pk, "text": "一", "note": "合并"},
    )
    assert answer.status_code == 422
    assert "neither split nor joined" in answer.content.decode()


# --- a task split ---------------------------------------------------------------------------------


def split(client, task: Task, **said):
    task.refresh_from_db()
    data = {
        "seen": seen_of_table(task.suggestion.meeting),
        "version": task.version,
        "text": "上半项",
        "new_text": "下半项",
        "note": "应分为两项",
        **said,
    }
    return client.post(reverse("task_split", args=[task.pk]), data)


def test_a_split_task_stands_twice_with_what_it_had_on_every_day(client, table, staff):
    lead = factories.department("国际部")
    task = factories.task(
        row(table, "第2条建议"),
        number=2,
        deadline="2024-06-30",
        departments=[(lead, DepartmentRole.LEAD)],
        milestones=["2024-01-31"],
    )
    after = factories.task(row(table, "第2条建议"), number=3)
    factories.progress(task, on=datetime.date(2023, 12, 1))
    assert split(client, task).status_code == 302
    new = Task.objects.get(text="下半项")
    task.refresh_from_db()
    assert (task.text, task.number, new.number) == ("上半项", 2, 3)
    after.refresh_from_db()
    assert (after.number, last_entry(after).changes) == (4, {"task_number": {"old": 3, "new": 4}})
    for day in (ISSUED, datetime.date(2023, 11, 30), datetime.date(2023, 12, 1), datetime.date(2024, 2, 1)):
        one, other = (Task.objects.on(day).get(pk=each.pk) for each in (task, new))
        for name in ("day_status", "day_next_due", "day_milestones", "day_deadline_text", "health"):
            assert getattr(one, name) == getattr(other, name), (day, name)
    assert [(part.department, part.role) for part in new.task_departments.all()] == [(lead, DepartmentRole.LEAD)]
    assert [*new.log.values_list("kind", flat=True)] == [EntryKind.ENTERED, EntryKind.ARRANGED]
    assert last_entry(new).changes["split_from"]["new"] == last_entry(task).changes["text"]["old"]


def test_the_new_half_of_an_extended_task_has_the_extended_deadline_and_the_original(client, table, staff):
    task = row(table, "第2条建议").tasks.get()
    wish = factories.extension_request(task, days=10)
    task.refresh_from_db()
    assert split(client, task).status_code == 422
    grant_extension(
        task_id=task.pk,
        version=task.version,
        actor=staff,
        reason="同意",
        effective_on=wish.asked.effective_on,
    )
    assert split(client, task).status_code == 302
    task.refresh_from_db()
    new = Task.objects.get(text="下半项")
    for name in ("due_date", "original_due_date", "extension_count", "extension_days", "status", "next_review"):
        assert getattr(new, name) == getattr(task, name), name


def test_open_questions_are_asked_of_both_halves_and_a_review_day_is_kept(client, table):
    task = factories.task(row(table, "第3条建议"), number=2, deadline="持续跟踪")
    ConfirmationMark.objects.create(task=task, column="departments", code="several_departments", value="技术部")
    split(client, task)
    new = Task.objects.get(text="下半项")
    assert new.confirmation_marks.filter(answer__isnull=True).count() == 1
    task.refresh_from_db()
    assert new.next_review == task.next_review


def test_a_task_that_was_updated_meanwhile_is_not_split_and_the_form_says_what_happened(client, table):
    task = row(table, "第2条建议").tasks.get()
    version = task.version
    factories.progress(task, "已召开会议。", on=TODAY)
    answer = split(client, task, version=version, new_text="写好的文字")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "已召开会议。" in page and "写好的文字" in page
    assert not Task.objects.filter(text="写好的文字").exists()


# --- tasks joined ---------------------------------------------------------------------------------


def join(client, task: Task, other: Task, **said):
    for each in (task, other):
        each.refresh_from_db()
    data = {
        "seen": seen_of_table(task.suggestion.meeting),
        "version": task.version,
        "other": other.pk,
        "other_version": other.version,
        "text": "合并后的工作",
        "note": "实为一项",
        **said,
    }
    return client.post(reverse("task_join", args=[task.pk]), data)


@pytest.fixture
def pair(table) -> tuple[Task, Task]:
    """Tasks (1) and (2) of the first row; they have departments of their own."""
    one, two, _three = row(table, "第1条建议").tasks.order_by("number")
    edit_assignments(
        task_id=two.pk,
        version=two.version,
        actor=factories.secretariat(),
        reason="分工",
        departments=[
            (factories.department("技术部"), DepartmentRole.LEAD),
            (factories.department("国际部"), DepartmentRole.SUPPORTING),
        ],
        leaders=[factories.person("张朝华")],
    )
    return one, two


def test_joined_tasks_are_one_task_with_the_parts_of_both(client, pair):
    one, two = pair
    factories.progress(two, "已有进展。", on=TODAY)
    kept = factories.evidence(two)
    assert join(client, one, two).status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.text, two.joined_into) == ("合并后的工作", one)
    assert [(part.department.name, part.role) for part in one.task_departments.all()] == [
        ("技术部", DepartmentRole.LEAD),
        ("国际部", DepartmentRole.SUPPORTING),
    ]
    assert [part.person.name for part in one.task_leaders.all()] == ["肖良", "张朝华"]
    assert one.status == Status.IN_PROGRESS
    kept.refresh_from_db()
    assert kept.task == one
    assert kept.name in client.get(one.get_absolute_url()).content.decode()
    third = one.suggestion.tasks.standing().last()
    assert (third.number, last_entry(third).changes) == (2, {"task_number": {"old": 3, "new": 2}})


def test_a_joined_task_has_a_page_that_says_where_it_went_and_takes_no_update(client, pair):
    one, two = pair
    join(client, one, two)
    page = client.get(two.get_absolute_url())
    assert page.status_code == 200
    assert "合并后的工作" in page.content.decode() and "Joined into" in page.content.decode()
    two.refresh_from_db()
    assert client.post(two.get_absolute_url(), {"version": two.version, "note": "进展"}).status_code == 404
    with pytest.raises(ImpossibleStep):
        report_progress(
            task_id=two.pk, version=two.version, actor=factories.secretariat(), effective_on=TODAY, note="进展"
        )


def test_a_joined_task_is_nowhere_counted_listed_or_printed(client, table, pair):
    one, two = pair
    text = two.text
    join(client, one, two)
    assert not TaskState.objects.filter(task=two).exists()
    TaskState.objects.rebuild([two.pk])
    assert not TaskState.objects.filter(task=two).exists()
    assert Meeting.objects.with_sizes().get(pk=table.pk).task_count == 5
    for day in ("", "?as_of=2023-12-01"):
        assert client.get(f"/tasks/{day}").context["listing"].found == 5
        assert text not in client.get(f"{table.get_absolute_url()}{day}").content.decode()
    liaison = factories.account("liaison", departments=[factories.department("国际部")])
    assert inbox.number(liaison, TODAY) <= 1
    assert two.pk not in [task.pk for task in Task.objects.on(TODAY)]
    assert client.get(f"{table.get_absolute_url()}?export=breakdown").status_code == 200


def test_of_two_tasks_joined_the_one_left_is_printed_without_a_number(client, table):
    third = row(table, "第3条建议")
    one, two = third.tasks.get(), factories.task(third)
    join(client, one, two)
    assert Task.objects.on(TODAY).for_listing().get(pk=one.pk).is_single


def test_the_joined_days_of_deadlines_are_said_and_the_first_counts(client, table):
    third = row(table, "第3条建议")
    one, two = third.tasks.get(), factories.task(third, deadline="2025.6")
    join(client, one, two)
    one.refresh_from_db()
    assert one.due_date == datetime.date(2023, 12, 31)
    said = last_entry(one).changes["joined_deadline"]
    assert (said["old"]["text"], said["new"]["text"]) == ("2025.6", "2023.12")


@pytest.mark.parametrize("what", ["instruction", "extension", "mark", "closure", "closed"])
def test_what_waits_for_an_answer_is_not_joined(client, pair, what):
    one, two = pair
    if what == "instruction":
        factories.instruction(two, factories.person("张朝华"))
    elif what == "extension":
        factories.extension_request(two)
    elif what == "mark":
        ConfirmationMark.objects.create(task=two, column="deadline", code="several_departments", value="x")
    elif what == "closure":
        factories.progress(two, on=TODAY)
        request_closure(
            task_id=two.pk, version=_version(two), actor=factories.secretariat(), effective_on=TODAY, summary="已办。"
        )
    else:
        factories.move(two, Status.CLOSED, on=TODAY)
    answer = join(client, one, two, text="已经写好的文字")
    assert answer.status_code == 422
    assert "已经写好的文字" in answer.content.decode()
    two.refresh_from_db()
    assert two.joined_into is None


def _version(task: Task) -> int:
    return Task.objects.values_list("version", flat=True).get(pk=task.pk)


def test_tasks_of_different_rows_and_ones_changed_meanwhile_are_not_joined(client, table, pair):
    one, two = pair
    other_row = row(table, "第4条建议").tasks.get()
    assert join(client, one, other_row).status_code == 422
    assert join(client, one, two, other_version=1).status_code == 409
    assert not Task.objects.filter(joined_into__isnull=False).exists()


def test_what_was_joined_goes_on_with_what_that_is_joined_into(client, pair):
    one, two = pair
    three = one.suggestion.tasks.get(number=3)
    join(client, two, three)
    join(client, one, two)
    three.refresh_from_db()
    assert three.joined_into == one


def test_a_next_meeting_gives_no_day_to_what_was_joined(client, table, staff):
    third = row(table, "第3条建议")
    one, two = third.tasks.get(), factories.task(third, deadline="下次会议")
    join(client, one, two)
    assert record_next_meeting(meeting_id=table.pk, held_on=datetime.date(2024, 6, 1), actor=staff) == []
