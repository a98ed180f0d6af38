"""考评: a small world computed by hand, and that every sum is that of the tasks listed."""

from __future__ import annotations

import datetime
import io

import docx
import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from meetings.devtools import synthetic
from meetings.models import DepartmentRole, Role, Status, Task, TaskState
from meetings.reports import appraisal_workbook
from meetings.reports.bulletin_document import write_bulletin
from meetings.tasks.appraisal import (
    FIGURES,
    DepartmentAppraisal,
    appraise_departments,
    explain_figures,
    format_share,
)
from meetings.tasks.display import closure_text
from meetings.tasks.services.extensions import grant_extension, request_extension
from meetings.tasks.statistics import CLOSED_IN_TIME, LATE
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

DAY = datetime.date
YEAR = (DAY(2024, 1, 1), DAY(2024, 12, 31))
ISSUED = DAY(2023, 11, 8)
LATER = DAY(2025, 6, 1)


@pytest.fixture
def suggestion():
    return factories.suggestion(factories.meeting(issued_on=ISSUED))


def appraise(first=YEAR[0], last=YEAR[1], today=LATER) -> dict[str, DepartmentAppraisal]:
    departments = appraise_departments(Task.objects.on(last), first, last, today)
    return {department.label: department for department in departments}


def values(label: str = "技术部", **period) -> dict[str, int | str]:
    return appraise(**period)[label].values


def extend(task: Task, *, asked: datetime.date, granted: datetime.date, until: str) -> None:
    reasons = {"reason": "供应商更换。", "progress": "过半。", "deadline_text": until}
    factories.act(request_extension, task, None, effective_on=asked, **reasons)
    factories.act(grant_extension, task, None, effective_on=granted, reason="同意。")


def close(task: Task, day: datetime.date) -> None:
    factories.move(task, Status.CLOSED, on=day)


# --- a small world, computed by hand ------------------------------------------------------------


@pytest.mark.long
def test_a_small_world_is_what_one_computes_by_hand(suggestion):
    in_time = factories.task(suggestion, deadline="2024.3")
    close(in_time, DAY(2024, 3, 31))
    late = factories.task(suggestion, deadline="2024.3")
    close(late, DAY(2024, 4, 10))  # 10 days after its deadline
    extended = factories.task(suggestion, deadline="2024.6")
    extend(extended, asked=DAY(2024, 6, 1), granted=DAY(2024, 6, 30), until="2024.9")
    close(extended, DAY(2024, 9, 30))
    still_open = factories.task(suggestion, deadline="2024.12")
    factories.progress(still_open, on=DAY(2024, 5, 10), department=factories.department())
    terminated = factories.task(suggestion, deadline="2024.2")
    factories.move(terminated, Status.TERMINATED, on=DAY(2024, 5, 1))
    factories.task(suggestion, deadline="2025.3")
    reviewed = factories.task(suggestion, deadline="每季度")
    for month in (1, 4, 7, 10):
        factories.progress(reviewed, on=DAY(2024, month, 5), department=factories.department())
    factories.task(suggestion, deadline="持续跟踪")  # to be reviewed by 8 February: 327 days missed of 366
    assert values() == {
        "due": 4,
        "in_time": 2,
        "extended": 1,
        "in_time_share": "50%",
        "reviews": 2,
        "reviewed": 1,
        "reviewed_share": "50%",
        "late": 10 + 327,
        "silent": 366,
    }
    assert Task.objects.on(YEAR[1]).filter(CLOSED_IN_TIME).count() == 2, "as the list counts"


def test_what_is_due_is_not_late_before_the_day_is_over(suggestion):
    factories.task(suggestion, deadline="2024-06-30")
    period = {"first": DAY(2024, 6, 1), "last": DAY(2024, 6, 30)}
    assert values(**period, today=DAY(2024, 6, 30))["due"] == 0
    assert values(**period, today=DAY(2024, 7, 1))["due"] == 1
    assert values(**period, today=DAY(2024, 7, 1))["late"] == 0


def test_an_old_overdue_task_counts_in_every_period_until_it_is_closed(suggestion):
    task = factories.task(suggestion, deadline="2023.12")
    assert values()["in_time_share"] == "0%"
    assert values()["late"] == 366
    close(task, DAY(2025, 3, 1))
    assert values()["in_time_share"] == "0%"
    assert values(first=DAY(2025, 1, 1), last=DAY(2025, 3, 31))["in_time_share"] == "0%"
    after = values(first=DAY(2025, 4, 1), last=DAY(2025, 5, 31))
    assert (after["due"], after["in_time_share"], after["late"], after["silent"]) == (0, "—", 0, 0)


