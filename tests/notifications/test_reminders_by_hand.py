"""A reminder that the secretariat writes by hand."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.utils import timezone

from meetings.errors import ServiceError
from meetings.models import EntryKind, Mailing, MailState, Status
from meetings.notifications import delivery
from meetings.tasks.services import reminders
from tests import factories

from .conftest import text_of
from .reminders import LIAISON, reachable_world


@pytest.fixture
def world(db):
    return reachable_world()


@pytest.mark.django_db
def test_a_reminder_by_hand_is_in_the_log_and_goes_at_once(mail_server):
    world = reachable_world(timezone.localdate())
    entry, mailings = remind(world.overdue, world.secretariat)
    assert entry.kind == EntryKind.REMINDER
    assert entry.note == "请尽快反馈进展。"
    assert not entry.is_report
    delivery.send_now(mailings)
    (mail,) = mail_server.mails
    assert mail["To"] == LIAISON
    assert "请尽快反馈进展。" in text_of(mail)
    assert world.overdue.text in mail["Subject"]
    delivery.send_now(mailings)
    assert len(mail_server.mails) == 1


@pytest.mark.django_db
def test_a_reminder_by_hand_waits_for_a_server_that_is_down(mail_server):
    world = reachable_world(timezone.localdate())
    mail_server.stop()
    _entry, mailings = remind(world.overdue, world.secretariat)
    assert delivery.send_now(mailings).problem
    mail_server.start()
    call_command("send_reminders")
    assert [mail for mail in mail_server.to(LIAISON) if "请尽快反馈进展。" in text_of(mail)]


@pytest.mark.django_db
def test_a_reminder_that_still_waits_is_given_up_with_the_end_of_its_task(mail_server):
    world = reachable_world(timezone.localdate())
    _entry, mailings = remind(world.overdue, world.secretariat)
    factories.move(world.overdue, Status.CLOSED, on=timezone.localdate())
    delivery.send_now(mailings)
    assert mail_server.mails == []
    assert Mailing.objects.get().state == MailState.SUPERSEDED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "tag", "sentence"),
    [
        ("sent", "success", "its mails are sent"),
        ("down", "warning", "Mails of it wait"),
        ("none", "warning", "no mail"),
    ],
)
def test_the_message_says_what_became_of_the_mails(mail_server, client, staff, state, tag, sentence):
    task = factories.task()
    email = "" if state == "none" else LIAISON
    factories.account("liaison", departments=list(task.departments.all()), email=email)
    if state == "down":
        mail_server.stop()
    answer = client.post(f"/tasks/{task.pk}/remind/", {"note": "请尽快填报。", "version": task.version})
    assert answer.status_code == 302
    (message,) = get_messages(answer.wsgi_request)
    assert message.level_tag == tag
    assert sentence in str(message)
    assert len(mail_server.mails) == (state == "sent")


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
