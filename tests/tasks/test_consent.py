"""补录: what a liaison dates back far counts from the day of recording, and on its day once that is consented to."""

from __future__ import annotations

import datetime
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format

from meetings.core.workdays import first_of_last_working_days
from meetings.errors import InvalidTransitionError, PermissionDeniedError
from meetings.models import Batch, Consent, EntryKind, Health, Role, Status, Task
from meetings.models.day_of_knowledge import known_on
from meetings.tasks import inbox
from meetings.tasks.services.back_dating import consent_to_back_dating, refuse_back_dating
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.evidence import add_evidence
from meetings.tasks.services.reviews import review_without_news
from meetings.tasks.services.status import meet_milestone
from tests import factories

from .helpers import last_note

pytestmark = pytest.mark.django_db


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


CLAIMED, BEFORE = ago(100), ago(50)


def at(day: datetime.date):
    moment = datetime.datetime.combine(day, datetime.time(10), timezone.get_default_timezone())
    return mock.patch.object(timezone, "now", return_value=moment)


@pytest.fixture(autouse=True)
def limit(settings):
    settings.BACK_DATING_DAYS = 10


@pytest.fixture
def of():
    return factories.suggestion(factories.meeting(issued_on=ago(300)))


@pytest.fixture
def task(of):
    with at(ago(299)):
        return factories.task(of, deadline="每月")


@pytest.fixture
def liaison():
    return factories.account(Role.LIAISON, departments=[factories.department("技术部")])


def on(day: datetime.date, task: Task) -> Task:
    return Task.objects.on(day).get(pk=task.pk)


def consent(task: Task, **said) -> Batch:
    return factories.act(consent_to_back_dating, task, factories.secretariat(), **said)


def read(client, address: str) -> str:
    return client.get(address).content.decode()


def test_it_counts_from_today_with_the_day_it_claims(task, liaison):
    entry = factories.progress(task, on=CLAIMED, by=liaison)
    assert entry.effective_on == timezone.localdate()
    assert entry.changes["claimed_day"] == {"old": None, "new": CLAIMED.isoformat()}
    assert entry.batch.consent == Consent.ASKED
    assert on(BEFORE, task).health == Health.REVIEW_MISSED
    assert on(BEFORE, task).day_status == Status.NOT_STARTED
    assert task.status == Status.IN_PROGRESS


def test_consent_lets_it_count_on_its_day_and_what_was_known_stays(task, liaison):
    with at(ago(5)):
        factories.progress(task, "早已开始。", on=CLAIMED, by=liaison, department=factories.department("技术部"))
    consent(task, note="属实。")
    assert on(CLAIMED, task).day_status == Status.IN_PROGRESS
    assert on(CLAIMED, task).health == Health.ON_TRACK
    reports = Task.objects.on(BEFORE).with_department_reports(BEFORE).get(pk=task.pk).department_reports
    assert [(report.note, report.effective_on) for report in reports] == [("早已开始。", CLAIMED)]
    assert task.log.standing().filter(is_report=True).count() == 1
    assert task.status == Status.IN_PROGRESS
    with known_on(ago(1)):
        assert on(BEFORE, task).day_status == Status.NOT_STARTED
        assert on(ago(1), task).day_status == Status.IN_PROGRESS
    with known_on(ago(6)):
        assert on(ago(6), task).day_status == Status.NOT_STARTED
    consented = task.log.get(kind=EntryKind.UNDONE)
    assert str(consented) == "同意补录"
    assert consented.note == "属实。"
    assert consented.effective_on == timezone.localdate()


def test_refusal_is_an_entry_and_leaves_it_where_it_is(task, liaison):
    factories.progress(task, on=CLAIMED, by=liaison)
    factories.act(refuse_back_dating, task, factories.secretariat(), reason="没有依据。")
    assert on(BEFORE, task).day_status == Status.NOT_STARTED
    refusal = task.log.order_by("sequence").last()
    assert (str(refusal), refusal.note) == ("不同意补录", "没有依据。")
    assert task.log.standing().filter(is_report=True).get().effective_on == timezone.localdate()
    with pytest.raises(InvalidTransitionError):
        consent(task)


def test_the_last_working_days_and_the_secretariat_need_no_consent(task, liaison, settings):
    first = first_of_last_working_days(timezone.localdate(), 11)
    assert factories.progress(task, on=first, by=liaison).effective_on == first
    late = factories.progress(task, on=first - datetime.timedelta(days=1), by=liaison)
    assert late.effective_on == timezone.localdate()
    assert factories.progress(task, on=CLAIMED).effective_on == CLAIMED
    settings.BACK_DATING_DAYS = -1
    assert factories.progress(task, on=CLAIMED, by=liaison).effective_on == CLAIMED


