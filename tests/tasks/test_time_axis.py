"""The axis of time: what was printed, extended, met and closed, each row with its numbers and its task."""

import datetime
import re

import pytest
from django.utils import timezone

from meetings.models import Meeting, Status, Task
from meetings.tasks.services.extensions import grant_extension, request_extension
from meetings.tasks.time_axis import MAX_ROWS, build_time_axis
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db

ISSUED = datetime.date(2023, 11, 8)


def axis_of(day: datetime.date):
    return build_time_axis(Task.objects.on(day).for_listing(()), day)


def marks_of(task: Task, day: datetime.date) -> dict[str, datetime.date]:
    row = next(row for row in axis_of(day).rows if row.task.pk == task.pk)
    return {mark.kind: mark.day for mark in row.marks}


def section_of(page: str) -> str:
    section = page[page.index('aria-labelledby="time-axis"') :]
    return section[: section.index("</section>")]


def test_an_extension_shows_both_days_from_the_day_it_was_granted():
    task = factories.task(deadline="2023.12")
    staff, on = factories.secretariat(), datetime.date(2023, 12, 20)
    wish = {"reason": "需要更多时间。", "progress": "已完成一半。", "deadline_text": "2024年6月底前"}
    factories.act(request_extension, task, staff, effective_on=on, **wish)
    factories.act(grant_extension, task, staff, effective_on=on, reason="同意。")
    assert marks_of(task, datetime.date(2023, 12, 19)) == {"due": datetime.date(2023, 12, 31)}
    assert marks_of(task, datetime.date(2023, 12, 20)) == {
        "printed": datetime.date(2023, 12, 31),
        "due": datetime.date(2024, 6, 30),
    }


def test_what_has_no_deadline_shows_its_review_and_what_is_closed_when():
    ongoing, closed = factories.task(deadline="持续跟踪"), factories.task(deadline="2023.12")
    factories.move(closed, Status.CLOSED, on=datetime.date(2023, 12, 5), note="已完成。")
    assert marks_of(ongoing, datetime.date(2024, 1, 2)) == {"review": datetime.date(2024, 2, 8)}
    assert marks_of(closed, datetime.date(2024, 1, 2))["closed"] == datetime.date(2023, 12, 5)
    assert "closed" not in marks_of(closed, datetime.date(2023, 12, 4))


def test_equal_days_stand_at_equal_places_and_the_most_urgent_first():
    for deadline in ("2024.6", "2023.12", "2024.6"):
        factories.task(deadline=deadline, milestones=["2023.11"])
    rows = axis_of(datetime.date(2023, 12, 1)).rows
    places: dict[datetime.date, set[str]] = {}
    for mark in (mark for row in rows for mark in row.marks):
        places.setdefault(mark.day, set()).add(mark.x)
    assert {day: len(of_day) for day, of_day in places.items()} == dict.fromkeys(places, 1)
    assert [row.task.next_day for row in rows] == sorted(row.task.next_day for row in rows)


@pytest.mark.parametrize("role", ["reader", "secretariat"])
@pytest.mark.same_on_both
def test_a_meeting_has_each_of_its_tasks_once_ten_in_sight(client, role):
    factories.real_meeting()
    client.force_login(factories.account(role))
    page = compact_html(client.get(f"{Meeting.objects.get().get_absolute_url()}?as_of=2024-02-09"))
    (more,) = re.findall(r'class="btn btn-link more-rows" href="([^"]+)"', section_of(page))
    whole = compact_html(client.get(more.replace("&amp;", "&")))
    in_sight, everything = (
        re.findall(r'class="axis-task" href="(/tasks/\d+/)', section_of(part)) for part in (page, whole)
    )
    assert (len(in_sight), len(set(everything))) == (10, 18)
    assert everything[:10] == in_sight
    assert len(everything) == 18
    assert "2024年2月8日" in section_of(page)
    assert " style=" not in page


@pytest.mark.parametrize("of", ["department", "leader"])
def test_a_department_and_a_leader_have_their_open_tasks(client, of):
    world = factories.small_world()
    client.force_login(world.reader)
    subject = world.technology if of == "department" else world.supervisor
    section = section_of(compact_html(client.get(subject.get_absolute_url())))
    tasks = Task.objects.on(timezone.localdate()).open()
    own = tasks.assigned_to([subject.pk]) if of == "department" else tasks.supervised_by([subject.pk])
    assert section.count('class="axis-task"') == own.count() > 0


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_is_too_much_to_draw_is_in_the_list(client):
    department = factories.department("办公室")
    suggestion = factories.suggestion()
    for _each in range(MAX_ROWS + 2):
        factories.task(suggestion, departments=[(department, "responsible")])
    client.force_login(factories.account())
    section = section_of(compact_html(client.get(department.get_absolute_url(), {"whole": "axis"})))
    assert section.count('class="axis-task"') == MAX_ROWS
    assert f'href="/tasks/?department={department.pk}"' in section
    assert "另有 2 项" in section


def test_nothing_is_drawn_where_nothing_is_open(client):
    client.force_login(factories.account())
    assert "time-axis" not in client.get(factories.department("办公室").get_absolute_url()).content.decode()


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_ring_of_a_meeting_leads_to_the_lists_of_its_parts(client):
    world = factories.small_world()
    client.force_login(world.reader)
    page = compact_html(client.get("/meetings/"))
    ring = page[page.index('class="health-ring"') : page.index("</svg>", page.index('class="health-ring"'))]
    parts = re.findall(r'href="([^"]+)"[^>]*class="health-[a-z_]+"><title>\S+ (\d+)', ring)
    assert len(parts) == 7
    for address, number in parts:
        listed = client.get(address.replace("&amp;", "&"), headers={"HX-Request": "true"})
        assert listed.context["listing"].row_count == int(number)
