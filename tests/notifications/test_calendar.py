"""The private calendar: who gets it, what is in it, as another library reads it than the one that wrote it."""

import datetime
from unittest import mock

import pytest
import vobject
from django.utils import timezone

from meetings.accounts.services.preferences import choose_language
from meetings.accounts.services.secrets import make_calendar_address, revoke_calendar_address
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
    world.undecided.refresh_from_db()
    review = events(client, address_of(world.liaison))[f"task-{world.undecided.pk}-review"]
    assert review.dtstart.value == world.undecided.next_review


def test_a_leader_finds_what_they_supervise(client, world):
    assert f"task-{world.overdue.pk}-deadline" in events(client, address_of(world.leader))
    assert f"task-{world.review_missed.pk}-review" not in events(client, address_of(world.leader))


@pytest.mark.same_on_both
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


@pytest.mark.same_on_both
def test_what_is_overdue_stands_on_today_until_it_is_done(client, world):
    today = timezone.localdate()
    address = address_of(world.liaison)
    uid = f"task-{world.overdue.pk}-deadline"
    event = events(client, address)[uid]
    assert (event.dtstart.value, event.dtend.value) == (today, today + datetime.timedelta(days=1))
    assert "逾期" in event.summary.value
    due = world.overdue.due_date
    assert f"{due.year}年{due.month}月{due.day}日" in event.summary.value
    assert event.dtstamp.value.date() >= today - datetime.timedelta(days=1)
    other = address_of(world.other_liaison)
    assert events(client, other)[f"task-{world.review_missed.pk}-review"].dtstart.value == today
    factories.progress(world.review_missed, on=today)
    assert events(client, other)[f"task-{world.review_missed.pk}-review"].dtstart.value > today
    factories.move(world.overdue, Status.CLOSED, on=today)
    assert uid not in events(client, address)


def test_an_unmet_milestone_stands_on_today_and_the_deadline_on_its_day(client, world):
    today = timezone.localdate()
    task = factories.task(
        factories.suggestion(world.meeting),
        deadline=factories.dated(today + datetime.timedelta(days=90)),
        milestones=[factories.dated(today - datetime.timedelta(days=3))],
    )
    found = events(client, address_of(world.liaison))
    assert found[f"task-{task.pk}-milestone-1"].dtstart.value == today
    assert found[f"task-{task.pk}-deadline"].dtstart.value == task.due_date


@pytest.mark.long
@pytest.mark.same_on_both
def test_every_event_rings_on_its_day_unless_its_owner_switched_that_off(client, world):
    address = address_of(world.liaison)
    for event in events(client, address).values():
        (alarm,) = event.contents["valarm"]
        assert alarm.action.value == "DISPLAY"
        assert alarm.description.value == event.summary.value
        assert alarm.trigger.value == datetime.timedelta(hours=9), "after the midnight that its day begins with"
    client.force_login(world.liaison)
    page = client.get("/accounts/settings/?whole=calendar").content.decode()
    assert 'name="alarm" value="off"' in page
    client.post("/accounts/settings/calendar/alarm/", {"alarm": "off"})
    assert not any("valarm" in event.contents for event in events(client, address).values())
    assert 'name="alarm" value="on"' in client.get("/accounts/settings/?whole=calendar").content.decode()
    assert "BEGIN:VALARM" in client.get(address_of(world.leader)).content.decode(), "others' still ring"
    assert not any("valarm" in event.contents for event in events(client, address_of(world.liaison)).values())
    client.post("/accounts/settings/calendar/alarm/", {"alarm": "on"})
    assert all("valarm" in event.contents for event in events(client, address_of(world.liaison)).values())


@pytest.mark.same_on_both
def test_a_moved_or_closed_task_keeps_its_uid_or_goes(client, world):
    address = address_of(world.liaison)
    uid = f"task-{world.due_soon.pk}-deadline"
    before = events(client, address)[uid]
    factories.progress(world.due_soon, on=timezone.localdate())
    after = events(client, address)[uid]
    assert int(after.sequence.value) > int(before.sequence.value)
    factories.move(world.due_soon, Status.CLOSED, on=timezone.localdate())
    assert uid not in events(client, address)


@pytest.mark.same_on_both
def test_the_sequence_grows_with_the_day_of_what_moves_and_never_falls(client, world):
    address, uid = address_of(world.other_liaison), f"task-{world.review_missed.pk}-review"
    now = timezone.now()

    def sequence_after(days: int) -> int:
        with mock.patch("django.utils.timezone.now", return_value=now + datetime.timedelta(days=days)):
            return int(events(client, address)[uid].sequence.value)

    numbers = [sequence_after(days) for days in range(4)]
    assert numbers == sorted(set(numbers)), "a date that changes raises it (RFC 5545, 3.8.7.4)"
    assert sequence_after(3) == numbers[3], "the same the whole day"
    with mock.patch("django.utils.timezone.now", return_value=now + datetime.timedelta(days=3)):
        factories.progress(world.review_missed, on=timezone.localdate())
    assert sequence_after(3) > numbers[3], "it stands on a day to come"
    assert sequence_after(5) == sequence_after(3), "and does not move"


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
