"""The tables of a file in its draft: which is read, what its columns are, and what is kept when that changes."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from openpyxl import Workbook

from meetings.minutes.layouts import load_tables
from meetings.models import MinutesDocument
from tests.helpers import compact_html
from tests.minutes.uploads import act, hand_in, said

# Drafts are read and written by Python (test_drafts, on both); accepting them is tried on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff"), pytest.mark.same_on_both]

TASKS = [
    ["序号", "惠民事项", "经办", "办结日期"],
    ["1", "修缮老旧小区供水管网二十公里", "城建局", "2026年6月底前"],
    ["2", "新增普惠性托育床位一千张以上", "卫健局", "2026年9月底前"],
    ["3", "改造提升农贸市场十五个并验收", "商务局", "2026年12月底前"],
]
PROJECTS = [
    ["项目名称", "地点", "投资", "面积"],
    ["东湖片区雨污分流改造工程一期", "东湖", "1200", "30"],
    ["城北公共停车综合体建设工程", "城北", "800", "12"],
]
KINDS = ("number", "tasks", "responsible", "deadline")


def workbook(**sheets: list[list[str]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def the_draft(client: Client, content: bytes, name: str = "事项.xlsx") -> MinutesDocument:
    assert hand_in(client, content, name).status_code == 302
    return MinutesDocument.objects.latest("pk")


def choose(client: Client, document: MinutesDocument, do: str = "", **columns: tuple[str, ...]):
    """Send the form as a browser does: every table's kinds, those given for table_1 and so on."""
    document.refresh_from_db()
    tables = load_tables(document)
    sent: dict = {f"kind-{table.number}": columns.get(f"table_{table.number}", table.kinds) for table in tables}
    sent["table"] = [table.number for table in tables if table.is_chosen]
    return client.post(
        f"/import/{document.pk}/",
        {"action": "layout", "version": document.version, "do": do, **sent},
        follow=True,
    )


def texts(document: MinutesDocument) -> list[str]:
    return [row.content["tasks"][0]["text"] for row in document.rows.order_by("position")]


def test_the_tables_are_shown_with_their_first_rows_and_what_was_read_of_them(client):
    document = the_draft(client, workbook(事项=TASKS, 项目=PROJECTS))
    page = compact_html(client.get(f"/import/{document.pk}/"))
    assert "修缮老旧小区供水管网二十公里" in page
    assert 'name="kind-1"' in page
    assert '<option value="tasks" selected>Task</option>' in page


def test_a_column_that_could_hold_the_tasks_too_is_named(client):
    heads = ["序号", "金点子", "采纳处理", "认领部门", "兑现时间"]
    ideas = ["食堂排队时间长", "会议室预订冲突", "班车线路覆盖不足"]
    rows = [[str(at), idea, f"{idea}，试行新的办法", "办公室", f"2026年{at}月底前"] for at, idea in enumerate(ideas, 1)]
    draft = the_draft(client, workbook(办理=[heads, *rows]))
    (table,) = load_tables(draft)
    assert (table.kinds[2], table.second, table.margin) == ("tasks", 1, pytest.approx(0.3, abs=0.5))
    assert "“金点子” could hold the tasks, too: please check" in compact_html(client.get(f"/import/{draft.pk}/"))


@pytest.mark.long
def test_another_table_is_read_by_one_click_and_the_first_again(client):
    document = the_draft(client, workbook(事项=TASKS, 项目=PROJECTS))
    first = [table.number for table in load_tables(document) if table.is_chosen]
    assert first == [1]
    answer = choose(client, document, "only:2", table_2=("tasks", "remarks", "remarks", "remarks"))
    assert "The file was read again: 2 rows." in answer.content.decode()
    assert texts(document) == ["东湖片区雨污分流改造工程一期", "城北公共停车综合体建设工程"]
    choose(client, document, "also:1")
    assert document.rows.count() == 5
    choose(client, document, "without:2")
    assert texts(document)[0] == "修缮老旧小区供水管网二十公里"
    choose(client, document, "auto")
    document.refresh_from_db()
    assert document.layout is None
    assert document.rows.count() == 3


def test_a_column_is_taken_for_something_else(client):
    document = the_draft(client, workbook(事项=TASKS))
    choose(client, document, table_1=("number", "suggestion", "responsible", "deadline"))
    row = document.rows.get(position=1).content
    assert row["suggestion"] == "修缮老旧小区供水管网二十公里"
    choose(client, document, table_1=("number", "tasks", "leaders", "deadline"))
    assert document.rows.get(position=1).content["tasks"][0]["leaders"] == ["城建局"]


def test_a_kind_goes_over_from_the_column_that_had_it(client):
    document = the_draft(client, workbook(事项=TASKS))
    choose(client, document, table_1=("number", "tasks", "deadline", "deadline"))
    document.refresh_from_db()
    assert document.layout == {"tables": {"1": ["number", "tasks", "deadline", "remarks"]}}


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        (("tasks", "number", "tasks", "tasks"), "A table has one column of “Task”"),
        (("number", "tasks", "responsible"), "The page does not fit the file any more."),
        (("number", "tasks", "responsible", "nonsense"), "The page does not fit the file any more."),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(client, kinds, says):
    document = the_draft(client, workbook(事项=TASKS))
    before = list(document.rows.values())
    answer = choose(client, document, table_1=kinds)
    assert answer.status_code == 422
    assert says in said(answer)
    assert list(document.rows.values()) == before