def test_an_extension_granted_late_counts_like_any_and_the_days_before_it_stay_late(suggestion):
    task = factories.task(suggestion, deadline="2024.3")
    extend(task, asked=DAY(2024, 3, 1), granted=DAY(2024, 4, 11), until="2024.6")
    extend(task, asked=DAY(2024, 6, 1), granted=DAY(2024, 6, 3), until="2024.9")
    close(task, DAY(2024, 9, 30))
    assert (values()["due"], values()["in_time"], values()["extended"], values()["late"]) == (1, 1, 1, 10)
    assert Task.objects.on(YEAR[1]).filter(CLOSED_IN_TIME).get() == task
    (part,) = appraise()["技术部"].parts
    assert part.task.outcome == closure_text(Task.objects.on(YEAR[1]).get()) == "按期办结"


def test_days_late_are_those_that_the_page_of_the_task_says(suggestion):
    close(factories.task(suggestion, deadline="2024.3"), DAY(2024, 4, 19))
    assert closure_text(Task.objects.on(YEAR[1]).get()) == "逾期 19 天办结"
    assert values()["late"] == 19
    before, since = {"last": DAY(2024, 4, 18)}, {"first": DAY(2024, 4, 19)}
    assert (values(**before)["late"], values(**since)["late"]) == (18, 1)


def test_a_milestone_missed_counts_as_days_late_and_the_closure_by_the_deadline(suggestion):
    close(factories.task(suggestion, deadline="2024.12", milestones=["2024-05-31"]), DAY(2024, 6, 11))
    assert (values()["in_time_share"], values()["late"]) == ("100%", 10)
    explained = dict(explain_figures())
    assert "错过的节点计入“逾期及跟踪超期天数”" in explained["按期办结"]


def test_a_task_closed_ahead_of_its_period_is_in_time_in_it(suggestion):
    close(factories.task(suggestion, deadline="2024.6"), DAY(2023, 12, 1))
    assert values()["in_time_share"] == "100%"
    assert values(first=DAY(2024, 7, 1), last=YEAR[1])["in_time_share"] == "—"


def test_a_task_is_as_late_as_its_first_milestone_not_met(suggestion):
    factories.task(suggestion, deadline="2025.6", milestones=["2024-11-30"])
    assert (values()["due"], values()["in_time"], values()["late"]) == (1, 0, 31)


def test_a_task_closed_without_a_due_day_is_asked_for_its_reviews_alone(suggestion):
    task = factories.task(suggestion, deadline="持续跟踪")
    close(task, DAY(2024, 2, 8))
    assert (values()["due"], values()["in_time_share"], values()["reviewed_share"], values()["late"]) == (
        0,
        "—",
        "—",
        0,
    )
    assert [part.task.outcome for part in appraise()["技术部"].parts] == ["已办结"]
    reported = factories.task(suggestion, deadline="每季度")
    factories.progress(reported, on=DAY(2024, 1, 5), department=factories.department())
    close(reported, DAY(2024, 4, 5))
    assert (values()["in_time_share"], values()["reviewed_share"]) == ("—", "100%")


def test_each_department_is_asked_for_its_own_silence_and_supporting_ones_for_nothing(suggestion):
    technology, office, other = map(factories.department, ("技术部", "办公室", "国际部"))
    roles = (DepartmentRole.LEAD, DepartmentRole.RESPONSIBLE, DepartmentRole.SUPPORTING)
    parts = list(zip((technology, office, other), roles, strict=True))
    task = factories.task(suggestion, deadline="2025.12", departments=parts)
    factories.progress(task, on=DAY(2024, 7, 1), department=technology)
    factories.progress(task, on=DAY(2024, 12, 31), department=other)
    assert values("技术部")["silent"] == 183
    assert values("办公室")["silent"] == 366
    assert "国际部" not in appraise()


def test_a_closed_time_in_between_parts_silence(suggestion):
    task = factories.task(suggestion, deadline="2025.12")
    close(task, DAY(2024, 3, 1))
    factories.move(task, Status.IN_PROGRESS, on=DAY(2024, 12, 1))
    assert values()["silent"] == 60


def test_the_tasks_of_nobody_are_not_hidden_and_a_period_before_all_has_no_share(suggestion):
    factories.task(suggestion, deadline="2024.3", departments=[])
    (nobody,) = appraise_departments(Task.objects.on(YEAR[1]), *YEAR, LATER)
    assert (nobody.key, nobody.values["in_time_share"]) == ("none", "0%")
    assert appraise(first=DAY(2023, 1, 1), last=DAY(2023, 2, 1)) == {}


