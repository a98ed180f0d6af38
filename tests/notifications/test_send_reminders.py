"""`send_reminders` against a real mail server: who gets what, once, whatever happens in between."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from meetings.accounts.services.preferences import change_settings, choose_language
from meetings.breakdown.services.meeting_settings import set_leader_agrees
from meetings.errors import Refused
from meetings.models import Account, AppendOnly, EntryKind, Instruction, Mailing, MailState, Role, SentMail, Status
from meetings.notifications import delivery
from meetings.tasks.services import reminders
from meetings.tasks.services.instructions import give_instruction
from tests import factories

from .conftest import html_of, text_of

WORKDAY = datetime.date(2025, 3, 12)
SATURDAY = datetime.date(2025, 3, 15)
FRIDAY = datetime.date(2025, 3, 14)
LIAISON, OTHER_LIAISON, STAFF, LEADER = (
    "liaison@example.org",
    "office@example.org",
    "staff@example.org",
    "xiao@example.org",
)


@pytest.fixture
def world(db):
    return reachable_world()


def reachable_world(day: datetime.date = WORKDAY) -> factories.SmallWorld:
    world = factories.small_world(day)
    for account, address in (
        (world.liaison, LIAISON),
        (world.other_liaison, OTHER_LIAISON),
        (world.secretariat, STAFF),
        (world.leader, LEADER),
    ):
        account.email = address
        account.save(update_fields=["email"])
    return world


def send(day: datetime.date = WORKDAY, **options) -> None:
    call_command("send_reminders", day=day.isoformat(), **options)


# --- who gets what ----------------------------------------------------------------------------------


def test_each_role_gets_what_is_its_own(world, mail_server):
    send()
    (to_liaison,) = mail_server.to(LIAISON)
    told = text_of(to_liaison)
    assert world.overdue.text in told and world.due_soon.text in told
    assert world.review_missed.text not in told, "that is another department's"
    assert world.on_track.text not in told and world.closed.text not in told and world.terminated.text not in told
    (to_other,) = mail_server.to(OTHER_LIAISON)
    assert world.review_missed.text in text_of(to_other) and world.overdue.text not in text_of(to_other)
    (to_staff,) = mail_server.to(STAFF)
    assert world.overdue.text in text_of(to_staff) and world.review_missed.text in text_of(to_staff)
    assert world.due_soon.text not in text_of(to_staff), "the secretariat is told of what is red"


def test_a_reader_a_supporting_department_and_who_may_not_sign_in_get_nothing(world, mail_server):
    for account in (world.reader, world.supporting_liaison, world.administrator):
        Account.objects.filter(pk=account.pk).update(email=f"{account.pk}@example.org")
    Account.objects.filter(pk=world.liaison.pk).update(is_active=False)
    send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON, STAFF}


def test_the_mail_is_text_and_html_with_links_by_base_url(world, mail_server):
    send()
    (mail,) = mail_server.to(LIAISON)
    address = f"https://register.example.org/tasks/{world.overdue.pk}/"
    assert address in text_of(mail) and f'href="{address}"' in html_of(mail)
    assert "逾期 10 天" in text_of(mail) and "逾期 10 天" in html_of(mail)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@register.example.org>")
    assert 'lang="zh-hans"' in html_of(mail)


def test_the_reader_chooses_the_language(world, mail_server):
    choose_language(account=world.liaison, language="en")
    send()
    assert "10 days overdue" in text_of(mail_server.to(LIAISON)[0])
    assert "10 days overdue" not in text_of(mail_server.to(STAFF)[0])


def test_the_number_of_a_section_is_that_of_the_list_it_links_to(world, mail_server, client):
    send()
    told = text_of(mail_server.to(LIAISON)[0])
    client.force_login(world.liaison)
    lists = [line for line in told.splitlines() if line.startswith("https://register.example.org/tasks/?")]
    assert len(lists) == 2
    for address in lists:
        page = client.get(address.removeprefix("https://register.example.org"))
        assert page.context["listing"].found == 1


def test_nothing_to_tell_no_mail(db, mail_server):
    account = factories.account(Role.LIAISON, departments=[factories.department()], email=LIAISON)
    factories.task(factories.suggestion(factories.meeting(WORKDAY)), deadline="2025.12")
    send()
    assert mail_server.mails == [] and not Mailing.objects.filter(account=account).exists()


def test_who_has_no_address_is_named(world, mail_server, capsys):
    Account.objects.filter(pk=world.other_liaison.pk).update(email="", display_name="办公室")
    send()
    assert "办公室" in capsys.readouterr().out
    assert not Mailing.objects.filter(account=world.other_liaison).exists()


def test_a_digest_can_be_turned_off_and_decisions_not(world, mail_server):
    for account in (world.liaison, world.secretariat):
        change_settings(account=account, language="", wants_digest=False)
    send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON}
    later = WORKDAY + datetime.timedelta(days=1)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=later, note="平台已经上线。", by=world.liaison)
    send(later)
    (mail,) = mail_server.to(STAFF)
    assert world.on_track.text in text_of(mail) and "平台已经上线。" in text_of(mail)
    assert world.overdue.text not in text_of(mail)


def instruct(world, text: str) -> None:
    world.overdue.refresh_from_db()
    give_instruction(
        task_id=world.overdue.pk,
        version=world.overdue.version,
        actor=world.leader,
        effective_on=WORKDAY,
        text=text,
    )


def test_new_instructions_are_told_once(world, mail_server):
    instruct(world, "请本周内报方案。")
    assert Instruction.objects.exists()
    send()
    assert "请本周内报方案。" in text_of(mail_server.to(LIAISON)[0])
    send(WORKDAY + datetime.timedelta(days=1))
    first, second = mail_server.to(LIAISON)
    assert "请本周内报方案。" not in text_of(second), "it is not new any more"


def test_an_instruction_given_while_a_digest_is_on_its_way_is_told_the_next_day(world, mail_server, monkeypatch):
    instruct(world, "请本周内报方案。")
    written = delivery.digest_mail

    def slow(mailing, digest):
        if digest.account == world.liaison:
            instruct(world, "请同时报预算。")
        return written(mailing, digest)

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "digest_mail", slow)
        send()
    for days in (1, 2):
        send(WORKDAY + datetime.timedelta(days=days))
    told = [text_of(mail) for mail in mail_server.to(LIAISON)]
    assert ["请本周内报方案。" in text for text in told] == [True, False, False]
    assert ["请同时报预算。" in text for text in told] == [False, True, False]


def test_a_leader_is_asked_to_agree_where_the_meeting_wants_it(world, mail_server, settings):
    settings.ESCALATE_TO_LEADER_AFTER = -1
    change_settings(account=world.leader, language="", wants_digest=False)
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    send()
    assert world.on_track.text in text_of(mail_server.to(LEADER)[0])


def test_what_was_sent_back_is_told_to_who_asked(world, mail_server):
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    factories.move(world.on_track, Status.IN_PROGRESS, on=WORKDAY, note="请补充验收报告。", by=world.secretariat)
    send()
    assert "请补充验收报告。" in text_of(mail_server.to(LIAISON)[0])


# --- escalation -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "told"), [(0, True), (8, True), (9, False), (-1, False)])
def test_a_supervising_leader_is_told_after_working_days(world, mail_server, settings, after, told):
    # Due on Sunday, 2 March 2025: up to the 12th, that one included, there were 8 working days.
    settings.ESCALATE_TO_LEADER_AFTER = after
    send()
    assert bool(mail_server.to(LEADER)) is told
    if told:
        assert world.overdue.text in text_of(mail_server.to(LEADER)[0])


def test_a_head_of_department_is_told_by_the_account_that_names_the_person(world, mail_server, settings):
    settings.ESCALATE_TO_HEAD_AFTER = 5
    head = factories.person("王主任")
    world.technology.head = head
    world.technology.save()
    factories.account(Role.READER, person=head, email="head@example.org")
    send()
    told = text_of(mail_server.to("head@example.org")[0])
    assert world.overdue.text in told and world.review_missed.text not in told and world.due_soon.text not in told


def test_a_head_who_is_the_liaison_too_is_not_told_twice(world, mail_server, settings):
    settings.ESCALATE_TO_HEAD_AFTER = 0
    world.technology.head = world.liaison.person = factories.person("王主任")
    world.technology.save()
    world.liaison.save()
    send()
    assert text_of(mail_server.to(LIAISON)[0]).count(world.overdue.text) == 1


# --- once -------------------------------------------------------------------------------------------


def test_a_second_run_sends_nothing(world, mail_server, capsys):
    send()
    number = len(mail_server.mails)
    send()
    assert len(mail_server.mails) == number == SentMail.objects.count()
    assert str(number) in capsys.readouterr().out


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
        with pytest.raises(AppendOnly):
            attempt()
    for statement in ("UPDATE {} SET subject = 'x'", "DELETE FROM {}"):
        with (
            pytest.raises(Exception, match="never changed or deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(SentMail._meta.db_table))


def test_a_server_that_is_down_loses_nothing(world, mail_server):
    mail_server.stop()
    with pytest.raises(CommandError) as down:
        send()
    assert "\n" not in str(down.value)
    waiting = Mailing.objects.filter(state=MailState.WAITING)
    assert waiting.count() == 3 and not SentMail.objects.exists()
    mail_server.start()
    send()
    assert sorted(mail["To"] for mail in mail_server.mails) == sorted([LIAISON, OTHER_LIAISON, STAFF])
    assert Mailing.objects.filter(state=MailState.SENT).count() == 3


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


def test_a_digest_that_never_went_is_replaced_by_the_next_days(world, mail_server):
    mail_server.stop()
    with pytest.raises(CommandError):
        send()
    mail_server.start()
    send(WORKDAY + datetime.timedelta(days=1))
    assert len(mail_server.to(LIAISON)) == 1, "one, that of the second day"
    assert set(Mailing.objects.filter(day=WORKDAY).values_list("state", flat=True)) == {MailState.SUPERSEDED}


def test_one_address_that_is_refused_keeps_no_other_from_its_mail(world, mail_server):
    mail_server.refused.add(LIAISON)
    with pytest.raises(CommandError, match="nobody of this name"):
        send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON, STAFF}
    refused = Mailing.objects.get(account=world.liaison)
    assert refused.state == MailState.WAITING and "nobody of this name" in refused.problem


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
    mailing = Mailing.objects.digest_for(world.liaison, WORKDAY)
    slow = Mailing.objects.claim(mailing.pk, datetime.timedelta(seconds=-1))
    assert slow is not None
    quick = Mailing.objects.claim(mailing.pk, delivery.LEASE)
    of_mail = {"address": LIAISON, "subject": "x", "body": "x", "message_id": "<x>"}
    assert not Mailing.objects.record_sent(slow, **of_mail)
    assert Mailing.objects.record_sent(quick, **of_mail)
    assert Mailing.objects.claim(mailing.pk, delivery.LEASE) is None


@pytest.mark.django_db(transaction=True)
def test_two_machines_at_once_send_one_mail_each(mail_server, repository):
    world = reachable_world()
    for number in range(20):
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
    assert len(addresses) == len(set(addresses)) == 23 == SentMail.objects.count()


def database_url() -> str:
    """Return the test database as DATABASE_URL names it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


