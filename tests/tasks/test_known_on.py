"""据当时所知: a red of a day that was written away later is there for who asks what was known then."""

from __future__ import annotations

import datetime
import io
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import docx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from openpyxl import load_workbook

from meetings.breakdown.services.split_merge import merge_tasks
from meetings.core.as_of import known_day
from meetings.models import Outcome, Role, Status, SuggestionOutcome, Task, TaskLog, day_of_knowledge
from meetings.models.day_of_knowledge import known_on
from meetings.tasks.exports import write_list
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.extensions import grant_extension, request_extension
from meetings.tasks.services.instructions import answer_instruction
from meetings.tasks.services.outcomes import record_outcome
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db

ISSUED, JANUARY, MARCH = datetime.date(2023, 11, 8), datetime.date(2024, 1, 31), datetime.date(2024, 3, 31)


def at(day: datetime.date):
    moment = datetime.datetime.combine(day, datetime.time(10), timezone.get_default_timezone())
    return mock.patch.object(timezone, "now", return_value=moment)


@pytest.fixture
def tasks(client):
    """Two overdue tasks, known in January; in March the first is closed as of December, the second gets more time."""
    client.force_login(factories.account(Role.READER))
    with at(ISSUED):
        of = factories.suggestion(factories.meeting(issued_on=ISSUED), sources=[(factories.person("刘仲书"), "执委")])
        first, second = (factories.task(of, deadline="2023.12") for _number in range(2))
    with at(JANUARY):
        factories.instruction(second, factories.person())
    with at(MARCH):
        december = datetime.date(2023, 12, 20)
        factories.progress(first, "早已办妥。", on=december)
        factories.move(first, Status.CLOSURE_REQUESTED, on=december, note="早已办妥。")
        factories.move(first, Status.CLOSED, on=december)
        said = {"effective_on": december, "reason": "待批复。", "progress": "过半。", "deadline_text": "2024.12"}
        factories.act(request_extension, second, None, **said)
        factories.act(grant_extension, second, None, reason="同意。", effective_on=december)
        instruction = second.instructions.get()
        answer_instruction(
            instruction_id=instruction.pk,
            version=second.version,
            actor=factories.secretariat(),
            effective_on=JANUARY,
            note="已办。",
        )
    return first, second


def health_of(answer) -> list[str]:
    return sorted(row.record.health for row in answer.context["listing"].table.paginated_rows)


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_list_of_a_day_shows_what_was_known_then(client, tasks):
    assert health_of(client.get("/tasks/?as_of=2024-01-31")) == ["closed", "on_track"]
    page = client.get("/tasks/?as_of=2024-01-31&known_on=2024-02-29")
    assert health_of(page) == ["overdue", "overdue"]
    assert health_of(client.get("/tasks/?as_of=2024-01-31&known_on=2024-03-31")) == ["closed", "on_track"]


def merge_two_of_january(tasks: tuple[Task, Task]) -> None:
    with at(JANUARY):
        task, other = (factories.task(tasks[0].suggestion, deadline="2023.12") for _number in range(2))
    versions = {"version": task.version, "other_version": other.version}
    texts = {"text": task.text, "reason": "内容相同。"}
    merge_tasks(task_id=task.pk, other_id=other.pk, actor=factories.secretariat(), **versions, **texts)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_task_that_was_merged_into_another_since_is_a_row_of_its_own(client, tasks):
    merge_two_of_january(tasks)
    assert len(health_of(client.get("/tasks/?as_of=2024-01-31"))) == 3
    assert len(health_of(client.get("/tasks/?as_of=2024-01-31&known_on=2024-02-29"))) == 4


def test_a_day_of_knowledge_alone_is_the_day_that_is_shown(client, tasks):
    page = client.get("/tasks/?known_on=2024-02-29&health=overdue")
    assert page.context["day"] == datetime.date(2024, 2, 29)
    assert health_of(page) == ["overdue", "overdue"]


