"""Group robots: which addresses count, what is posted, what is answered, and that no secret shows."""

from __future__ import annotations

import datetime

import pytest
from django.db import OperationalError
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from meetings.jobs.worker import Worker
from meetings.models import Account, ChangeLog, Language, MailState, Robot, RobotMessage, RobotMessageKind, Role, Status
from meetings.notifications import robots
from meetings.notifications.robot_messages import deliver_robot_message, enqueue_digests
from meetings.notifications.robots import parse_address
from meetings.organisation.services.merge import merge
from meetings.tasks.reminder_recipients import find_recipients
from meetings.tasks.services.chasing import build_reminders, remind_of_tasks
from meetings.tasks.services.reminders import remind_departments
from tests import factories
from tests.helpers import compact_html

from .conftest import text_of
from .reminders import LIAISON, SATURDAY, WORKDAY, instruct, reachable_world, send
from .robot_server import KEY, PASTED, TOKEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return reachable_world()


@pytest.fixture
def administrator(client) -> Account:
    account = factories.account(Role.ADMINISTRATOR, language=Language.ENGLISH)
    client.force_login(account)
    return account


def robot(department=None, address: str | None = None) -> Robot:
    return Robot.objects.create(department=department, address=address or parse_address(PASTED["wecombot"]))


# --- the page ---------------------------------------------------------------------------------------


@pytest.mark.long
def test_an_administrator_enters_an_address_and_sees_what_was_answered_and_never_the_secret(
    client, administrator, server
):
    department = factories.department()
    data = {"department": department.pk, "secret_address": PASTED["dingtalk"], "signing_secret": "SEC0123456789abcdef"}
    assert client.post("/robots/", data).status_code == 302
    server.answer(200, {"errcode": 310000, "errmsg": f"token {TOKEN} is no good"})
    Worker().run_ready()
    pages = [compact_html(client.get(address)) for address in ("/robots/", "/jobs/", department.get_absolute_url())]
    for model, pk in (
        ("robot", Robot.objects.get().pk),
        ("robotmessage", RobotMessage.objects.get().pk),
        ("changelog", ChangeLog.objects.changes().get().pk),
    ):
        pages += [client.get(f"/admin/meetings/{model}/{part}").content.decode() for part in ("", f"{pk}/change/")]
    for page in [*pages, DBTaskResult.objects.get().traceback, str(DBTaskResult.objects.get().args_kwargs)]:
        assert TOKEN not in page
        assert "SEC0123456789abcdef" not in page
    assert "310000" in pages[0]
    assert "310000" in pages[1]
    assert "****d234" in pages[0]
    assert "****d234" in pages[2]
    assert DBTaskResult.objects.get().status == "READY"
    server.answer()
    DBTaskResult.objects.update(run_after=timezone.now())
    Worker().run_ready()
    assert RobotMessage.objects.get().state == MailState.SENT
    assert "HTTP 200" in compact_html(client.get("/robots/"))


