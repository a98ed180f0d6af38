"""Pages of the list: whatever way they are asked for, together they are the list, each row once."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from meetings.models import DepartmentRole, Health, Meeting, Task
from meetings.tasks import paging
from meetings.tasks.tables import TaskTable
from tests import factories
from tests.depth import THOROUGH

ORDERS = ["", *(sign + name for name in TaskTable.base_columns for sign in ("", "-"))]


@pytest.fixture
def register(world, client):
    """Tasks of two meetings, with and without what they may be sorted by."""
    client.force_login(world.secretariat)
    for number in range(1, 4):
        factories.task(
            text=f"第{number}项", deadline=factories.dated(timezone.localdate() + datetime.timedelta(days=number))
        )
    return world


@pytest.fixture
def long_list(monkeypatch):
    """Take seven tasks for many: each list is read in the parts of its indexes."""
    monkeypatch.setattr(paging, "_SHORT", 2)
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)


def read(client, address):
    """Return the ids of a page and the addresses of the previous, the next and the last, by a fragment."""
    response = client.get(address, headers={"HX-Request": "true"})
    assert not response.context["listing"].errors, address
    page = html.fromstring(response.content)
    ids = [int(row.removeprefix("task-")) for row in page.xpath("//table/tbody/tr/@id")]
    links = {
        rel: page.xpath(f"//nav[contains(@class, 'pages')]//a[@data-focus-key='page-{rel}']/@href")
        for rel in ("before", "after", "last")
    }
    return ids, *(link[0] if link else None for link in links.values())


def follow(client, address):
    """Return the ids of all pages, from one to the next by its link."""
    found = []
    while address:
        ids, _previous, address, _last = read(client, address)
        found += ids
    return found


def follow_back(client, address):
    """Return the ids of all pages up to that of the address, from one to the previous by its link."""
    found = []
    while address:
        ids, address, _next, _last = read(client, address)
        found = ids + found
    return found


@pytest.mark.deep
@pytest.mark.long
def test_a_long_list_is_that_of_all_its_rows_in_every_order(register, client, monkeypatch):
    # In `make test` every other column, one up and the next one down; in `make test-slow` the others.
    some = ["", *ORDERS[1::8], *ORDERS[6::8]]
    for sort in [order for order in ORDERS if order not in some] if THOROUGH else some:
        whole = follow(client, f"/tasks/?sort={sort}&per_page=50")
        with monkeypatch.context() as patched:
            patched.setattr(paging, "_SHORT", 2)
            patched.setattr(paging, "MOST_COUNTED", 4)
            assert follow(client, f"/tasks/?sort={sort}&per_page=2") == whole, sort
            pages = [
                read(client, f"/tasks/?sort={sort}&per_page=3&page={page}")[0]
                for page in range(1, 1 - -len(whole) // 3)
            ]
            assert sum(pages, []) == whole, sort
            assert follow_back(client, f"/tasks/?sort={sort}&per_page=2&page=last") == whole, sort
            assert follow_back(client, f"/tasks/?sort={sort}&per_page=2&page={(len(whole) + 1) // 2}") == whole, sort


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_last_page_of_a_long_list_is_read_from_its_end(register, client, long_list):
    whole = follow(client, "/tasks/?per_page=2")
    _ids, _previous, _next, last = read(client, "/tasks/?per_page=2")
    assert "page=last" in last
    with CaptureQueriesContext(connection) as queries:
        ids, previous, following, _last = read(client, last)
    assert not [query for query in queries if 'COUNT(*) AS "__count"' in query["sql"]]
    assert (ids, following) == (whole[-2:], None)
    ids, _previous, following, _last = read(client, previous)
    assert ids == whole[-4:-2]
    assert read(client, following)[0] == whole[-2:]
    # Counted, its pages have numbers, and the last one what is left.
    assert read(client, "/tasks/?per_page=2&page=last&count=1")[0] == whole[-(len(whole) % 2 or 2) :]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_page_beyond_those_counted_is_found_without_counting(register, client, long_list):
    whole = follow(client, "/tasks/?per_page=2")
    last = -(-len(whole) // 2)
    assert last > 3
    for number in range(3, last + 1):
        ids, _previous, following, _last = read(client, f"/tasks/?per_page=2&page={number}")
        assert ids == whole[number * 2 - 2 : number * 2]
        assert (following is None) == (number == last)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/tasks/?per_page=2&page={last}")
    assert not [query for query in queries if 'COUNT(*) AS "__count"' in query["sql"]]
    for number in (last + 1, 10**17):
        answer = client.get(f"/tasks/?per_page=2&page={number}")
        assert answer.context["listing"].errors == [f"没有第 {number} 页，请回到第一页。"]


def test_a_long_list_says_that_it_is_long_and_counts_when_asked(register, client, long_list):
    page = html.fromstring(client.get("/tasks/?per_page=2").content)
    assert "4 多项" in page.xpath("string(//p[@class='results-count'])")
    [count] = page.xpath("//a[@data-focus-key='count']/@href")
    counted = html.fromstring(client.get(count).content)
    total = Task.objects.on(timezone.localdate()).count()
    assert f"{total} 项" in counted.xpath("string(//p[@class='results-count'])")


def test_a_list_of_just_as_many_as_are_counted_is_counted(register, client, monkeypatch):
    total = Task.objects.on(timezone.localdate()).count()
    monkeypatch.setattr(paging, "MOST_COUNTED", total)
    page = html.fromstring(client.get("/tasks/").content)
    assert f"{total} 项" in page.xpath("string(//p[@class='results-count'])")


def look_at_narrow_count(client, monkeypatch, query, table):
    """A list is counted from an index of ``table``, and is the same where it is long."""
    whole = follow(client, f"/tasks/?{query}&per_page=50")
    with CaptureQueriesContext(connection) as queries:
        listing = client.get(f"/tasks/?{query}").context["listing"]
    [counted] = [asked["sql"] for asked in queries if f"LIMIT {paging.MOST_COUNTED + 1})" in asked["sql"]]
    assert counted.startswith(f'SELECT COUNT(*) FROM (SELECT "{table}"."task_id"'), counted
    assert listing.row_count == len(whole) > 1
    with monkeypatch.context() as patched:
        patched.setattr(paging, "_SHORT", 1)
        patched.setattr(paging, "MOST_COUNTED", 1)
        for sort in ("", "-number", "due", "health"):
            in_order = follow(client, f"/tasks/?{query}&sort={sort}&per_page=50&count=1")
            assert follow(client, f"/tasks/?{query}&sort={sort}&per_page=2") == in_order, sort
            assert follow_back(client, f"/tasks/?{query}&sort={sort}&per_page=2&page=last") == in_order, sort
            assert set(in_order) == set(whole)


@pytest.mark.long
def test_what_one_department_or_leader_has_is_counted_without_the_tasks(register, client, monkeypatch, subtests):
    supporting = [(register.technology, DepartmentRole.LEAD), (register.international, DepartmentRole.SUPPORTING)]
    joined, later, *_others = [
        factories.task(departments=supporting, leaders=[register.supervisor]) for _number in range(5)
    ]
    Task.objects.filter(pk=joined.pk).update(joined_into=register.overdue)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    Meeting.objects.filter(pk=later.suggestion.meeting_id).update(issued_on=tomorrow)
    for query, table in (
        (f"department={register.technology.pk}", "meetings_taskdepartment"),
        (f"supporting={register.international.pk}", "meetings_taskdepartment"),
        (f"leader={register.supervisor.pk}", "meetings_taskleader"),
    ):
        with subtests.test(query):
            look_at_narrow_count(client, monkeypatch, query, table)
            ids = follow(client, f"/tasks/?{query}")
            assert not {joined.pk, later.pk}.intersection(ids)


@pytest.mark.long
def test_a_past_day_is_counted_by_its_intervals(register, client, monkeypatch):
    factories.task(factories.suggestion(factories.meeting(timezone.localdate(), held_on=None)))
    day = timezone.localdate() - datetime.timedelta(days=1)
    look_at_narrow_count(client, monkeypatch, f"as_of={day}", "meetings_taskstate")


@pytest.mark.long
def test_the_next_page_neither_skips_nor_repeats_what_others_moved(register, client):
    ids, _previous, address, _last = read(client, "/tasks/?sort=due&per_page=2")
    others = [pk for pk in follow(client, "/tasks/?sort=due&per_page=2") if pk not in ids]
    # The rows that were seen go elsewhere: by their number, the next page would begin two rows too late.
    Task.objects.filter(pk__in=ids).update(status="terminated", closed_on=None)
    Task.objects.filter(pk=ids[0]).update(joined_into=others[-1])
    assert follow(client, address) == others


@pytest.mark.same_on_both
def test_before_the_first_row_there_is_no_place(register, client, long_list):
    last, previous, _next, _last = read(client, "/tasks/?per_page=2&page=last")
    while previous:
        address = previous
        first, previous, _next, _last = read(client, address)
    Task.objects.filter(pk__in=first).update(joined_into=last[0])
    assert client.get(address).context["listing"].errors == ["网址中的位置与列表当前的排序不符，请回到第一页。"]


@pytest.mark.parametrize("after", ["x", "eyJ:1:2", ""])
@pytest.mark.same_on_both
def test_a_place_that_is_none_is_said(register, client, after):
    _ids, _previous, address, _last = read(client, "/tasks/?sort=due&per_page=2")
    [good] = parse_qs(urlsplit(address).query)["after"]
    assert client.get("/tasks/", {"sort": "due", "after": good}).context["listing"].errors == []
    wrong = {"sort": "due", "after": after} if after else {"sort": "status", "after": good}
    assert client.get("/tasks/", wrong).context["listing"].errors == [
        "网址中的位置与列表当前的排序不符，请回到第一页。"
    ]


def test_each_task_has_the_health_whose_condition_it_fulfils(world):
    for day in (timezone.localdate(), timezone.localdate() - datetime.timedelta(days=1)):
        tasks = Task.objects.on(day)
        for health in Health:
            assert set(tasks.in_health([health], day)) == {task for task in tasks if task.health == health}, health
        assert set(tasks.in_health(Health.values, day)) == set(tasks)