@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("as_of=2024-03-01&known_on=2024-02-29", "“据当时所知”的日期不能早于截至日期"),
        ("known_on=2199-01-01", "尚未到来"),
        ("known_on=x", "“x”"),
    ],
)
@pytest.mark.parametrize("address", ["/", "/tasks/", "/meetings/", "/reports/register/"])
def test_a_day_that_nobody_can_know_by_is_refused_in_one_sentence(client, tasks, address, query, message):
    page = client.get(f"{address}?{query}")
    assert message in page.content.decode()
    assert known_day() is None


@pytest.mark.same_on_both
def test_today_as_the_day_of_knowledge_is_every_page_as_it_is(client, tasks):
    today = timezone.localdate().isoformat()
    page = client.get(f"/tasks/?as_of=2024-01-31&known_on={today}")
    assert health_of(page) == ["closed", "on_track"]
    band = page.content.decode().partition('id="as-of-band"')[2].partition("<main")[0]
    assert "所知，" not in band


@pytest.mark.same_on_both
def test_the_page_says_by_which_it_counts_and_leads_back(client, tasks):
    page = client.get("/?as_of=2024-01-31&known_on=2024-02-29").content.decode()
    band = page.partition('id="as-of-band"')[2].partition("<main")[0]
    assert "据2024年2月29日所知" in band
    assert 'href="/?as_of=2024-01-31"' in band
    assert 'href="/?"' in band
    past = client.get("/?as_of=2024-01-31").content.decode()
    assert "/?as_of=2024-01-31&amp;known_on=2024-01-31" in past


@pytest.mark.same_on_both
def test_the_day_of_knowledge_is_a_field_beside_the_day_also_where_it_is_refused(client, tasks):
    for day in ("2024-01-31", "2024-03-01"):
        page = compact_html(client.get(f"/?as_of={day}&known_on=2024-02-29"))
        field = page.partition('id="known-on"')[2].partition(">")[0]
        assert 'value="2024-02-29"' in field
    assert 'id="known-on"' not in client.get("/?as_of=2024-01-31").content.decode()


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_changed_since_one_looked_is_of_today_alone(client, tasks):
    client.force_login(factories.account(Role.LEADER, person=factories.person("刘仲书")))
    assert 'id="news"' in client.get("/").content.decode()
    assert 'id="news"' not in client.get("/?as_of=2024-01-31").content.decode()


def test_the_band_of_an_appraisal_names_its_period(client, tasks):
    address = "/reports/appraisal/?from=2023-12-01&to=2024-01-31&known_on=2024-02-29"
    band = client.get(address).content.decode().partition('id="as-of-band"')[2].partition("<main")[0]
    assert "以下统计2023年12月1日至2024年1月31日的情况，据2024年2月29日所知" in band
    assert "截至" not in band


def test_every_number_of_the_dashboard_leads_to_as_many_rows(client, tasks):
    page = client.get("/?as_of=2024-01-31&known_on=2024-02-29")
    assert page.context["counts"].by_health["overdue"] == 2
    assert page.context["instructed"] == 1
    assert "known_on=2024-02-29" in page.context["scope"].urlencode()
    assert client.get("/?as_of=2024-01-31").context["instructed"] == 0


def test_what_waits_today_stands_in_the_navigation_of_such_a_page(client, tasks):
    client.force_login(factories.secretariat())
    with at(MARCH):
        factories.move(tasks[1], Status.CLOSURE_REQUESTED, on=MARCH)
    badge = '<span class="pick-count">'
    now, then = (client.get(f"/meetings/?{query}").content.decode() for query in ("", "known_on=2024-02-29"))
    assert badge in now
    assert now.partition(badge)[2][:80] == then.partition(badge)[2][:80]


