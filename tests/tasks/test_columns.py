"""Choosing the columns of the list: what is shown, in which order, what is remembered, and that nothing else moves."""

import csv
import io
import re

import openpyxl
import pytest
from django.test import Client

from meetings.models import Account, Role
from meetings.tasks.tables import TaskTable
from tests import factories

pytestmark = pytest.mark.django_db

USUAL = list(TaskTable.DEFAULT_COLUMNS)


@pytest.fixture
def reader(world) -> Account:
    return world.reader


@pytest.fixture
def client(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def first_row(client: Client, query: str = "") -> dict[str, str]:
    """Return what the cells of the list's first row hold, by the names of their columns."""
    response = client.get(f"/tasks/?{query}")
    row = re.search(r"<tr id=\"task-\d+\".*?</tr>", response.content.decode(), re.DOTALL)[0]
    cells = re.findall(r"<td(?! class=\"select)[^>]*>(.*?)</td>", row, re.DOTALL)
    names = [column.name for column in response.context["listing"].table.columns]
    return dict(zip(names, cells, strict=True))


def shown(client: Client, query: str = "") -> list[str]:
    """Return the columns of the list, in their order."""
    return list(first_row(client, query))


def choose(client: Client, columns: list[str], *, at: str = "/tasks/", **button: str):
    return client.post("/tasks/columns/", {"column": columns, "next": at, **button})


def test_the_choice_is_remembered_in_its_order_for_the_own_account_alone(client, world):
    assert shown(client) == USUAL
    choose(client, ["number", "text", "remarks", "meeting"])
    assert shown(client) == ["number", "text", "remarks", "meeting"]
    other = Client()
    other.force_login(world.secretariat)
    assert shown(other) == USUAL


def test_changing_columns_drops_no_filter_order_page_or_day(client, world):
    at = f"/tasks/?status=not_started&status=closed&sort=-due&per_page=1&page=2&as_of={world.day.isoformat()}&q=培训"
    response = choose(client, ["text", "due"], at=at)
    back = response["Location"].removesuffix("#columns-form")
    before, after = client.get(at).context["listing"], client.get(back).context["listing"]
    assert dict(before.filterset.data.lists()) == dict(after.filterset.data.lists())
    assert [row.record.pk for row in before.table.paginated_rows] == [
        row.record.pk for row in after.table.paginated_rows
    ]
    assert after.columns == ["text", "due"]


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"up": "due"}, ["text", "due", "status", "meeting"]),
        ({"down": "due"}, ["text", "status", "meeting", "due"]),
        ({"up": "text"}, ["text", "status", "due", "meeting"]),
        ({"down": "meeting"}, ["text", "status", "due", "meeting"]),
        ({"up": "colour"}, ["text", "status", "due", "meeting"]),
    ],
)
@pytest.mark.same_on_both
def test_a_column_goes_up_and_down_by_one_place(client, button, expected):
    choose(client, ["text", "status", "due", "meeting"], **button)
    assert shown(client) == expected


@pytest.mark.same_on_both
def test_reset_brings_the_usual_ones_back_wherever_others_were_named(client, reader):
    choose(client, ["text", "meeting"])
    response = choose(client, ["text"], at="/tasks/?columns=text,due&status=closed", reset="1")
    assert response["Location"] == "/tasks/?status=closed#columns-form"
    assert shown(client) == USUAL
    reader.refresh_from_db()
    assert reader.task_columns == [], "whatever becomes usual later is theirs then"


def test_the_task_itself_is_always_there(client):
    choose(client, ["due"])
    assert shown(client) == ["text", "due"]
    choose(client, [])
    assert shown(client) == USUAL, "nothing ticked means nothing chosen"


