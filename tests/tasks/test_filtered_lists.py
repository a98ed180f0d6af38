"""What a filtered list shows, exports and counts."""

from __future__ import annotations

import csv
import datetime
import io
from urllib.parse import urlencode

import pytest
from django.test import Client
from lxml import html

from meetings.models import DepartmentRole, Role, Task
from tests import factories

from .asked_list import ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.account(Role.READER))
    return client


# --- what is chosen is shown --------------------------------------------------------------------


def test_what_was_asked_for_by_name_is_ticked(client, world):
    page = html.fromstring(client.get("/tasks/?department=技术部&leader=肖良&health=overdue").content)
    boxes = page.xpath("//form[@id='filters']//input[@type='checkbox' and @checked]")
    ticked = {(box.get("name"), box.get("value")) for box in boxes}
    assert ticked == {
        ("department", str(world.technology.pk)),
        ("leader", str(world.supervisor.pk)),
        ("health", "overdue"),
    }


def test_an_empty_result_says_so_and_offers_to_clear(ask, client, world):
    answer = ask(q="没有这样的任务")
    assert answer.errors == []
    assert answer.found == set()
    page = html.fromstring(client.get("/tasks/?q=没有这样的任务").content)
    assert page.xpath("//*[contains(@class, 'empty-state')]//a[@href='/tasks/']")


def test_the_number_found_is_said(client, world):
    page = html.fromstring(client.get("/tasks/?health=overdue&health=closed").content)
    assert "2" in page.xpath("string(//*[@class='results-count'])")


def test_pages_hold_as_many_rows_as_asked_for(ask, world):
    pages = [ask(per_page=3, page=number).order for number in (1, 2, 3)]
    assert [len(rows) for rows in pages] == [3, 3, 1]
    assert set().union(*pages) == ids(*world.tasks.values())


# --- exports ------------------------------------------------------------------------------------


def exported(client: Client, **parameters) -> list[dict[str, str]]:
    response = client.get("/tasks/?" + urlencode({"export": "csv", **parameters}, doseq=True))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"health": ["overdue", "closed"]},
        {"department": "技术部", "q": "培训"},
        {"sort": "-due"},
        {"sort": "text", "status": ["in_progress", "closed"]},
        {"q": "没有这样的任务"},
    ],
    ids=str,
)
def test_an_export_has_the_rows_of_the_list_in_its_order(client, ask, world, parameters):
    texts = dict(Task.objects.values_list("pk", "text"))
    listed = [texts[pk] for pk in ask(**parameters).order]
    assert [row["工作任务"] for row in exported(client, **parameters)] == listed


@pytest.mark.long
@pytest.mark.same_on_both
def test_an_export_ignores_the_page(client, world):
    whole = exported(client)
    assert len(whole) == len(world.tasks)
    for page in ("1", "2", "99", "abc", "-1"):
        assert exported(client, page=page, per_page=3) == whole, page


def test_an_export_is_of_the_day_shown(client, world):
    day = world.day - datetime.timedelta(days=45)
    rows = exported(client, as_of=day, status="closed")
    assert [row["工作任务"] for row in rows] == [world.closed.text]
    assert len(exported(client, as_of=day, status="terminated")) == 0


@pytest.mark.parametrize("form", ["pdf", "XLSX", "../etc", "csv "])
@pytest.mark.same_on_both
def test_an_unknown_export_is_refused(ask, world, form):
    answer = ask(export=form)
    assert answer.status == 400
    assert len(answer.errors) == 1


@pytest.mark.same_on_both
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("wrong", ["health=purple", "colour=red", "as_of=2999-01-01", "sort=colour", "per_page=0"])
def test_a_wrong_parameter_is_exported_by_no_form(ask, world, form, wrong):
    answer = ask(f"export={form}&{wrong}")
    assert answer.status == 400
    assert answer.found == set()
    assert answer.errors


# --- the contract -------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.django_db
def test_tasks_of_nobody_are_found_and_counted(client):
    """Nothing can hide: what has no department or no leader is in no row of theirs."""
    mine = factories.department("技术部")
    orphan = factories.task(text="无人负责的任务", departments=[], leaders=[])
    owned = factories.task(
        text="有人负责的任务", departments=[(mine, DepartmentRole.RESPONSIBLE)], leaders=[factories.person("肖良")]
    )
    client.force_login(factories.account("secretariat"))
    for parameter, name in (("department", mine.name), ("leader", "肖良")):
        alone = client.get("/tasks/", {parameter: "none"}).context["listing"].tasks
        assert [task.pk for task in alone] == [orphan.pk]
        both = client.get("/tasks/", {parameter: ["none", name]}).context["listing"].tasks
        assert {task.pk for task in both} == {orphan.pk, owned.pk}
    tables = client.get("/").context["tables"].rows
    for rows in (tables["department"], tables["leader"]):
        assert [(row.key, row.total) for row in rows if row.key == "none"] == [("none", 1)]
