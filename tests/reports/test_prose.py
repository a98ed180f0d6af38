"""What reports and letters say of a task: whole sentences, with who, by when, how late, and whose last word."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone, translation

from meetings.devtools import synthetic
from meetings.models import Department, DepartmentRole, Meeting, Person, Status, Suggestion, Task
from meetings.reports.bulletin import build_bulletin
from meetings.reports.bulletin_document import bulletin_document
from meetings.reports.official import Heading, OfficialDocument, Paragraph, Table
from meetings.reports.progress import build_progress_report
from meetings.reports.progress_document import report_document
from meetings.reports.prose import count_tasks, describe_task, end_sentence
from meetings.reports.replies import build_reply_sheet
from meetings.reports.replies_document import reply_document
from meetings.reports.summary_document import summary_document
from meetings.tasks.services.extensions import grant_extension, request_extension
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

DAY = datetime.date
REVIEWS_MISSED = DAY(2024, 2, 9)


def on(day: datetime.date, task: Task) -> Task:
    return Task.objects.on(day).with_department_reports(day).for_listing().get(pk=task.pk)


def told(task: Task, day: datetime.date = REVIEWS_MISSED) -> str:
    return describe_task(on(day, task), day)


def paragraphs_of(document: OfficialDocument) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def everything_in(document: OfficialDocument) -> str:
    """All the words of a document, those in tables too."""
    tables = [block for block in document.blocks if isinstance(block, Table)]
    cells = [str(column.value(line)) for table in tables for line in table.lines for column in table.columns]
    texts = [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]
    return "\n".join([document.title, document.salutation, *texts, *cells, document.closing])


# --- the sentence -------------------------------------------------------------------------------


def test_a_task_is_told_of_in_a_sentence_with_everything_that_is_asked_of_it(meeting_81):
    task = meeting_81.suggestions.get(position=1).tasks.get()
    assert told(task) == (
        "该任务由技术部负责，肖良同志分管，应于2023年12月31日前完成；目前已逾期40天，未启动，尚未报告进展。"
    )
    with translation.override("en"):
        assert told(task) == (
            "This task is carried out by 技术部, supervised by 肖良, due by 2023-12-31; "
            "it is now overdue for 40 days, not started yet, without any report of progress."
        )


def test_each_departments_last_word_stands_with_its_name_and_the_silent_ones_are_named():
    lead, other, third, helper = map(factories.department, ("技术部", "产品部", "检验部", "办公室"))
    roles = (DepartmentRole.LEAD, DepartmentRole.RESPONSIBLE, DepartmentRole.RESPONSIBLE, DepartmentRole.SUPPORTING)
    task = factories.task(departments=list(zip((lead, other, third, helper), roles, strict=True)), deadline="2024.12")
    factories.progress(task, "方案已起草", on=DAY(2024, 1, 5), department=lead)
    factories.progress(task, "意见已汇总。", on=DAY(2024, 1, 9), department=other)
    assert told(task).split("\n") == [
        "该任务由技术部牵头，产品部、检验部负责，办公室配合，肖良同志分管，应于2024年12月31日前完成；目前正在推进。"
        "检验部尚未报告进展。",
        "产品部于2024年1月9日报告：意见已汇总。",
        "技术部于2024年1月5日报告：方案已起草。",
    ]


def test_the_only_department_that_reported_is_named_too():
    task = factories.task(deadline="2024.12")
    factories.progress(task, "已启动。", on=DAY(2024, 1, 5), department=Department.objects.get())
    assert told(task).endswith("\n技术部于2024年1月5日报告：已启动。")


def test_what_is_not_decided_is_said_so_and_an_ended_task_is_told_of_in_the_past():
    assert told(factories.task(departments=[], leaders=[], deadline="待定"), DAY(2024, 1, 15)) == (
        "该任务尚未明确责任部室，完成时限（原文为“待定”）尚待明确；目前未启动，尚未报告进展。"
    )
    closed = factories.task(deadline="2024.1")
    factories.move(closed, Status.CLOSED, on=DAY(2024, 2, 2))
    assert (
        told(closed).split("\n")[0]
        == "该任务由技术部负责，肖良同志分管，应于2024年1月31日前完成，已于2024年2月2日办结，逾期2天。"
    )


def test_milestones_that_are_not_met_and_extensions_are_told():
    task = factories.task(deadline="2024.12", milestones=["2024.3", "2024.6"])
    assert "应于2024年12月31日前完成，其中阶段节点为2024年3月31日、2024年6月30日；目前未启动" in told(task)
    moved = factories.task(deadline="2024.6")
    asked = {"reason": "供应商更换。", "progress": "过半。", "deadline_text": "2024.12"}
    factories.act(request_extension, moved, None, effective_on=DAY(2024, 1, 5), **asked)
    factories.act(grant_extension, moved, None, effective_on=DAY(2024, 1, 6), reason="同意。")
    assert "原定于2024年6月30日前完成，经1次延期延至2024年12月31日；目前正在推进。" in told(moved)


def test_a_task_that_is_late_by_a_milestone_says_which():
    task = factories.task(deadline="2024.12", milestones=["2023.12"])
    with translation.override("en"):
        assert "late for its milestone of 2023-12-31 by 10 days" in told(task, DAY(2024, 1, 10))


def test_a_meeting_of_which_no_task_was_made_is_not_said_to_be_done():
    bare = factories.suggestion().meeting
    document = report_document(build_progress_report(bare, REVIEWS_MISSED))
    assert "尚未分解出工作任务。" in paragraphs_of(document)
    assert document.blocks[-1] == Paragraph("有关意见建议将尽快分解为工作任务，并逐项跟踪办理。")


def test_a_sentence_ends_with_one_mark():
    assert [end_sentence(text) for text in ("已完成", "已完成。", "为什么？", " 好！ ", "")] == [
        "已完成。",
        "已完成。",
        "为什么？",
        "好！",
        "",
    ]


@pytest.mark.long
def test_the_numbers_of_the_departments_add_up_or_it_is_said_why_not(meeting_81):
    overdue = build_progress_report(meeting_81, REVIEWS_MISSED).in_health("overdue")
    assert count_tasks(overdue) == "共7项，其中技术部3项、办公室3项、中心领导班子1项。"
    assert count_tasks(overdue[:1]) == "共1项，由技术部负责。"
    # One of these eight is of four departments.
    missed = build_progress_report(meeting_81, REVIEWS_MISSED).in_health("review_missed")
    said = count_tasks(missed)
    assert said.startswith("共8项，涉及国际部3项、")
    assert said.endswith("1项（共同负责的分别计入）。")
    nobodys = on(REVIEWS_MISSED, factories.task(departments=[]))
    assert count_tasks([nobodys]) == "共1项，尚未明确责任部室。"
    assert count_tasks([nobodys, *overdue[:2]]) == "共3项，其中技术部2项、责任部室待明确1项。"


@pytest.mark.long
def test_every_paragraph_of_every_document_is_whole_sentences(meeting_81):
    synthetic.generate(100, seed=3)
    today = timezone.localdate()
    letters = [
        reply_document(build_reply_sheet(person, today))
        for person in Person.objects.filter(suggestion_sources__isnull=False).distinct()[:15]
    ]
    reports = [build_progress_report(meeting, today) for meeting in Meeting.objects.all()]
    bulletins = [build_bulletin(today - datetime.timedelta(days=days), today) for days in (30, 900)]
    documents = [*map(report_document, reports), *map(summary_document, reports), *map(bulletin_document, bulletins)]
    for document in [*documents, *letters]:
        for paragraph in paragraphs_of(document):
            for line in paragraph.split("\n"):
                assert line.strip() == line, line
                assert line.endswith(("。", "！", "？", "”", "；")), line
                assert not re.search(r"None|%|，，|。。|；。|，。|：。|（）|“”|[a-z]{3,}", line), line
    for letter in letters:
        assert "逾期" not in everything_in(letter)
        assert re.search("(委员|同志)：$", letter.salutation)


# --- the report ---------------------------------------------------------------------------------


def test_what_holds_of_all_tasks_of_a_suggestion_is_said_once(meeting_81):
    said = paragraphs_of(report_document(build_progress_report(meeting_81, REVIEWS_MISSED)))
    once = (
        "据此分解为3项工作任务，均由办公室负责，张朝华同志分管，应于2023年12月31日前完成；"
        "目前均已逾期40天，未启动，尚未报告进展。"
    )
    assert said.count(once) == 1
    first = meeting_81.suggestions.get(position=4).tasks.first()
    factories.progress(first, "小组已成立。", on=DAY(2024, 1, 3))
    said = paragraphs_of(report_document(build_progress_report(meeting_81, REVIEWS_MISSED)))
    assert "据此分解为3项工作任务，均由办公室负责，张朝华同志分管。" in said
    assert any(text.startswith("该任务应于2023年12月31日前完成；目前已逾期40天。\n") for text in said)


@pytest.mark.long
def test_the_report_ends_with_what_comes_next_and_has_no_section_about_nothing(meeting_81):
    document = report_document(build_progress_report(meeting_81, REVIEWS_MISSED))
    headings = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    assert headings == ["总体情况", "各方面意见建议落实情况", "逾期任务及原因", "下一步工作"]
    assert document.blocks[-1] == Paragraph(
        "对逾期未办结的7项任务，秘书处将督促责任部室说明原因、抓紧办结。"
        "对跟踪超期的8项持续性任务，将督促责任部室尽快报告进展。"
        "对其他3项在办任务，秘书处将继续跟踪办理情况，并及时报告。"
    )
    for task in Task.objects.all():
        factories.move(task, Status.CLOSED, on=DAY(2023, 12, 1))
    assert paragraphs_of(report_document(build_progress_report(meeting_81, REVIEWS_MISSED)))[-1] == (
        "所有任务均已办理完毕，没有需要继续跟踪的任务。"
    )


# --- the bulletin -------------------------------------------------------------------------------


def test_the_bulletin_says_what_happened_and_what_did_not(meeting_81):
    task = meeting_81.suggestions.get(position=1).tasks.get()
    factories.progress(task, "草案已完成。", on=DAY(2024, 1, 3), department=Department.objects.get(name="技术部"))
    document = bulletin_document(build_bulletin(DAY(2024, 1, 1), DAY(2024, 1, 31)))
    assert paragraphs_of(document)[1].endswith("本期没有任务办结，报告进展1项，新增逾期7项，没有任务延期。")
    text = everything_in(document)
    assert "技术部于2024年1月3日报告：草案已完成。" in text
    assert "本期办结的任务" not in text, "no heading without a task"
    assert document.blocks[-1].text.startswith("请有关责任部室说明7项任务逾期的原因，抓紧办结。")


# --- the reply ----------------------------------------------------------------------------------


def reply_to(name: str, day: datetime.date = REVIEWS_MISSED) -> OfficialDocument:
    return reply_document(build_reply_sheet(Person.objects.get(name=name), day))


@pytest.mark.parametrize(
    ("capacity", "address"),
    [
        ("委员", "委员"),
        ("执委", "委员"),
        ("信息技术专业委员会委员", "委员"),
        ("评定专门委员会副主任", "同志"),
        ("特邀嘉宾", "同志"),
        ("", "同志"),
    ],
)
def test_who_suggested_as_a_member_is_addressed_as_one(capacity, address):
    member = factories.person("易春")
    factories.suggestion(factories.meeting(), sources=[(member, capacity)])
    assert reply_to("易春").salutation == f"易春{address}："


def test_a_letter_says_what_was_done_and_what_comes_next_never_for_how_long_it_is_late(meeting_81):
    own = Suggestion.objects.filter(suggestion_sources__person__name="刘仲书")
    late, done = Task.objects.filter(suggestion__in=own, due_date=DAY(2023, 12, 31)).order_by("pk")
    department = late.task_departments.get().department
    factories.progress(late, "已征求各层级委员意见", on=DAY(2024, 1, 3), department=department)
    factories.move(done, Status.CLOSED, on=DAY(2024, 1, 20), note="调研报告已印发。")
    document = reply_to("刘仲书", DAY(2026, 11, 29))
    text = everything_in(document)
    assert "逾期" not in text
    assert "跟踪超期" not in text
    said = paragraphs_of(document)
    assert said[0] == (
        f"您好！您在{meeting_81.title}上提出的4条意见建议收悉，谨致谢意。上述意见建议已分解为6项任务交有关部室办理，"
        "已办结1项，尚未办结5项。现将截至2026年11月29日的办理情况答复如下。"
    )
    assert any(
        text.endswith(
            "技术部于2024年1月3日报告：已征求各层级委员意见。\n"
            "有关工作原定于2023年12月31日前完成，目前尚未完成，我们将督促责任部室抓紧办理，并及时向您反馈结果。"
        )
        for text in said
    )
    assert any(text.endswith("有关工作已于2024年1月20日完成。") for text in said)
    assert "近期尚未收到新的进展" in text
    assert said[-1].startswith("对未能按期完成的工作，谨致歉意。衷心感谢您")
    assert (document.closing, document.is_letter) == ("特此函复。", True)


def test_a_letter_says_the_same_of_several_tasks_once_and_of_different_ones_each(meeting_81):
    three = meeting_81.suggestions.get(position=9)
    said = paragraphs_of(reply_to("刘仲书"))
    texts = [task.text.rstrip("。") for task in three.tasks.order_by("number")]
    (one,) = [text for text in said if texts[0] in text]
    assert "（1）{}；（2）{}；（3）{}。".format(*texts) in one
    factories.move(three.tasks.first(), Status.TERMINATED, on=DAY(2024, 2, 1), note="并入其他任务")
    document = reply_to("刘仲书")
    assert [
        block.text.rstrip("。") for block in document.blocks if isinstance(block, Heading) and block.level == 2
    ] == texts
    assert "经研究，有关工作不再继续办理，原因是：并入其他任务。" in everything_in(document)


@pytest.mark.parametrize(
    ("deadline", "status", "next_step"),
    [
        ("2024.12", Status.NOT_STARTED, "有关工作要求在2024年12月31日前完成，我们将督促责任部室及时启动。"),
        ("2024.12", Status.IN_PROGRESS, "有关工作正在推进，要求在2024年12月31日前完成。"),
        ("2023.12", Status.CLOSURE_REQUESTED, "责任部室已报告完成有关工作，办理结果正在审定。"),
        ("待定", Status.NOT_STARTED, "有关工作的完成时间正在研究确定，确定后将及时告知您。"),
        ("下次会议", Status.NOT_STARTED, "有关工作要求在下次会议召开前完成。"),
        ("持续跟踪", Status.IN_PROGRESS, "有关工作将持续开展，有新的进展时将及时向您反馈。"),
    ],
)
def test_a_letter_says_what_comes_next(deadline, status, next_step):
    member = factories.person("易春")
    task = factories.task(factories.suggestion(factories.meeting(), sources=[(member, "委员")]), deadline=deadline)
    if status != Status.NOT_STARTED:
        factories.progress(task, "已启动。", on=DAY(2024, 1, 20))
    if status == Status.CLOSURE_REQUESTED:
        factories.move(task, status, on=DAY(2024, 1, 21), note="已办完。")
    document = reply_to("易春")
    assert next_step in everything_in(document)
    assert "谨致歉意" not in everything_in(document), "nothing is late through the committee's fault"


def test_a_letter_names_who_is_asked_once_and_not_who_will_be_for_what_is_given_up():
    member = factories.person("易春")
    suggestion = factories.suggestion(factories.meeting(), sources=[(member, "委员")])
    done, noted = factories.task(suggestion, deadline="2024.12"), factories.task(suggestion, deadline="2024.12")
    factories.progress(noted, "草案已有", on=DAY(2024, 1, 20))
    factories.move(done, Status.CLOSED, on=DAY(2024, 1, 21))
    text = everything_in(reply_to("易春"))
    assert "为落实这条意见建议，安排技术部负责2项工作。" in text
    assert "该项工作由技术部负责。" not in text
    assert "截至2024年1月20日，有关情况是：草案已有。" in text, "the secretariat does not report to itself"
    given_up = factories.task(suggestion, departments=[])
    factories.move(given_up, Status.TERMINATED, on=DAY(2024, 1, 22))
    text = everything_in(reply_to("易春"))
    assert text.count("该项工作由技术部负责。") == 2
    assert "正在研究确定" not in text


def test_a_letter_costs_as_many_queries_for_many_suggestions_as_for_few(meeting_81, django_assert_max_num_queries):
    for person in Person.objects.filter(name__in=["曹高峰", "刘仲书"]):
        with django_assert_max_num_queries(len(REPLY)):
            reply_document(build_reply_sheet(person, REVIEWS_MISSED))


REPLY = [
    "the suggestions with their meetings",
    "the tasks",
    "departments of the tasks",
    "leaders of the tasks",
    "each department's last report",
    "where it was raised again",
    "the figures",
    "the outcomes",
    "the capacities",
    "how the ended ones ended",
]