def test_an_address_that_names_columns_goes_before_what_is_remembered_and_is_changed_where_it_stands(client, reader):
    choose(client, ["text", "meeting"])
    at = "/tasks/?columns=number,text,outcome&sort=due"
    assert shown(client, "columns=number,text,outcome&sort=due") == ["number", "text", "outcome"]
    assert shown(client, "columns=number&columns=text&columns=outcome") == ["number", "text", "outcome"]
    response = choose(client, ["text", "outcome"], at=at)
    assert response["Location"] == "/tasks/?columns=text,outcome&sort=due#columns-form"
    reader.refresh_from_db()
    assert reader.task_columns == ["text", "meeting"]
    response = choose(client, ["text", "outcome"], at=at, remember="1")
    assert response["Location"] == "/tasks/?sort=due#columns-form"
    assert shown(client) == ["text", "outcome"]


@pytest.mark.same_on_both
def test_an_unknown_column_is_said_and_yields_no_rows_also_in_files(client):
    for address in ("/tasks/?columns=text,colour", "/tasks/?columns=text,colour&export=xlsx"):
        response = client.get(address)
        assert "“colour”" in response.content.decode()
        assert response.context["listing"].row_count == 0
    choose(client, ["text", "colour"])
    assert shown(client) == USUAL, "nothing was changed"


def test_a_remembered_column_that_is_no_longer_known_is_left_out(client, reader):
    Account.objects.filter(pk=reader.pk).update(task_columns=["colour", "due", "text"])
    assert shown(client) == ["due", "text"]


def test_the_files_hold_the_whole_register_whichever_columns_are_shown(client):
    def heads() -> str:
        return b"".join(client.get("/tasks/?export=csv").streaming_content).decode("utf-8-sig").splitlines()[0]

    before = heads()
    choose(client, ["text"])
    assert heads() == before


def heads_of(client: Client, query: str) -> list[str]:
    response = client.get(f"/tasks/?{query}")
    return next(csv.reader([b"".join(response.streaming_content).decode("utf-8-sig").splitlines()[0]]))


@pytest.mark.long
def test_a_file_may_hold_the_columns_shown_alone_in_their_order(client, world):
    choose(client, ["due", "text", "remarks", "outcome"])
    assert heads_of(client, "export=shown-csv") == ["完成时限", "现期限", "工作任务", "备注", "落实结果"]
    assert heads_of(client, "export=shown-csv&columns=extensions,text") == ["延期次数", "延期天数", "工作任务"]
    answer = client.get("/tasks/?export=shown-xlsx&health=due_soon&columns=text,number")
    head, *rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(
        values_only=True
    )
    assert head == ("工作任务", "序号", "任务号")
    assert [row[0] for row in rows] == [world.due_soon.text]
    page = client.get("/tasks/?columns=text,due&page=1").content.decode()
    for name in ("xlsx", "csv", "shown-xlsx", "shown-csv"):
        assert f'?columns=text%2Cdue&amp;export={name}"' in page, name


def test_every_column_of_the_list_is_one_of_a_file(client, world):
    heads = heads_of(client, f"export=shown-csv&columns={','.join(TaskTable.base_columns)}")
    assert len(heads) == len(set(heads)) == len(TaskTable.base_columns) + 4
    assert "落实结果" in heads


def test_only_a_page_of_ours_is_gone_back_to(client):
    for elsewhere in ("https://example.org/tasks/", "//example.org/"):
        assert choose(client, ["text"], at=elsewhere)["Location"] == "/tasks/#columns-form"


def test_each_column_shows_what_it_says(world):
    """One task that has something to show in each of the columns besides the usual ones."""
    task = world.undecided
    task.suggestion.tasks.update(remarks="每半年通报一次。")
    client = Client()
    client.force_login(factories.account(Role.SECRETARIAT))
    names = [name for name in TaskTable.base_columns if name not in USUAL]
    cells = first_row(client, f"columns=text,{','.join(names)}&q={task.text}")
    expected = {
        "meeting": world.meeting.title,
        "aspect": "加强认可宣传",
        "suggestion": "建议进一步提高认可的影响力和认可度。",
        "source": "刘仲书",
        "supporting": "国际部",
        "original": "待定",
        "review": str(task.next_review.year),
        "remarks": "每半年通报一次。",
    }
    for name, words in expected.items():
        assert words in cells[name], name
    assert cells["reported"]
    assert not cells["closed"].strip()
    assert not cells["extensions"].strip()
    assert "加强认可宣传" not in cells["text"], "the aspect has its own column"