@pytest.mark.same_on_both
def test_a_task_of_later_is_not_there_nor_is_its_meeting(client, tasks):
    with at(MARCH):
        late = factories.task(factories.suggestion(factories.meeting(issued_on=ISSUED, title="后来补录的会议")))
    assert client.get(f"/tasks/{late.pk}/?as_of=2024-01-31").status_code == 200
    assert client.get(f"/tasks/{late.pk}/?known_on=2024-01-31").status_code == 404
    assert client.get(f"/meetings/{late.suggestion.meeting_id}/?known_on=2024-01-31").status_code == 404
    assert "后来补录的会议" not in client.get("/meetings/?known_on=2024-01-31").content.decode()
    assert "后来补录的会议" in client.get("/meetings/?as_of=2024-01-31").content.decode()


def test_the_page_of_a_task_tells_the_log_of_then(client, tasks):
    then = client.get(f"/tasks/{tasks[0].pk}/?known_on=2024-01-31")
    assert [entry.kind for entry in then.context["log"]] == ["entered"]
    assert then.context["task"].day_status == Status.NOT_STARTED


def content_of(answer) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.same_on_both
def test_exports_have_the_rows_of_the_list(client, tasks):
    then = content_of(client.get("/tasks/?as_of=2024-01-31&known_on=2024-02-29&export=csv")).decode()
    assert then.count("已逾期") == 2
    now = content_of(client.get("/tasks/?as_of=2024-01-31&export=csv")).decode()
    assert now.count("已逾期") == 0


@pytest.mark.same_on_both
def test_a_workbook_that_the_worker_writes_is_of_that_day_of_knowledge(tasks, settings, tmp_path):
    settings.EXPORTS_DIR = tmp_path
    said = {"name": "台账.xlsx", "row_count": 2, "day": "2024-01-31", "columns": ["health"], "language": "zh-hans"}
    query = "as_of=2024-01-31&known_on=2024-02-29"
    write_list.call(key="1" * 32, asked_by=factories.secretariat().pk, query=query, **said)
    sheet = load_workbook(io.BytesIO((tmp_path / ("1" * 32)).read_bytes())).worksheets[0]
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert cells.count("已逾期") == 2
    assert "2024-02-29" in sheet.title


@pytest.mark.long
@pytest.mark.parametrize("query", ["", "&department=none", "&leader=none", "&sort=-due"])
def test_a_workbook_that_the_worker_writes_has_the_rows_of_the_list(client, tasks, settings, tmp_path, query):
    """A task that was merged into another one since is a row of its own on a day on which nobody knew."""
    settings.EXPORTS_DIR = tmp_path
    merge_two_of_january(tasks)
    query = f"as_of=2024-01-31&known_on=2024-02-29{query}"
    row_count = len(health_of(client.get(f"/tasks/?{query}")))
    said = {"name": "台账.xlsx", "row_count": 4, "day": "2024-01-31", "columns": ["text"], "language": "zh-hans"}
    write_list.call(key="1" * 32, asked_by=factories.secretariat().pk, query=query, **said)
    sheet = load_workbook(io.BytesIO((tmp_path / ("1" * 32)).read_bytes())).worksheets[0]
    texts = set(Task.objects.values_list("text", flat=True))
    assert len([cell for row in sheet.iter_rows(values_only=True) for cell in row if cell in texts]) == row_count > 0


@pytest.mark.long
@pytest.mark.parametrize("length", ["full", "summary"])
@pytest.mark.same_on_both
def test_a_report_says_by_which_it_counts(client, tasks, length):
    meeting = tasks[0].suggestion.meeting_id
    address = f"/reports/meeting/?meeting={meeting}&length={length}&as_of=2024-01-31"
    now = text_of(content_of(client.get(address)))
    then = text_of(content_of(client.get(f"{address}&known_on=2024-02-29")))
    assert "本文据2024年2月29日所知统计" in then
    assert "所知" not in now
    assert then.count("逾期") > now.count("逾期")


