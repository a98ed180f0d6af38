"""Parameters without a meaning: none is guessed at, each is named."""

from __future__ import annotations

import pytest
from django.test import Client
from lxml import html

from meetings.models import Role
from meetings.tasks.filters import TaskFilterSet
from tests import factories

from .asked_list import assert_refused

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.account(Role.READER))
    return client


SEVERAL = ["meeting", "aspect", "department", "supporting", "leader", "source"]


@pytest.mark.long
@pytest.mark.parametrize("name", [*SEVERAL, "status", "health"])
@pytest.mark.parametrize("value", ["没有这个", "999999", "-1", "99999999999999999999", "1 OR 1=1", "1.0", "١", "🎉"])
def test_an_unknown_value_is_said_and_finds_nothing(ask, world, name, value):
    label = TaskFilterSet.base_filters[name].label
    assert_refused(ask(**{name: value}), str(label))


@pytest.mark.parametrize("name", [*SEVERAL, "status", "health"])
def test_an_unknown_value_beside_a_known_one_finds_nothing_either(ask, world, name):
    known = {"status": "closed", "health": "overdue", "meeting": world.meeting.pk, "leader": "肖良", "source": "刘仲书"}
    value = known.get(name, "技术部" if name in ("department", "supporting") else "加强认可宣传")
    assert ask(**{name: value}).errors == []
    assert_refused(ask(**{name: [value, "没有这个"]}), "没有这个")


@pytest.mark.parametrize("name", ["due_after", "due_before"])
@pytest.mark.parametrize("value", ["2024-02-30", "明天", "2024", "31.12.2024", "0000-01-01", "2024-01-01'--"])
def test_a_due_day_that_is_none_is_said(ask, world, name, value):
    assert_refused(ask(**{name: value}))


@pytest.mark.parametrize("name", ["colour", "Status", "status ", "q[]", "id__gt", "task__pk", "导出"])
def test_an_unknown_parameter_is_said(ask, world, name):
    assert_refused(ask(**{name: "1"}), name.strip())


@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.5", "99", "99999999999999999999", "１", "1e3"])
def test_a_wrong_page_is_said(ask, world, value):
    assert_refused(ask(page=value))


@pytest.mark.parametrize("value", ["0", "-5", "abc", "201", "99999999999", "2.5"])
def test_a_wrong_page_size_is_said(ask, world, value):
    assert_refused(ask(per_page=value), value)


@pytest.mark.parametrize("value", ["colour", "--due", "-", "due;", "pk", "id", "suggestion__text", "?"])
def test_a_wrong_sorting_is_said(ask, world, value):
    assert_refused(ask(sort=value), value)


def test_everything_that_is_wrong_is_said_at_once(ask, world):
    answer = ask(status="done", colour="red", page="0", sort="colour", as_of="2999-01-01")
    assert answer.found == set()
    assert len(answer.errors) == 5


def test_a_wrong_parameter_leaves_the_form_as_it_was_and_offers_to_clear(client, world):
    page = html.fromstring(client.get("/tasks/?health=purple&status=closed&status=blue&q=培训").content)
    assert page.xpath("//input[@id='id_q']/@value") == ["培训"]
    assert page.xpath("//form[@id='filters']//input[@name='status']/@value") == ["closed"]
    assert page.xpath("//main//a[@href='/tasks/']")
