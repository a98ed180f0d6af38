"""A file is called by the whole title."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st

from meetings.exports.downloads import file_name
from meetings.models import DepartmentRole, MinutesDocument, SuggestionSource
from tests import factories

pytestmark = pytest.mark.same_on_both


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("检验/检测处", "检验／检测处.xlsx"),
        ('a\\b:c*d?e"f<g>h|i', "a＼b：c＊d？e＂f＜g＞h｜i.xlsx"),
        ("第一行\r\n第二行\t三", "第一行 第二行 三.xlsx"),
        ("报\u202e告\0\u200b", "报告.xlsx"),
        (" . ", "1.xlsx"),
        ("", "1.xlsx"),
        ("长" * 100 + " 2026-11-28", "长" * 59 + "…" + "长" * 9 + " 2026-11-28.xlsx"),
    ],
)
def test_a_name_keeps_every_word_of_the_title(title, name):
    assert file_name(title, "xlsx") == name


@given(title=st.text(max_size=300))
def test_every_name_is_one_that_every_system_keeps(title):
    name = file_name(title, "docx")
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|\n\0')
    assert name == name.strip(" .")


def offered(response) -> str:
    return unquote(response["Content-Disposition"])


@pytest.mark.long
@pytest.mark.django_db
def test_downloads_are_called_by_the_whole_title(client):
    client.force_login(factories.secretariat())
    meeting = factories.meeting(title="2023/2024年会", breakdown_title="2023/2024年度任务分解表")
    department, other = factories.department("检验/检测处"), factories.department("长" * 90)
    person = factories.person("张/三")
    suggestion = factories.suggestion(meeting, sources=[(person, "委员")])
    factories.task(suggestion, departments=[(unit, DepartmentRole.RESPONSIBLE) for unit in (department, other)])
    assert SuggestionSource.objects.exists()
    for form in ("breakdown", "status", "document"):
        assert "2023／2024年度" in offered(client.get(f"/meetings/{meeting.pk}/", {"export": form}))
    assert "2023／2024年会" in offered(client.get("/reports/meeting/", {"meeting": meeting.pk}))
    assert "张／三" in offered(client.get("/reports/reply/", {"person": person.pk}))
    assert "检验／检测处" in offered(client.get("/fill-in/workbook/", {"department": department.pk}))
    archive = client.get("/fill-in/workbook/", {"form": "zip"})
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))) as workbooks:
        first, second = sorted(workbooks.namelist(), key=len)
    assert "检验／检测处" in first
    assert len(second.encode()) <= 255
    document = factories.minutes_document(None, meeting=meeting)
    MinutesDocument.objects.filter(pk=document.pk).update(original_name="")
    assert "2023／2024年会" in offered(client.get(f"/import/{document.pk}/file/"))