def test_one_act_decides_a_whole_batch(of, task, liaison):
    other = factories.task(of, deadline="每月")
    batch = factories.batch(task, other, by=liaison, effective_on=CLAIMED)
    assert batch.consent == Consent.ASKED
    staff = factories.secretariat()
    assert inbox.count_waiting(staff, timezone.localdate()) == {"back_dating": 2}
    consent(task)
    batch.refresh_from_db()
    assert batch.consent == Consent.GRANTED
    assert inbox.count_waiting(staff, timezone.localdate()) == {}
    assert [on(CLAIMED, each).day_status for each in (task, other)] == [Status.IN_PROGRESS] * 2
    with pytest.raises(InvalidTransitionError, match="补录由秘书处审批"):
        undo_batch(batch_id=batch.pk, actor=staff)


def test_a_batch_that_is_undone_before_waits_for_nobody(of, task, liaison):
    batch = factories.batch(task, by=liaison, effective_on=CLAIMED)
    undo_batch(batch_id=batch.pk, actor=liaison)
    assert inbox.count_waiting(factories.secretariat(), timezone.localdate()) == {}


def test_a_liaison_undoes_no_batch_that_counts_on_days_for_which_consent_is_needed(of, task, liaison, client):
    reported = ago(61)
    with at(ago(60)):
        batch = factories.batch(task, by=liaison, note="早已办理。", effective_on=reported)
    before = on(BEFORE, task)
    assert (before.day_status, last_note(before)) == (Status.IN_PROGRESS, "早已办理。")
    client.force_login(liaison)
    page = client.post(f"/batches/{batch.pk}/undo/", follow=True).content.decode()
    assert f"撤销会改动{date_format(reported)}以来的台账，只能由秘书处撤销。" in page
    assert on(BEFORE, task).day_status == Status.IN_PROGRESS
    undo_batch(batch_id=batch.pk, actor=factories.secretariat())
    assert on(BEFORE, task).day_status == Status.NOT_STARTED
    client.force_login(factories.secretariat())
    listed = read(client, f"/back-dated/?as_of={BEFORE}")
    assert listed.count("<tr") == 2
    assert "撤销" in listed
    assert date_format(reported) in listed
    assert read(client, f"/back-dated/?as_of={ago(70)}").count("<tr") < 2


def test_a_milestone_was_met_on_the_day_claimed_once_that_is_consented_to(of, liaison):
    task = factories.task(of, deadline=factories.dated(ago(-100)), milestones=[factories.dated(ago(80))])
    milestone = task.milestones.get()
    meet_milestone(milestone_id=milestone.pk, version=task.version, actor=liaison, effective_on=CLAIMED)
    milestone.refresh_from_db()
    assert milestone.met_on == timezone.localdate()
    assert on(BEFORE, task).health == Health.OVERDUE
    consent(task)
    milestone.refresh_from_db()
    assert milestone.met_on == CLAIMED
    assert on(BEFORE, task).health == Health.ON_TRACK
    assert on(BEFORE, task).day_milestones[0]["met_on"] == CLAIMED.isoformat()


def test_a_review_without_news_waits_too_and_evidence_claims_nothing(task, liaison):
    factories.act(review_without_news, task, liaison, effective_on=CLAIMED)
    assert task.log.filter(changes__has_key="claimed_day").count() == 1
    upload = SimpleUploadedFile("报告.pdf", b"%PDF-1.7")
    entry = factories.act(add_evidence, task, liaison, files=[upload], effective_on=CLAIMED)
    assert entry.effective_on == timezone.localdate()
    assert "claimed_day" not in entry.changes


def test_a_request_that_was_decided_since_counts_on_no_earlier_day(task, liaison):
    factories.progress(task, on=ago(120))
    factories.act(request_closure, task, liaison, summary="早已办妥。", effective_on=CLAIMED)
    factories.move(task, Status.CLOSED, on=timezone.localdate())
    with pytest.raises(InvalidTransitionError, match="此后办理状态已变更"):
        consent(task)


def test_only_the_secretariat_decides(client, task, liaison):
    factories.progress(task, on=CLAIMED, by=liaison)
    with pytest.raises(PermissionDeniedError):
        factories.act(consent_to_back_dating, task, liaison)
    client.force_login(liaison)
    answer = client.post(f"/tasks/{task.pk}/decide-back-dating/", {"version": task.version, "decision": "accept"})
    assert answer.status_code == 403


@pytest.mark.long
def test_the_page_says_so_before_saving_and_offers_the_decision(client, task, liaison):
    client.force_login(liaison)
    first = first_of_last_working_days(timezone.localdate(), 11)
    assert f"早于{date_format(first, 'DATE_FORMAT')}的" in client.get(f"/tasks/{task.pk}/").content.decode()
    said = {"version": task.version, "status": task.status, "status_was": task.status, "note": "补。"}
    client.post(f"/tasks/{task.pk}/", {**said, "effective_on": CLAIMED})
    staff = factories.secretariat()
    client.force_login(staff)
    assert "补录待同意" in client.get("/inbox/").content.decode()
    page = client.get(f"/tasks/{task.pk}/").content.decode()
    assert 'id="waiting-back-dating"' in page
    task.refresh_from_db()
    answer = client.post(f"/tasks/{task.pk}/decide-back-dating/", {"version": task.version, "decision": "accept"})
    assert answer.status_code == 302
    assert on(CLAIMED, task).day_status == Status.IN_PROGRESS
    assert 'id="waiting-back-dating"' not in client.get(f"/tasks/{task.pk}/").content.decode()


