"""A task split in two, and two tasks joined."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from meetings.breakdown.services.meetings import record_next_meeting
from meetings.breakdown.services.ordering import table_version_token
from meetings.errors import InvalidTransitionError
from meetings.models import DepartmentRole, EntryKind, ImportIssue, Meeting, Status, Task, TaskState
from meetings.operations.verification import check_logs
from meetings.tasks import inbox
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.corrections import edit_assignments
from meetings.tasks.services.extensions import grant_extension
from meetings.tasks.services.status import update_task
from tests import factories

from .table_page import ISSUED, TODAY, _version, last_entry, row

pytestmark = pytest.mark.django_db


# --- a task split ---------------------------------------------------------------------------------


def split(client, task: Task, **said):
    task.refresh_from_db()
    data = {
        "seen": table_version_token(task.suggestion.meeting),
        "version": task.version,
        "text": "上半项",
        "new_text": "下半项",
        "note": "应分为两项",
        **said,
    }
    return client.post(reverse("task_split", args=[task.pk]), data)


@pytest.mark.long
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


@pytest.mark.same_on_both
def test_the_new_half_of_an_extended_task_has_the_extended_deadline_and_the_original(client, table, staff):
    task = row(table, "第2条建议").tasks.get()
    request = factories.extension_request(task, days=10)
    task.refresh_from_db()
    assert split(client, task).status_code == 422
    grant_extension(
        task_id=task.pk,
        version=task.version,
        actor=staff,
        reason="同意",
        effective_on=request.asked.effective_on,
    )
    assert split(client, task).status_code == 302
    task.refresh_from_db()
    new = Task.objects.get(text="下半项")
    for name in ("due_date", "original_due_date", "extension_count", "extension_days", "status", "next_review"):
        assert getattr(new, name) == getattr(task, name), name


def test_open_questions_are_asked_of_both_halves_and_a_review_day_is_kept(client, table):
    task = factories.task(row(table, "第3条建议"), number=2, deadline="持续跟踪")
    ImportIssue.objects.create(task=task, column="departments", code="several_departments", value="技术部")
    split(client, task)
    new = Task.objects.get(text="下半项")
    assert new.import_issues.filter(answer__isnull=True).count() == 1
    task.refresh_from_db()
    assert new.next_review == task.next_review


def test_a_task_that_was_updated_meanwhile_is_not_split_and_the_form_says_what_happened(client, table):
    task = row(table, "第2条建议").tasks.get()
    version = task.version
    factories.progress(task, "已召开会议。", on=TODAY)
    answer = split(client, task, version=version, new_text="写好的文字")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "已召开会议。" in page
    assert "写好的文字" in page
    assert not Task.objects.filter(text="写好的文字").exists()


# --- tasks joined ---------------------------------------------------------------------------------


def join(client, task: Task, other: Task, **said):
    for each in (task, other):
        each.refresh_from_db()
    data = {
        "seen": table_version_token(task.suggestion.meeting),
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


@pytest.mark.long
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
    assert "合并后的工作" in page.content.decode()
    assert "Joined into" in page.content.decode()
    two.refresh_from_db()
    assert client.post(two.get_absolute_url(), {"version": two.version, "note": "进展"}).status_code == 404
    with pytest.raises(InvalidTransitionError):
        update_task(task_id=two.pk, version=two.version, actor=factories.secretariat(), effective_on=TODAY, note="进展")


@pytest.mark.long
def test_a_joined_task_is_nowhere_counted_listed_or_printed(client, table, pair):
    one, two = pair
    text = two.text
    join(client, one, two)
    assert not TaskState.objects.filter(task=two).exists()
    assert list(check_logs()) == []
    assert Meeting.objects.with_counts().get(pk=table.pk).task_count == 5
    for day in ("", "?as_of=2023-12-01"):
        assert client.get(f"/tasks/{day}").context["listing"].row_count == 5
        assert text not in client.get(f"{table.get_absolute_url()}{day}").content.decode()
    liaison = factories.account("liaison", departments=[factories.department("国际部")])
    assert sum(inbox.count_waiting(liaison, TODAY).values()) <= 1
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


@pytest.mark.parametrize("what", ["instruction", "extension", "issue", "closure", "closed"])
def test_what_waits_for_an_answer_is_not_joined(client, pair, what):
    one, two = pair
    if what == "instruction":
        factories.instruction(two, factories.person("张朝华"))
    elif what == "extension":
        factories.extension_request(two)
    elif what == "issue":
        ImportIssue.objects.create(task=two, column="deadline", code="several_departments", value="x")
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


def test_what_is_to_be_confirmed_before_two_tasks_are_joined_is_one_link_away(client, pair):
    one, two = pair
    address = f"{reverse('task_join', args=[one.pk])}?other={two.pk}"
    link = f'href="{two.get_absolute_url()}#about"'
    assert link not in client.get(address).content.decode()
    ImportIssue.objects.create(task=two, column="departments", value="技术部")
    assert link in client.get(address).content.decode()


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
