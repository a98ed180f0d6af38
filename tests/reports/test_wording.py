"""How official documents put things: lateness beside the status, no number for the only task."""

from __future__ import annotations

import datetime
import io

import docx
import pytest

from meetings.models import Status, Task
from meetings.reports.formatting import format_standing, format_summary
from meetings.reports.progress_document import write_meeting_report
from meetings.tasks.statistics import build_summary
from tests import factories

pytestmark = pytest.mark.django_db

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
    assert state == "评估逾期1天，未启动"


def test_the_only_task_of_a_suggestion_has_no_number(meeting_81):
    file = io.BytesIO()
    write_meeting_report(file, meeting_81, REVIEWS_MISSED)
    paragraphs = {paragraph.text: paragraph.style.name for paragraph in docx.Document(file).paragraphs}
    several = meeting_81.suggestions.get(position=4).tasks.first()
    alone = meeting_81.suggestions.get(position=1).tasks.get()
    assert f"据此确定的工作任务是：{alone.text}" in paragraphs
    assert alone.text not in paragraphs
    assert any(text.endswith(several.text) and "eading" in style for text, style in paragraphs.items())
