"""Each mail is sent once, whatever happens in between."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from meetings.models import AppendOnlyError, Mailing, MailState, Role, SentMail
from meetings.notifications import delivery
from tests import factories
from tests.helpers import database_url

from .conftest import text_of
from .reminders import FRIDAY, LIAISON, OTHER_LIAISON, SATURDAY, STAFF, WORKDAY, reachable_world, send


@pytest.fixture
def world(db):
    return reachable_world()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_second_run_sends_nothing(world, mail_server, capsys):
    send()
    number = len(mail_server.mails)
    send()
    assert len(mail_server.mails) == number == SentMail.objects.count()
    assert str(number) in capsys.readouterr().out


@pytest.mark.long
def test_every_mail_is_in_the_log_that_nothing_changes(world, mail_server):
    send()
    logged = SentMail.objects.get(address=LIAISON)
    assert logged.body.strip() == text_of(mail_server.to(LIAISON)[0]).replace("\r\n", "\n").strip()
    assert logged.message_id == mail_server.to(LIAISON)[0]["Message-ID"]
    for attempt in (
        lambda: SentMail.objects.update(subject="x"),
        lambda: SentMail.objects.all().delete(),
        logged.delete,
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
    for statement in ("UPDATE {} SET subject = 'x'", "DELETE FROM {}"):
        with (
            pytest.raises(Exception, match="never changed or deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(SentMail._meta.db_table))


@pytest.mark.long
def test_a_server_that_is_down_loses_nothing(world, mail_server):
    mail_server.stop()
    with pytest.raises(CommandError) as down:
        send()
    assert "\n" not in str(down.value)
    waiting = Mailing.objects.filter(state=MailState.WAITING)
    assert waiting.count() == 3
    assert not SentMail.objects.exists()
    mail_server.start()
    send()
    assert sorted(mail["To"] for mail in mail_server.mails) == sorted([LIAISON, OTHER_LIAISON, STAFF])
    assert Mailing.objects.filter(state=MailState.SENT).count() == 3


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_the_last_working_day_could_not_send_goes_on_a_weekend(db, mail_server):
    reachable_world(FRIDAY)
    mail_server.stop()
    with pytest.raises(CommandError):
        send(FRIDAY)
    mail_server.start()
    send(SATURDAY)
    assert len(mail_server.to(LIAISON)) == 1
    send(SATURDAY)
    assert len(mail_server.to(LIAISON)) == 1


@pytest.mark.long
def test_a_digest_that_never_went_is_replaced_by_the_next_days(world, mail_server):
    mail_server.stop()
    with pytest.raises(CommandError):
        send()
    mail_server.start()
    send(WORKDAY + datetime.timedelta(days=1))
    assert len(mail_server.to(LIAISON)) == 1, "one, that of the second day"
    assert set(Mailing.objects.filter(day=WORKDAY).values_list("state", flat=True)) == {MailState.SUPERSEDED}


@pytest.mark.long
def test_one_address_that_is_refused_keeps_no_other_from_its_mail(world, mail_server):
    mail_server.refused.add(LIAISON)
    with pytest.raises(CommandError, match="nobody of this name"):
        send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON, STAFF}
    refused = Mailing.objects.get(account=world.liaison)
    assert refused.state == MailState.WAITING
    assert "nobody of this name" in refused.problem


@pytest.mark.long
def test_a_sender_that_crashed_loses_its_claim_after_a_while(world, mail_server, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*args, **kwargs):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "digest_mail", crash)
        with pytest.raises(Crash):
            send()
    claimed = Mailing.objects.get(state=MailState.CLAIMED)
    send()
    assert claimed.account.email not in {mail["To"] for mail in mail_server.mails}, "it may still be sending"
    Mailing.objects.filter(pk=claimed.pk).update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    send()
    assert len(mail_server.to(claimed.account.email)) == 1


def test_a_sender_that_was_overtaken_writes_nothing(world):
    mailing = Mailing.objects.get_or_create_digest(world.liaison, WORKDAY)
    slow = Mailing.objects.claim(mailing.pk, datetime.timedelta(seconds=-1))
    assert slow is not None
    quick = Mailing.objects.claim(mailing.pk, delivery.LEASE)
    of_mail = {"address": LIAISON, "subject": "x", "body": "x", "message_id": "<x>"}
    assert not Mailing.objects.record_sent(slow, **of_mail)
    assert Mailing.objects.record_sent(quick, **of_mail)
    assert Mailing.objects.claim(mailing.pk, delivery.LEASE) is None


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_two_machines_at_once_send_one_mail_each(mail_server, repository):
    world = reachable_world()
    for number in range(5):
        factories.account(Role.LIAISON, departments=[world.technology], email=f"liaison{number}@example.org")
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "EMAIL_URL": mail_server.url,
        "SECRET_KEY": "of this test alone",
        "BASE_URL": "https://register.example.org",
    }
    command = [sys.executable, "manage.py", "send_reminders", "--day", WORKDAY.isoformat()]
    runs = [
        subprocess.Popen(command, cwd=repository, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _machine in range(2)
    ]
    said = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    addresses = [mail["To"] for mail in mail_server.mails]
    assert len(addresses) == len(set(addresses)) == 8 == SentMail.objects.count()
