"""The private calendar: who gets it, what is in it, as another library reads it than the one that wrote it."""

import datetime

import pytest
import vobject
from django.utils import timezone

from meetings.accounts.services.preferences import choose_language, make_calendar_address, revoke_calendar_address
from meetings.models import CalendarAddress, Role, Status
from meetings.tasks.services.status import meet_milestone
from tests import factories

pytestmark = pytest.mark.django_db


def address_of(account) -> str:
    return f"/calendar/{make_calendar_address(account=account)}.ics"


def events(client, address: str) -> dict[str, object]:
    """Return the events by what their UIDs begin with."""
    response = client.get(address)
    assert response.status_code == 200, address
    calendar = vobject.readOne(response.content.decode())
    return {event.uid.value.partition("@")[0]: event for event in calendar.contents.get("vevent", [])}


def test_a_liaison_finds_the_open_deadlines_of_the_department(client, world):
    found = events(client, address_of(world.liaison))
    assert set(found) == {
        f"task-{world.overdue.pk}-deadline",
        f"task-{world.due_soon.pk}-deadline",
        f"task-{world.on_track.pk}-deadline",
        f"task-{world.undecided.pk}-review",
    }
    event = found[f"task-{world.due_soon.pk}-deadline"]
    assert event.dtstart.value == world.due_soon.due_date, "a day, no time"
    assert event.dtend.value == world.due_soon.due_date + datetime.timedelta(days=1)
    assert world.due_soon.text in event.summary.value
    assert event.url.value.endswith(world.due_soon.get_absolute_url())


def test_reviews_are_there_and_others_tasks_are_not(client, world):
    found = events(client, address_of(world.other_liaison))
    assert set(found) == {f"task-{world.review_missed.pk}-review"}
    world.review_missed.refresh_from_db()
    assert found[f"task-{world.review_missed.pk}-review"].dtstart.value == world.review_missed.next_review


def test_a_leader_finds_what_they_supervise(client, world):
    assert f"task-{world.overdue.pk}-deadline" in events(client, address_of(world.leader))
    assert f"task-{world.review_missed.pk}-review" not in events(client, address_of(world.leader))


def test_milestones_are_events_until_they_are_met(client, world):
    task = factories.task(
        factories.suggestion(world.meeting),
        deadline=factories.dated(timezone.localdate() + datetime.timedelta(days=90)),
        milestones=[factories.dated(timezone.localdate() + datetime.timedelta(days=20))],
    )
    address = address_of(world.liaison)
    assert f"task-{task.pk}-milestone-1" in events(client, address)
    meet_milestone(
        milestone_id=task.milestones.get().pk,
        version=task.version,
        actor=world.secretariat,
        effective_on=timezone.localdate(),
    )
    assert f"task-{task.pk}-milestone-1" not in events(client, address)
    assert f"task-{task.pk}-deadline" in events(client, address)


def test_a_moved_or_closed_task_keeps_its_uid_or_goes(client, world):
    address = address_of(world.liaison)
    uid = f"task-{world.due_soon.pk}-deadline"
    before = events(client, address)[uid]
    factories.progress(world.due_soon, on=timezone.localdate())
    after = events(client, address)[uid]
    assert int(after.sequence.value) > int(before.sequence.value)
    factories.move(world.due_soon, Status.CLOSED, on=timezone.localdate())
    assert uid not in events(client, address)


def test_long_and_odd_texts_survive(client, world):
    task = factories.task(
        factories.suggestion(world.meeting),
        text="推进“认可，检测；检验”\\工作\n并总结" * 8,
        deadline=factories.dated(timezone.localdate() + datetime.timedelta(days=3)),
    )
    event = events(client, address_of(world.liaison))[f"task-{task.pk}-deadline"]
    assert " ".join(task.text.split()) in event.summary.value


def test_nobody_else_gets_anything(client, world):
    address = address_of(world.liaison)
    assert client.get("/calendar/guessed.ics").status_code == 404
    assert client.get("/calendar/.ics").status_code == 404
    assert client.post(address).status_code == 405
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    assert secret not in str(CalendarAddress.objects.values_list()), "only its hash is stored"
    assert client.get(f"/calendar/{CalendarAddress.objects.get().secret_hash}.ics").status_code == 404
    newer = address_of(world.liaison)
    assert client.get(address).status_code == 404, "another address takes its place"
    revoke_calendar_address(account=world.liaison)
    assert client.get(newer).status_code == 404
    newest = address_of(world.liaison)
    world.liaison.is_active = False
    world.liaison.save()
    assert client.get(newest).status_code == 404


def test_a_liaison_without_departments_has_an_empty_calendar(client):
    account = factories.account(Role.LIAISON)
    factories.task()
    assert events(client, address_of(account)) == {}


def test_headers_and_caches(client, world):
    address = address_of(world.liaison)
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in response.headers["Cache-Control"]
    assert "max-age=3600" in response.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content
    factories.progress(world.overdue, on=timezone.localdate())
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 200


def test_the_language_is_the_accounts(client, world):
    address = address_of(world.liaison)
    assert "到期：" in client.get(address).content.decode()
    choose_language(account=world.liaison, language="en")
    assert "Due: " in client.get(address).content.decode()


def test_the_queries_do_not_grow_with_the_tasks(client, world, django_assert_num_queries):
    address = address_of(world.secretariat)
    for _each in range(5):
        factories.task(factories.suggestion(world.meeting))
    with django_assert_num_queries(5):  # the address, the tasks, departments, leaders, milestones
        client.get(address)
