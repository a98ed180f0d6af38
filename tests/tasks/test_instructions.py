"""Instructions (批示): on top of a task until one entry answers them."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from lxml import html

from meetings.errors import (
    ConflictError,
    InvalidDateError,
    InvalidInputError,
    InvalidTransitionError,
    PermissionDeniedError,
)
from meetings.models import Instruction, Role, Status, Task
from meetings.tasks.filters import filter_tasks
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.instructions import answer_instruction, give_instruction, withdraw_instruction
from tests import factories
from tests.helpers import compact_html

from .helpers import act

pytestmark = pytest.mark.django_db


def instruct(world, task=None, **arguments) -> Instruction:
    return act(
        give_instruction,
        task or world.due_soon,
        **{"actor": world.leader, "text": "请抓紧落实。", "effective_on": world.day, **arguments},
    )


def send_twice(client, task, sent):
    """Send the form, look at what it asks, and send that; return the last answer."""
    address = reverse("task_action", args=[task.pk, "instruct"])
    asked = html.fromstring(client.post(address, sent).content)
    (form,) = asked.xpath("//*[@id='instruct']//form")
    return client.post(address, dict(form.form_values()))


def answer(world, instruction, **arguments):
    instruction.task.refresh_from_db()
    return answer_instruction(
        **{
            "instruction_id": instruction.pk,
            "version": instruction.task.version,
            "actor": world.liaison,
            "note": "已安排，月底前完成。",
            "effective_on": world.day,
            **arguments,
        }
    )


def test_an_instruction_is_open_until_it_is_answered(world):
    instruction = instruct(world, effective_on=world.day - datetime.timedelta(days=5))
    assert instruction.leader == world.supervisor
    entry = answer(world, instruction, effective_on=world.day - datetime.timedelta(days=2))
    instruction.refresh_from_db()
    assert (instruction.answer, instruction.answered_on) == (entry, entry.effective_on)
    open_on = [
        Instruction.objects.open_on(world.day - datetime.timedelta(days=days)).exists() for days in (6, 5, 3, 2, 0)
    ]
    assert open_on == [False, True, True, False, False]


def test_the_answer_is_a_report_and_starts_the_task(world):
    answer(world, instruct(world))
    world.due_soon.refresh_from_db()
    assert world.due_soon.status == Status.IN_PROGRESS
    entry = world.due_soon.log.last()
    assert (entry.is_report, entry.department) == (True, world.technology)


def test_who_instructs(world):
    for actor in (world.liaison, world.reader, world.administrator):
        with pytest.raises(PermissionDeniedError):
            instruct(world, actor=actor)
    # 张朝华's task alone.
    with pytest.raises(PermissionDeniedError):
        instruct(world, world.review_missed)


def test_the_secretariat_records_whose_instruction_it_was(world):
    with pytest.raises(InvalidInputError) as refused:
        instruct(world, world.undecided, actor=world.secretariat)
    assert refused.value.field == "leader"
    zhang = factories.person("张朝华")
    assert instruct(world, world.undecided, actor=world.secretariat, leader=zhang).leader == zhang
    with pytest.raises(InvalidInputError):
        instruct(world, world.undecided, actor=world.secretariat, leader=factories.person("路人"))
    # A leader speaks for nobody else.
    assert instruct(world, world.undecided, leader=zhang).leader == world.supervisor


def test_what_has_ended_gets_no_instruction(world):
    with pytest.raises(InvalidTransitionError):
        instruct(world, world.closed)


def test_an_instruction_and_an_answer_have_words_and_a_possible_day(world):
    with pytest.raises(InvalidInputError):
        instruct(world, text=" ")
    with pytest.raises(InvalidDateError):
        instruct(world, effective_on=world.day + datetime.timedelta(days=1))
    instruction = instruct(world)
    with pytest.raises(InvalidInputError):
        answer(world, instruction, note=" ")
    with pytest.raises(InvalidDateError):
        answer(world, instruction, effective_on=world.day - datetime.timedelta(days=1))


def test_one_answer_and_by_those_who_report(world):
    instruction = instruct(world)
    for actor in (world.other_liaison, world.leader, world.reader):
        with pytest.raises(PermissionDeniedError):
            answer(world, instruction, actor=actor)
    answer(world, instruction)
    with pytest.raises(InvalidTransitionError):
        answer(world, instruction)


def test_an_older_version_is_told(world):
    instruction = instruct(world)
    version = instruction.task.version
    act(add_comment, world.due_soon, actor=world.secretariat, text="注意。")
    with pytest.raises(ConflictError):
        answer(world, instruction, version=version - 1)


def test_an_open_instruction_outlives_the_end_of_its_task(world):
    """Nobody's word is lost because somebody closed the task; the answer is then no report."""
    instruction = instruct(world)
    factories.move(world.due_soon, Status.CLOSED, on=world.day)
    assert not answer(world, instruction).is_report


