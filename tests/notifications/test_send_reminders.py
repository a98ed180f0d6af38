"""`send_reminders` against a real mail server: who gets what, once, whatever happens in between."""

from __future__ import annotations

import datetime
import email
from email.policy import default

import pytest
from django.core.management import CommandError, call_command

from meetings.accounts.services.preferences import change_settings, choose_language
from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.models import Account, DepartmentRole, Instruction, Mailing, Role, Status
from meetings.notifications import delivery
from meetings.notifications.mails import Mail
from tests import factories

from .conftest import html_of, text_of
from .reminders import (
    LEADER,
    LIAISON,
    OTHER_LIAISON,
    SATURDAY,
    STAFF,
    WORKDAY,
    instruct,
    reachable_world,
    send,
    send_to_nobody_but,
)


@pytest.fixture
def world(db):
    return reachable_world()


# --- who gets what ----------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_each_role_gets_what_is_its_own(world, mail_server):
    send()
    (to_liaison,) = mail_server.to(LIAISON)
    told = text_of(to_liaison)
    assert world.overdue.text in told
    assert world.due_soon.text in told
    assert world.review_missed.text not in told, "that is another department's"
    assert world.on_track.text not in told
    assert world.closed.text not in told
    assert world.terminated.text not in told
    (to_other,) = mail_server.to(OTHER_LIAISON)
    assert world.review_missed.text in text_of(to_other)
    assert world.overdue.text not in text_of(to_other)
    (to_staff,) = mail_server.to(STAFF)
    assert world.overdue.text in text_of(to_staff)
    assert world.review_missed.text in text_of(to_staff)
    assert world.due_soon.text not in text_of(to_staff), "the secretariat is told of what is red"


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_reader_a_supporting_department_and_who_may_not_sign_in_get_nothing(world, mail_server):
    for account in (world.reader, world.supporting_liaison, world.administrator):
        Account.objects.filter(pk=account.pk).update(email=f"{account.pk}@example.org")
    Account.objects.filter(pk=world.liaison.pk).update(is_active=False)
    send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON, STAFF}


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_mail_is_text_and_html_with_links_by_base_url(world, mail_server):
    send_to_nobody_but(world.liaison)
    send()
    (mail,) = mail_server.to(LIAISON)
    address = f"https://register.example.org/tasks/{world.overdue.pk}/"
    assert address in text_of(mail)
    assert f'href="{address}"' in html_of(mail)
    assert "逾期 10 天" in text_of(mail)
    assert "逾期 10 天" in html_of(mail)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@register.example.org>")
    assert 'lang="zh-hans"' in html_of(mail)


@pytest.mark.parametrize(
    "subject", ["催办：" + "持续做好国内外及相关领域进展动态的跟踪分析" * 5, "Reminder:" + " report" * 16]
)
def test_a_subject_begins_in_its_own_line(subject):
    sent = Mail(subject=subject, body="…", to=[LIAISON]).message().as_bytes(linesep="\r\n")
    head, _, _body = sent.partition(b"\r\n\r\n")
    (first,) = [line for line in head.split(b"\r\n") if line.startswith(b"Subject:")]
    assert len(first) > 20
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert email.message_from_bytes(sent, policy=default)["Subject"] == subject


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_reader_chooses_the_language(world, mail_server):
    choose_language(account=world.liaison, language="en")
    send_to_nobody_but(world.liaison, world.secretariat)
    send()
    assert "10 days overdue" in text_of(mail_server.to(LIAISON)[0])
    assert "10 days overdue" not in text_of(mail_server.to(STAFF)[0])


@pytest.mark.long
def test_the_number_of_a_section_is_that_of_the_list_it_links_to(world, mail_server, client):
    send_to_nobody_but(world.liaison)
    send()
    told = text_of(mail_server.to(LIAISON)[0])
    client.force_login(world.liaison)
    lists = [line for line in told.splitlines() if line.startswith("https://register.example.org/tasks/?")]
    assert len(lists) == 2
    for address in lists:
        page = client.get(address.removeprefix("https://register.example.org"))
        assert page.context["listing"].row_count == 1


def test_nothing_to_tell_no_mail(db, mail_server):
    account = factories.account(Role.LIAISON, departments=[factories.department()], email=LIAISON)
    factories.task(factories.suggestion(factories.meeting(WORKDAY)), deadline="2025.12")
    send()
    assert mail_server.mails == []
    assert not Mailing.objects.filter(account=account).exists()


@pytest.mark.long
def test_who_has_no_address_is_named(world, mail_server, capsys):
    Account.objects.filter(pk=world.other_liaison.pk).update(email="", display_name="办公室")
    send_to_nobody_but(world.other_liaison)
    send()
    assert "办公室" in capsys.readouterr().out
    assert not Mailing.objects.filter(account=world.other_liaison).exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_digest_can_be_turned_off_and_decisions_not(world, mail_server):
    for account in (world.liaison, world.secretariat):
        change_settings(account=account, language="", wants_digest=False)
    send()
    assert {mail["To"] for mail in mail_server.mails} == {OTHER_LIAISON}
    later = WORKDAY + datetime.timedelta(days=1)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=later, note="平台已经上线。", by=world.liaison)
    send(later)
    (mail,) = mail_server.to(STAFF)
    assert world.on_track.text in text_of(mail)
    assert "平台已经上线。" in text_of(mail)
    assert world.overdue.text not in text_of(mail)


