"""What falls due when: each number of the calendar and of the heat map leads to a list of as many rows."""

import datetime
import re

import pytest
from django.test import Client

from meetings.devtools.synthetic import generate
from meetings.models import Status
from meetings.templatetags.pictures import HEALTH_MARKS, HEAT_MARKS
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db

ADDRESS = "/reports/calendar/"


@pytest.fixture
def reader(client) -> Client:
    client.force_login(factories.account())
    return client


def links_of(page: str) -> set[tuple[str, int]]:
    """Return the links to lists, each with its number."""
    found = re.findall(r'href="(/tasks/[^"]+)"[^>]*? data-count="(\d+)"', page)
    return {(address.replace("&amp;", "&"), int(number)) for address, number in found}


def section(page: str, name: str) -> str:
    begin = page.index(f'aria-labelledby="{name}"')
    return page[begin : page.index("</section>", begin)]


def row_count(client: Client, address: str) -> int:
    return client.get(f"{address}&per_page=1", headers={"HX-Request": "true"}).context["listing"].row_count


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("query", ["?month=2019-12", "?month=2019-12&as_of=2020-03-15"])
def test_every_number_leads_to_its_list(reader, query):
    generate(60, seed=3, today=datetime.date(2026, 6, 30))
    page = compact_html(reader.get(ADDRESS + query))
    links = links_of(page)
    assert len(links) > 20
    for address, number in links:
        assert row_count(reader, address) == number, address


def test_a_day_says_what_is_due_on_it_and_a_month_how_much(reader):
    for deadline in ("2023.12", "2023.12", "2024-01-15"):
        factories.task(deadline=deadline)
    page = compact_html(reader.get(f"{ADDRESS}?month=2023-11&as_of=2024-01-02"))
    calendar = section(page, "calendar")
    assert calendar.count('class="due-month"') == 3
    assert 'title="已逾期 2"' in calendar
    assert 'title="即将到期 1"' in calendar
    assert {number for address, number in links_of(calendar) if "due_before=2023-12-31" in address} == {2}


@pytest.mark.long
def test_what_has_ended_is_counted_beside_the_open_ones_and_not_among_them(reader):
    closed, _open = factories.task(deadline="2024.1"), factories.task(deadline="2024.1")
    factories.move(closed, Status.CLOSED, on=datetime.date(2023, 12, 1), note="已完成。")
    factories.task(deadline="持续跟踪")
    page = compact_html(reader.get(f"{ADDRESS}?month=2024-01&as_of=2024-01-02"))
    calendar = section(page, "calendar")
    links = links_of(calendar)
    of_day = [(address, number) for address, number in links if "due_after=2024-01-31" in address]
    of_month = [(address, number) for address, number in links if "due_after=2024-01-01" in address]
    (without_day,) = [(address, number) for address, number in links if "due=none" in address]
    for found in (of_day, of_month):
        assert sorted((number, "status=closed" in address) for address, number in found) == [(1, False), (1, True)]
    for address, number in (*of_day, *of_month, without_day):
        assert row_count(reader, address) == number == 1, address
    front = compact_html(reader.get("/?as_of=2024-01-02"))
    assert "due_after=2024-01-02&amp;due_before=2024-01-31" in front, "the dashboard counts the same open ones"


@pytest.mark.long
def test_the_map_tells_in_time_from_late_and_who_is_silent(reader):
    department = factories.department("办公室")
    of = {"deadline": "2023.12", "departments": [(department, "responsible")]}
    in_time, late, overdue = (factories.task(**of) for _each in range(3))
    factories.move(in_time, Status.CLOSED, on=datetime.date(2023, 12, 31), note="已完成。")
    factories.move(late, Status.CLOSED, on=datetime.date(2024, 1, 1), note="已完成。")
    row = section(compact_html(reader.get(f"{ADDRESS}?month=2024-01&as_of=2024-02-01")), "heat-map")
    numbers = {}
    for address, number in links_of(row):
        kind = re.search(r"silent=|due=(\w+)", address)
        numbers[kind[1] or "silent" if kind else "due"] = number
        assert row_count(reader, address) == number
    assert numbers == {"due": 3, "in_time": 1, "late": 2, "silent": 1}
    liaison = factories.account("liaison", departments=[department])
    factories.progress(overdue, "已启动。", on=datetime.date(2024, 1, 20), by=liaison)
    page = section(compact_html(reader.get(f"{ADDRESS}?month=2024-01&as_of=2024-02-01")), "heat-map")
    assert "silent=" not in page


def test_what_nobody_answers_for_has_a_row_of_its_own(reader):
    factories.task(deadline="2023.12", departments=[])
    page = section(compact_html(reader.get(f"{ADDRESS}?month=2023-12&as_of=2024-01-02")), "heat-map")
    assert {("department=none" in address, row_count(reader, address)) for address, _number in links_of(page)} == {
        (True, 1)
    }


@pytest.mark.long
@pytest.mark.same_on_both
def test_equal_numbers_are_equally_dark_and_departments_beyond_ten_fold(reader):
    suggestion = factories.suggestion()
    for number in range(12):
        department = factories.department(f"第{number}部")
        for _each in range(1 + number % 3):
            factories.task(suggestion, departments=[(department, "responsible")])
    address = f"{ADDRESS}?month=2023-12&as_of=2023-11-20"
    in_sight = section(compact_html(reader.get(address)), "heat-map")
    (more,) = re.findall(r'class="btn btn-link more-rows" href="([^"]+)"', in_sight)
    page = section(compact_html(reader.get(more.replace("&amp;", "&"))), "heat-map")
    assert (in_sight.count('scope="row"'), page.count('scope="row"')) == (10, 12)
    shades: dict[str, set[str]] = {}
    for shade, number in re.findall(r'class="heat-number heat-(\d)" href="[^"]+" data-count="(\d)"', page):
        shades.setdefault(number, set()).add(shade)
    assert {number: len(of_number) for number, of_number in shades.items()} == {"1": 1, "2": 1, "3": 1}
    assert (shades["1"], shades["3"]) == ({"1"}, {"2"}), "a number has its darkness whatever the largest is"


def test_no_mark_is_told_from_another_by_its_colour_alone():
    for marks in (HEALTH_MARKS, {name: mark[0] for name, mark in HEAT_MARKS.items()}):
        assert len(set(marks.values())) == len(marks)


@pytest.mark.parametrize("month", ["2023-13", "0001-01", "9999-12", "heute", "2023-1-1"])
def test_what_is_no_month_is_said(reader, month):
    page = reader.get(ADDRESS, {"month": month})
    assert page.status_code == 400
    assert "不是月份" in page.content.decode()


@pytest.mark.parametrize("month", ["1900-01", "2200-12"])
def test_the_first_and_the_last_month_there_is(reader, month):
    assert reader.get(ADDRESS, {"month": month}).status_code == 200


def test_a_future_day_is_refused_and_an_empty_register_says_so(reader):
    assert reader.get(ADDRESS, {"as_of": "2999-01-01"}).status_code == 400
    page = reader.get(ADDRESS).content.decode()
    assert "没有到期的任务" in page
    assert " style=" not in page
