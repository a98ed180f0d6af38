"""What a filter of the list offers comes when it is opened: in slices, searched on the server."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from lxml import html

from meetings.models import DepartmentRole, Role
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import rename
from meetings.tasks.filter_choices import SLICE_LENGTH
from tests import factories

from .asked_list import ids

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.account(Role.READER, language="en"))
    return client


@pytest.fixture
def offered(client):
    """Return the labels that a filter offers, those that are ticked with a +."""

    def offered(name: str, fragment: bool = True, **parameters) -> list[str]:
        address = f"/tasks/options/{name}/?{urlencode(parameters, doseq=True)}"
        page = html.fromstring(client.get(address, headers=FRAGMENT if fragment else {}).content.decode())
        boxes = page.xpath("//label[input[@type='checkbox']]")
        return [("+" if box.xpath("input/@checked") else "") + box.text_content().strip() for box in boxes]

    return offered


def departments(number: int) -> list:
    return [factories.department(f"第{place:03}处") for place in range(number)]


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_list_holds_no_more_for_a_hundred_departments_meetings_and_people_than_for_one(client, world):
    def size() -> int:
        return len(client.get("/tasks/?per_page=1&sort=text").content)

    before = size()
    for place in range(30):
        person = factories.person(f"人{place:03}")
        suggestion = factories.suggestion(
            factories.meeting(title=f"第{place:03}次会议"), aspect=f"要点{place:03}", sources=[(person, "")]
        )
        department = factories.department(f"第{place:03}处")
        factories.task(suggestion, departments=[(department, DepartmentRole.LEAD)], leaders=[person])
    assert size() < before * 1.1


def test_a_short_list_stands_as_it_was_entered_with_nothing_to_search(client, offered, world):
    assert offered("department", department=world.office.pk) == ["技术部", "+办公室", "国际部", "Nobody"]
    assert b'name="find"' not in client.get("/tasks/options/department/", headers=FRAGMENT).content
    assert offered("supporting") == ["技术部", "办公室", "国际部"]
    assert offered("leader") == ["肖良", "张朝华", "Nobody"]
    assert offered("source", source="易春") == ["刘仲书", "+易春", "黄继先"]


def test_a_long_list_begins_with_the_chosen_and_the_frequent_and_goes_on_in_slices(offered):
    rows = departments(SLICE_LENGTH + 20)
    factories.task(departments=[(rows[60], DepartmentRole.LEAD)])
    first = offered("department", department=[rows[65].pk, rows[3].pk])
    assert first[:4] == ["+第065处", "第060处", "Nobody", "第000处"]
    assert "+第003处" in first
    assert len(first) == SLICE_LENGTH + 3
    second = offered("department", page=2, department=[rows[65].pk, rows[3].pk])
    # What is in sight already does not come a second time.
    assert second == [f"第{place:03}处" for place in range(SLICE_LENGTH, SLICE_LENGTH + 20) if place not in (60, 65)]


@pytest.mark.parametrize("words", ["认可一", "renkeyi", "RKYC", "认可 yichu", "旧一处", "JYC"])
def test_it_is_searched_by_name_pinyin_initials_and_former_name(offered, world, words):
    one = factories.department("旧一处")
    rename(subject=one, name="认可一处", actor=world.secretariat)
    assert offered("department", find=words) == ["认可一处"]
    assert offered("department", find=words, department="技术部") == ["+技术部", "认可一处"]


def test_a_meeting_is_offered_from_its_issue_day_the_newest_first_and_found_by_its_number(offered, world):
    late = factories.meeting(
        title="另一次会议", document_number="另〔2024〕7号", issued_on=world.day - datetime.timedelta(days=1)
    )
    assert offered("meeting")[0] == late.title
    assert late.title not in offered("meeting", as_of=world.day - datetime.timedelta(days=2))
    assert offered("meeting", find="2024 7号") == offered("meeting", find="lingyici") == [late.title]


def test_without_scripts_a_page_keeps_the_list_and_leads_back_to_it(client, world):
    asked = f"q=培训&health=overdue&department={world.office.pk}&sort=due&as_of={world.day}"
    page = html.fromstring(client.get(f"/tasks/?{asked}").content)
    (link,) = page.xpath("//a[starts-with(@href, '/tasks/options/department/')]/@href")
    form = html.fromstring(client.get(link).content.decode()).xpath("//main//form")[0]
    assert (form.method, form.action) == ("GET", "/tasks/options/department/")
    box = form.xpath(f".//input[@value='{world.technology.pk}']")[0]
    box.checked = True
    sent = urlencode([*form.form_values(), ("done", "1")])
    answer = client.get(f"{form.action}?{sent}")
    query = QueryDict(answer.url.partition("?")[2])
    assert answer.url.startswith("/tasks/?")
    assert set(query.getlist("department")) == {str(world.technology.pk), str(world.office.pk)}
    kept = ("q", "health", "sort", "as_of")
    assert {name: query[name] for name in query} == {
        **{name: QueryDict(asked)[name] for name in kept},
        "department": query["department"],
    }
    assert client.get(answer.url).context["listing"].errors == []


@pytest.mark.long
def test_rare_filters_come_when_they_are_asked_for_and_what_is_chosen_of_them_stays(client, world):
    day = world.day - datetime.timedelta(days=1)
    asked = f"q=培训&status=closed&supporting=办公室&due_after=2024-01-01&as_of={day}&known_on={day}&page=1"
    page = html.fromstring(client.get(f"/tasks/?{asked}").content)
    (filters,) = page.xpath("//form[@id='filters']")
    assert not filters.xpath(".//details[contains(@class, 'pick-part')]")
    chosen = {
        ("status", "closed"),
        ("supporting", str(world.office.pk)),
        ("due_after", "2024-01-01"),
        ("as_of", str(day)),
        ("known_on", str(day)),
    }
    assert chosen <= set(filters.form_values())
    (link,) = filters.xpath(".//a[starts-with(@href, '/tasks/options/?')]/@href")

    whole = html.fromstring(client.get(link).content.decode()).xpath("//main//form")[0]
    assert (whole.method, whole.action) == ("GET", "/tasks/")
    assert {(name, value) for name, value in whole.form_values() if value} == {*chosen, ("q", "培训")}
    listing = client.get(f"/tasks/?{urlencode(whole.form_values())}").context["listing"]
    assert listing.errors == []
    assert listing.day == day

    part = html.fromstring(client.get(f"/tasks/options/?{asked}", headers=FRAGMENT).content.decode())
    assert not part.xpath("//form")
    assert set(html.fromstring(f"<form>{html.tostring(part).decode()}</form>").form_values()) >= chosen
    assert "2999" in client.get("/tasks/options/?as_of=2999-01-01", headers=FRAGMENT).content.decode()


def test_ticks_go_along_to_the_next_slice_and_through_a_search(client, offered):
    rows = departments(SLICE_LENGTH + 5)
    for parameters in ({"page": 2}, {"find": "第052"}):
        assert "+第001处" in offered("department", fragment=False, department=rows[1].pk, **parameters)


@pytest.mark.parametrize("sent", ["page=0", "page=abc", "as_of=2999-01-01", "find=" + "a+b" * 200])
@pytest.mark.same_on_both
def test_what_has_no_meaning_is_said(client, world, sent):
    page = html.fromstring(client.get(f"/tasks/options/department/?{sent}").content)
    assert len(page.xpath("//main//*[contains(@class, 'alert-danger')]/p")) == 1
    assert client.get("/tasks/options/colour/").status_code == client.get("/tasks/options/status/").status_code == 404


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_old_names_and_what_was_merged_find_the_living_and_present_names_come_first(ask, world):
    old, living, other = (factories.department(name) for name in ("旧处", "新处", "别处"))
    task = factories.task(departments=[(old, DepartmentRole.LEAD)])
    second = factories.task(departments=[(other, DepartmentRole.LEAD)])
    rename(subject=old, name="旧一处", actor=world.secretariat)
    merge(subject=old, into=living, actor=world.secretariat)
    for called in ("旧处", "旧一处", old.pk, "新处", living.pk):
        assert ask(department=called).found == ids(task), called
    # Whoever bears a name now comes before whoever bore it once.
    rename(subject=other, name="旧处", actor=world.secretariat)
    assert ask(department="旧处").found == ids(second)
    assert ask(department=["旧处", "旧一处", "别处"]).found == ids(task, second)
