"""The filters of a list as one line to read: on paper, where no boxes are ticked, and as the title of a saved view."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from meetings.models import Role
from tests import factories
from tests.helpers import compact_html

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def words_of(query: str, language: str = "en") -> str:
    client = Client()
    client.force_login(factories.account(Role.READER, language=language))
    response = client.get(f"/tasks/?{query}")
    with translation.override(language):
        said = response.context["listing"].description
    assert f'list-description">{said}<' in compact_html(response), "it is on the page, for paper"
    return said


def today(world) -> str:
    with translation.override("en"):
        return f"as of {date_format(world.day, 'DATE_FORMAT')}"


def test_each_filter_is_said_with_its_values_and_the_day(world):
    said = words_of("status=in_progress&status=not_started&department=技术部&sort=due&page=1")
    assert said == f"Status: In progress, Not started; Responsible department: 技术部; {today(world)}"


def test_ids_names_days_words_and_nobody_are_all_said_in_words(world):
    said = words_of(
        f"q=培训&meeting={world.meeting.pk}&leader=none&leader=肖良&due_after=2020-01-01&due_before=2099-12-31"
        "&extended=2&instruction=open&outcome=missing&as_of=" + world.day.isoformat()
    )
    assert said == "; ".join(
        [
            "Search: 培训",
            f"Meeting: {world.meeting.title}",
            "Supervising leader: Nobody, 肖良",
            "Instruction: Not answered yet",
            "Extended: Twice or more",
            "Outcome: Not recorded yet",
            "Due from: 1 Jan 2020",
            "Due until: 31 Dec 2099",
            today(world),
        ]
    )


def test_a_list_that_nothing_narrows_is_of_all_tasks(world):
    assert words_of("sort=-due&per_page=25") == f"All tasks; {today(world)}"


def test_what_has_no_meaning_is_not_said_as_if_it_narrowed_the_list(world):
    assert words_of("health=purple&status=closed") == f"Status: Closed; {today(world)}"


@pytest.mark.long
def test_each_value_is_a_chip_that_leads_to_the_list_without_it_from_its_first_page(world):
    client = Client()
    client.force_login(factories.account(Role.READER, language="en"))
    chosen = "q=任务&status=in_progress&status=not_started&department=技术部&due_after=2020-01-01&per_page=1&page=2"
    response = client.get(f"/tasks/?{chosen}")
    with translation.override("en"):
        chips = {chip.label: QueryDict(chip.rest).dict() for chip in response.context["listing"].chips}
    assert list(chips) == [
        "Status: In progress",
        "Status: Not started",
        "Responsible department: 技术部",
        "Due from: 1 Jan 2020",
    ]
    everything = {"q": "任务", "department": "技术部", "due_after": "2020-01-01", "per_page": "1"}
    assert chips["Status: In progress"] == {**everything, "status": "not_started"}
    assert chips["Status: Not started"] == {**everything, "status": "in_progress"}
    assert "department" not in chips["Responsible department: 技术部"]
    assert "due_after" not in chips["Due from: 1 Jan 2020"]
    for chip in response.context["listing"].chips:
        assert client.get(f"/tasks/?{chip.rest}").context["listing"].errors == []


def test_a_wrong_value_makes_no_chip(world):
    client = Client()
    client.force_login(factories.account(Role.READER))
    assert client.get("/tasks/?status=nonsense").context["listing"].chips == []
