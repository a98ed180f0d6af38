"""The register, a task a line, as workbook and CSV (docs/domain.md, Contracts: export_register)."""

import datetime
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from meetings.exports import list_sheet, register
from meetings.exports.columns import Column
from meetings.exports.downloads import download_response
from meetings.exports.register import write_register_csv, write_register_workbook
from meetings.models import Department, DepartmentRole, Health, Meeting, Status, SuggestionSource, Task
from tests import factories

from .exported_files import rows_by_head, sheet

pytestmark = pytest.mark.django_db

HEADS = [
    *["会议", "序号", "讲话要点", "意见建议", "任务号", "工作任务", "责任部室", "配合部室", "分管领导"],
    *["完成时限(原文)", "原期限", "现期限", "延期次数", "延期天数", "办理状态", "预警", "下次跟踪日"],
    *["最近进展", "进展日", "办结日", "建议来源", "备注"],
]


@pytest.fixture(params=[".xlsx", ".csv"])
def path(request, tmp_path):
    return tmp_path / f"register{request.param}"


def export(path, *options):
    call_command("export_register", str(path), *options)
    return rows_by_head(path)


@pytest.mark.long
def test_it_has_a_row_for_each_task_under_the_heads_of_the_contract(path):
    factories.real_meeting()
    with translation.override("en"):
        rows = export(path, "--as-of", "2024-02-09")
    assert list(rows[0]) == HEADS
    assert len(rows) == 18
    numbers = [(int(row["序号"]), int(row["任务号"])) for row in rows]
    assert numbers[3:6] == [(4, 1), (4, 2), (4, 3)]
    assert rows[11]["责任部室"] == "特标部"
    assert rows[3]["建议来源"] == "评定专门委员会副主任 刘克、信息技术专业委员会委员 易春"


@pytest.mark.same_on_both
def test_each_column_holds_what_its_head_says(path):
    technology, office, international = map(factories.department, ("技术部", "办公室", "国际部"))
    suggestion = factories.suggestion(
        aspect="强化服务", text="建议甲", number=7, sources=[(factories.person("易春"), "委员")]
    )
    task = factories.task(
        suggestion,
        text="做乙",
        deadline="2024.10",
        remarks="注",
        departments=[
            (technology, DepartmentRole.LEAD),
            (office, DepartmentRole.RESPONSIBLE),
            (international, DepartmentRole.SUPPORTING),
        ],
        leaders=[factories.person("肖良"), factories.person("张虹")],
    )
    later = {"text": "2025.3", "kind": "dated", "precision": "month", "due_date": "2025-03-31"}
    factories.entry(
        task,
        effective_on=datetime.date(2024, 9, 1),
        changes={"deadline": {"old": None, "new": later}, "extension": {"old": None, "new": {"count": 1, "days": 151}}},
    )
    factories.progress(task, "已启动。", on=datetime.date(2024, 9, 2))
    factories.move(task, "closed", on=datetime.date(2025, 2, 3), note="办完。")
    (row,) = export(path)
    dated = {"原期限": "2024-10-31", "现期限": "2025-03-31", "进展日": "2025-02-03", "办结日": "2025-02-03"}
    if path.suffix == ".xlsx":
        dated = {head: datetime.datetime.fromisoformat(day) for head, day in dated.items()}
    empty = "" if path.suffix == ".csv" else None
    number = str if path.suffix == ".csv" else int
    assert row == {
        "会议": suggestion.meeting.title,
        "序号": number(7),
        "讲话要点": "强化服务",
        "意见建议": "建议甲",
        "任务号": number(1),
        "工作任务": "做乙",
        "责任部室": "技术部（牵头）、办公室",
        "配合部室": "国际部",
        "分管领导": "肖良、张虹",
        "完成时限(原文)": "'2024.10" if path.suffix == ".csv" else "2024.10",
        **dated,
        "延期次数": number(1),
        "延期天数": number(151),
        "办理状态": str(Status.CLOSED.label),
        "预警": str(Health.CLOSED.label),
        "下次跟踪日": empty,
        "最近进展": "办完。",
        "建议来源": "委员 易春",
        "备注": "注",
    }


