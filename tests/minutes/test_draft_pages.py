"""A long draft in pages: each with its own rows, and ways that lead to the right one."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from meetings.minutes.draft_addresses import ROWS_OF_FORMS
from meetings.models import Meeting, MinutesDocument
from tests import factories
from tests.helpers import compact_html
from tests.minutes.uploads import act

# Drafts are read and written by Python (test_drafts, on both); accepting them is tried on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff"), pytest.mark.same_on_both]

HEADS = "序号\t工作任务\t责任单位\t分管领导\t完成时限"
ROWS = 120
UNSURE = {60: "春节前", 110: "待定"}


@pytest.fixture
def document(client) -> MinutesDocument:
    rows = [
        f"{at}\t修缮第{at}号小区供水管网并验收\t城建局\t王强\t{UNSURE.get(at, '2026年6月底前')}"
        for at in range(1, ROWS + 1)
    ]
    text = "\n".join(["关于重点工作的通知", "2026年1月10日", "重点任务分解表", HEADS, *rows])
    assert client.post("/import/", {"text": text}).status_code == 302
    document = MinutesDocument.objects.get()
    client.get(f"/import/{document.pk}/?view=rows")
    # What the whole leaves open is answered: what is left is asked in rows.
    document.problems = []
    document.save()
    return document


def row_id(document: MinutesDocument, position: int) -> int:
    return document.rows.get(position=position).pk


def positions(client: Client, address: str) -> list[int]:
    return [row.position for row in client.get(address).context["page"].rows]


@pytest.mark.long
def test_a_page_has_its_own_rows(client, document):
    address = f"/import/{document.pk}/"
    assert positions(client, address) == [*range(1, 51)]
    assert positions(client, f"{address}?page=3") == [*range(101, 121)]
    assert positions(client, f"{address}?page=99") == [*range(101, 121)]
    assert positions(client, f"{address}?row={row_id(document, 51)}") == [*range(51, 101)]
    assert positions(client, f"{address}?row=999999&page=2") == [*range(51, 101)]
    page = compact_html(client.get(f"{address}?page=2"))
    assert f"{ROWS} rows" in page
    assert 'href="/import/' + f"{document.pk}/?page=3#rows" in page


@pytest.mark.long
def test_what_is_done_to_a_row_leads_back_to_its_page(client, document):
    before = row_id(document, 70)
    assert (
        act(client, document, "row", 70, do="save", remarks="先办").url == f"/import/{document.pk}/?page=2#row-{before}"
    )
    added = act(client, document, "row", 100, do="add_row:100")
    assert document.rows.get(position=101).content["tasks"][0]["text"] == ""
    assert added.url == f"/import/{document.pk}/?row={row_id(document, 101)}#row-{row_id(document, 101)}-suggestion"
    assert positions(client, added.url)[0] == 101
    added = act(client, document, "add_row")
    assert f"?row={row_id(document, ROWS + 2)}#" in added.url
    assert document.rows.get(position=70).content["remarks"] == "先办"


@pytest.mark.long
def test_the_last_row_of_a_page_is_joined_with_the_first_of_the_next(client, document):
    page = client.get(f"/import/{document.pk}/")
    assert compact_html(page).count('value="join"') == ROWS_OF_FORMS
    act(client, document, "row", 50, do="join")
    joined = document.rows.get(position=50).content
    assert [task["text"] for task in joined["tasks"]] == [
        "修缮第50号小区供水管网并验收",
        "修缮第51号小区供水管网并验收",
    ]
    assert document.rows.count() == ROWS - 1


@pytest.mark.long
def test_the_next_question_is_found_on_whichever_page_it_is(client, document):
    first, second = row_id(document, 60), row_id(document, 110)
    address = f"/import/{document.pk}/"
    assert client.get(address).context["page"].first_issue == f"{address}?row={first}#problem-{first}-0"
    page = client.get(f"{address}?page=2").context["page"]
    assert (page.first_issue, page.issue_elsewhere) == (
        f"#problem-{first}-0",
        f"{address}?row={second}#problem-{second}-0",
    )
    page = client.get(f"{address}?page=3").context["page"]
    assert (page.first_issue, page.issue_elsewhere) == (
        f"#problem-{second}-0",
        f"{address}?row={first}#problem-{first}-0",
    )
    answered = act(client, document, "confirm", 60, place="0")
    assert answered.url == f"{address}?row={second}#problem-{second}-0"
    act(client, document, "confirm", 110, place="0")
    page = client.get(address).context["page"]
    assert (page.open_count, page.first_issue, page.issue_elsewhere) == (0, "", "")


@pytest.mark.long
def test_a_question_of_many_rows_names_those_of_the_page_and_counts_the_others(client, document):
    for row in document.rows.filter(position__in=[1, 2, 52, 102, 103]):
        row.problems = document.rows.get(position=110).problems
        row.save()
    page = client.get(f"/import/{document.pk}/?page=2")
    (group,) = page.context["page"].groups
    assert [row["position"] for row in group.rows] == [52]
    assert group.other_pages == [(1, 2), (3, 3)]
    assert "3 rows on page 3" in compact_html(page)
    sent = {"key": group.key, "seen": group.seen, "choice": "value", "value": "2026年9月"}
    answer = client.post(f"/import/{document.pk}/?page=2", {"action": "group", **sent})
    assert answer.url == f"/import/{document.pk}/?page=2#problem-{row_id(document, 60)}-0"
    days = [document.rows.get(position=at).content["tasks"][0]["deadline"]["due_date"] for at in (1, 52, 103, 110)]
    assert days == ["2026-09-30"] * 4


@pytest.mark.long
def test_a_refused_row_comes_back_on_its_page_with_what_was_typed(client, document):
    row = document.rows.get(position=70)
    sent = {"action": "row", "do": "save", "row": row.pk, "version": row.version, "number": "x", "remarks": "先办"}
    refused = client.post(f"/import/{document.pk}/", sent)
    assert refused.status_code == 422
    page = refused.context["page"]
    assert page.shown.number == 2
    assert page.row(row.pk).fields["remarks"] == "先办"
    assert f'action="/import/{document.pk}/?page=2"' in compact_html(refused)


@pytest.mark.long
def test_a_saved_field_says_where_the_next_question_is(client, document):
    row = document.rows.get(position=60)
    sent = {"action": "save", "row": row.pk, "version": row.version, "task-0-deadline": "2026年8月"}
    answer = client.post(f"/import/{document.pk}/?page=2", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    last = row_id(document, 110)
    assert re.search(f'data-next-issue="[^"]*row={last}#', compact_html(answer))


@pytest.mark.long
def test_accepting_takes_the_rows_of_all_pages(client, document):
    assert act(client, document, "accept").status_code == 302
    assert Meeting.objects.get().suggestions.count() == ROWS


@pytest.mark.long
def test_a_page_of_forms_weighs_the_same_however_long_the_draft_is(client, document):
    many = len(client.get(f"/import/{document.pk}/?page=1").content)
    document.rows.filter(position__gt=ROWS_OF_FORMS).delete()
    few = len(client.get(f"/import/{document.pk}/").content)
    assert many < 1.1 * few


@pytest.mark.long
def test_without_scripts_the_table_says_where_a_row_is_changed(client, document):
    page = compact_html(client.get(f"/import/{document.pk}/?view=table"))
    assert "“Row by row” opens those of all rows." in page
    assert 'href="' + f"/import/{document.pk}/?view=rows#rows" in page
    assert "Save each row by its own button" not in page
    row = row_id(document, 70)
    assert f'href="?view=rows&amp;row={row}#row-{row}"' in page


def test_many_drafts_come_in_pages(client, staff):
    for _number in range(30):
        factories.minutes_document(staff)
    assert [len(client.get(f"/import/?page={number}").context["drafts"]) for number in (1, 2)] == [25, 5]
    assert 'href="/import/?page=2#drafts"' in client.get("/import/").content.decode()


@pytest.mark.long
def test_another_department_is_one_of_the_first_or_of_those_searched_for_or_named(client, document):
    factories.department("城市建设局")
    row = document.rows.get(position=1)
    sent = {"action": "save", "row": row.pk, "version": row.version, "task-0-departments": "城市建设"}
    client.post(f"/import/{document.pk}/", sent)
    address = f"/import/{document.pk}/"
    key = "department:城市建设"
    assert 'data-more="/choices/department/"' not in compact_html(client.get(address))
    for number in range(60):
        factories.department(f"第{number:02}处")
    page = compact_html(client.get(address))
    assert 'data-more="/choices/department/"' in page
    assert page.count("第05处") < 3
    answer = client.post(address, {"action": "choose", "key": key, "choice": "other", "other-called": "第59处"})
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.choices[key] == str(factories.department("第59处").pk)
    wrong = client.post(address, {"action": "choose", "key": key, "choice": "other", "other-called": "没有这个处"})
    assert wrong.status_code == 422