def test_the_dashboard_counts_the_tasks_that_the_list_shows(client, world):
    instruct(world)
    instruct(world, text="再提醒一次。")
    instruct(world, world.on_track)
    tasks = Task.objects.on(world.day)
    found = filter_tasks(QueryDict("instruction=open"), tasks, world.day)
    assert set(found.values_list("pk", flat=True)) == {world.due_soon.pk, world.on_track.pk}
    client.force_login(world.secretariat)
    assert client.get("/").context["instructed"] == 2


@pytest.mark.same_on_both
def test_the_task_page_has_it_on_top_and_takes_the_answer(client, world):
    instruction = instruct(world)
    client.force_login(world.liaison)
    page = client.get(world.due_soon.get_absolute_url()).content.decode()
    assert page.index("请抓紧落实。") < page.index("facts")
    world.due_soon.refresh_from_db()
    said = {
        "version": world.due_soon.version,
        "instruction": instruction.pk,
        "note": "已安排。",
        "effective_on": world.day.isoformat(),
    }
    assert client.post(reverse("task_action", args=[world.due_soon.pk, "answer"]), said).status_code == 302
    instruction.refresh_from_db()
    assert instruction.answer.note == "已安排。"


def test_an_instruction_is_answered_on_its_own_task(client, world):
    instruction = instruct(world)
    client.force_login(world.liaison)
    said = {
        "version": world.on_track.version,
        "instruction": instruction.pk,
        "note": "已安排。",
        "effective_on": world.day.isoformat(),
    }
    assert client.post(reverse("task_action", args=[world.on_track.pk, "answer"]), said).status_code == 404


@pytest.mark.long
@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.same_on_both
def test_who_closes_a_task_is_told_of_its_open_instruction(client, world, asked):
    task, told = world.due_soon, "the instruction on this task has not been answered yet"
    if asked:
        factories.move(task, Status.IN_PROGRESS, on=world.day, by=world.liaison)
        factories.move(task, Status.CLOSURE_REQUESTED, on=world.day, note="平台已经上线。", by=world.liaison)

    def says_so(account) -> bool:
        client.force_login(account)
        client.cookies["django_language"] = "en"
        return told in client.get(task.get_absolute_url()).content.decode()

    assert not says_so(world.secretariat)
    task.refresh_from_db()
    instruction = instruct(world, task)
    assert says_so(world.secretariat)
    assert not says_so(world.liaison), "who does not decide"
    answer(world, instruction)
    assert not says_so(world.secretariat)


def test_the_same_words_are_issued_once_while_they_are_not_answered(world):
    instruction = instruct(world)
    with pytest.raises(InvalidInputError):
        instruct(world, text=" 请抓紧落实。")
    answer(world, instruction)
    instruct(world)
    assert Instruction.objects.count() == 2


# --- withdrawing --------------------------------------------------------------------------------


def withdraw(world, instruction, **arguments):
    instruction.task.refresh_from_db()
    return withdraw_instruction(
        **{
            "instruction_id": instruction.pk,
            "version": instruction.task.version,
            "actor": world.leader,
            "note": "已另作安排。",
            "effective_on": world.day,
            **arguments,
        }
    )