@pytest.mark.same_on_both
def test_it_shows_the_register_of_the_day_asked_for(path):
    factories.real_meeting()
    task = Task.objects.order_by("pk").first()
    factories.progress(task, "第一次进展。", on=datetime.date(2024, 1, 10))
    days = ("2023-12-31", "2024-01-09", "2024-01-10")
    first = [export(path, "--as-of", day)[0] for day in days]
    assert [row["最近进展"] or "" for row in first] == ["", "", "第一次进展。"]
    health = [Health(Task.objects.on(datetime.date.fromisoformat(day)).get(pk=task.pk).health) for day in days]
    assert [row["预警"] for row in first] == [str(value.label) for value in health]
    assert health[0] != health[1]
    assert export(path, "--as-of", "2023-11-07") == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=not_started", 18),
        ("?department=技术部&department=办公室", 10),
        ("department=%E5%8A%9E%E5%85%AC%E5%AE%A4&page=2&per_page=1&export=csv", 3),
        ("as_of=2023-11-07", 0),
        ("q=培训", 4),
        ("", 18),
    ],
)
def test_a_query_gives_the_rows_of_the_list(query, count, tmp_path):
    factories.real_meeting()
    assert len(export(tmp_path / "register.csv", "--query", query)) == count


def test_a_query_gives_the_order_of_the_list(tmp_path):
    factories.real_meeting()
    texts = [row["工作任务"] for row in export(tmp_path / "register.csv", "--query", "sort=-text")]
    assert texts == list(Task.objects.order_by("-text").values_list("text", flat=True))


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["register.pdf"], "register.pdf"),
        (["no-such-folder/register.csv"], "no-such-folder"),
        (["register.csv", "--as-of", "2024-02-30"], "2024-02-30"),
        (["register.xlsx", "--as-of", "9999-01-01"], "--as-of"),
        (["register.xlsx", "--query", "status=late"], "late"),
        (["register.xlsx", "--query", "colour=red"], "colour"),
        (["register.csv", "--query", "sort=colour"], "colour"),
        (["register.csv", "--query", "as_of=2024-13-01"], "2024-13-01"),
        (["register.csv", "--as-of", "2024-01-01", "--query", "as_of=2024-01-02"], "2024-01-02"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_and_nothing_is_written(arguments, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("export_register", *arguments)
    assert names in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_the_workbook_is_ready_to_work_with(tmp_path):
    factories.task(deadline="2024.10")
    path = tmp_path / "register.xlsx"
    export(path)
    opened = sheet(path)
    assert opened.freeze_panes == "A2"
    assert opened.auto_filter.ref == "A1:V2"
    assert not opened.merged_cells.ranges
    due = opened.cell(2, HEADS.index("原期限") + 1)
    assert due.is_date
    assert due.number_format == "yyyy-mm-dd"
    printed = opened.cell(2, HEADS.index("完成时限(原文)") + 1)
    assert (printed.value, printed.data_type, printed.number_format) == ("2024.10", "s", "@")


def test_the_csv_is_what_excel_reads_as_utf8(tmp_path):
    factories.task(text="两行\n的任务")
    path = tmp_path / "register.csv"
    export(path)
    written = path.read_bytes()
    assert written.startswith("\ufeff会议,序号,".encode())
    assert written.count(b"\r\n") == 2
    assert written.endswith(b"\r\n")


def test_an_empty_register_has_its_head(path):
    assert export(path) == []
    assert path.stat().st_size


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_longer_register_costs_queries_by_the_portion_only(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "CHUNK_SIZE", 10)
    suggestion = factories.suggestion(sources=[(factories.person("易春"), "委员")])
    day = datetime.date(2024, 1, 1)
    queries = {}
    for tasks in (2, 10, 11):
        while suggestion.tasks.count() < tasks:
            factories.task(suggestion)
        with (tmp_path / "register.xlsx").open("wb") as file, CaptureQueriesContext(connection) as captured:
            write_register_workbook(file, Task.objects.on(day).in_printed_order(), day)
        queries[tasks] = len(captured)
    # The keys; then, for each portion, the tasks and what hangs on them: reports, suggestions, meetings, departments,
    # leaders, sources and who these are.
    assert queries == {2: 12, 10: 12, 11: 23}


class Counted:
    """How many tasks are alive at a time."""

    def __init__(self) -> None:
        self.alive: weakref.WeakSet[Task] = weakref.WeakSet()
        self.most = 0
        # Only what comes from here on is looked through for garbage.
        gc.freeze()

    def value(self, task: Task) -> int:
        """Return what a column says of the task, and look how many there are."""
        self.alive.add(task)
        # A task and its parts know each other.
        gc.collect()
        self.most = max(self.most, len(self.alive))
        return task.pk


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("write", [write_register_workbook, write_register_csv])
def test_of_a_long_register_only_a_portion_is_in_memory(write, tmp_path, monkeypatch):
    monkeypatch.setattr(register, "CHUNK_SIZE", 5)
    monkeypatch.setattr(list_sheet, "_MEASURED_LINES", 5)
    suggestion = factories.suggestion()
    for _number in range(40):
        factories.task(suggestion)
    counted, day = Counted(), datetime.date(2024, 1, 1)
    with (tmp_path / "register").open("wb") as file:
        write(file, Task.objects.on(day).in_printed_order(), day, [Column("Task", 9, counted.value)])
    assert counted.most <= 10, "a portion, and the one that is read next"


@pytest.mark.parametrize("sort", ["", "sort=-due", "sort=department"])
def test_portions_come_in_the_order_of_the_list(sort, tmp_path, monkeypatch):
    factories.real_meeting()
    whole = export(tmp_path / "register.csv", "--query", sort)
    monkeypatch.setattr(register, "CHUNK_SIZE", 5)
    assert export(tmp_path / "register.csv", "--query", sort) == whole


@pytest.mark.django_db(transaction=True)
def test_what_others_save_while_it_is_written_does_not_mix_in(monkeypatch, tmp_path):
    monkeypatch.setattr(register, "CHUNK_SIZE", 2)
    suggestion = factories.suggestion()
    tasks = [factories.task(suggestion, text="before") for _number in range(6)]

    def save_another_text(task: Task) -> str:
        with ThreadPoolExecutor(1) as others:
            others.submit(change_last).result()
        return task.text

    def change_last() -> None:
        Task.objects.filter(pk=tasks[-1].pk).update(text="meanwhile")
        connections.close_all()

    day = datetime.date(2024, 1, 1)
    listed = Task.objects.on(day).in_printed_order()
    response = download_response(
        lambda file: write_register_csv(file, listed, day, [Column("Task", 9, save_another_text)]), "register", "csv"
    )
    assert response.getvalue().decode("utf-8-sig").split() == ["Task", *["before"] * 6]
    assert Task.objects.get(pk=tasks[-1].pk).text == "meanwhile"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_download_reads_as_of_one_moment_and_writes_nothing(client):
    """Outside of a test's own transaction, PostgreSQL refuses what would write, and SQLite to begin another one."""
    factories.real_meeting()
    client.force_login(factories.secretariat())
    meeting, person, department = (
        Meeting.objects.get(),
        SuggestionSource.objects.first().person,
        Department.objects.first(),
    )
    period = {"from": "2023-11-08", "to": "2024-02-09"}
    addresses = [
        *(("/tasks/", {"export": form}) for form in ("xlsx", "csv", "shown-xlsx", "shown-csv")),
        *((f"/meetings/{meeting.pk}/", {"export": form}) for form in ("breakdown", "status", "document")),
        *(("/reports/meeting/", {"meeting": meeting.pk, "length": length}) for length in ("full", "summary")),
        ("/reports/bulletin/", period),
        ("/reports/appraisal/", {**period, "export": "xlsx"}),
        ("/reports/reply/", {"person": person.pk}),
        ("/reports/register/", {}),
        ("/fill-in/workbook/", {"department": department.pk}),
        ("/fill-in/workbook/", {"form": "zip"}),
    ]
    for address, parameters in addresses:
        response = client.get(address, parameters)
        assert response.status_code == 200, address
        assert b"".join(response.streaming_content), address
