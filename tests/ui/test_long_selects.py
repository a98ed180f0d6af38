"""A select of many rows holds the first; the others are searched for on the server or, without scripts, named."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from lxml import html

from meetings.models import Department, Meeting, Person, Role
from meetings.ui.widgets import (
    MAX_OPTIONS,
    MeetingField,
    OfferedChoices,
    OfferedField,
    SearchChoiceField,
    SearchMultipleChoiceField,
)
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


class ExampleForm(forms.Form):
    leader = SearchChoiceField(queryset=Person.objects.selectable_as_leaders())
    departments = SearchMultipleChoiceField(queryset=Department.objects.selectable(), required=False)
    meeting = MeetingField(queryset=Meeting.objects.order_by("pk"), required=False)


@pytest.fixture
def many() -> list[Person]:
    """More people, departments and meetings than a page offers."""
    numbers = range(MAX_OPTIONS + 20)
    Department.objects.bulk_create(Department(name=f"第{number:03}处") for number in numbers)
    for number in numbers:
        factories.meeting(title=f"第{number:03}次会议", document_number=f"委〔2024〕{number}号")
    return Person.objects.bulk_create(Person(name=f"人{number:03}") for number in numbers)


def selects(form: forms.Form) -> dict:
    with translation.override("en"):
        page = html.fromstring(f"<div>{form}</div>")
    return {select.get("name"): select for select in page.xpath("//select")}


def test_a_page_holds_the_first_of_many_and_what_is_chosen(many):
    last, department = many[-1], Department.objects.last()
    drawn = selects(ExampleForm({"leader": str(last.pk), "departments": [str(department.pk)]}))
    for name, kind in (("leader", "person"), ("departments", "department"), ("meeting", "meeting")):
        assert MAX_OPTIONS <= len(drawn[name].xpath(".//option")) <= MAX_OPTIONS + 2
        assert drawn[name].get("data-more") == f"/choices/{kind}/"
    assert drawn["leader"].xpath(".//option[@selected]/text()") == [last.name]
    assert drawn["departments"].xpath(".//option[@selected]/text()") == [department.name]


def test_a_page_of_few_is_as_it_was(db):
    factories.meeting()
    drawn = selects(ExampleForm())
    assert [select.get("data-more") for select in drawn.values()] == [None, None, None]
    assert drawn["leader"].get("data-search") is not None
    assert drawn["meeting"].get("data-search") is None


def test_whom_the_page_does_not_offer_is_chosen_and_searched_for(many):
    last = many[-1]
    form = ExampleForm({"leader": str(last.pk)})
    assert form.is_valid()
    assert form.cleaned_data["leader"] == last
    shared = OfferedField(choices=OfferedChoices(Person.objects.order_by("pk")))
    assert shared.clean(str(last.pk)) == str(last.pk)
    for wrong in ("999999", "x"):
        with pytest.raises(forms.ValidationError):
            shared.clean(wrong)
    client = Client()
    client.force_login(factories.account(Role.READER))
    found = client.get(f"/choices/person/?find=r{last.name[1:]}").json()
    assert found == {"options": [{"value": str(last.pk), "text": last.name}]}
    meeting = Meeting.objects.last()
    found = client.get("/choices/meeting/", {"find": f"2024 {meeting.document_number[-3:]}"}).json()["options"]
    assert [option["text"] for option in found] == [meeting.title]
    assert client.get("/choices/department/").json() == {"options": []}
    assert client.get("/choices/account/?find=a").status_code == 404


def test_without_scripts_they_are_named_and_of_namesakes_with_the_unit(many):
    here, _there = factories.person("王军", "技术部"), factories.person("王军", "检验部")
    department, meeting = Department.objects.last(), Meeting.objects.last()

    def send(**sent: str) -> ExampleForm:
        data = QueryDict(mutable=True)
        data.update({"leader": str(many[0].pk), **sent})
        return ExampleForm(data)

    form = send(**{"leader-called": str(here), "departments-called": department.name, "meeting-called": meeting.title})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"leader": here, "departments": form.cleaned_data["departments"], "meeting": meeting}
    assert list(form.cleaned_data["departments"]) == [department]
    for wrong in ("王军", "没有这个人"):
        assert list(send(**{"leader-called": wrong}).errors) == ["leader"]
