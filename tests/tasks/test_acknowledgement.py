"""签收: each department takes over its tasks of a new meeting, once, and who has not is chased."""

from __future__ import annotations

import datetime
import re
from io import StringIO
from itertools import count

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from meetings.core.workdays import next_working_day
from meetings.models import Acknowledgement, Department, DepartmentRole, Meeting, Role, Status, Task
from meetings.notifications.digest import compose_digest
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import rename
from meetings.tasks.acknowledgements import find_unacknowledged
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.services.corrections import edit_assignments
from tests import factories
from tests.helpers import compact_html
from tests.minutes.uploads import NOTICE, a_draft, act
from tests.workbooks.workbook_files import accepted, fetched, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    """The small world, whose meeting asks its departments to take over."""
    ask_to_acknowledge(world.meeting)
    return world


def open_by_department(day=None) -> dict[str, int]:
    return {one.department_name: one.number for one in find_unacknowledged(day or timezone.localdate())}


def page(account, address: str = "/", **query) -> str:
    client = Client()
    client.force_login(account)
    return compact_html(client.get(address, query))


def sections_told(account, day) -> dict[str, int]:
    digest = compose_digest(account, day)
    return {section.heading: section.total for section in digest.sections} if digest else {}


def take_over(account, meeting, *departments, **sent):
    client = Client()
    client.force_login(account)
    sent |= {"meeting_id": meeting.pk, "departments": [department.pk for department in departments]}
    return client.post("/acknowledgements/", sent)


@pytest.mark.long
def test_a_meeting_that_is_accepted_asks_each_department_that_answers_for_a_task(client, staff):
    act(client, a_draft(staff), "accept")
    meeting = Meeting.objects.get()
    answering = Department.objects.exclude(task_departments__role=DepartmentRole.SUPPORTING)
    assert set(open_by_department()) == {department.name for department in answering}
    department = Department.objects.get(name="技术部")
    liaison = factories.account(Role.LIAISON, departments=[department])
    number = open_by_department()["技术部"]
    section = page(liaison, "/inbox/").split('id="group-acknowledge"')[1].split("</section>")[0]
    address, count = re.search(r'href="([^"]+)" data-count="(\d+)"', section).groups()
    assert int(count) == number > 1
    client.force_login(liaison)
    assert client.get(address.replace("&amp;", "&")).context["listing"].row_count == number
    tasks = Task.objects.on(timezone.localdate()).order_by("pk").values("pk", "day_status", "health", "version")
    before = list(tasks)
    assert take_over(liaison, meeting, department)["Location"] == "/inbox/"
    assert list(
        Task.objects.on(timezone.localdate()).order_by("pk").values("pk", "day_status", "health", "version")
    ) == (before)
    made = Acknowledgement.objects.get()
    assert (made.meeting, made.department, made.actor) == (meeting, department, liaison)
    assert "技术部" not in open_by_department()
    assert "group-acknowledge" not in page(liaison, "/inbox/")


@pytest.mark.long
def test_what_was_loaded_counts_as_taken_over():
    factories.real_meeting()
    assert open_by_department() == {}


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_meeting_accepted_by_the_command_asks_nobody():
    call_command("import_minutes", str(NOTICE), "--accept", stdout=StringIO())
    assert Meeting.objects.get().acknowledgement_asked_on is None
    assert open_by_department() == {}


@pytest.mark.long
@pytest.mark.same_on_both
def test_it_waits_in_the_inbox_as_one_thing_for_each_meeting(asked):
    assert open_by_department() == {"技术部": 4, "办公室": 1}
    for address in ("/", "/tasks/"):
        # And what is overdue.
        assert '<span class="pick-count">2</span>' in page(asked.liaison, address)
    waits = page(asked.liaison).split('id="waits"')[1].split("</section>")[0]
    assert "#group-acknowledge" in waits
    assert "group-acknowledge" not in page(asked.supporting_liaison, "/inbox/")
    for account in (asked.secretariat, asked.leader, asked.reader):
        assert "group-acknowledge" not in page(account, "/inbox/")


@pytest.mark.long
@pytest.mark.same_on_both
def test_one_act_is_for_all_departments_of_a_liaison_and_is_done_once(asked):
    asked.liaison.departments.add(asked.office)
    assert page(asked.liaison, "/inbox/").count('action="/acknowledgements/"') == 1
    take_over(asked.liaison, asked.meeting, asked.technology, asked.office)
    assert Acknowledgement.objects.count() == 2
    client = Client()
    client.force_login(asked.liaison)
    sent = {"meeting_id": asked.meeting.pk, "departments": asked.office.pk}
    again = client.post("/acknowledgements/", sent, follow=True)
    assert "这些任务已经签收" in compact_html(again)
    assert Acknowledgement.objects.count() == 2


def test_only_their_liaison_and_the_secretariat_take_over(asked):
    for account in (asked.other_liaison, asked.supporting_liaison, asked.leader, asked.reader, asked.administrator):
        assert take_over(account, asked.meeting, asked.technology).status_code == 403
    assert not Acknowledgement.objects.exists()
    assert take_over(asked.secretariat, asked.meeting, asked.technology, next="/")["Location"] == "/"
    assert Acknowledgement.objects.get().actor == asked.secretariat