@pytest.mark.parametrize("who", ["leader", "secretariat"])
@pytest.mark.same_on_both
def test_an_instruction_that_nobody_answered_is_withdrawn_by_an_entry(world, client, who):
    instruction = instruct(world, effective_on=world.day - datetime.timedelta(days=2))
    client.force_login(getattr(world, who))
    page = client.get(world.due_soon.get_absolute_url()).content.decode()
    assert f"withdraw-{instruction.pk}-" in page
    world.due_soon.refresh_from_db()
    sent = {"instruction": instruction.pk, "version": world.due_soon.version, "effective_on": world.day.isoformat()}
    response = client.post(f"/tasks/{world.due_soon.pk}/withdraw/", {**sent, "note": "已另作安排。"})
    assert response.status_code == 302
    entry = world.due_soon.log.last()
    assert entry.changes == {"instruction": {"old": instruction.leader.name, "new": None}}
    assert entry.note == "已另作安排。"
    days = [world.day - datetime.timedelta(days=1), world.day]
    assert [Instruction.objects.open_on(day).exists() for day in days] == [True, False]
    assert f"withdraw-{instruction.pk}-" not in client.get(world.due_soon.get_absolute_url()).content.decode()


def test_what_was_answered_is_not_withdrawn(world):
    instruction = instruct(world)
    answer(world, instruction)
    with pytest.raises(InvalidTransitionError):
        withdraw(world, instruction)


@pytest.mark.parametrize("who", ["liaison", "reader", "administrator"])
def test_only_who_gave_it_and_the_secretariat_withdraw_an_instruction(world, who):
    instruction = instruct(world)
    with pytest.raises(PermissionDeniedError):
        withdraw(world, instruction, actor=getattr(world, who))


def test_another_leader_of_the_task_withdraws_nothing(world):
    other = factories.person("刘晓红")
    world.due_soon.task_leaders.create(person=other, position=9)
    instruction = instruct(world)
    with pytest.raises(PermissionDeniedError):
        withdraw(world, instruction, actor=factories.account(Role.LEADER, username="other", person=other))


def test_it_is_withdrawn_on_no_day_before_it_was_given(world):
    instruction = instruct(world)
    with pytest.raises(InvalidDateError):
        withdraw(world, instruction, effective_on=world.day - datetime.timedelta(days=1))


def test_a_withdrawal_is_no_other_instruction_in_the_log_nor_in_the_message(world, client):
    instruction = instruct(world, effective_on=world.day - datetime.timedelta(days=2))
    client.force_login(world.leader)
    client.cookies["django_language"] = "en"
    world.due_soon.refresh_from_db()
    sent = {"instruction": instruction.pk, "version": world.due_soon.version, "note": ""}
    assert client.post(f"/tasks/{world.due_soon.pk}/withdraw/", sent).status_code == 302
    page = client.get(world.due_soon.get_absolute_url())
    said = str(next(iter(page.context["messages"])))
    assert said.endswith("the instruction is withdrawn. Both stand in the log.")
    text = compact_html(page)
    withdrawal, given = (entry.sequence for entry in page.context["log"][:2])
    entries = {pk: text.split(f'id="entry-{pk}"')[1].split("</li>")[0] for pk in (withdrawal, given)}
    assert "Withdrawal of an instruction" in entries[withdrawal]
    assert "Instruction by" not in entries[withdrawal]
    assert ">withdrawn<" in entries[given]
    past = compact_html(
        client.get(f"{world.due_soon.get_absolute_url()}?as_of={world.day - datetime.timedelta(days=1)}")
    )
    assert ">withdrawn<" not in past


