"""A workbook of many rows is reviewed in pages, and accepted whole."""

from __future__ import annotations

import re

import pytest

from meetings.models import TaskLog
from tests import factories

from .workbook_files import PROGRESS, STATUS, accept, edited, fetched, fill, handed_in, only_upload, signed_in

# What a workbook would change is found by Python; test_views accepts some on both.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]
ROWS = 60


@pytest.fixture
def tasks(world):
    of = factories.suggestion(world.meeting)
    return [factories.task(of, text=f"第{number}件事", deadline="2030.12") for number in range(1, ROWS + 1)]


def hand_in(world, tasks) -> str:
    """Hand in a workbook that reports on all ``tasks``, on the last with a status that there is not."""

    def edit(workbook):
        sheet = workbook.worksheets[0]
        for task in tasks:
            fill(sheet, task, **{PROGRESS: f"已办：{task.text}。"})
        fill(sheet, tasks[-1], **{PROGRESS: "已办。", STATUS: "差不多了"})

    handed_in(world.liaison, edited(fetched(world.liaison), edit))
    return f"/fill-in/{only_upload().pk}/"


@pytest.mark.long
def test_the_rows_come_in_pages_and_all_are_accepted(world, tasks):
    address = hand_in(world, tasks)
    client = signed_in(world.liaison)
    first, second = (client.get(f"{address}?page={number}") for number in (1, 2))
    places = [re.findall(r'<tr id="row-(\d+)"', page.content.decode()) for page in (first, second)]
    assert [len(each) for each in places] == [50, 10]
    # What is wrong comes first, and is led to from anywhere.
    assert [row.task for row in first.context["invalid_rows"]] == [tasks[-1]]
    assert f'href="{address}?row={places[0][0]}#wrong"' in second.content.decode()
    assert second.context["change_count"] == ROWS - 1
    assert client.get(f"{address}?row={places[1][3]}").context["page"].number == 2
    accept(world.liaison, first, leave_out="yes")
    assert TaskLog.objects.filter(note__startswith="已办：").count() == ROWS - 1
    # What was entered comes in pages, too.
    accepted = client.get(f"{address}?page=2")
    assert len(accepted.context["page"]) == ROWS - 1 - 50


@pytest.mark.long
def test_a_correction_leads_back_to_its_row(world, tasks):
    address = hand_in(world, tasks)
    client = signed_in(world.liaison)
    place = client.get(address).context["invalid_rows"][0].place
    sent = {"action": "correct", "place": place, "progress": "已办。", "new_status": "", "day": "", "reason": ""}
    answer = client.post(address, sent)
    assert answer["Location"] == f"{address}?row={place}#row-{place}"
    # A right one stands behind the other changes, on another page.
    page = client.get(answer["Location"])
    assert page.context["page"].number == 2
    assert f'id="row-{place}"' in page.content.decode()
