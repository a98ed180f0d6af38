"""How official documents put things: lateness beside the status, no number for the only task."""

from __future__ import annotations

import datetime
import io

import docx
import pytest
from django.utils import translation

from meetings.display.department_reports import department_reports
from meetings.models import Status, Task
from meetings.reports.bulletin import build_bulletin
from meetings.reports.bulletin_document import bulletin_document
from meetings.reports.formatting import format_standing, format_summary
from meetings.reports.measures import CELL_MARGIN, TABLE_SIZE, TEXT_WIDTH
from meetings.reports.official import Paragraph, Table
from meetings.reports.progress import build_progress_report
from meetings.reports.progress_document import report_document, write_meeting_report
from meetings.reports.summary_document import summary_document
from meetings.tasks.statistics import build_summary
from tests import factories

# The words of reports; test_progress asks their queries on both.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

DAY = datetime.date
REVIEWS_MISSED = DAY(2024, 2, 9)


def test_the_summary_is_a_sentence_with_measure_words_that_leaves_out_noughts(meeting_81):
    def told(day):
        return format_summary(build_summary(Task.objects.on(day), day))

    assert told(REVIEWS_MISSED) == (
        "8个方面12条意见建议共分解为18项任务：尚无办结任务，尚未到期3项，持续跟踪8项，逾期未办结7项。"
    )
    for task in Task.objects.filter(due_date=DAY(2023, 12, 31)):
        factories.move(task, Status.CLOSED, on=DAY(2024, 1, 2))
    assert told(REVIEWS_MISSED) == "8个方面12条意见建议共分解为18项任务：已办结7项，尚未到期3项，持续跟踪8项。"


def test_lateness_stands_beside_the_status(meeting_81):
    not_started, asked, under_way = Task.objects.filter(due_date=DAY(2023, 12, 31)).order_by("pk")[:3]
    factories.progress(under_way, "已启动。", on=DAY(2023, 12, 1))
    factories.progress(asked, "已完成。", on=DAY(2023, 12, 1))
    factories.move(asked, Status.CLOSURE_REQUESTED, on=DAY(2024, 1, 2), note="已办完。")
    told = {task.pk: format_standing(task, DAY(2024, 1, 10)) for task in Task.objects.on(DAY(2024, 1, 10))}
    assert told[not_started.pk] == "已逾期10天，未启动"
    assert told[asked.pk] == "已逾期10天，已申请办结，待审定"
    assert told[under_way.pk] == "已逾期10天"
    missed = meeting_81.suggestions.filter(tasks__next_review__isnull=False).first().tasks.first()
    (state,) = [format_standing(task, REVIEWS_MISSED) for task in Task.objects.on(REVIEWS_MISSED).filter(pk=missed.pk)]
    assert state == "跟踪超期1天，未启动"


def test_the_only_task_of_a_suggestion_has_no_number(meeting_81):
    file = io.BytesIO()
    write_meeting_report(file, meeting_81, REVIEWS_MISSED)
    paragraphs = {paragraph.text: paragraph.style.name for paragraph in docx.Document(file).paragraphs}
    several = meeting_81.suggestions.get(position=4).tasks.first()
    alone = meeting_81.suggestions.get(position=1).tasks.get()
    assert f"据此确定的工作任务是：{alone.text}" in paragraphs
    assert alone.text not in paragraphs
    assert any(text.endswith(several.text) and "eading" in style for text, style in paragraphs.items())


def closed_task(world) -> Task:
    """Return a task whose department reported, and that the secretariat closed with words of its own."""
    task = world.on_track
    factories.progress(task, "平台已经上线运行。", on=world.day, by=world.liaison)
    factories.move(task, Status.CLOSURE_REQUESTED, on=world.day, note="平台验收完毕。", by=world.liaison)
    factories.move(task, Status.CLOSED, on=world.day, note="秘书处同意。")
    factories.progress(world.overdue, "正在办理。", on=world.day, by=world.liaison)
    return task


def test_what_the_secretariat_noted_comes_after_the_departments_report(world):
    task = closed_task(world)
    factories.progress(world.overdue, "请抓紧。", on=world.day)
    for pk in (task.pk, world.overdue.pk):
        (found,) = Task.objects.on(world.day).filter(pk=pk).with_department_reports(world.day)
        own = [report.is_own_word for report in department_reports(found)]
        assert own == sorted(own, reverse=True)
        assert own[0]


def test_what_was_closed_in_the_period_is_told_once_in_the_bulletin(world):
    task = closed_task(world)
    with translation.override("zh-hans"):
        document = bulletin_document(build_bulletin(world.day, world.day))
    tables = [block for block in document.blocks if isinstance(block, Table)]
    cells = [str(column.value(line)) for table in tables for line in table.lines for column in table.columns]
    assert sum(task.text in cell for cell in cells) == 1
    assert sum(world.overdue.text in cell for cell in cells) == 1
    told = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert any("其中1项已在本期办结，情况见前表。" in text for text in told), "the number is that of the overview"


def test_the_summary_names_whole_departments_and_cuts_texts_at_marks(meeting_81):
    names = [f"第{number}届执行委员会" for number in range(6)]
    task = Task.objects.filter(due_date=DAY(2023, 12, 31)).first()
    task.task_departments.all().delete()
    for position, name in enumerate(names):
        task.task_departments.create(department=factories.department(name), position=position)
    Task.objects.filter(pk=task.pk).update(text="定期召开会议，邀请各层级委员参与，充分调动执行委员会委员的积极性。")
    with translation.override("zh-hans"):
        document = summary_document(build_progress_report(meeting_81, REVIEWS_MISSED))
    told = "".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    assert "（第0届执行委员会、第1届执行委员会等6个部室）" in told
    assert "定期召开会议，邀请各层级委员参与……" in told


def test_numbers_and_days_of_a_report_stand_in_one_line(meeting_81):
    """In the widest letters that may stand in for ours, a figure takes 0.64 of its size."""
    for number in (1, 2):
        factories.extension_request(Task.objects.filter(due_date=DAY(2023, 12, 31))[number], days=1000)
    with translation.override("zh-hans"):
        document = report_document(build_progress_report(meeting_81, DAY(2026, 11, 20)))
    for table in (block for block in document.blocks if isinstance(block, Table)):
        shares = sum(column.width for column in table.columns)
        for column in table.columns:
            room = TEXT_WIDTH * column.width / shares - 2 * CELL_MARGIN
            for value in (str(column.value(line)) for line in table.lines):
                if value.replace(".", "").isdecimal():
                    points = value.count(".")
                    assert room >= TABLE_SIZE * (0.64 * (len(value) - points) + 0.35 * points), (table.caption, value)