def text_of(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


@pytest.mark.long
def test_the_other_papers_take_it_too(client, tasks):
    person = factories.person("刘仲书").pk
    for address in (
        f"/reports/reply/?person={person}&as_of=2024-01-31&known_on=2024-02-29",
        "/reports/bulletin/?from=2023-12-01&to=2024-01-31&known_on=2024-02-29",
    ):
        assert "本文据2024年2月29日所知统计" in text_of(content_of(client.get(address)))
    appraisal = client.get("/reports/appraisal/?from=2023-12-01&to=2024-01-31&known_on=2024-02-29")
    assert "known_on=2024-02-29" in appraisal.content.decode()
    refused = client.get("/reports/bulletin/?from=2023-12-01&to=2024-01-31&known_on=2024-01-30")
    assert refused.status_code == 422


@pytest.mark.long
def test_the_commands_take_it_too(tasks, tmp_path):
    meeting = str(tasks[0].suggestion.meeting_id)
    file = tmp_path / "register.csv"
    call_command("export_register", str(file), known_on="2024-02-29")
    assert file.read_text(encoding="utf-8-sig").count("已逾期") == 2
    call_command("export_register", str(file), query="as_of=2024-01-31&known_on=2024-03-31")
    assert file.read_text(encoding="utf-8-sig").count("已逾期") == 0
    report = tmp_path / "report.docx"
    call_command("report", meeting, str(report), as_of="2024-01-31", known_on="2024-02-29")
    assert "本文据2024年2月29日所知统计" in text_of(report.read_bytes())
    for options in ({"as_of": "2024-03-01"}, {"known_on": "2199-01-01"}, {"known_on": ""}, {"known_on": "x"}):
        with pytest.raises(CommandError, match="--known-on"):
            call_command("report", meeting, str(report), **{"known_on": "2024-02-29", **options})


def test_a_saved_view_keeps_no_day_of_knowledge_and_leads_back_to_it(client, tasks):
    said = {"name": "超期", "query": "health=overdue&known_on=2024-02-29", "as_of": "2024-01-31"}
    address = client.post("/views/", {**said, "known_on": "2024-02-29"}).url
    assert "known_on=2024-02-29" in address
    assert "known_on" not in client.get("/views/").content.decode()


def test_what_was_hidden_is_there_again_whatever_happened(tasks):
    count = TaskLog.objects.count()
    with pytest.raises(Task.DoesNotExist), known_on(JANUARY):
        Task.objects.on(JANUARY).get(health="closed")
    assert known_day() is None
    assert TaskLog.objects.count() == count
    with known_on(JANUARY):
        assert Task.objects.on(JANUARY).filter(health="overdue").count() == 2
    assert Task.objects.on(JANUARY).filter(health="overdue").count() == 0


@pytest.mark.sqlite
def test_where_a_query_was_given_up_half_way_the_connection_goes(tasks):
    for number in range(3):
        factories.progress(tasks[1], f"进展{number}。", on=MARCH)
    with mock.patch.object(connection, "close") as close:
        with known_on(timezone.localdate() - datetime.timedelta(days=1)):
            half_way = Task.objects.on(JANUARY).iterator(chunk_size=1)
            next(half_way)
        close.assert_called_once_with()
    # In memory, closing closes nothing.
    half_way.close()
    day_of_knowledge._show_tables(day_of_knowledge._Names.find())
    assert TaskLog.objects.filter(recorded_at__date__gt=JANUARY).exists()


@pytest.mark.same_on_both
def test_what_was_undone_later_still_counted_then(tasks):
    staff = factories.secretariat()
    with at(JANUARY):
        task = factories.task(tasks[0].suggestion, deadline="持续跟踪")
        batch = factories.batch(task, note="误记的进展。", effective_on=JANUARY)
    with at(MARCH):
        undo_batch(batch_id=batch.pk, actor=staff)
    assert Task.objects.on(JANUARY).get(pk=task.pk).day_status == Status.NOT_STARTED
    with known_on(datetime.date(2024, 2, 29)):
        then = Task.objects.on(JANUARY).get(pk=task.pk)
        assert then.day_status == Status.IN_PROGRESS
        assert then.last_report_on == JANUARY
        assert task.log.standing().filter(is_report=True).count() == 1
    assert task.log.standing().filter(is_report=True).count() == 0


def test_what_was_joined_later_was_a_task_of_its_own_then(tasks):
    with at(JANUARY):
        of = factories.suggestion(tasks[0].suggestion.meeting)
        task, other = (factories.task(of, deadline="持续跟踪") for _number in range(2))
    with at(MARCH):
        said = {"text": "合并。", "reason": "同一件事。", "actor": factories.secretariat()}
        merge_tasks(task_id=task.pk, version=task.version, other_id=other.pk, other_version=other.version, **said)
    assert not Task.objects.on(JANUARY).filter(pk=other.pk).exists()
    with known_on(JANUARY):
        assert Task.objects.on(JANUARY).get(pk=other.pk).day_status == Status.NOT_STARTED
    with known_on(MARCH):
        assert not Task.objects.on(JANUARY).filter(pk=other.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["_copy_states", "_note_replayed", "_views", "_replay_states"])
def test_what_others_record_while_a_day_is_prepared_is_not_known_on_it(step, monkeypatch):
    with at(ISSUED):
        task = factories.task(factories.suggestion(factories.meeting(issued_on=ISSUED)), deadline="2024.12")
    staff = factories.secretariat()

    def close() -> None:
        factories.move(Task.objects.get(pk=task.pk), Status.CLOSED, on=ISSUED, by=staff)
        connections.close_all()

    original = getattr(day_of_knowledge, step)

    def take_step_after_others(*arguments):
        with ThreadPoolExecutor(1) as others:
            others.submit(close).result()
        return original(*arguments)

    monkeypatch.setattr(day_of_knowledge, step, take_step_after_others)
    with known_on(JANUARY):
        assert Task.objects.on(JANUARY).get(pk=task.pk).day_status == Status.NOT_STARTED
    assert Task.objects.on(JANUARY).get(pk=task.pk).day_status == Status.CLOSED


@pytest.mark.long
def test_the_outcome_of_a_day_is_the_one_that_held_on_it_and_was_known(client, tasks):
    first, second = tasks
    april, may = datetime.date(2024, 4, 30), datetime.date(2024, 5, 31)
    with at(MARCH):
        factories.move(second, Status.CLOSED, on=MARCH)
    for day, said in (
        (april, {"outcome": Outcome.PLANNED, "reply": "已列入计划。"}),
        (may, {"outcome": Outcome.RESOLVED, "reply": "已列入计划。"}),
        (datetime.date(2024, 6, 30), {"outcome": Outcome.RESOLVED, "reply": "已经落实。"}),
    ):
        with at(day):
            factories.act(record_outcome, first, None, **said)
    for name in ("as_of", "known_on"):
        page = client.get(f"{second.get_absolute_url()}?{name}={april}").content.decode()
        assert ("列入计划" in page, "已采纳" in page, "已经落实" in page) == (True, False, False)
        found = [
            [row.record.day_outcome for row in client.get(address).context["listing"].table.paginated_rows]
            for day in (MARCH, april, may)
            for address in [f"/tasks/?{name}={day}&columns=outcome"]
        ]
        assert found == [[None, None], ["planned"] * 2, ["resolved"] * 2]
        counts = [
            len(health_of(client.get(f"/tasks/?{name}={april}&outcome={outcome}")))
            for outcome in ("planned", "resolved", "missing")
        ]
        assert counts == [2, 0, 0]
    (outcome,) = SuggestionOutcome.objects.on(may)
    assert (outcome.day_outcome, outcome.day_reply, outcome.day_recorded_on) == ("resolved", "已列入计划。", may)
