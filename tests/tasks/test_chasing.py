"""Chasing many at once: a department's red tasks, or those selected in the list."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.messages import get_messages
from lxml import html

from meetings.errors import ServiceError
from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import Worker
from meetings.models import Batch, BatchSource, DepartmentRole, EntryKind, Mailing, Role, Status, TaskLog
from meetings.tasks import inbox
from meetings.tasks.services.batch_undo import undo_batch
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(world):
    """Five red tasks of 技术部, one of them 办公室's as well, and a red one that waits for the secretariat."""
    for name in ("liaison", "other_liaison"):
        account = getattr(world, name)
        account.email = f"{name}@example.org"
        account.save()
    first = factories.suggestion(world.meeting)
    deadline = factories.dated(world.day - datetime.timedelta(days=20))
    technology = (world.technology, DepartmentRole.RESPONSIBLE)
    parts = [[technology]] * 3 + [[technology, (world.office, DepartmentRole.RESPONSIBLE)]]
    tasks = [factories.task(first, deadline=deadline, departments=part) for part in parts]
    asked = factories.task(first, deadline=deadline, text="已申请办结的任务", departments=[technology])
    factories.progress(asked, on=world.day)
    factories.move(asked, Status.CLOSURE_REQUESTED, on=world.day)
    return [world.overdue, *tasks]


