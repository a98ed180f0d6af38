"""A question that several rows have is asked once and answered once, and each row can still answer it by itself."""

from __future__ import annotations

import pytest
from django.test import Client

from meetings.models import ImportIssue, MinutesDocument
from tests.helpers import compact_html
from tests.minutes.uploads import act, said

# Drafts are read and written by Python (test_drafts, on both); accepting them is tried on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff"), pytest.mark.same_on_both]

HEADS = "序号\t工作任务\t责任单位\t完成时限"
UNDATED = [
    "1\t修缮老旧小区供水管网二十公里\t城建局\t春节前",
    "2\t新增普惠性托育床位一千张以上\t卫健局\t待定",
    "3\t改造提升农贸市场十五个并验收\t商务局\t待定",
    "4\t整治背街小巷一百条并建立台账\t\t2026年6月",
    "5\t新建口袋公园三十处并对外开放\t\t2026年6月",
]


@pytest.fixture
def document(client) -> MinutesDocument:
    text = "\n".join(["关于重点工作的通知", "2026年1月10日", "重点任务分解表", HEADS, *UNDATED])
    assert client.post("/import/", {"text": text}).status_code == 302
    return MinutesDocument.objects.get()


def groups(client: Client, document: MinutesDocument) -> dict:
    return {group.key: group for group in client.get(f"/import/{document.pk}/").context["page"].groups}


def answer(client: Client, document: MinutesDocument, key: str, choice: str, **sent: str):
    return act(client, document, "group", key=key, seen=groups(client, document)[key].seen, choice=choice, **sent)


def deadlines(document: MinutesDocument) -> list[str | None]:
    return [row.content["tasks"][0]["deadline"]["due_date"] for row in document.rows.order_by("position")]


def test_rows_with_one_question_are_one_card(client, document):
    found = groups(client, document)
    assert [row["position"] for row in found["deadline:no_day_named"].rows] == [2, 3]
    assert [row["position"] for row in found["departments:no_department"].rows] == [4, 5]
    page = client.get(f"/import/{document.pk}/").context["page"]
    # One of its own (春节前), those of the whole, and each group once.
    assert page.open_count == 1 + len(page.problems) + len(page.groups)
    assert page.draft.open_count > page.open_count
    assert not page.rows[1].is_open


def test_columns_that_are_missing_are_one_question(client, document):
    key = "whole :missing_column"
    assert groups(client, document)[key].messages == [
        "The table has no columns of these: Suggestion, Supervising leaders, Suggestion sources."
    ]
    answer(client, document, key, "confirm")
    assert key not in groups(client, document)


def test_one_value_is_set_for_all_the_rows(client, document):
    assert answer(client, document, "deadline:no_day_named", "value", value="2026年9月").status_code == 302
    assert deadlines(document) == [None, "2026-09-30", "2026-09-30", "2026-06-30", "2026-06-30"]
    # What is printed stays beside it.
    assert document.rows.get(position=2).content["tasks"][0]["deadline"]["text"] == "待定"
    answer(client, document, "departments:no_department", "value", value="城管局")
    names = [row.content["tasks"][0]["departments"] for row in document.rows.order_by("position")]
    assert [departments[0]["name"] for departments in names] == ["城建局", "卫健局", "商务局", "城管局", "城管局"]
    assert all(":missing" in key for key in groups(client, document))


def test_without_a_value_nothing_is_set(client, document):
    response = answer(client, document, "deadline:no_day_named", "value", value=" ")
    assert "Write the answer that holds for all of these rows." in said(response)


def test_all_are_right_as_they_stand(client, document):
    answer(client, document, "departments:no_department", "confirm")
    assert "departments:no_department" not in groups(client, document)
    assert all(not row.content["tasks"][0]["departments"] for row in document.rows.filter(position__gt=3))


@pytest.mark.long
def test_a_row_answers_by_itself_and_the_others_stay_asked(client, document):
    act(client, document, "confirm", 4, place=0)
    assert "departments:no_department" not in groups(client, document)
    page = client.get(f"/import/{document.pk}/").context["page"]
    assert page.rows[4].open_count == 1


@pytest.mark.long
def test_an_answer_to_rows_that_somebody_changed_meanwhile_changes_nothing(client, document):
    seen = groups(client, document)["departments:no_department"].seen
    act(client, document, "save", 4, remarks="x")
    sent = {"key": "departments:no_department", "seen": seen, "choice": "value", "value": "城管局"}
    assert act(client, document, "group", **sent).status_code == 409
    assert not document.rows.get(position=4).content["tasks"][0]["departments"]
    assert act(client, document, "group", **{**sent, "key": "deadline:nothing"}).status_code == 409


@pytest.mark.long
def test_each_open_question_is_a_mark_of_its_own_in_the_register(client, document):
    act(client, document, "facts", version=document.version, title="民生实事会", issued_on="2026-01-10")
    act(client, document, "accept")
    assert ImportIssue.objects.filter(code="no_department").count() == 2
    assert ImportIssue.objects.filter(code="no_day_named").count() == 2


@pytest.mark.long
def test_the_page_says_how_many_marks_accepting_leaves(client, document):
    act(client, document, "facts", version=document.version, title="民生实事会", issued_on="2026-01-10")
    response = client.get(f"/import/{document.pk}/")
    open_count = response.context["page"].open_count
    act(client, document, "accept")
    # What concerns the whole file leaves none; each row has one task.
    marks = ImportIssue.objects.count()
    said = f"{open_count} questions are still open. {marks} marks to confirm stay on the tasks."
    assert said in compact_html(response)


def test_a_missing_issue_day_is_entered_and_not_confirmed(client):
    text = "\n".join(["关于重点工作的通知", "重点任务分解表", HEADS, *UNDATED])
    client.post("/import/", {"text": text})
    document = MinutesDocument.objects.get()
    question = 'href="#fact-issued_on"'
    assert question in compact_html(client.get(f"/import/{document.pk}/"))
    act(client, document, "facts", version=document.version, issued_on="2026-01-10")
    assert question not in compact_html(client.get(f"/import/{document.pk}/"))


def test_the_days_offered_are_taken_in_all_rows(client):
    rows = [f"{at}\t{text}\t城建局\t{at}0日前" for at, text in ((1, "修缮供水管网二十公里"), (2, "改造农贸市场十五个"))]
    text = "\n".join(["关于重点工作的通知", "2026年1月5日", "重点任务分解表", HEADS, *rows])
    assert client.post("/import/", {"text": text}).status_code == 302
    document = MinutesDocument.objects.get()
    act(client, document, "facts", version=document.version, issued_on="2026-01-05")
    assert groups(client, document)["deadline:no_month"].is_offered
    answer(client, document, "deadline:no_month", "offered")
    assert deadlines(document) == ["2026-01-10", "2026-01-20"]
