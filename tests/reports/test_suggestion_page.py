"""The page of a suggestion, and how it is found."""

from __future__ import annotations

import datetime

import pytest
from lxml import html

from meetings.models import Meeting, Outcome, Person, Role, Suggestion, SuggestionOutcome
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(factories.account(Role.READER, language="en"))
    return client


def addresses(response) -> list[str]:
    return html.fromstring(response.content).xpath("//section[@aria-labelledby='found-suggestions']//a/@href")


@pytest.mark.same_on_both
def test_it_says_who_raised_it_and_what_became_of_each_task(world, reader):
    suggestion = world.overdue.suggestion
    factories.progress(world.overdue, "方案已报批。", on=world.day, by=world.liaison, department=world.technology)
    SuggestionOutcome.objects.create(
        suggestion=suggestion, outcome=Outcome.RESOLVED, reply="已采纳，正在落实。", entry=world.overdue.log.last()
    )
    page = compact_html(reader.get(suggestion.get_absolute_url()))
    assert suggestion.text in page
    for source in suggestion.suggestion_sources.all():
        assert str(source) in page
    for task in suggestion.tasks.all():
        assert task.text in page
    assert "方案已报批。" in page
    assert "已采纳，正在落实。" in page
    assert world.meeting.document_number in page


@pytest.mark.same_on_both
def test_a_past_day_knows_no_later_report_and_no_suggestion_before_its_meeting(world, reader):
    factories.progress(world.overdue, "方案已报批。", on=world.day, by=world.liaison, department=world.technology)
    address = world.overdue.suggestion.get_absolute_url()
    yesterday = world.day - datetime.timedelta(days=1)
    assert "方案已报批。" not in compact_html(reader.get(f"{address}?as_of={yesterday}"))
    before = world.meeting.issued_on - datetime.timedelta(days=1)
    assert reader.get(f"{address}?as_of={before}").status_code == 404


def test_where_else_it_was_raised_leads_there_and_back(world, reader):
    suggestion = world.overdue.suggestion
    again = factories.suggestion(factories.meeting(issued_on=world.day))
    again.raised_before = suggestion
    again.save()
    for here, there in ((suggestion, again), (again, suggestion)):
        links = html.fromstring(reader.get(here.get_absolute_url()).content).xpath("//main//a/@href")
        assert there.get_absolute_url() in links


@pytest.mark.long
@pytest.mark.parametrize("words", ["lzs", "刘仲书", "刘仲书 81号"])
def test_all_that_somebody_suggested_is_found_by_name(meeting_81, reader, words):
    found = addresses(reader.get(f"/search/?q={words}"))
    made = Suggestion.objects.filter(sources=Person.objects.get(name="刘仲书"))
    assert sorted(found) == sorted(suggestion.get_absolute_url() for suggestion in made)
    assert len(found) == 4


@pytest.mark.long
@pytest.mark.parametrize("words", ["81号 7", "〔2023〕81号 第7条", "建议7"])
def test_one_is_found_by_document_and_number(meeting_81, reader, words):
    seventh = Suggestion.objects.get(number=7)
    assert seventh.get_absolute_url() in addresses(reader.get(f"/search/?q={words}"))


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_is_found_says_its_health(meeting_81, reader):
    page = compact_html(reader.get("/search/?q=刘仲书"))
    section = page.split('id="found-suggestions"')[1].split("</section>")[0]
    assert section.count("health-badge") >= 4
    assert Meeting.objects.get().title in section