def test_what_was_issued_on_the_dashboard_is_withdrawn_by_a_button_of_the_message(world, client):
    client.force_login(world.leader)
    world.overdue.refresh_from_db()
    sent = {"version": world.overdue.version, "effective_on": world.day.isoformat(), "text": "请抓紧。", "next": "/"}
    issued = send_twice(client, world.overdue, sent)
    page = html.fromstring(client.get(issued.url).content)
    (form,) = page.xpath("//*[@id='messages']//form")
    assert client.post(form.get("action"), dict(form.form_values())).url.startswith("/#")
    assert not Instruction.objects.filter(answer__isnull=True).exists()


# --- asked once more before it is issued ------------------------------------------------------------


@pytest.fixture
def leader(client, world):
    client.force_login(world.leader)
    return client


def typed(task, **words) -> dict[str, str | list[str]]:
    task.refresh_from_db()
    return {"version": task.version, "effective_on": timezone.localdate().isoformat(), "text": "请抓紧。", **words}


def test_an_instruction_is_asked_once_more_before_it_is_issued(leader, world):
    address = reverse("task_action", args=[world.overdue.pk, "instruct"])
    asked = leader.post(address, typed(world.overdue, next="/"))
    assert asked.status_code == 422
    assert not Instruction.objects.exists()
    (form,) = html.fromstring(asked.content).xpath("//details[@id='instruct' and @open]//form")
    assert form.fields["text"].strip() == "请抓紧。"
    (said,) = form.xpath(".//*[@role='alert']")
    for name in (*world.overdue.departments.values_list("name", flat=True), world.supervisor.name):
        assert name in said.text_content()
    issued = leader.post(address, dict(form.form_values()))
    assert issued["Location"] == f"/#task-{world.overdue.pk}"
    assert Instruction.objects.get().text == "请抓紧。"
    # Sent once more, by a button pressed twice, it is not there twice.
    assert leader.post(address, dict(form.form_values())).status_code == 409
    assert Instruction.objects.count() == 1


def test_words_changed_at_the_second_look_are_asked_again(leader, world):
    address = reverse("task_action", args=[world.overdue.pk, "instruct"])
    form = html.fromstring(leader.post(address, typed(world.overdue)).content).xpath("//*[@id='instruct']//form")[0]
    form.fields["text"] = "请本周内报方案。"
    assert leader.post(address, dict(form.form_values())).status_code == 422
    assert not Instruction.objects.exists()


@pytest.mark.same_on_both
def test_a_usual_phrase_joins_what_is_typed_and_issues_nothing(leader, world):
    address = reverse("task_action", args=[world.overdue.pk, "instruct"])
    form = html.fromstring(leader.post(address, typed(world.overdue)).content).xpath("//*[@id='instruct']//form")[0]
    (phrase, *_others) = [button.get("value") for button in form.xpath(".//button[@name='text']")]
    for words in ([phrase], ["请抓紧。", phrase], [f"请抓紧。\r\n{phrase}", phrase]):
        asked = leader.post(address, {**dict(form.form_values()), "text": words})
        assert asked.status_code == 422
        form = html.fromstring(asked.content).xpath("//*[@id='instruct']//form")[0]
    assert form.fields["text"].split() == ["请抓紧。", phrase]
    assert not Instruction.objects.exists()
    assert leader.post(address, dict(form.form_values())).status_code == 302
    assert Instruction.objects.get().text.split() == ["请抓紧。", phrase]


def test_nobody_is_asked_twice_about_what_cannot_be_issued(client, leader, world):
    instruct(world, world.overdue, text="请抓紧。")
    refused = leader.post(reverse("task_action", args=[world.overdue.pk, "instruct"]), typed(world.overdue))
    assert "该任务已有相同的批示" in refused.content.decode()
    assert "批示尚未作出" not in refused.content.decode()
    # Of two leaders the secretariat says first which one it is.
    client.force_login(world.secretariat)
    asked = client.post(reverse("task_action", args=[world.undecided.pk, "instruct"]), typed(world.undecided))
    assert "请选择这是哪位分管领导的意见" in asked.content.decode()
    assert "批示尚未作出" not in asked.content.decode()