@pytest.mark.parametrize(
    "sent", [{}, {"meeting_id": "x", "departments": "1"}, {"meeting_id": "1"}, {"meeting_id": 1, "departments": "0"}]
)
def test_what_is_sent_wrongly_changes_nothing(asked, sent):
    client = Client()
    client.force_login(asked.liaison)
    assert client.post("/acknowledgements/", sent)["Location"] == "/inbox/"
    assert not Acknowledgement.objects.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_workbook_sent_back_counts(asked):
    other = factories.meeting(datetime.date(2023, 1, 9), title="另一次会议")
    ask_to_acknowledge(other)
    factories.task(factories.suggestion(other), deadline="2031.6", departments=[(asked.technology, "responsible")])
    accepted(asked.liaison, filled(fetched(asked.liaison), asked.overdue, progress="已成立。"))
    assert open_by_department() == {"办公室": 1}
    assert {one.actor for one in Acknowledgement.objects.all()} == {asked.liaison}


@pytest.mark.long
def test_who_has_not_after_some_working_days_is_chased(asked, settings):
    day = timezone.localdate()
    late = day
    for _each in range(settings.ACKNOWLEDGEMENT_DAYS):
        assert not any(one.is_late for one in find_unacknowledged(late))
        late = next_working_day(late)
    assert all(one.is_late for one in find_unacknowledged(late))
    assert "待签收" not in sections_told(asked.liaison, day)
    assert ">逾期未签收<" not in page(asked.secretariat).split('id="silent"')[1].split("</section>")[0]
    settings.ACKNOWLEDGEMENT_DAYS = 0
    section = page(asked.secretariat).split('id="silent"')[1].split("</section>")[0]
    assert re.findall(r'data-count="(\d+)"[^>]*><span>逾期未签收', section.replace("> <", "><")) == ["4", "1"]
    assert sections_told(asked.liaison, late)["待签收"] == 4
    acknowledge(meeting_id=asked.meeting.pk, departments=[asked.technology.pk], actor=asked.liaison)
    section = page(asked.secretariat).split('id="silent"')[1].split("</section>")[0]
    assert re.findall(r'data-count="(\d+)"[^>]*><span>逾期未签收', section.replace("> <", "><")) == ["1"]


def test_a_department_that_gets_its_first_task_later_is_asked_from_then_on(asked):
    acknowledge(meeting_id=asked.meeting.pk, departments=[asked.technology.pk], actor=asked.liaison)
    Meeting.objects.update(acknowledgement_asked_on=asked.day - datetime.timedelta(days=100))
    factories.task(
        asked.overdue.suggestion, deadline="2031.6", departments=[(asked.international, DepartmentRole.RESPONSIBLE)]
    )
    factories.task(
        asked.overdue.suggestion, deadline="2031.6", departments=[(asked.technology, DepartmentRole.RESPONSIBLE)]
    )
    found = {one.department_name: one for one in find_unacknowledged(asked.day)}
    assert set(found) == {"办公室", "国际部"}, "who has taken over the meeting is not asked again"
    assert found["国际部"].since == timezone.localdate()
    assert not found["国际部"].is_late


def test_what_has_ended_is_nothing_to_take_over(asked):
    factories.move(asked.review_missed, Status.CLOSED, on=asked.day)
    assert open_by_department() == {"技术部": 4}


def test_a_merge_excuses_nobody_who_has_not_taken_over(asked):
    acknowledge(meeting_id=asked.meeting.pk, departments=[asked.office.pk], actor=asked.secretariat)
    merge(subject=asked.office, into=asked.technology, actor=asked.secretariat)
    assert open_by_department() == {"技术部": 5}
    acknowledge(meeting_id=asked.meeting.pk, departments=[asked.technology.pk], actor=asked.liaison)
    renewed, last = factories.department("科技部"), factories.department("科技处")
    merge(subject=asked.technology, into=renewed, actor=asked.secretariat)
    merge(subject=renewed, into=last, actor=asked.secretariat)
    assert open_by_department() == {}, "what was taken over stays so under another name"


def correct(task, staff, departments=None, leaders=None):
    task.refresh_from_db()
    edit_assignments(
        task_id=task.pk, version=task.version, actor=staff, reason="更正。", departments=departments, leaders=leaders
    )


def test_the_clock_starts_when_a_department_gets_a_task_and_at_no_other_change(asked, monkeypatch):
    Meeting.objects.update(acknowledgement_asked_on=asked.day - datetime.timedelta(days=100))
    task, staff, started = asked.review_missed, asked.secretariat, timezone.now()
    days = count(1)

    def since() -> dict[str, datetime.date]:
        return {one.department_name: one.since for one in find_unacknowledged(timezone.localdate())}

    def wait() -> datetime.date:
        later = started + datetime.timedelta(days=next(days))
        monkeypatch.setattr(timezone, "now", lambda: later)
        return timezone.localdate()

    first = since()["办公室"]
    wait()
    correct(task, staff, leaders=[factories.person("新领导")])
    assert since()["办公室"] == first
    office, other = (asked.office, "responsible"), (asked.international, "supporting")
    correct(task, staff, departments=[other, (asked.office, "lead")])
    rename(subject=asked.office, name="综合处", actor=staff)
    given = wait()
    correct(task, staff, departments=[(asked.international, "lead"), office])
    assert (since()["综合处"], since()["国际部"]) == (first, given)
    wait()
    merge(subject=Department.objects.get(name="综合处"), into=factories.department("综合部"), actor=staff)
    assert (since()["综合部"], since()["国际部"]) == (first, given)
    correct(task, staff, departments=[(asked.international, "lead")])
    given = wait()
    correct(task, staff, departments=[(asked.international, "lead"), (Department.objects.get(name="综合部"), "lead")])
    assert since()["综合部"] == given
