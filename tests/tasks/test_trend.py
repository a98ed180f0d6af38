"""The trend: every number of it is that of the list it leads to, and of the definition of health."""

import datetime
import re
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from meetings.devtools.synthetic import generate
from meetings.models import Health, Status, Task, TaskState
from meetings.tasks import statistics
from meetings.tasks.trend import TrendPoint, count_trend
from meetings.templatetags.trend import trend_chart
from tests import factories

pytestmark = pytest.mark.django_db


def trend(day: datetime.date, months: int = 12) -> list[TrendPoint]:
    return count_trend(TaskState.objects.all(), day, months)


def test_the_life_of_one_task():
    task = factories.task(deadline="2023.12")
    factories.move(task, Status.CLOSED, on=datetime.date(2024, 2, 29))
    numbers = [(point.day.month, point.open, point.closed, point.overdue) for point in trend(datetime.date(2024, 3, 5))]
    # Due on the last day of 2023, on which it is not late yet; closed on the last day of February. The last is the day.
    assert numbers == [(11, 1, 0, 0), (12, 1, 0, 0), (1, 1, 0, 1), (2, 0, 1, 0), (3, 0, 1, 0)]


def test_what_is_closed_today_is_in_it():
    task = factories.task(deadline="2023.12")
    factories.move(task, Status.CLOSED, on=datetime.date(2024, 3, 5))
    last, today = trend(datetime.date(2024, 3, 5))[-2:]
    assert (last.day, last.closed) == (datetime.date(2024, 2, 29), 0)
    assert (today.day, today.closed) == (datetime.date(2024, 3, 5), 1)


def test_a_month_counts_from_its_last_day_and_the_day_itself_comes_after_them():
    factories.task()
    assert [point.day for point in trend(datetime.date(2024, 1, 30))][-2:] == [
        datetime.date(2023, 12, 31),
        datetime.date(2024, 1, 30),
    ]
    assert trend(datetime.date(2024, 1, 31))[-2].day == datetime.date(2023, 12, 31)
    assert [point.day.day for point in trend(datetime.date(2024, 3, 31), 3)] == [31, 29, 31]


def test_nothing_before_the_first_task():
    assert trend(datetime.date(2024, 1, 31)) == []


@pytest.mark.long
def test_it_says_what_health_says_on_each_day():
    generate(150, seed=4)
    for point in trend(timezone.localdate()):
        tasks = Task.objects.on(point.day)
        counts = statistics.count_by_health(tasks).by_health
        assert point.overdue == counts[Health.OVERDUE]
        assert point.review_missed == counts[Health.REVIEW_MISSED]
        assert point.closed == counts[Health.CLOSED]
        assert point.open == tasks.open().count()


@pytest.mark.long
def test_the_conditions_of_health_find_what_its_expression_says():
    generate(150, seed=4)
    for day in (timezone.localdate(), timezone.localdate() - datetime.timedelta(days=400)):
        tasks = Task.objects.on(day)
        for health in Health:
            said = set(tasks.filter(health=health).values_list("pk", flat=True))
            assert set(tasks.in_health([health], day).values_list("pk", flat=True)) == said
        assert tasks.in_health(Health.values, day).count() == tasks.count()


def test_it_is_one_query(django_assert_num_queries):
    factories.task()
    with django_assert_num_queries(1):
        trend(timezone.localdate())


@pytest.mark.same_on_both
@pytest.mark.long
def test_every_number_leads_to_its_list(world, client, subtests):
    walked: dict[str, int] = {}
    for role, address in (("secretariat", "/"), ("leader", "/"), ("liaison", "/"), ("liaison", "/?scope=all")):
        client.force_login(getattr(world, role))
        with subtests.test(f"{role}, {address}"):
            walk_numbers(client, address, walked)


def walk_numbers(client: Client, address: str, walked: dict[str, int]) -> None:
    """Look at the list of each number that has not been ``walked`` to: everybody's are the same."""
    page = client.get(f"{address}{'&' if '?' in address else '?'}whole=trend").content.decode()
    section = page[page.index('aria-labelledby="trend"') :]
    section = section[: section.index("</section>")]
    links = re.findall(r'href="([^"]+)"[^>]*? data-count="(\d+)"', section)
    points = len(client.get(address).context["trend"])
    assert points >= 6
    assert len(links) == 4 * points
    marks = re.findall(r'<a href="([^"]+)" tabindex="-1"><use', section)
    assert sorted(marks) == sorted(link for link, number in links if number != "0"), "each leads where its number does"
    for link, number in set(links):
        if link not in walked:
            # A single row and no frame around it, for a hundred lists are asked.
            listed = client.get(f"{link.replace('&amp;', '&')}&per_page=1", headers={"HX-Request": "true"})
            walked[link] = listed.context["listing"].row_count
        assert walked[link] == int(number), link
        assert urlsplit(link).path == "/tasks/"


def test_a_leaders_own_trend_is_of_their_own(client):
    world = factories.small_world()
    client.force_login(world.leader)
    own, everything = (client.get(address).context["trend"][-1] for address in ("/", "/?scope=all"))
    assert own.review_missed < everything.review_missed or own.open < everything.open


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=13))
@settings(max_examples=25, deadline=None)
@pytest.mark.deep
def test_equal_numbers_are_drawn_at_one_height_and_inside_the_frame(numbers):
    first = datetime.date(2024, 1, 31)
    points = [TrendPoint(first + datetime.timedelta(30 * n), *of_day) for n, of_day in enumerate(numbers)]
    drawn = trend_chart({"request": RequestFactory().get("/")}, points, QueryDict())
    drawn_mark = re.compile(r'<use href="[^"]+" x="([^"]+)" y="([^"]+)"><title>([^<]+)</title>')
    spots = [spot for line in drawn["lines"] for spot in drawn_mark.findall(line["marks"])]
    assert len(spots) == sum(number > 0 for of_day in numbers for number in of_day)
    heights: dict[str, set[str]] = {}
    for x, y, words in spots:
        heights.setdefault(re.findall(r"\d+", words)[-1], set()).add(y)
        assert 0 <= float(x) <= drawn["width"]
        assert 0 <= float(y) <= drawn["height"]
    assert all(len(of_number) == 1 for of_number in heights.values())
    assert len({of_number.pop() for of_number in heights.values()}) == len(heights)
    # Each mark can be pointed at, also where several numbers are one.
    assert len({(x, y) for x, y, _words in spots}) == len(spots)


def test_one_task_is_drawn_as_long_in_every_table(client):
    world = factories.small_world()
    client.force_login(world.secretariat)
    page = client.get("/").content.decode()
    wholes = set()
    for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL):
        widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', row)]
        if widths:
            total = int(re.findall(r'data-count="(\d+)"', row)[-1])
            wholes.add(round(sum(widths) / total, 1))
    assert len(wholes) == 1


def test_it_is_told_without_style_attributes(client):
    world = factories.small_world()
    client.force_login(world.reader)
    page = client.get("/").content.decode()
    assert " style=" not in page
    assert "trend-picture" in page
