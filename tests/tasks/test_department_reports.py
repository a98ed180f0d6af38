"""A task of several departments: each one's own last report, by name, wherever progress is shown."""

from __future__ import annotations

import datetime
import io
import re

import docx
import openpyxl
import pytest
from django.core.management import call_command

from meetings.breakdown.export.workbook import write_breakdown_with_status
from meetings.models import Department, DepartmentRole, Role, Task
from meetings.organisation.services.merge import merge
from meetings.reports.progress_document import write_meeting_report
from tests import factories
from tests.exports.exported_files import rows_by_head

pytestmark = pytest.mark.django_db

DAY = datetime.date
TECHNOLOGY, OFFICE = "采购合同已签订。", "场地已腾空。"


@pytest.fixture
def shared() -> Task:
    """A task that two departments answer for: the one reported in January, the other in March."""
    technology, office = factories.department("技术部"), factories.department("办公室")
    member = factories.person("易春")
    task = factories.task(
        factories.suggestion(sources=[(member, "委员")]),
        departments=[(technology, DepartmentRole.LEAD), (office, DepartmentRole.RESPONSIBLE)],
    )
    for department, note, day in ((technology, TECHNOLOGY, DAY(2024, 1, 10)), (office, OFFICE, DAY(2024, 3, 5))):
        liaison = factories.account(Role.LIAISON, departments=[department])
        factories.progress(task, "先前的进展。", on=DAY(2023, 12, 20), by=liaison)
        factories.progress(task, note, on=day, by=liaison)
    return task


def text_of_document(file: io.BytesIO) -> str:
    document = docx.Document(file)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def downloaded(client, path: str) -> io.BytesIO:
    client.force_login(factories.secretariat())
    response = client.get(path)
    assert response.status_code == 200, path
    return io.BytesIO(b"".join(response.streaming_content))


@pytest.mark.parametrize("name", ["register.xlsx", "register.csv"])
@pytest.mark.same_on_both
def test_the_register_has_a_line_for_each_department(shared, tmp_path, name):
    call_command("export_register", str(tmp_path / name), "--as-of", "2024-03-31")
    (row,) = rows_by_head(tmp_path / name)
    assert row["最近进展"] == f"办公室（2024-03-05）：{OFFICE}\n技术部（2024-01-10）：{TECHNOLOGY}"
    call_command("export_register", str(tmp_path / name), "--as-of", "2024-03-04")
    (row,) = rows_by_head(tmp_path / name)
    assert row["最近进展"] == f"技术部（2024-01-10）：{TECHNOLOGY}\n办公室（2023-12-20）：先前的进展。"


def test_the_list_names_who_reported(shared, client):
    client.force_login(factories.secretariat())
    page = re.sub("<[^>]*>", "", " ".join(client.get("/tasks/").content.decode().split()))
    assert TECHNOLOGY in page
    assert OFFICE in page
    assert page.index(OFFICE) < page.index("办公室 2024年3月5日") < page.index(TECHNOLOGY)
    assert "技术部 2024年1月10日" in page
    assert "先前的进展。" not in page


@pytest.mark.long
def test_the_reports_and_the_table_with_status_print_both(shared, client):
    report, status = io.BytesIO(), io.BytesIO()
    write_meeting_report(report, shared.suggestion.meeting, DAY(2024, 3, 31))
    write_breakdown_with_status(status, shared.suggestion.meeting, DAY(2024, 3, 31))
    member = shared.suggestion.suggestion_sources.get().person
    reply = downloaded(client, f"/reports/reply/?person={member.pk}&as_of=2024-03-31")
    for text in map(text_of_document, (report, reply)):
        assert f"办公室于2024年3月5日报告：{OFFICE}\n技术部于2024年1月10日报告：{TECHNOLOGY}" in text
    cells = [cell.value for row in openpyxl.load_workbook(status).active.iter_rows() for cell in row]
    assert f"办公室（2024-03-05）：{OFFICE}\n技术部（2024-01-10）：{TECHNOLOGY}" in cells


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_bulletin_prints_what_each_reported_in_its_period(shared, client):
    for first, last, told in (
        ("2024-01-01", "2024-03-31", [OFFICE, TECHNOLOGY]),
        ("2024-02-01", "2024-03-31", [OFFICE]),
        ("2023-12-01", "2024-01-31", [TECHNOLOGY, "办公室于2023年12月20日报告：先前的进展。"]),
    ):
        text = text_of_document(downloaded(client, f"/reports/bulletin/?from={first}&to={last}"))
        assert [
            note for note in (OFFICE, TECHNOLOGY, "办公室于2023年12月20日报告：先前的进展。") if note in text
        ] == told


def test_the_workbook_names_both(shared, client):
    office = Department.objects.get(name="办公室")
    file = downloaded(client, f"/fill-in/workbook/?department={office.pk}")
    cells = [cell.value for row in openpyxl.load_workbook(file).active.iter_rows() for cell in row]
    assert f"办公室（2024-03-05）：{OFFICE}\n技术部（2024-01-10）：{TECHNOLOGY}" in cells


def test_meetings_compared_name_both(shared, client):
    client.force_login(factories.secretariat())
    meeting, later = shared.suggestion.meeting, factories.meeting(issued_on=DAY(2024, 6, 1))
    page = " ".join(client.get(f"/meetings/compare/?a={meeting.pk}&b={later.pk}").content.decode().split())
    assert f"办公室 2024年3月5日 {OFFICE}" in page
    assert f"技术部 2024年1月10日 {TECHNOLOGY}" in page


def test_a_merged_departments_report_is_the_living_ones(shared, tmp_path):
    office, technology = Department.objects.get(name="办公室"), Department.objects.get(name="技术部")
    merge(subject=office, into=technology, actor=factories.secretariat())
    call_command("export_register", str(tmp_path / "register.csv"), "--as-of", "2024-03-31")
    (row,) = rows_by_head(tmp_path / "register.csv")
    assert row["最近进展"] == OFFICE


def test_the_secretariats_own_words_are_named_beside_a_departments(tmp_path):
    task = factories.task(departments=[(factories.department("技术部"), DepartmentRole.RESPONSIBLE)])
    factories.progress(task, "会上口头报告。", on=DAY(2024, 1, 5))
    call_command("export_register", str(tmp_path / "register.csv"), "--as-of", "2024-03-31")
    assert [row["最近进展"] for row in rows_by_head(tmp_path / "register.csv")] == ["会上口头报告。"]
    liaison = factories.account(Role.LIAISON, departments=list(task.departments.all()))
    factories.progress(task, TECHNOLOGY, on=DAY(2024, 1, 5), by=liaison)
    call_command("export_register", str(tmp_path / "register.csv"), "--as-of", "2024-03-31")
    (row,) = rows_by_head(tmp_path / "register.csv")
    assert row["最近进展"] == f"技术部（2024-01-05）：{TECHNOLOGY}\n秘书处（2024-01-05）：会上口头报告。"


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_liaisons_inbox_says_what_the_own_department_reported(shared, client):
    technology = Department.objects.get(name="技术部")
    client.force_login(factories.account(Role.LIAISON, departments=[technology]))
    page = client.get("/inbox/").content.decode()
    assert TECHNOLOGY in page
    assert OFFICE not in page
