"""A reminder that the secretariat writes by hand."""

from __future__ import annotations

import datetime
from contextlib import nullcontext

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from meetings.errors import ServiceError
from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import Worker
from meetings.models import EntryKind, Mailing, MailState, Role, Status
from meetings.notifications import delivery
from meetings.notifications.delivery import deliver_reminders
from meetings.tasks.services import reminders
from tests import factories
from tests.helpers import compact_html

from .conftest import text_of
from .reminders import LIAISON, reachable_world


@pytest.fixture
def world(db):
    return reachable_world()


@pytest.mark.django_db
def test_a_reminder_by_hand_is_in_the_log_and_goes_at_once(mail_server):
    world = reachable_world(timezone.localdate())
    entry = remind(world.overdue, world.secretariat)
    assert entry.kind == EntryKind.REMINDER
    assert entry.note == "请尽快反馈进展。"
    assert not entry.is_report
    assert not mail_server.mails, "nobody waits for a mail server"
    Worker().run_ready()
    (mail,) = mail_server.mails
    assert mail["To"] == LIAISON
    assert "请尽快反馈进展。" in text_of(mail)
    assert world.overdue.text in mail["Subject"]
    deliver_reminders.call(entry.pk)
    assert len(mail_server.mails) == 1


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("way", ["the next attempt", "the daily run"])
def test_a_reminder_by_hand_waits_for_a_server_that_is_down(mail_server, way):
    world = reachable_world(timezone.localdate())
    mail_server.stop()
    remind(world.overdue, world.secretariat)
    Worker().run_ready()
    waiting = DBTaskResult.objects.get(status="READY")
    assert "DeliveryError" in waiting.traceback
    mail_server.start()
    if way == "the next attempt":
        DBTaskResult.objects.update(run_after=timezone.now())
    else:
        call_command("send_reminders")
        DBTaskResult.objects.update(run_after=timezone.now())
    Worker().run_ready()
    assert len([mail for mail in mail_server.to(LIAISON) if "请尽快反馈进展。" in text_of(mail)]) == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db
def test_a_reminder_in_the_hands_of_a_sender_that_was_killed_is_sent_when_its_claim_ends(mail_server):
    world = reachable_world(timezone.localdate())
    remind(world.overdue, world.secretariat)
    mailing = Mailing.objects.get()
    Mailing.objects.claim(mailing.pk, delivery.LEASE)
    Worker().run_ready()
    assert DBTaskResult.objects.get().status == "READY"
    Mailing.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    DBTaskResult.objects.update(run_after=timezone.now())
    Worker().run_ready()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert len(mail_server.to(LIAISON)) == 1


@pytest.mark.django_db
def test_a_mail_that_is_refused_keeps_no_other_from_going_and_is_named(mail_server, client, staff):
    task = factories.task()
    for number in range(2):
        factories.account(
            Role.LIAISON,
            departments=list(task.departments.all()),
            email=f"{number}@example.org",
            display_name=f"liaison{number}",
        )
    mail_server.refused.add("0@example.org")
    remind(task, staff)
    Worker().run_ready()
    assert [mail["To"] for mail in mail_server.mails] == ["1@example.org"]
    page = compact_html(client.get(f"/tasks/{task.pk}/"))
    assert "Mail to liaison1: Sent" in page
    assert "Mail to liaison0: Waiting" in page
    assert "nobody of this name" in page
    assert "nobody of this name" in DBTaskResult.objects.get().traceback


@pytest.mark.django_db
def test_a_reminder_that_still_waits_is_given_up_with_the_end_of_its_task(mail_server):
    world = reachable_world(timezone.localdate())
    remind(world.overdue, world.secretariat)
    factories.move(world.overdue, Status.CLOSED, on=timezone.localdate())
    Worker().run_ready()
    assert mail_server.mails == []
    assert Mailing.objects.get().state == MailState.SUPERSEDED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "tag", "sentence"),
    [
        ("sent", "success", "its mail is being sent"),
        ("no worker", "warning", "Its mails wait"),
        ("none", "warning", "no mail"),
    ],
)
@pytest.mark.same_on_both
def test_the_message_says_what_becomes_of_the_mails(client, staff, state, tag, sentence):
    task = factories.task()
    email = "" if state == "none" else LIAISON
    factories.account("liaison", departments=list(task.departments.all()), email=email)
    with nullcontext() if state == "no worker" else Heartbeat("a worker"):
        answer = client.post(f"/tasks/{task.pk}/remind/", {"note": "请尽快填报。", "version": task.version})
    assert answer.status_code == 302
    (message,) = get_messages(answer.wsgi_request)
    assert message.level_tag == tag
    assert sentence in str(message)
    assert DBTaskResult.objects.count() == (state != "none")


@pytest.mark.django_db
@pytest.mark.same_on_both
def test_the_message_names_who_is_mailed_and_says_that_earlier_mails_still_wait(mail_server, client):
    world = reachable_world(timezone.localdate())
    world.secretariat.language = "en"
    world.secretariat.save()
    client.force_login(world.secretariat)

    def reminded(task) -> tuple[str, str]:
        task.refresh_from_db()
        answer = client.post(f"/tasks/{task.pk}/remind/", {"note": "请尽快填报。", "version": task.version})
        *_before, message = get_messages(answer.wsgi_request)
        return message.level_tag, str(message)

    with Heartbeat("a worker"):
        level, said = reminded(world.overdue)
        assert level == "success"
        assert f"Goes by e-mail to: {world.liaison}." in said
        assert "still wait" not in said
        mail_server.stop()
        Worker().run_ready()
        level, said = reminded(world.review_missed)
        assert level == "warning"
        assert "still wait: the mail server has not taken them" in said


@pytest.mark.parametrize("who", ["liaison", "leader", "reader", "administrator"])
def test_only_the_secretariat_reminds(world, who):
    with pytest.raises(ServiceError):
        remind(world.overdue, getattr(world, who))
    assert not Mailing.objects.exists()


def test_nobody_is_reminded_of_what_has_ended_or_of_nothing(world):
    with pytest.raises(ServiceError):
        remind(world.closed, world.secretariat)
    with pytest.raises(ServiceError):
        remind(world.overdue, world.secretariat, message="  ")


def remind(task, by, message="请尽快反馈进展。"):
    task.refresh_from_db()
    return reminders.remind_departments(task_id=task.pk, version=task.version, actor=by, message=message)
