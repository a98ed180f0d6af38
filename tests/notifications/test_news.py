"""What is new since the last digest, and what a digest of a past day knows."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core.management import call_command

from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.models import DepartmentRole, Mailing, Status
from meetings.notifications import sections
from meetings.tasks.services.corrections import edit_assignments
from tests import factories

from .conftest import html_of, text_of
from .reminders import LEADER, LIAISON, STAFF, WORKDAY, reachable_world, send, send_to_nobody_but

NEXT_DAY = WORKDAY + datetime.timedelta(days=1)
NEWS = "自2025年3月12日的提醒以来新增"


@pytest.fixture
def world(db):
    return reachable_world()


def due(world, day: datetime.date, text: str = "次日到期的任务。"):
    return factories.task(
        factories.suggestion(world.meeting),
        deadline=factories.dated(day),
        departments=[(world.technology, DepartmentRole.RESPONSIBLE)],
        leaders=[world.supervisor],
        text=text,
    )


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_is_new_stands_first_is_marked_and_is_in_the_subject(world, mail_server):
    send_to_nobody_but(world.liaison)
    due(world, WORKDAY)
    send()
    first = mail_server.to(LIAISON)[0]
    assert "新增" not in text_of(first) + first["Subject"], "of a first digest everything is new"
    imported = due(world, WORKDAY - datetime.timedelta(days=90), "补录的早已逾期的任务。")
    send(NEXT_DAY)
    mail = mail_server.to(LIAISON)[1]
    told = text_of(mail)
    assert "新增 2 件" in mail["Subject"]
    places = [told.index(words) for words in (f"{NEWS} 2 件", "【新】补录的早已逾期的任务。", "【新】次日到期的任务。")]
    assert [*places, told.index(world.overdue.text)] == sorted([*places, told.index(world.overdue.text)])
    assert f"【新】{world.overdue.text}" not in told
    assert told.count(imported.text) == 1
    assert "已逾期：3" in told
    page = html_of(mail)
    assert page.index(imported.text) < page.index(world.overdue.text)
    send(NEXT_DAY + datetime.timedelta(days=1))
    third = mail_server.to(LIAISON)[2]
    assert "新增" not in text_of(third) + third["Subject"]


@pytest.mark.long
def test_more_news_than_a_mail_holds_are_counted(world, mail_server, monkeypatch):
    send_to_nobody_but(world.liaison)
    monkeypatch.setattr(sections, "MAX_LINES", 3)
    send()
    for number in range(5):
        due(world, WORKDAY, f"新任务{number}。")
    send(NEXT_DAY)
    told = text_of(mail_server.to(LIAISON)[1])
    assert f"{NEWS} 5 件" in told
    assert told.count("【新】") == 3
    assert "已逾期：6" in told
    assert "台账中还有 3 项" in told


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_task_of_another_department_is_news_to_the_one_it_comes_to(world, mail_server):
    send_to_nobody_but(world.liaison)
    send()
    world.review_missed.refresh_from_db()
    edit_assignments(
        task_id=world.review_missed.pk,
        version=world.review_missed.version,
        actor=world.secretariat,
        departments=[(world.technology, DepartmentRole.RESPONSIBLE)],
        leaders=[world.supervisor],
        reason="职责调整。",
    )
    send(NEXT_DAY)
    assert f"【新】{world.review_missed.text}" in text_of(mail_server.to(LIAISON)[1])


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_request_is_news_once_and_waits_in_every_digest(world, mail_server):
    send_to_nobody_but(world.secretariat)
    send()
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=NEXT_DAY, note="平台已经上线。", by=world.liaison)
    send(NEXT_DAY)
    send(NEXT_DAY + datetime.timedelta(days=1))
    marked = [f"【新】{world.on_track.text}" in text_of(mail) for mail in mail_server.to(STAFF)]
    told = [world.on_track.text in text_of(mail) for mail in mail_server.to(STAFF)]
    assert (marked, told) == ([False, True, False], [False, True, True])


@pytest.mark.long
def test_nothing_new_and_nothing_due_is_no_mail(world, mail_server):
    factories.move(world.overdue, Status.CLOSED, on=WORKDAY)
    send_to_nobody_but(world.liaison)
    send()
    assert world.due_soon.text in text_of(mail_server.to(LIAISON)[0])
    send(NEXT_DAY)
    assert len(mail_server.to(LIAISON)) == 1, "due in nine days, and told of"
    assert not Mailing.objects.filter(account=world.liaison, day=NEXT_DAY).exists()
    soon = due(world, NEXT_DAY + datetime.timedelta(days=20), "新的任务。")
    send(NEXT_DAY + datetime.timedelta(days=1))
    assert f"【新】{soon.text}" in text_of(mail_server.to(LIAISON)[1])
    # Due on Saturday, 22 March: the digest of Friday is the last before.
    for day in range(17, 22):
        send(datetime.date(2025, 3, day))
    assert len(mail_server.to(LIAISON)) == 3
    assert "2025年3月22日" in text_of(mail_server.to(LIAISON)[2])


# --- a past day ------------------------------------------------------------------------------------


def dry_run(capsys, day: datetime.date = WORKDAY) -> str:
    call_command("send_reminders", day=day.isoformat(), dry_run=True)
    return capsys.readouterr().out


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_digest_of_a_past_day_knows_nothing_later(world, capsys, settings):
    settings.ESCALATE_TO_LEADER_AFTER = -1
    before = dry_run(capsys)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=NEXT_DAY, note="平台已经上线。", by=world.liaison)
    factories.extension_request(world.due_soon)
    factories.progress(world.overdue, on=NEXT_DAY)
    factories.move(world.overdue, Status.CLOSURE_REQUESTED, on=NEXT_DAY, note="已办。", by=world.liaison)
    factories.move(world.overdue, Status.IN_PROGRESS, on=NEXT_DAY, note="请补充。", by=world.secretariat)
    factories.instruction(world.overdue, world.supervisor)
    assert dry_run(capsys) == before
    assert dry_run(capsys, NEXT_DAY) != before


@pytest.mark.long
def test_a_digest_of_a_past_day_tells_what_waited_then(world, mail_server):
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    factories.move(world.on_track, Status.IN_PROGRESS, on=NEXT_DAY, note="请补充。", by=world.secretariat)
    send()
    assert "平台已经上线。" in text_of(mail_server.to(LEADER)[0])
    assert all("请补充。" not in text_of(mail) for mail in mail_server.mails)
    send(NEXT_DAY)
    assert all("平台已经上线。" not in text_of(mail) for mail in mail_server.to(LEADER)[1:])
    assert "请补充。" in text_of(mail_server.to(LIAISON)[1])


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_task_in_two_sections_counts_once_in_the_subject(world, mail_server):
    send_to_nobody_but(world.secretariat)
    factories.progress(world.overdue, on=WORKDAY)
    factories.move(world.overdue, Status.CLOSURE_REQUESTED, on=WORKDAY, note="已办。", by=world.liaison)
    send()
    mail = mail_server.to(STAFF)[0]
    told = text_of(mail)
    assert (told.count(world.overdue.text), "已逾期：1" in told) == (2, True), "it waits for a decision and is overdue"
    counts = map(int, re.findall(r"^\S+：(\d+)\s*$", told, re.MULTILINE))
    assert f"有 {sum(counts) - 1} 件" in mail["Subject"]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_digest_of_a_past_day_has_no_link_to_what_waits_today(world, mail_server):
    send_to_nobody_but(world.secretariat)
    factories.move(world.on_track, Status.CLOSURE_REQUESTED, on=WORKDAY, note="平台已经上线。", by=world.liaison)
    send()
    mail = mail_server.to(STAFF)[0]
    assert "平台已经上线。" in text_of(mail)
    assert "/inbox/" not in text_of(mail) + html_of(mail)