def sent_form(client, address: str) -> dict[str, str]:
    page = client.get(address)
    assert page.status_code == 200
    form = html.fromstring(page.content).xpath("//form[.//input[@name='step']]")[0]
    return {name: value.strip() for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


def said(answer) -> tuple[str, str]:
    (message,) = get_messages(answer.wsgi_request)
    return message.level_tag, str(message)


@pytest.mark.long
def test_a_department_is_chased_from_the_dashboard_in_two_clicks(five, world, client, staff, mailoutbox):
    page = html.fromstring(client.get("/").content)
    (address,) = page.xpath("//section[@aria-labelledby='silent']//a[contains(., 'Remind')]/@href")[:1]
    assert f"department={world.technology.pk}&" in address
    sent = sent_form(client, address)
    assert sent["note"], "nothing has to be typed"
    with Heartbeat("a worker"):
        answer = client.post("/chasing/remind/", sent)
    assert answer["Location"] == "/"
    level, message = said(answer)
    assert level == "success"
    assert "Reminded of 5 tasks." in message
    assert "its mail is being sent" in message
    assert str(world.liaison) in message
    batch = Batch.objects.get()
    assert batch.source == BatchSource.REMINDER
    entries = TaskLog.objects.filter(kind=EntryKind.REMINDER)
    assert {entry.task_id for entry in entries} == {task.pk for task in five}
    assert {(entry.batch, entry.department, entry.note) for entry in entries} == {
        (batch, world.technology, sent["note"])
    }
    Worker().run_ready()
    (mail,) = mailoutbox
    assert mail.to == [world.liaison.email]
    assert all(task.text in mail.body for task in five)
    assert "5" in mail.subject
    # 办公室 answers for one of them, too, and was not asked.
    assert waiting(world.other_liaison, world.day)["reminded"] == 0
    assert waiting(world.liaison, world.day)["reminded"] == 5
    factories.progress(five[0], on=world.day, by=world.liaison)
    assert waiting(world.liaison, world.day)["reminded"] == 4
    assert "reminded" in compact_html(client.get("/")).split('id="silent"')[1]


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_is_selected_in_the_list_goes_to_each_department_in_one_mail(five, world, client, staff, mailoutbox):
    chosen = [*five, world.review_missed, world.closed]
    page = client.post("/chasing/remind/", {"task": [task.pk for task in chosen], "next": "/tasks/?q=x"})
    assert "1 task has ended and is left out." in compact_html(page)
    form = html.fromstring(page.content).xpath("//form[.//input[@name='step']]")[0]
    sent = dict(form.form_values()) | {"note": "请于本周五前填报。"}
    answer = client.post("/chasing/remind/", sent)
    assert answer["Location"] == "/tasks/?q=x"
    assert "Reminded of 6 tasks." in said(answer)[1]
    Worker().run_ready()
    bodies = {mail.to[0]: mail.body for mail in mailoutbox}
    assert set(bodies) == {world.liaison.email, world.other_liaison.email}
    assert world.review_missed.text in bodies[world.other_liaison.email]
    assert five[4].text in bodies[world.other_liaison.email]
    assert five[0].text not in bodies[world.other_liaison.email]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_mail_tells_of_what_is_still_open_and_none_is_sent_of_nothing(five, world, client, staff, mailoutbox):
    client.post("/chasing/remind/", sent_form(client, f"/chasing/remind/?department={world.technology.pk}"))
    factories.move(five[0], Status.CLOSED, on=world.day)
    Worker().run_ready()
    (mail,) = mailoutbox
    assert five[0].text not in mail.body
    assert five[1].text in mail.body


@pytest.mark.long
@pytest.mark.same_on_both
def test_who_reported_meanwhile_is_not_chased_and_is_named(five, world, client, staff):
    sent = sent_form(client, f"/chasing/remind/?department={world.technology.pk}")
    factories.progress(five[1], on=world.day, by=world.liaison)
    answer = client.post("/chasing/remind/", sent)
    reminded, left = map(str, get_messages(answer.wsgi_request))
    assert "Reminded of 4 tasks." in reminded
    assert five[1].text in left
    assert client.post("/chasing/remind/", sent).status_code == 409
    assert Batch.objects.count() == 1, "sent twice is there once"


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_department_that_nobody_can_be_reached_in_is_named_before_and_after(five, world, client, staff):
    world.liaison.departments.clear()
    address = f"/chasing/remind/?department={world.technology.pk}"
    assert "Nobody can be reached in: 技术部." in compact_html(client.get(address))
    level, message = said(client.post("/chasing/remind/", sent_form(client, address)))
    assert level == "warning"
    assert "no mail is sent" in message
    assert "Nobody can be reached in: 技术部." in message
    assert not Mailing.objects.exists()


def test_what_is_not_sent_yet_is_not_said_to_stand_in_the_inbox_already(five, world, client, staff):
    staff.language = "zh-hans"
    staff.save()
    page = compact_html(client.get(f"/chasing/remind/?department={world.technology.pk}"))
    assert f"列入{world.liaison}的待办" in page
    assert "已列入" not in page


@pytest.mark.long
def test_a_head_without_an_address_is_no_reader_of_another_departments_inbox(five, world, client, staff):
    head = factories.account(Role.LIAISON, person=factories.person("兼任"), departments=[world.office])
    world.technology.head = head.person
    world.technology.save()
    world.liaison.departments.clear()
    address = f"/chasing/remind/?department={world.technology.pk}"
    page = compact_html(client.get(address))
    assert "In the inbox" not in page
    assert "Nobody can be reached in: 技术部." in page
    assert "each reader one mail" not in page, "where no mail goes"
    message = said(client.post("/chasing/remind/", sent_form(client, address)))[1]
    assert "In the inbox" not in message
    assert waiting(head, world.day)["reminded"] == 0


@pytest.mark.same_on_both
def test_mails_that_are_only_printed_are_not_called_sent(five, world, client, staff, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with Heartbeat("a worker"):
        sent = sent_form(client, f"/chasing/remind/?department={world.technology.pk}")
        level, message = said(client.post("/chasing/remind/", sent))
    assert level == "warning"
    assert "so no mail is sent" in message


@pytest.mark.long
def test_what_has_gone_out_is_not_undone(five, world, client, staff):
    client.post("/chasing/remind/", sent_form(client, f"/chasing/remind/?department={world.technology.pk}"))
    batch = Batch.objects.get()
    with pytest.raises(ServiceError, match="不能撤销"):
        undo_batch(batch_id=batch.pk, actor=world.secretariat)
    page = compact_html(client.get(f"/batches/{batch.pk}/"))
    assert "cannot be taken back" in page
    assert f"Mail to {world.liaison}" in page
    assert f"/batches/{batch.pk}/undo/" not in page
    listed = compact_html(client.get("/batches/"))
    assert f"/batches/{batch.pk}/undo/" not in listed
    assert "Progress" not in listed.split("<tbody>")[1]
    log = compact_html(client.get(world.overdue.get_absolute_url()))
    assert ">One of a batch<" not in log


def test_nothing_to_chase_is_said_and_nothing_selected_too(world, client, staff):
    assert "There is nothing to chase." in compact_html(
        client.get(f"/chasing/remind/?department={world.international.pk}")
    )
    assert said(client.post("/chasing/remind/", {"next": "/tasks/"}))[0] == "error"
    assert client.post("/chasing/remind/", {"step": "run", "selected": "x", "note": "y"}).status_code == 422
    chosen = {"step": "run", "selected": f"{world.overdue.pk}:{world.overdue.version}", "note": " "}
    assert client.post("/chasing/remind/", chosen).status_code == 422
    assert client.get("/chasing/remind/?department=999999").status_code == 404
    assert client.get("/chasing/remind/")["Location"] == "/chasing/"
    assert client.post("/chasing/remind/", {"task": world.closed.pk, "next": "/tasks/"})["Location"] == "/tasks/"


def waiting(account, day) -> dict[str, int]:
    return inbox.count_waiting(account, day)
