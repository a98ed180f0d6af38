"""The rows of a draft as a table: cells saved together, or none, and shown as they are then."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from meetings.models import MinutesDocument

# Drafts are read and written by Python (test_drafts, on both); accepting them is tried on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff"), pytest.mark.same_on_both]

HEADS = "序号\t工作任务\t责任单位\t完成时限"


def minutes(count: int) -> str:
    rows = [f"{at}\t修缮第{at}号小区供水管网并验收\t城建局\t2026年6月底前" for at in range(1, count + 1)]
    return "\n".join(["关于重点工作的通知", "2026年1月10日", "重点任务分解表", HEADS, *rows])


@pytest.fixture
def document(client) -> MinutesDocument:
    client.post("/import/", {"text": minutes(3)})
    return MinutesDocument.objects.get()


def save(client: Client, document: MinutesDocument, *cells):
    sent = {"action": "cells", "cells": json.dumps(cells)}
    return client.post(f"/import/{document.pk}/", sent, headers={"HX-Request": "true"})


def ids(document: MinutesDocument) -> list[int]:
    return list(document.rows.order_by("position").values_list("pk", flat=True))


def test_cells_of_several_rows_are_saved_together(client, document):
    first, second, _third = ids(document)
    changed = {"task-0-deadline": "2026年9月", "task-0-leaders": "张三"}
    answer = save(client, document, [first, 1, changed], [second, 1, {"remarks": "先办"}])
    assert answer.status_code == 200
    rows = document.rows.in_bulk()
    assert rows[first].content["tasks"][0]["deadline"]["due_date"] == "2026-09-30"
    assert rows[first].content["tasks"][0]["leaders"] == ["张三"]
    assert rows[second].content["remarks"] == "先办"
    page = answer.content.decode()
    assert page.count("<tbody") == 2
    assert f'data-row="{first}" data-version="2"' in page
    assert 'id="draft-bar"' in page


def test_where_one_row_was_changed_meanwhile_nothing_is_saved(client, document):
    first, second, _third = ids(document)
    save(client, document, [second, 1, {"remarks": "别人写的"}])
    answer = save(client, document, [first, 1, {"remarks": "甲"}], [second, 1, {"remarks": "乙"}])
    assert answer.status_code == 409
    assert [row.content["remarks"] for row in document.rows.order_by("position")] == ["", "别人写的", ""]
    assert 'role="alert"' in answer.content.decode()
    assert "别人写的" in answer.content.decode()


@pytest.mark.parametrize("cells", ["", "{}", "[1]", '[["a", 1, {}]]', '[[1, 1, {"remarks": 3}]]', "[[1,1,{}]", "7"])
def test_what_no_table_sends_is_refused(client, document, cells):
    sent = {"action": "cells", "cells": cells}
    answer = client.post(f"/import/{document.pk}/", sent, headers={"HX-Request": "true"})
    assert answer.status_code in ((200, 422) if cells in ("", "{}") else (422,))
    assert not document.rows.filter(version__gt=1).exists()


def test_a_row_of_another_draft_is_refused(client, document):
    client.post("/import/", {"text": minutes(2)})
    other = MinutesDocument.objects.latest("pk")
    assert save(client, document, [ids(other)[0], 1, {"remarks": "x"}]).status_code == 409


def test_the_table_is_shown_until_the_rows_are_asked_for(client, document):
    address = f"/import/{document.pk}/"
    assert "data-grid=" not in client.get(address).content.decode()
    assert "data-grid=" in client.get(f"{address}?view=table").content.decode()
    assert "data-grid=" in client.get(address).content.decode()
    assert "data-grid=" not in client.get(f"{address}?view=rows").content.decode()


@pytest.mark.long
def test_a_long_draft_is_a_table_at_first(client):
    client.post("/import/", {"text": minutes(450)})
    page = client.get(f"/import/{MinutesDocument.objects.get().pk}/").content
    assert page.count(b"<tbody") > 450
    assert len(page) < 1_500_000