# --- the command ------------------------------------------------------------------------------------


def test_a_dry_run_writes_and_sends_nothing(world, mail_server, capsys):
    send(dry_run=True)
    assert mail_server.mails == [] and not Mailing.objects.exists()
    assert LIAISON in capsys.readouterr().out


def test_a_day_off_has_no_digests(db, mail_server, capsys):
    reachable_world(SATURDAY)
    send(SATURDAY)
    assert mail_server.mails == [] and not Mailing.objects.exists()
    assert "2025年3月15日" in capsys.readouterr().out


@pytest.mark.parametrize("day", ["soon", "2025-02-30", "2999-01-01", "2025.3.12"])
def test_a_wrong_day_is_refused_in_one_line(db, day):
    with pytest.raises(CommandError) as wrong:
        call_command("send_reminders", day=day)
    assert "--day" in str(wrong.value) and "\n" not in str(wrong.value)


# --- by hand ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_reminder_by_hand_is_in_the_log_and_goes_at_once(mail_server):
    world = reachable_world(timezone.localdate())
    entry, mailings = remind(world.overdue, world.secretariat)
    assert entry.kind == EntryKind.REMINDER and entry.note == "请尽快反馈进展。" and not entry.is_report
    delivery.send_now(mailings)
    (mail,) = mail_server.mails
    assert mail["To"] == LIAISON and "请尽快反馈进展。" in text_of(mail) and world.overdue.text in mail["Subject"]
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
    assert mail_server.mails == [] and Mailing.objects.get().state == MailState.SUPERSEDED


@pytest.mark.parametrize("who", ["liaison", "leader", "reader", "administrator"])
def test_only_the_secretariat_reminds(world, who):
    with pytest.raises(Refused):
        remind(world.overdue, getattr(world, who))
    assert not Mailing.objects.exists()


def test_nobody_is_reminded_of_what_has_ended_or_of_nothing(world):
    with pytest.raises(Refused):
        remind(world.closed, world.secretariat)
    with pytest.raises(Refused):
        remind(world.overdue, world.secretariat, message="  ")


def remind(task, by, message="请尽快反馈进展。"):
    task.refresh_from_db()
    return reminders.remind(task_id=task.pk, version=task.version, actor=by, message=message)