def test_no_table_at_all_is_refused_as_a_choice(client):
    document = the_draft(client, workbook(事项=TASKS))
    assert "Choose the table that holds the tasks." in said(choose(client, document, "without:1"))


def test_a_kept_file_that_is_gone_is_said(client):
    document = the_draft(client, workbook(事项=TASKS))
    document.file.storage.delete(document.file.name)
    answer = choose(client, document, table_1=("number", "tasks", "lead", "deadline"))
    assert answer.status_code == 422
    assert "The file is missing, so it cannot be read again." in said(answer)
    assert document.rows.count() == 3


def test_a_draft_without_a_file_has_no_tables_to_choose(client):
    client.post("/meetings/new/")
    document = MinutesDocument.objects.get()
    answer = client.post(f"/import/{document.pk}/", {"action": "layout", "version": document.version, "do": "auto"})
    assert answer.status_code == 422


@pytest.mark.long
def test_a_form_of_before_changes_nothing(client):
    document = the_draft(client, workbook(事项=TASKS, 项目=PROJECTS))
    version = document.version
    choose(client, document, "only:2")
    answer = client.post(
        f"/import/{document.pk}/",
        {"action": "layout", "version": version, "do": "only:1", "kind-1": ["number", "tasks", "lead", "deadline"]},
    )
    assert answer.status_code == 409
    assert document.rows.count() == 2


@pytest.mark.long
def test_what_was_done_to_a_row_is_kept_where_it_still_fits(client):
    document = the_draft(client, workbook(事项=TASKS))
    act(client, document, "row", 1, do="save", remarks="先办", **{"task-0-deadline": "2026年5月"})
    act(client, document, "row", 3, do="remove")
    act(client, document, "facts", version=1, title="惠民事项会", issued_on="2026-01-10")
    answer = choose(client, document, table_1=("number", "tasks", "lead", "deadline"))
    assert "What was done to 2 rows was kept." in answer.content.decode()
    first, second = (row.content for row in document.rows.order_by("position"))
    assert first["remarks"] == "先办"
    assert first["tasks"][0]["deadline"]["due_date"] == "2026-05-31"
    assert [task["departments"][0]["role"] for task in (first["tasks"][0], second["tasks"][0])] == ["lead", "lead"]
    document.refresh_from_db()
    assert document.facts["title"] == "惠民事项会"


@pytest.mark.long
def test_what_was_done_to_rows_that_are_gone_is_named(client):
    document = the_draft(client, workbook(事项=TASKS, 项目=PROJECTS))
    act(client, document, "row", 2, do="save", remarks="先办")
    answer = choose(client, document, "only:2")
    assert "would not fit any more: “新增普惠性托育床位一千张以上”" in said(answer)
    assert document.rows.get(position=2).content["remarks"] == "先办"
    # The page comes back with the same choice, to be sent once more.
    sent: dict = {"sure": "yes"}
    for name, value in answer.context["page"].unsure_choice:
        sent.setdefault(name, []).append(value)
    answer = client.post(f"/import/{document.pk}/", sent, follow=True)
    assert "was not kept: “新增普惠性托育床位一千张以上”" in answer.content.decode()
    assert document.rows.count() == 2


def test_an_answered_question_is_not_asked_again(client):
    document = the_draft(client, workbook(事项=TASKS))
    # What the heads leave open is settled by the choice itself.
    asked = sum(problem["code"] != "column_by_cells" for problem in document.problems)
    act(client, document, "confirm", place=0, version=1)
    choose(client, document, table_1=("number", "tasks", "lead", "deadline"))
    document.refresh_from_db()
    assert len(document.problems) == asked - 1


@pytest.mark.long
def test_a_choice_holds_for_the_next_file_with_the_same_heads(client):
    document = the_draft(client, workbook(事项=TASKS))
    choose(client, document, table_1=("number", "tasks", "leaders", "deadline"))
    act(client, document, "facts", version=2, title="惠民事项会", issued_on="2026-01-10")
    act(client, document, "accept")
    document.refresh_from_db()
    assert document.meeting is not None
    later = [TASKS[0], ["1", "新建口袋公园三十处并对外开放", "园林局", "2027年6月底前"]]
    document = the_draft(client, workbook(新=later))
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "as chosen for an earlier file with the same heads" in page
    content = document.rows.get().content
    assert content["tasks"][0]["leaders"] == ["园林局"]


@pytest.mark.long
def test_a_table_that_the_earlier_file_did_not_have_is_read_besides(client):
    document = the_draft(client, workbook(事项=TASKS))
    choose(client, document, table_1=("number", "tasks", "leaders", "deadline"))
    act(client, document, "facts", version=2, title="惠民事项会", issued_on="2026-01-10")
    act(client, document, "accept")
    heads = ["序号", "工作任务", "责任单位", "完成时限"]
    more = [heads, *([row[0], f"{row[1]}并上报", *row[2:]] for row in TASKS[1:])]
    later = the_draft(client, workbook(事项=[TASKS[0], *TASKS[2:]], 任务=more))
    assert later.layout == {"tables": {"1": ["number", "tasks", "leaders", "deadline"], "2": [*KINDS]}}
    assert later.rows.count() == 5


def test_a_file_whose_tables_are_none_of_tasks_asks_which_one_is(client):
    document = the_draft(client, workbook(项目=PROJECTS))
    assert document.rows.count() == 0
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "Which of these is the table of tasks?" in page
    choose(client, document, "only:1")
    assert document.rows.count() == 2
