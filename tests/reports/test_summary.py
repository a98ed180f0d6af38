"""摘要: the report on two pages, by the page and by the command; with the real meeting and with 300 tasks."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace
from urllib.parse import unquote

import docx
import pdfplumber
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation
from lxml import html

from meetings.devtools import synthetic
from meetings.models import Role, Status, Task
from meetings.reports.measures import count_lines, count_title_lines
from meetings.reports.official import Heading, Paragraph, write_official_document
from meetings.reports.progress import ProgressReport, build_progress_report, last_status_entries
from meetings.reports.summary_document import summary_document
from meetings.tasks.statistics import build_summary
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

DAY = datetime.date
REVIEWS_MISSED = DAY(2024, 2, 9)


def get(address: str):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(factories.account(Role.READER))
    return client.get(address)


def texts_of(document) -> list[str]:
    return [block.text for block in document.blocks]


def with_all_tasks(report: ProgressReport) -> ProgressReport:
    """The report as if all the register's tasks were of its meeting."""
    tasks = Task.objects.on(report.day)
    listed = tuple(tasks.with_department_reports(report.day).for_listing().order_by("suggestion", "number"))
    return replace(
        report,
        tasks=listed,
        summary=build_summary(tasks, report.day),
        status_entries=last_status_entries(listed, report.day),
    )


@pytest.mark.long
def test_the_page_and_the_meetings_page_offer_two_pages_beside_the_whole_report(meeting_81, tmp_path):
    page = html.fromstring(get("/reports/").content)
    assert page.xpath("//select[@name='length']/option/@value") == ["full", "summary"]
    of_meeting = html.fromstring(get(f"{meeting_81.get_absolute_url()}?as_of=2024-02-09").content)
    (link,) = of_meeting.xpath("//a[@data-download and contains(@href, 'length=summary')]/@href")
    response = get(link)
    assert "summary of the report as of 2024-02-09.docx" in unquote(response["Content-Disposition"])
    served = docx.Document(io.BytesIO(b"".join(response.streaming_content)))
    assert served.paragraphs[0].text.endswith("意见建议落实情况的报告（摘要）")
    call_command("report", str(meeting_81.pk), str(tmp_path / "摘要.docx"), as_of="2024-02-09", summary=True)
    made = docx.Document(str(tmp_path / "摘要.docx"))
    assert [paragraph.text for paragraph in made.paragraphs] == [paragraph.text for paragraph in served.paragraphs]


def test_another_length_is_answered_with_one_sentence(meeting_81):
    response = get(f"/reports/meeting/?meeting={meeting_81.pk}&length=short")
    assert response.status_code == 422
    assert "There is no such length. Choose one from the list." in response.content.decode()


def test_it_says_the_totals_what_is_red_and_whose_it_is_and_what_the_leaders_are_asked(meeting_81):
    texts = texts_of(summary_document(build_progress_report(meeting_81, REVIEWS_MISSED)))
    said = "\n".join(texts)
    for sentence in (
        "8个方面12条意见建议共分解为18项任务：尚无办结任务，尚未到期3项，持续跟踪8项，逾期未办结7项。",
        "逾期未办结的任务有7项，其中技术部3项、办公室3项、中心领导班子1项。",
        "跟踪超期的任务有8项，涉及国际部3项、",
        "第4(1)项“建立信息宣传工作小组”（办公室）已逾期40天，未启动；",
        "尚无办结任务。",
        "请分管领导督促逾期和跟踪超期的任务尽快办理（共同分管的分别计入）：肖良同志7项、张朝华同志5项、",
    ):
        assert sentence in said, sentence


@pytest.mark.long
def test_it_says_what_was_closed_and_has_no_section_about_nothing(meeting_81):
    in_time, late, *others = Task.objects.order_by("pk")
    factories.move(in_time, Status.CLOSED, on=DAY(2023, 12, 20))
    factories.move(late, Status.CLOSED, on=DAY(2024, 1, 2))
    said = "\n".join(texts_of(summary_document(build_progress_report(meeting_81, DAY(2024, 1, 31)))))
    assert "已办结任务2项，其中逾期办结1项。" in said
    assert "（技术部）已于2023年12月20日按期办结；第2项“" in said
    for task in others:
        factories.move(task, Status.CLOSED, on=DAY(2023, 12, 21))
    document = summary_document(build_progress_report(meeting_81, DAY(2024, 1, 31)))
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert headings == ["总体情况", "办结情况", "提请研究和协调的事项"]
    assert texts_of(document)[-1] == "目前没有需要研究决定或者协调督促的事项。"


def test_what_it_says_in_english_are_sentences_too(meeting_81):
    with translation.override("en"):
        document = summary_document(build_progress_report(meeting_81, REVIEWS_MISSED))
    said = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert any("7 tasks are overdue, of these 技术部 3、办公室 3、中心领导班子 1." in text for text in said)
    assert all(text[0].isupper() or text[0].isdigit() for text in said)
    assert all(text.endswith(".") for text in said)


@pytest.fixture
def summaries(meeting_81):
    """Of the real meeting and of one with 300 tasks more, on days with little to say and with much."""
    synthetic.generate(300, seed=11)
    reports = [
        build_progress_report(meeting_81, day) for day in (DAY(2023, 12, 1), REVIEWS_MISSED, timezone.localdate())
    ]
    return [summary_document(report) for report in [*reports, *map(with_all_tasks, reports)]]


@pytest.mark.long
def test_what_it_says_has_room_on_two_pages(summaries):
    for document in summaries:
        lines = count_title_lines(document.title) + sum(map(count_lines, [document.salutation, *texts_of(document)]))
        # Five are those of the closing and the signature.
        assert lines <= 2 * 22 - 5 - 4
    assert any("；其余" in text for text in texts_of(summaries[-1])), "there is more than it has room for"


@pytest.mark.slow
def test_libreoffice_draws_it_on_two_pages(summaries, as_pdf, tmp_path):
    for number, document in enumerate(summaries):
        path = tmp_path / f"{number}.docx"
        with path.open("wb") as file:
            write_official_document(file, lambda document=document: document)
        with pdfplumber.open(as_pdf(path)) as pdf:
            assert len(pdf.pages) == 2