@pytest.mark.long
@pytest.mark.same_on_both
def test_new_instructions_are_told_once(world, mail_server):
    instruct(world, "请本周内报方案。")
    assert Instruction.objects.exists()
    send_to_nobody_but(world.liaison)
    send()
    assert "请本周内报方案。" in text_of(mail_server.to(LIAISON)[0])
    send(WORKDAY + datetime.timedelta(days=1))
    first, second = mail_server.to(LIAISON)
    assert "请本周内报方案。" not in text_of(second), "it is not new any more"


@pytest.mark.long
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


@pytest.mark.long
def test_a_leader_is_asked_to_agree_where_the_meeting_wants_it(world, mail_server, settings):
    settings.ESCALATE_TO_LEADER_AFTER = -1
    change_settings(account=world.leader, language="", wants_digest=False)
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    send_to_nobody_but(world.leader)
    send()
    assert world.on_track.text in text_of(mail_server.to(LEADER)[0])


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_was_sent_back_is_told_to_who_asked(world, mail_server):
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    factories.move(world.on_track, Status.IN_PROGRESS, on=WORKDAY, note="请补充验收报告。", by=world.secretariat)
    send_to_nobody_but(world.liaison)
    send()
    assert "请补充验收报告。" in text_of(mail_server.to(LIAISON)[0])


# --- escalation -------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("after", "told"), [(0, True), (8, True), (9, False), (-1, False)])
@pytest.mark.same_on_both
def test_a_supervising_leader_is_told_after_working_days(world, mail_server, settings, after, told):
    # Due on Sunday, 2 March 2025: up to the 12th, that one included, there were 8 working days.
    settings.ESCALATE_TO_LEADER_AFTER = after
    send_to_nobody_but(world.leader)
    send()
    assert bool(mail_server.to(LEADER)) is told
    if told:
        assert world.overdue.text in text_of(mail_server.to(LEADER)[0])


@pytest.mark.long
@pytest.mark.same_on_both
def test_nobody_is_told_of_what_has_not_been_late_for_so_many_whole_days(world, mail_server, settings):
    # Of the eight last working days up to the 12th, Monday, 3 March is the first: due then is late for seven.
    settings.ESCALATE_TO_HEAD_AFTER = settings.ESCALATE_TO_LEADER_AFTER = 8
    head = factories.person("王主任")
    world.technology.head = head
    world.technology.save()
    send_to_nobody_but(world.leader, factories.account(Role.READER, person=head, email="head@example.org"))
    on_the_day = factories.task(
        deadline="2025-03-03",
        departments=[(world.technology, DepartmentRole.RESPONSIBLE)],
        leaders=[world.leader.person],
        text="当日到期的任务。",
    )
    send()
    for address in (LEADER, "head@example.org"):
        told = text_of(mail_server.to(address)[0])
        assert world.overdue.text in told
        assert on_the_day.text not in told


@pytest.mark.long
def test_a_head_may_be_told_at_once(world, mail_server, settings):
    settings.ESCALATE_TO_HEAD_AFTER = 0
    world.technology.head = factories.person("王主任")
    world.technology.save()
    send_to_nobody_but(factories.account(Role.READER, person=world.technology.head, email="head@example.org"))
    send()
    assert world.overdue.text in text_of(mail_server.to("head@example.org")[0])


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_head_of_department_is_told_by_the_account_that_names_the_person(world, mail_server, settings):
    settings.ESCALATE_TO_HEAD_AFTER = 5
    head = factories.person("王主任")
    world.technology.head = head
    world.technology.save()
    send_to_nobody_but(factories.account(Role.READER, person=head, email="head@example.org"))
    send()
    told = text_of(mail_server.to("head@example.org")[0])
    assert world.overdue.text in told
    assert world.review_missed.text not in told
    assert world.due_soon.text not in told


@pytest.mark.long
def test_a_head_who_is_the_liaison_too_is_not_told_twice(world, mail_server, settings):
    settings.ESCALATE_TO_HEAD_AFTER = 0
    world.technology.head = world.liaison.person = factories.person("王主任")
    world.technology.save()
    world.liaison.save()
    send_to_nobody_but(world.liaison)
    send()
    assert text_of(mail_server.to(LIAISON)[0]).count(world.overdue.text) == 1


# --- the command ------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_dry_run_writes_and_sends_nothing(world, mail_server, capsys):
    send(dry_run=True)
    assert mail_server.mails == []
    assert not Mailing.objects.exists()
    assert LIAISON in capsys.readouterr().out


@pytest.mark.same_on_both
def test_a_day_off_has_no_digests(db, mail_server, capsys):
    reachable_world(SATURDAY)
    send(SATURDAY)
    assert mail_server.mails == []
    assert not Mailing.objects.exists()
    assert "2025年3月15日" in capsys.readouterr().out


@pytest.mark.parametrize("day", ["soon", "2025-02-30", "2999-01-01", "2025.3.12"])
def test_a_wrong_day_is_refused_in_one_line(db, day):
    with pytest.raises(CommandError) as wrong:
        call_command("send_reminders", day=day)
    assert "--day" in str(wrong.value)
    assert "\n" not in str(wrong.value)