def test_what_is_not_all_is_never_rounded_up_to_all():
    assert [format_share(*counts) for counts in ((1999, 2000), (2, 3), (2000, 2000), (0, 1))] == [
        "99.9%",
        "66.7%",
        "100%",
        "0%",
    ]


def test_the_latest_department_comes_first_and_invented_ones_last(suggestion):
    invented = factories.suggestion(factories.meeting(issued_on=ISSUED, is_demonstration=True))
    of = {name: [(factories.department(name), DepartmentRole.LEAD)] for name in ("办公室", "技术部", "演示·部")}
    factories.task(invented, deadline="2023.12", departments=of["演示·部"])
    factories.task(suggestion, deadline="2024.9", departments=of["办公室"])
    factories.task(suggestion, deadline="2024.3", departments=of["技术部"])
    factories.task(suggestion, deadline="2023.12", departments=[])
    assert [*appraise()] == ["技术部", "办公室", "演示·部", "未指定"]


def test_a_past_period_stays_what_it_was_when_the_register_goes_on(suggestion):
    task = factories.task(suggestion, deadline="2024.3")
    past = {"first": DAY(2024, 1, 1), "last": DAY(2024, 6, 30)}
    before = values(**past)
    extend(task, asked=DAY(2024, 7, 1), granted=DAY(2024, 7, 2), until="2024.12")
    close(task, DAY(2024, 11, 1))
    assert values(**past) == before
    assert before["late"] == 91


# --- many tasks ---------------------------------------------------------------------------------


@pytest.fixture
def three_hundred(db) -> None:
    synthetic.generate(300, seed=3)


@pytest.mark.slow
def test_the_days_late_are_those_on_which_the_list_shows_the_task_red(three_hundred):
    last = timezone.localdate()
    first = last - datetime.timedelta(days=40)
    counted: dict[int, int] = {}
    for ago in range(41):
        day = last - datetime.timedelta(days=ago)
        for pk in Task.objects.on(day).filter(health__in=["overdue", "review_missed"]).values_list("pk", flat=True):
            counted[pk] = counted.get(pk, 0) + 1
    ended = set(Task.objects.on(last).filter(day_status=Status.TERMINATED).values_list("pk", flat=True))
    # A late closure counts its own day, too.
    for task in Task.objects.on(last).filter(LATE, day_closed_on__gte=first):
        counted[task.pk] = counted.get(task.pk, 0) + 1
    parts = {
        part.task_id: part.task.late_days
        for department in appraise_departments(Task.objects.on(last), first, last, last)
        for part in department.parts
    }
    assert {pk: days for pk, days in parts.items() if days} == {pk: d for pk, d in counted.items() if pk not in ended}


@pytest.mark.slow
def test_every_number_leads_to_exactly_that_many_tasks_and_the_days_are_their_sum(three_hundred):
    client = signed_in()
    page = page_of(client.get("/reports/appraisal/"))
    links = page.xpath("//table[contains(@class,'appraisal')]//td/a[contains(@href,'part=')]")
    numbers = dict.fromkeys(FIGURES, 0)
    for link in links[:60]:
        name = link.get("href").rpartition("part=")[2]
        listed = page_of(client.get(link.get("href")))
        rows = listed.xpath("//table[@aria-labelledby='tasks']/tbody/tr")
        number = int(link.text_content())
        numbers[name] += 1
        if name == "late":
            assert number == sum(int(row.xpath("./td")[4].text_content()) for row in rows)
        elif name == "silent":
            assert number == int(rows[0].xpath("./td")[5].text_content())
        else:
            assert number == len(rows) == int(link.get("data-count"))
    assert all(numbers[name] for name in ("due", "late", "silent"))


@pytest.mark.long
@pytest.mark.parametrize("count", [20, 300])
def test_it_costs_three_queries_for_any_number_of_tasks(count, django_assert_num_queries):
    synthetic.generate(count, seed=3)
    day = timezone.localdate()
    with django_assert_num_queries(3):
        appraise_departments(Task.objects.on(day), day.replace(month=1, day=1), day, day)
    assert TaskState.objects.count() >= count


# --- where it is shown --------------------------------------------------------------------------


def signed_in(role: str = Role.READER) -> Client:
    client = Client()
    client.force_login(factories.account(role))
    return client


def page_of(response):
    assert response.status_code == 200, response.status_code
    return html.fromstring(response.content)


