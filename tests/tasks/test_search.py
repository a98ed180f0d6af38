"""One box: everything is found by a part of its words, names also by pinyin and initials."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.models import Department, FormerName, Person
from meetings.tasks.search import search
from tests import factories
from tests.depth import examples
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db


def found(world, text: str) -> dict[str, list[str]]:
    return {
        group.key: [hit.title for hit in group.visible_hits] for group in search(world.reader, text, world.day).groups
    }


@pytest.mark.parametrize("text", ["刘仲书", "仲书", "liuzhongshu", "lzs", "LZS", "zhongshu"])
def test_a_person_is_found_by_name_pinyin_and_initials(world, text):
    assert found(world, text)["people"] == ["刘仲书"]


@pytest.mark.parametrize("text", ["技术", "jishubu", "jsb"])
def test_a_department_is_found_by_name_pinyin_and_initials(world, text):
    assert "技术部" in found(world, text)["departments"]


@pytest.mark.parametrize("text", ["〔2023〕18号", "[2023]18", "认可委 18号", "2023 18"])
def test_a_document_number_is_found_however_its_brackets_are_typed(world, text):
    assert found(world, text)["meetings"] == [world.meeting.title]


def test_a_suggestion_and_a_task_are_found_by_a_part_of_their_text(world):
    everything = found(world, "培训")
    assert any("培训平台" in title for title in everything["suggestions"])
    assert world.due_soon.text in everything["tasks"]


def test_texts_are_found_by_initials_where_nothing_is_written_so(world):
    # 编制培训计划
    assert found(world, "bzpxjh")["tasks"] == [world.closed.text]
    factories.task(deadline="2030.6", text="BZPXJH 系统上线")
    assert found(world, "bzpxjh")["tasks"] == ["BZPXJH 系统上线"]


def test_all_words_have_to_be_found(world):
    assert "tasks" in found(world, "培训 网络")
    assert "tasks" not in found(world, "培训 没有这样的词")


def test_a_former_name_and_a_merged_one_find_who_bears_them_no_more(world):
    FormerName.objects.create(department=world.technology, name="科技处")
    Department.objects.create(name="信息处", is_active=False, merged_into=world.technology)
    assert found(world, "科技处")["departments"] == ["技术部"]
    assert found(world, "xinxichu")["departments"] == ["技术部"]
    Person.objects.create(name="肖亮", is_active=False, merged_into=world.supervisor)
    assert found(world, "肖亮")["people"] == ["肖良"]


def test_the_number_of_tasks_is_that_of_the_list_it_leads_to(world):
    client = Client()
    client.force_login(world.reader)
    for words in ("培训", "jianli", "bzpxjh"):
        group = next(group for group in search(world.reader, words, world.day).groups if group.key == "tasks")
        assert client.get(group.more_url).context["listing"].row_count == group.number


def test_so_many_tasks_that_nobody_counts_them_are_said_to_be_more(world, monkeypatch):
    for _number in range(7):
        factories.task(factories.suggestion(text="加强培训"))
    monkeypatch.setattr("meetings.tasks.search.MOST_COUNTED", 6)
    client = Client()
    client.force_login(world.reader)
    page = compact_html(client.get(reverse("search"), {"q": "加强培训"}))
    assert "6+" in page
    assert "在任务列表中查看 6 多项任务" in page
    assert "结果超过 6 条" in page


def test_suggestions_beyond_those_shown_are_said_to_be_more(world):
    for number in range(7):
        factories.suggestion(text=f"加强培训{number}")
    result = search(world.reader, "加强培训", world.day)
    assert (result.total, result.is_exact) == (6, False)


@pytest.mark.long
def test_every_hit_leads_to_a_page(world):
    client = Client()
    client.force_login(world.reader)
    for words in ("刘仲书", "技术部", "18号", "培训"):
        text = client.get(reverse("search"), {"q": words}).content.decode()
        addresses = re.findall(r'class="search-hit" href="([^"#]+)', text)
        assert addresses
        for address in addresses:
            assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_while_typing_only_the_results_are_sent(world):
    client = Client()
    client.force_login(world.reader)
    part = client.get(reverse("search"), {"q": "lzs"}, headers={"HX-Request": "true"}).content.decode()
    assert "刘仲书" in part
    assert "<html" not in part


def test_nothing_and_too_much_are_said(world):
    assert search(world.reader, "  ", world.day).groups == []
    assert search(world.reader, "没有这样的东西", world.day).groups == []
    assert search(world.reader, "字" * 400, world.day).error
    assert search(world.reader, " ".join(map(str, range(30))), world.day).error


# What is no UTF-8 reaches no view, and NUL gets no further than `meetings.middleware.InputMiddleware`.
@pytest.mark.long
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=320))
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(world, text):
    found = search(world.reader, text, world.day)
    assert (found.total > 0) == bool(found.groups)
    assert found.total >= sum(len(group.visible_hits) for group in found.groups)
    assert not (found.error and found.groups)