def test_the_robot_of_the_secretariat_has_one_name_on_its_page(client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    robot()
    page = compact_html(client.get("/robots/"))
    assert page.count("秘书处（全部部室汇总）") >= 2, "in the list as in the field"
    assert "各部室" not in page


def test_an_empty_field_keeps_the_address_and_a_refused_form_does_not_show_what_was_typed(client, administrator):
    kept = robot()
    for data in ({"secret_address": ""}, {"secret_address": f"{PASTED['wecombot']}"}):
        assert client.post("/robots/", data).status_code == 422
    answer = client.post("/robots/", {"secret_address": f"ftp://{KEY}", "signing_secret": "SECabcdef"})
    assert KEY not in answer.content.decode()
    assert "SECabcdef" not in answer.content.decode()
    kept.refresh_from_db()
    assert kept.address == parse_address(PASTED["wecombot"])


def test_a_robot_is_replaced_and_removed_and_the_log_says_so_without_the_secret(client, administrator):
    client.post("/robots/", {"secret_address": PASTED["wecombot"]})
    client.post("/robots/", {"secret_address": PASTED["feishu"]})
    client.post(f"/robots/{Robot.objects.get().pk}/remove/")
    assert not Robot.objects.exists()
    told = [
        change.changes["robot"] for change in ChangeLog.objects.changes().filter(account=administrator).order_by("pk")
    ]
    assert [(bool(each["old"]), bool(each["new"])) for each in told] == [(False, True), (True, True), (True, False)]
    assert not any(KEY in str(each) for each in told)
    Worker().run_ready()
    assert {job.status for job in DBTaskResult.objects.all()} == {"SUCCESSFUL"}, "what is gone is posted nothing"


@pytest.mark.parametrize("where", ["set_robot", "render"])
def test_a_fault_keeps_no_secret_in_its_page(client, administrator, monkeypatch, where):
    def fail(*_arguments: object, **_named: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(f"meetings.notifications.robot_views.{where}", fail)
    client.raise_request_exception = False
    address = PASTED["feishu"] if where == "set_robot" else f"ftp://{KEY}"
    answer = client.post("/robots/", {"secret_address": address, "signing_secret": "SECabcdef"})
    assert answer.status_code in (409, 503)
    assert KEY not in answer.content.decode()
    assert "SECabcdef" not in answer.content.decode()


def test_a_merged_department_gives_its_robot_to_the_other_unless_that_has_one():
    technology, office, other = map(factories.department, ("技术部", "办公室", "国际部"))
    robot(technology)
    merge(subject=technology, into=office, actor=factories.secretariat())
    assert Robot.objects.get().department == office
    robot(other, "feishu://other-robot/")
    merge(subject=office, into=other, actor=factories.secretariat())
    assert Robot.objects.get().address == "feishu://other-robot/"
    entries = ChangeLog.objects.filter(changes__has_key="robot").order_by("pk")
    told = [(entry.department, bool(entry.changes["robot"]["new"])) for entry in entries]
    assert told == [(technology, False), (office, True), (office, False)]
    assert not any(KEY in str(entry.changes) for entry in entries)
    assert "办公室" in entries.last().note


# --- what is posted ---------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_without_an_address_nothing_is_posted(world):
    send()
    assert not RobotMessage.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.long
def test_a_departments_robot_is_told_what_its_liaisons_are_and_the_other_what_the_secretariat_is(
    mail_server, server, world
):
    robot(world.technology)
    robot(None, parse_address(f"{server.address}/all"))
    instruct(world, "请尽快落实。")
    send()
    Worker().run_ready()
    to_liaison, to_all = (message.text for message in RobotMessage.objects.order_by("robot"))
    mail = text_of(mail_server.to(LIAISON)[0]).replace("\r\n", "\n")
    assert to_liaison.rstrip() == mail.partition("\n-- \n")[0].rstrip()
    assert "请尽快落实。" in to_liaison
    assert world.review_missed.text in to_all
    assert world.review_missed.text not in to_liaison
    assert [message.state for message in RobotMessage.objects.all()] == [MailState.SENT] * 2
    # Run twice, nobody is told twice.
    send()
    Worker().run_ready()
    assert len(server.posts) == 2
    send(SATURDAY)
    Worker().run_ready()
    assert len(server.posts) == 2


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_dry_run_names_the_robots_without_their_secrets(world, capsys):
    robot(world.technology)
    send(dry_run=True)
    printed = capsys.readouterr().out
    assert "技术部 <" in printed
    assert "5a9z>" in printed
    assert KEY not in printed
    assert not RobotMessage.objects.exists()


@pytest.mark.long
def test_a_later_digest_takes_the_place_of_one_that_could_not_be_posted(server, world):
    robot(world.technology)
    server.answer(500)
    send()
    Worker().run_ready()
    server.answer()
    send(WORKDAY + datetime.timedelta(days=1))
    Worker().run_ready()
    states = RobotMessage.objects.order_by("day").values_list("state", flat=True)
    assert list(states) == [MailState.SUPERSEDED, MailState.SENT]


def test_a_reminder_goes_to_the_robots_of_its_departments_once(server):
    world = factories.small_world(timezone.localdate())
    robot(world.technology)
    robot(world.office, "feishu://office/")
    world.overdue.refresh_from_db()
    remind_departments(
        task_id=world.overdue.pk, version=world.overdue.version, actor=world.secretariat, message="请尽快反馈进展。"
    )
    assert not server.posts, "nobody waits for a robot"
    Worker().run_ready()
    message = RobotMessage.objects.get()
    assert (message.kind, message.robot.department) == (RobotMessageKind.REMINDER, world.technology)
    assert world.overdue.text in server.texts[0]
    assert "请尽快反馈进展。" in server.texts[0]
    assert server.texts[0].startswith("【委员会任务台账】催办"), "a robot may ask for a keyword"
    deliver_robot_message.call(message.pk)
    assert len(server.posts) == 1


def test_a_reminder_of_what_has_ended_meanwhile_is_not_posted(server):
    world = factories.small_world(timezone.localdate())
    robot(world.technology)
    world.overdue.refresh_from_db()
    remind_departments(
        task_id=world.overdue.pk, version=world.overdue.version, actor=world.secretariat, message="请尽快反馈进展。"
    )
    factories.move(world.overdue, Status.CLOSED, on=timezone.localdate())
    Worker().run_ready()
    assert not server.posts
    assert RobotMessage.objects.get().state == MailState.SUPERSEDED


def test_a_batch_is_posted_of_what_is_still_open_and_of_the_department_alone(server):
    day = timezone.localdate()
    world = factories.small_world(day)
    robot(world.technology)
    robot(world.office, parse_address(f"{server.address}/office"))
    ended, other = world.overdue, world.review_missed
    second = factories.task(ended.suggestion, text="仍在办理的任务", departments=[(world.technology, "responsible")])
    both = {task.pk: None for task in (ended, second, other)}
    remind_of_tasks(actor=world.secretariat, message="请反馈。", changes=build_reminders(both, message="请反馈。"))
    factories.move(ended, Status.CLOSED, on=day)
    factories.move(other, Status.CLOSED, on=day)
    Worker().run_ready()
    (posted,) = server.texts
    assert second.text in posted
    assert ended.text not in posted
    states = {message.robot.department: message.state for message in RobotMessage.objects.select_related("robot")}
    assert states == {world.technology: MailState.SENT, world.office: MailState.SUPERSEDED}
    assert ended.text not in RobotMessage.objects.get(state=MailState.SENT).text


def test_whoever_reminds_is_told_that_a_robot_is_and_that_nobody_is_missing(world):
    robot(world.technology)
    Account.objects.filter(role=Role.LIAISON).delete()
    with translation.override("en"):
        told = find_recipients([world.overdue]).describe()
        assert told == "Goes to the group robots of: 技术部."
        assert "Nobody can be reached in: 办公室" in find_recipients([world.overdue, world.review_missed]).describe()


@pytest.mark.long
@pytest.mark.same_on_both
def test_nothing_is_posted_about_the_demonstration(server):
    held = factories.meeting(issued_on=datetime.date(2023, 11, 8), is_demonstration=True)
    task = factories.task(factories.suggestion(held))
    robot(factories.department())
    robot()
    remind_departments(task_id=task.pk, version=task.version, actor=factories.secretariat(), message="请尽快反馈进展。")
    enqueue_digests(WORKDAY)
    assert not RobotMessage.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_message_in_hand_of_another_run_is_left_to_it(server):
    message = robot().messages.create(kind=RobotMessageKind.GREETING, day=WORKDAY, title="标题", text="正文")
    claim = RobotMessage.objects.claim(message.pk, datetime.timedelta(minutes=10))
    with pytest.raises(Exception, match=r".+"):
        deliver_robot_message.call(message.pk)
    assert not server.posts
    RobotMessage.objects.release(claim, "")
    deliver_robot_message.call(message.pk)
    assert len(server.posts) == 1


def test_an_unforeseen_error_tells_no_address(monkeypatch):
    message = robot().messages.create(kind=RobotMessageKind.GREETING, day=WORKDAY, title="标题", text="正文")

    def fail(address: str, *_text: str) -> str:
        raise RuntimeError(address)

    monkeypatch.setattr(robots, "post", fail)
    job = deliver_robot_message.enqueue(message.pk)
    Worker().run_ready()
    failed = DBTaskResult.objects.get(pk=job.id)
    assert "RuntimeError" in failed.traceback
    assert KEY not in failed.traceback