def test_the_workbook_has_the_departments_their_tasks_and_the_formulas(suggestion):
    close(factories.task(suggestion, deadline="2024.3"), DAY(2024, 4, 10))
    response = signed_in().get("/reports/appraisal/?from=2024-01-01&to=2024-12-31&export=xlsx")
    workbook = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    departments, tasks, formulas = workbook.worksheets
    assert departments.title == "考评（2024-01-01至2024-12-31）"
    assert [cell.value for cell in departments[2]] == ["技术部", 1, 0, 0, "0%", 0, 0, "—", 10, 100]
    assert [cell.value for cell in tasks[2]][-3:] == ["逾期办结", 10, 100]
    assert {row[0].value for row in formulas.iter_rows(min_row=2)} >= {"按期办结率", "逾期及跟踪超期天数"}


@pytest.mark.long
def test_the_tasks_of_a_workbook_are_read_in_portions_and_are_the_same(three_hundred, monkeypatch):
    def rows() -> list[tuple]:
        response = signed_in().get(
            "/reports/appraisal/", {"from": YEAR[0].isoformat(), "to": YEAR[1].isoformat(), "export": "xlsx"}
        )
        _departments, tasks, _formulas = openpyxl.load_workbook(
            io.BytesIO(b"".join(response.streaming_content))
        ).worksheets
        return list(tasks.iter_rows(values_only=True))

    def load(tasks, day, keys):
        portions.append(len(keys))
        return load_portion(tasks, day, keys)

    whole, portions = rows(), []
    load_portion = appraisal_workbook.load_portion
    monkeypatch.setattr(appraisal_workbook, "CHUNK_SIZE", 7)
    monkeypatch.setattr(appraisal_workbook, "load_portion", load)
    assert rows() == whole
    assert len(portions) > 1
    assert max(portions) <= 7


def test_the_bulletin_has_the_table_with_the_formulas_below(suggestion):
    close(factories.task(suggestion, deadline="2024.3"), DAY(2024, 4, 10))
    file = io.BytesIO()
    write_bulletin(file, *YEAR)
    document = docx.Document(file)
    assert ["技术部", "1", "0", "0", "0%", "0", "0", "—", "10", "100"] in [
        [cell.text for cell in row.cells] for table in document.tables for row in table.rows
    ]
    assert any(
        "按期办结率" in paragraph.text and "逾期及跟踪超期天数" in paragraph.text for paragraph in document.paragraphs
    )


def test_a_leader_sees_the_departments_of_the_tasks_supervised_and_only_these(suggestion):
    factories.task(suggestion, deadline="2024.3")
    factories.task(suggestion, deadline="2024.3", leaders=[factories.person("张朝华")])
    client = signed_in(Role.LEADER)
    page = page_of(client.get("/?as_of=2024-12-31&whole=appraisal"))
    (link,) = page.xpath("//section[@aria-labelledby='appraisal']//a[contains(@href,'part=due')]")
    assert link.text_content() == "1"
    listed = page_of(client.get(link.get("href")))
    assert len(listed.xpath("//table[@aria-labelledby='tasks']/tbody/tr")) == 1
    # Each column is explained, and nothing that is not there.
    section = page.xpath("//section[@aria-labelledby='appraisal']")[0]
    columns = [head.text_content() for head in section.xpath(".//th[@class='num']")]
    assert columns == [term.text_content() for term in section.xpath(".//dt")]
    assert "其中经延期" in columns
    assert not page_of(client.get("/?scope=all")).xpath("//section[@aria-labelledby='appraisal']")


def test_a_past_day_ends_the_period_and_is_told_as_on_every_page(suggestion):
    factories.task(suggestion, deadline="2024.3")
    page = page_of(signed_in().get("/reports/appraisal/?as_of=2024-06-30"))
    assert "2024年1月1日至2024年6月30日" in page.xpath("string(//h2[@id='departments'])")
    assert "2024年6月30日" in page.xpath("string(//*[@id='as-of-band'])")


@pytest.mark.parametrize(
    "query",
    [
        "from=2024-12-31&to=2024-01-01",
        "to=2999-01-01",
        "to=gestern",
        "as_of=2024-06-30&to=2024-12-31",
        "as_of=2999-01-01",
        "leader=999999",
        "department=999999",
        "department=none&part=due",
    ],
)
def test_what_has_no_meaning_is_said(suggestion, query):
    factories.task(suggestion, deadline="2024.3")
    response = signed_in().get(f"/reports/appraisal/?{query}")
    assert response.status_code == 422
    alerts = html.fromstring(response.content).xpath("//main//*[@role='alert']")
    assert len(alerts) == 1, [alert.text_content() for alert in alerts]