def test_the_preview_of_a_batch_says_that_it_waits(client, task, liaison):
    client.force_login(liaison)
    said = {"selected": f"{task.pk}:{task.version}", "note": "补。", "effective_on": CLAIMED, "step": "preview"}
    preview = client.post("/tasks/batch/", said).content.decode()
    assert "补录日期（待秘书处同意）" in preview


def test_no_page_calls_the_consent_an_undoing(client, of, task, liaison):
    batch = factories.batch(task, factories.task(of, deadline="每月"), by=liaison, effective_on=CLAIMED)
    consent(task)
    client.force_login(factories.secretariat())
    asked, granted = (read(client, each.get_absolute_url()) for each in (batch, batch.undone_by))
    listed = read(client, "/batches/").split("<tbody")[1].replace('data-label="已撤销"', "")
    for page in (asked, granted, listed):
        assert "撤销" not in page
    assert asked.count("按补录日期计入") == 3
    assert "同意补录" in granted
    assert "所同意的补录" in granted
    assert listed.count("按补录日期计入") == 2
    assert listed.count("在列表中选定") == 1


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_log_says_what_became_of_the_claim_and_who_reported(client, task, liaison):
    staff = factories.secretariat()
    factories.progress(task, on=CLAIMED, by=liaison)
    client.force_login(staff)
    assert "补录日期（待秘书处同意）" in read(client, task.get_absolute_url())
    consent(task)
    page = read(client, task.get_absolute_url())
    assert "补录日期（待秘书处同意）" not in page
    assert "补录日期（秘书处已同意）" in page
    assert f"填报人（补录日期经录入人同意）：{liaison}" in page
    # One entry is no batch.
    assert "批量办理</a>" not in page.split('id="log"')[1]
    assert f"填报人（补录日期经录入人同意）：{liaison}" in read(client, f"{task.get_absolute_url()}?as_of={BEFORE}")
    assert str(liaison) in read(client, f"/back-dated/?from={ago(1)}&to={ago(0)}")
    factories.progress(task, on=CLAIMED, by=liaison)
    factories.act(refuse_back_dating, task, staff, reason="没有依据。")
    assert "补录日期（秘书处不同意）" in read(client, task.get_absolute_url())


@pytest.mark.long
@pytest.mark.same_on_both
def test_nothing_that_waits_on_the_same_task_hides(client, task, liaison):
    later = ago(90)
    factories.progress(task, on=CLAIMED, by=liaison)
    factories.progress(task, on=later, by=liaison)
    factories.act(request_closure, task, liaison, summary="已办妥。", effective_on=ago(0))
    staff = factories.secretariat()
    assert inbox.count_waiting(staff, timezone.localdate()) == {"back_dating": 2, "closure": 1}
    client.force_login(staff)
    page = read(client, "/inbox/")
    for day in (CLAIMED, later):
        assert f"补录日期：{date_format(day, 'DATE_FORMAT')}" in page
    assert 'id="group-closure"' in page
    said = {"decision": "accept", "next": "/inbox/"}
    for action in ("decide-back-dating", "decide-back-dating", "decide-closure"):
        task.refresh_from_db()
        if action == "decide-closure":
            said["effective_on"] = timezone.localdate()
        answer = client.post(f"/tasks/{task.pk}/{action}/", {**said, "version": task.version})
        assert answer.status_code == 302
        waits = inbox.count_waiting(staff, timezone.localdate())
        assert answer.url.startswith(f"/tasks/{task.pk}/") == bool(waits)
    assert not waits


@pytest.mark.long
@pytest.mark.same_on_both
def test_messages_say_how_many_tasks_and_what_waits(client, of, task, liaison):
    client.force_login(liaison)
    said = {"version": task.version, "status": task.status, "status_was": task.status, "note": "补。"}
    reported = client.post(f"/tasks/{task.pk}/", {**said, "effective_on": CLAIMED}, follow=True)
    waits = "补录日期待秘书处同意，此前自今天起计入。"
    assert waits in reported.content.decode()
    others = [factories.task(of, deadline="每月") for _number in range(3)]
    selected = " ".join(f"{each.pk}:{each.version}" for each in others)
    said = {"selected": selected, "act": "progress", "note": "补。", "effective_on": CLAIMED, "step": "run"}
    assert waits in client.post("/tasks/batch/", said, follow=True).content.decode()
    client.force_login(factories.secretariat())
    others[0].refresh_from_db()
    said = {"version": others[0].version, "decision": "accept"}
    answer = client.post(f"/tasks/{others[0].pk}/decide-back-dating/", said, follow=True)
    assert "同一次补录共 3 项任务，均已自补录日期起计入。" in answer.content.decode()
