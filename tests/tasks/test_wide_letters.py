"""Letters and figures are found however wide they are typed or stored; names stand in the order of their pinyin."""

from __future__ import annotations

import re

import pytest

from meetings.models import DepartmentRole, Role, Task
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(factories.account(Role.READER))
    return client


def found(client, words: str) -> set[int]:
    return {task.pk for task in client.get("/tasks/", {"q": words}).context["listing"].tasks}


@pytest.mark.parametrize("stored", ["加强CNAS宣传", "加强ＣＮＡＳ宣传"])
@pytest.mark.parametrize("typed", ["CNAS", "cnas", "ＣＮＡＳ", "ｃｎａｓ"])
def test_a_task_is_found_by_letters_of_either_width(reader, stored, typed):
    task = factories.task(text=stored)
    factories.task(text="别的工作")
    assert found(reader, typed) == {task.pk}


def test_marks_and_circled_figures_are_found_as_they_are(reader):
    task = factories.task(text="完成①（甲）类评审")
    assert found(reader, "①（甲）") == {task.pk}


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "hit"), [("ｌｚｓ", "刘仲书"), ("〔２０２３〕８１号", "〔2023〕81号"), ("８１号 ７", "抓住两头")]
)
def test_the_search_box_takes_either_width(meeting_81, reader, words, hit):
    assert hit in compact_html(reader.get("/search/", {"q": words}))


def test_accounts_are_found_by_either_width(client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    factories.account(Role.READER, username="leader7")
    assert "leader7" in compact_html(client.get("/accounts/", {"q": "ｌｅａｄｅｒ７"}))


def order(client, sort: str) -> list[Task]:
    page = client.get("/tasks/", {"sort": sort}).content.decode()
    return [Task.objects.get(pk=pk) for pk in re.findall(r'id="task-(\d+)"', page)]


def test_leaders_sort_by_pinyin(reader):
    for name in ("张虹", "陈云华", "肖良", "刘晓红"):
        factories.task(leaders=[factories.person(name)])
    names = [task.leaders.get().name for task in order(reader, "leader")]
    assert names == ["陈云华", "刘晓红", "肖良", "张虹"]


@pytest.mark.parametrize(("sort", "role"), [("department", "responsible"), ("supporting", "supporting")])
def test_departments_sort_by_pinyin(reader, sort, role):
    lead = (factories.department("技术部"), DepartmentRole.RESPONSIBLE)
    for name in ("评审员部", "人事部", "办公室", "体系部"):
        part = (factories.department(name), DepartmentRole(role))
        factories.task(departments=[part] if role == "responsible" else [lead, part])
    names = [task.task_departments.get(role=role).department.name for task in order(reader, sort)]
    assert names == ["办公室", "评审员部", "人事部", "体系部"]
