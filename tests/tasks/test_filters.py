"""The parameters of /tasks/ (docs/domain.md, Contracts): what each finds; a wrong one finds nothing and says so."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

import pytest
from django.test import Client

from meetings.models import DepartmentRole, Health, Person, Role, Status, Task
from meetings.tasks.filters import PAGE_PARAMETERS, TaskFilterSet
from tests import factories

from .asked_list import assert_refused, ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.account(Role.READER))
    return client


# --- each parameter -----------------------------------------------------------------------------


def test_without_parameters_there_are_all(ask, world):
    assert ask().found == ids(*world.tasks.values())
    assert ask(q="", status="", health="", department="", due_after="", sort="", page="", per_page="").errors == []


@pytest.mark.parametrize("health", Health.values)
@pytest.mark.same_on_both
def test_health_is_found_by_its_english_word(ask, world, health):
    assert ask(health=health).found == ids(world.tasks[health])


@pytest.mark.parametrize("status", Status.values)
def test_status_is_found_by_its_english_word(ask, world, status):
    expected = {task.pk for task in Task.objects.all() if task.status == status}
    assert ask(status=status).found == expected


def test_a_repeated_parameter_means_or_and_different_ones_mean_and(ask, world):
    assert ask(health=["overdue", "closed"]).found == ids(world.overdue, world.closed)
    assert ask(status=["closed", "terminated"], health="closed").found == ids(world.closed)
    assert ask(health=["overdue", "overdue"]).found == ids(world.overdue)
    assert ask(health="overdue", status="closed").found == set()


@pytest.mark.long
def test_a_meeting_is_named_by_id_title_or_document_number(ask, world):
    other = factories.task(factories.suggestion(factories.meeting(title="另一次会议", document_number="另〔2023〕1号")))
    own = ids(*world.tasks.values())
    for name in (world.meeting.pk, world.meeting.title, world.meeting.document_number):
        assert ask(meeting=name).found == own
    assert ask(meeting=[world.meeting.pk, "另〔2023〕1号"]).found == own | ids(other)
    assert ask(meeting="另一次会议").found == ids(other)


def test_an_aspect_is_named_by_id_or_title_which_several_meetings_may_share(ask, world):
    aspect = world.overdue.suggestion.aspect
    own = ids(world.overdue, world.review_missed, world.undecided)
    assert ask(aspect=aspect.pk).found == ask(aspect=aspect.title).found == own
    other = factories.task(factories.suggestion(aspect=aspect.title))
    assert ask(aspect=aspect.title).found == own | ids(other)
    assert ask(aspect=aspect.pk).found == own


@pytest.mark.long
def test_a_department_means_lead_and_responsible_and_supporting_is_a_parameter_of_its_own(ask, world):
    technology = ids(*world.tasks.values()) - ids(world.review_missed)
    assert ask(department=world.technology.pk).found == ask(department="技术部").found == technology
    assert ask(department=["技术部", world.office.pk]).found == ids(*world.tasks.values())
    assert ask(department="国际部").found == set()
    assert ask(department="国际部").errors == []
    assert ask(supporting="国际部").found == ask(supporting=world.international.pk).found == ids(world.undecided)
    assert ask(supporting="技术部").found == set()
    assert ask(department="技术部", supporting="国际部").found == ids(world.undecided)


def test_a_task_of_several_departments_and_leaders_is_found_once(ask, world):
    both = [(world.technology, DepartmentRole.LEAD), (world.office, DepartmentRole.RESPONSIBLE)]
    task = factories.task(departments=both, leaders=[factories.person("肖良"), factories.person("张朝华")])
    answer = ask(department=["技术部", "办公室"], leader=["肖良", "张朝华"])
    assert answer.order.count(task.pk) == 1
    assert len(answer.order) == len(answer.found)


def test_a_leader_is_named_by_id_or_name(ask, world):
    own = ids(*world.tasks.values()) - ids(world.review_missed)
    assert ask(leader="肖良").found == ask(leader=world.supervisor.pk).found == own
    assert ask(leader="张朝华").found == ids(world.review_missed, world.undecided)
    assert ask(leader=["肖良", "张朝华"]).found == ids(*world.tasks.values())


def test_a_source_is_named_by_id_or_name(ask, world):
    first = ids(world.overdue, world.review_missed, world.undecided)
    assert ask(source="刘仲书").found == ask(source=Person.objects.get(name="刘仲书").pk).found == first
    assert ask(source=["刘仲书", "黄继先"]).found == ids(*world.tasks.values())


def test_a_name_that_two_people_share_means_both_and_the_list_tells_them_apart(ask, client):
    here, there = factories.person("王军", "技术部"), factories.person("王军", "检验部")
    first, second = factories.task(leaders=[here]), factories.task(leaders=[there])
    assert ask(leader="王军").found == ids(first, second)
    assert ask(leader=here.pk).found == ids(first)
    assert ask(leader=[here.pk, there.pk]).found == ids(first, second)
    text = client.get("/tasks/options/leader/").content.decode()
    assert "王军（技术部）" in text
    assert "王军（检验部）" in text


@pytest.mark.parametrize(
    "name", ["A&B=C?部", "“引号”部", "%_部", "'; DROP TABLE--部", "<b>部</b>", "100%", "a+b 部", "部 、 门"]
)
@pytest.mark.same_on_both
def test_names_with_special_characters_are_names(ask, client, name):
    department = factories.department(name)
    task = factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    factories.task()
    assert ask(department=name).found == ids(task)
    for address in ("/tasks/", f"/tasks/?department={department.pk}", "/tasks/options/department/"):
        assert "<b>部</b>" not in client.get(address).content.decode()


def test_a_department_called_like_a_number_is_found_by_that_name_unless_it_is_an_id(ask):
    department = factories.department("4711")
    task = factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    assert ask(department="4711").found == ids(task)


@pytest.mark.long
def test_due_days_are_inclusive_and_leave_out_what_has_no_due_day(ask, world):
    dated = {task.pk: task.due_date for task in Task.objects.exclude(due_date=None)}
    for task in (world.overdue, world.due_soon, world.on_track):
        day = task.due_date
        assert ask(due_after=day).found == {pk for pk, due in dated.items() if due >= day}
        assert ask(due_before=day).found == {pk for pk, due in dated.items() if due <= day}
        assert ask(due_after=day, due_before=day).found == ids(task)
    assert ask(due_after="2020-01-02", due_before="2020-01-01").found == set()


def test_due_is_the_first_unmet_milestone(ask):
    task = factories.task(deadline="2026-12-31", milestones=["2024-06-30"])
    assert ask(due_before="2024-06-30").found == ids(task)
    assert ask(due_after="2024-07-01").found == set()


# --- as of a day --------------------------------------------------------------------------------


@pytest.mark.long
def test_as_of_shows_status_health_and_progress_of_that_day(ask):
    task = factories.task(deadline="2023-12-31")
    factories.progress(task, "已启动调研。", on=datetime.date(2023, 12, 1))
    factories.move(task, Status.CLOSED, on=datetime.date(2024, 2, 1), note="已印发文件。")
    for day, status, health in (
        ("2023-11-08", "not_started", "on_track"),
        ("2023-12-01", "in_progress", "due_soon"),
        ("2024-01-01", "in_progress", "overdue"),
        ("2024-02-01", "closed", "closed"),
    ):
        assert ask(as_of=day, status=status, health=health).found == ids(task), day
    assert ask(as_of="2023-11-07").found == set(), "a meeting appears from its issue day"
    assert ask(as_of="2023-11-07").errors == []


def test_a_future_or_unreadable_day_is_refused(ask, world):
    tomorrow = world.day + datetime.timedelta(days=1)
    assert_refused(ask(as_of=tomorrow))
    assert_refused(ask(as_of="2024-13-01"), "2024-13-01")
    assert_refused(ask(as_of="昨天"), "昨天")
    assert ask(as_of=world.day).found == ids(*world.tasks.values())


# --- words --------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_words_are_found_in_task_suggestion_lead_in_remarks_and_progress(ask):
    where = {
        "text": factories.task(text="甲甲建立平台"),
        "suggestion": factories.task(factories.suggestion(text="建议乙乙宣传")),
        "lead_in": factories.task(factories.suggestion(lead_in="丙丙如下")),
        "remarks": factories.task(remarks="丁丁配合"),
        "progress": factories.task(),
    }
    factories.progress(where["progress"], "戊戊已印发", on=datetime.date(2024, 1, 1))
    for word, task in zip(("甲甲", "乙乙", "丙丙", "丁丁", "戊戊"), where.values(), strict=True):
        assert ask(q=word).found == ids(task), word
        assert ask(q=word[0]).found == ids(task), "a single character is a word"
    assert ask(q="己己").found == set()


def test_progress_is_searched_up_to_the_day_shown(ask):
    task = factories.task()
    factories.progress(task, "第一批试点", on=datetime.date(2024, 1, 1))
    factories.progress(task, "第二批试点", on=datetime.date(2024, 3, 1))
    assert ask(q="第一批", as_of="2023-12-31").found == set()
    assert ask(q="第一批", as_of="2024-01-01").found == ids(task)
    assert ask(q="第二批", as_of="2024-02-29").found == set()
    assert ask(q="第一批").found == ask(q="第二批").found == ids(task)


def test_several_words_all_have_to_be_there_each_anywhere(ask):
    task = factories.task(factories.suggestion(text="加强信息安全"), text="编制培训计划", remarks="年底前")
    factories.task(text="编制工作计划")
    assert ask(q="信息 培训 年底").found == ids(task)
    assert ask(q="　培训　计划　").found == ids(task), "blanks of a Chinese keyboard part words, too"
    assert ask(q="培训 没有").found == set()


@pytest.mark.parametrize("latin", ["ISO", "iso", "Iso"])
@pytest.mark.same_on_both
def test_latin_letters_are_found_in_either_case(ask, latin):
    task = factories.task(text="跟踪ISO标准")
    assert ask(q=latin).found == ids(task)


@pytest.mark.parametrize(
    "sign", ["%", "_", "\\", "'", '"', "100%", "a_b", "*", "(", "[", "^", "' OR 1=1 --", "';--", "🎉"]
)
def test_signs_mean_themselves(ask, sign):
    task = factories.task(text=f"含有{sign}的任务")
    factories.task(text="没有的任务ab1001")
    assert ask(q=sign).found == ids(task)


SEARCHES = [("长", "a word"), ("1 2 3 4 ", "words"), ("x ", "one word")]


@pytest.mark.parametrize("part", [part for part, _name in SEARCHES], ids=[name for _part, name in SEARCHES])
def test_a_search_no_database_could_answer_is_refused(client, ask, world, part):
    # As long as an address may be, and longer than any may.
    longest = part * (7_900 // len(urlencode({"q": part})[2:]))
    assert_refused(ask(q=longest))
    assert client.get("/tasks/", {"q": part * 60_000}).status_code == 414


def test_a_search_as_long_as_a_sentence_is_answered(ask):
    sentence = "建立信息宣传工作小组并完善工作机制" * 8
    task = factories.task(text=sentence)
    assert ask(q=sentence).found == ids(task)


def test_what_was_searched_for_stands_in_the_page_as_text(client, world):
    page = client.get("/tasks/?" + urlencode({"q": '"><script>alert(1)</script>'})).content.decode()
    assert "<script>alert(1)" not in page


# --- the contract -------------------------------------------------------------------------------


def test_the_parameters_are_those_of_the_contract():
    filters = "meeting aspect status health department supporting leader source due_after due_before q"
    assert set(filters.split()) <= set(TaskFilterSet.base_filters)
    assert {"as_of", "sort", "page", "per_page", "export"} <= PAGE_PARAMETERS
