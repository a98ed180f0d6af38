"""落实情况报告: every total of the document is the list with the same filters; what it says is the register's."""

from __future__ import annotations

import datetime
import io
from itertools import pairwise

import docx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from meetings.breakdown.services.suggestions import link_earlier_suggestion
from meetings.devtools import synthetic
from meetings.models import Meeting, Status, Suggestion, SuggestionOutcome, Task
from meetings.reports.formatting import format_summary
from meetings.reports.progress import build_progress_report
from meetings.reports.progress_document import report_document, write_meeting_report
from meetings.tasks.filters import filter_tasks
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.extensions import grant_extension, request_extension
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.statistics import Summary, build_department_summaries, build_summary
from tests import factories

pytestmark = pytest.mark.django_db

DAY = datetime.date
REVIEWS_MISSED = DAY(2024, 2, 9)


@pytest.fixture
def eventful(meeting_81) -> Meeting:
    """A later meeting in which everything happened that a report tells of; one suggestion comes back to the 81st."""
    later = factories.meeting(issued_on=DAY(2024, 11, 20), body=meeting_81.body)
    member = factories.person("易春")
    again = factories.suggestion(later, text="建议继续提高认可的影响力。", sources=[(member, "委员")])
    other = factories.suggestion(later, aspect="数字化", text="推进评审工作数字化。", sources=[(member, "委员")])
    moved = factories.task(again, deadline="2025.6", text="制定年度宣传方案。")
    waiting = factories.task(again, deadline="2025.12", text="开展主题宣传。")
    factories.task(again, deadline="2025.1", text="编印宣传册。")
    factories.task(other, deadline="待定", text="升级评审系统。")
    nobodys = factories.task(other, deadline="持续跟踪", departments=[], text="跟踪技术进展。")
    done = factories.task(other, deadline="2025.3", text="完成需求调研。")
    asked = factories.task(other, deadline="2025.8", text="完成系统测试。")
    ask_for_more_time(moved, "2025.12", "供应商更换。", on=DAY(2025, 5, 1))
    moved.refresh_from_db()
    grant_extension(
        task_id=moved.pk,
        version=moved.version,
        actor=factories.secretariat(),
        reason="同意。",
        effective_on=DAY(2025, 5, 3),
    )
    ask_for_more_time(waiting, "2026.12", "验收推迟。", on=DAY(2025, 6, 1))
    factories.move(nobodys, Status.TERMINATED, on=DAY(2025, 5, 5), note="并入其他任务。")
    factories.move(done, Status.CLOSED, on=DAY(2025, 4, 10), note="调研报告已完成。")
    factories.progress(asked, "测试完成。", on=DAY(2025, 5, 1))
    factories.move(asked, Status.CLOSURE_REQUESTED, on=DAY(2025, 6, 2), note="测试报告已提交。")
    earlier = meeting_81.suggestions.get(position=4)
    link_earlier_suggestion(
        suggestion_id=again.pk, earlier_id=earlier.pk, actor=factories.secretariat(), expected_earlier_id=None
    )
    task = earlier.tasks.first()
    factories.progress(task, "已成立宣传小组。", on=DAY(2024, 1, 3))
    return later


def ask_for_more_time(task: Task, until: str, why: str, *, on: datetime.date) -> None:
    task.refresh_from_db()
    request_extension(
        task_id=task.pk,
        version=task.version,
        actor=factories.secretariat(),
        reason=why,
        progress="过半。",
        deadline_text=until,
        effective_on=on,
    )


def opened(meeting: Meeting, day: datetime.date):
    """The document as a reader opens it."""
    file = io.BytesIO()
    write_meeting_report(file, meeting, day)
    return docx.Document(file)


def in_list(day: datetime.date, **params) -> int:
    """How many rows the list of tasks has with these parameters."""
    query = QueryDict(mutable=True)
    for name, values in params.items():
        query.setlist(name, [str(value) for value in (values if isinstance(values, list) else [values])])
    return filter_tasks(query, Task.objects.on(day), day).count()


def rows_of(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


# --- the sentence -------------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.long
@pytest.mark.parametrize("day", [DAY(2023, 12, 31), DAY(2024, 1, 1), REVIEWS_MISSED, DAY(2025, 1, 1)])
def test_each_figure_is_the_list_with_its_parameters_and_the_parts_add_up(meeting_81, day):
    tasks = Task.objects.on(day)
    summary = build_summary(tasks, day)
    assert (summary.aspects, summary.suggestions, summary.tasks) == (8, 12, 18)
    assert sum(part.number for part in summary.parts) == 18
    for figure in summary.figures.values():
        assert figure.number == in_list(day, **figure.params), figure.name
    departments = build_department_summaries(tasks, day)
    for department in departments:
        assert department.tasks == in_list(day, department=department.key)
    # All departments are counted by one query; the figures of some show what it counts.
    for department in departments[:4]:
        for figure in department.figures.values():
            assert figure.number == in_list(day, **figure.params), (department.label, figure.name)


@pytest.mark.long
def test_each_task_is_in_exactly_one_part_whatever_happened(eventful):
    for day in (DAY(2024, 12, 1), DAY(2025, 5, 4), DAY(2025, 7, 1), DAY(2026, 3, 1)):
        summary = build_summary(Task.objects.on(day), day)
        assert sum(part.number for part in summary.parts) == summary.tasks == in_list(day)
        for figure in summary.figures.values():
            assert figure.number == in_list(day, **figure.params), (day, figure.name)


def test_the_sentence_names_the_parts_in_order(meeting_81):
    with translation.override("en"):
        sentence = format_summary(build_summary(Task.objects.on(REVIEWS_MISSED), REVIEWS_MISSED))
    assert sentence == (
        "12 suggestions of 8 aspects were made 18 tasks: "
        "none is closed, 3 are not due yet, 8 are ongoing, 7 are overdue."
    )


def test_terminated_tasks_are_named_where_there_are_any():
    world = factories.small_world()
    summary: Summary = build_summary(Task.objects.on(world.day), world.day)
    assert [part.name for part in summary.parts] == ["closed", "under_way", "ongoing", "overdue", "terminated"]


# --- the document -------------------------------------------------------------------------------


@pytest.mark.long
def test_every_total_in_the_document_is_the_list_with_the_same_filters(eventful):
    day = DAY(2025, 7, 1)
    document = opened(eventful, day)
    report = build_progress_report(eventful, day)
    figures = report.summary.figures
    totals, departments = map(rows_of, document.tables[:2])

    def of_meeting(**params) -> int:
        return in_list(day, meeting=eventful.pk, **params)

    printed = [int(row[1]) for row in totals[1:]]
    named = [figure for part in report.summary.parts for figure in [part, *_besides(part.name, figures)]]
    assert printed == [of_meeting(**figure.params) for figure in named] + [of_meeting()]
    assert printed[-1] == sum(part.number for part in report.summary.parts)

    columns = ["closed", "under_way", "ongoing", "overdue", "terminated", "review_missed"]
    assert len(departments) - 1 == len(report.departments)
    for row, department in zip(departments[1:], report.departments, strict=True):
        assert int(row[1]) == of_meeting(department=department.key)
        assert [int(cell) for cell in row[2:]] == [of_meeting(**department.figures[name].params) for name in columns]

    # A table for each list below, with as many rows as the list.
    lists = [
        {"health": "overdue"},
        {"health": "review_missed"},
        {"extended": "1"},
        {"due": "undecided", "status": ["not_started", "in_progress", "closure_requested"]},
        {"department": "none"},
        {"wish": "open"},
        {"status": "closure_requested"},
        {"status": "terminated"},
    ]
    assert [len(table.rows) - 1 for table in document.tables[2:]] == [of_meeting(**params) for params in lists]
    assert all(of_meeting(**params) for params in lists), "each of them is tried"


def _besides(part: str, figures) -> list:
    besides = {"ongoing": "review_missed", "under_way": "due_soon"}
    return [figures[besides[part]]] if part in besides and figures[besides[part]].number else []


def test_the_numbers_in_the_words_are_those_of_the_tables(eventful):
    text = in_english(eventful, DAY(2025, 7, 1))
    assert (
        "2 suggestions of 2 aspects were made 7 tasks: "
        "1 is closed, 3 are not due yet, 1 is ongoing, 1 is overdue, 1 is terminated." in text
    )
    assert "1 task was extended, 1 times in all, by 184 days." in text
    assert "1 suggestion comes back to one of an earlier meeting." in text


def test_it_tells_progress_reasons_extensions_and_what_became_of_the_earlier_suggestion(eventful, meeting_81):
    earlier = meeting_81.suggestions.get(position=4)
    factories.move(earlier.tasks.first(), Status.CLOSED, on=DAY(2024, 2, 1), note="小组已运行。")
    text = text_of(opened(eventful, DAY(2025, 7, 1)))
    for said in (
        "调研报告已完成。",
        "供应商更换。",
        "验收推迟。",
        "并入其他任务。",
        "测试报告已提交。",
        "小组已运行。",
    ):
        assert said in text, said
    assert earlier.text in text
    assert meeting_81.title in text


def test_it_says_the_outcome_and_the_reply_of_the_earlier_suggestion(eventful, meeting_81):
    earlier = meeting_81.suggestions.get(position=4)
    for task in earlier.tasks.all():
        factories.move(task, Status.CLOSED, on=DAY(2024, 2, 1), note="已办结。")
    task.refresh_from_db()
    entries = record_outcome(
        task_id=task.pk, version=task.version, actor=factories.secretariat(), outcome="resolved", reply="已全部落实。"
    )
    recorded = entries[0].effective_on
    assert "已全部落实。" in text_of(opened(eventful, recorded))
    assert "已全部落实。" not in text_of(opened(eventful, recorded - datetime.timedelta(days=1)))
    assert SuggestionOutcome.objects.count() == 1


@pytest.mark.long
def test_it_is_about_the_day_asked_for(eventful):
    before, after = text_of(opened(eventful, DAY(2025, 4, 9))), text_of(opened(eventful, DAY(2025, 4, 10)))
    assert "调研报告已完成。" not in before
    assert "调研报告已完成。" in after
    assert "供应商更换。" not in after, "that was asked for later"
    report = build_progress_report(eventful, DAY(2025, 6, 1))
    assert [request.reason for request in report.extension_requests.values()] == ["验收推迟。"]
    before = build_progress_report(eventful, DAY(2025, 5, 2))
    assert [request.reason for request in before.extension_requests.values()] == ["供应商更换。"]
    assert not [task for task in report.tasks if task.day_status == Status.CLOSURE_REQUESTED]


def test_an_undecided_deadline_is_asked_for_also_where_its_review_was_missed(eventful):
    (task,) = build_progress_report(eventful, DAY(2025, 7, 1)).undecided
    assert (task.text, task.health) == ("升级评审系统。", "review_missed")


def test_a_meeting_without_tasks_or_aspects_has_a_report_too():
    bare = factories.meeting(body="", document_number="")
    document = opened(bare, DAY(2024, 1, 1))
    assert len(document.tables) == 1, "without departments there is no table of them"
    texts = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    for (style, text), (following, _text) in pairwise(texts):
        assert style != "Heading 1" or following != "Heading 1", f"nothing stands below “{text}”"
    row = Suggestion.objects.create(meeting=bare, position=1, text="")
    factories.task(row, deadline="2023.12", leaders=[])
    assert "肖良" not in text_of(opened(bare, DAY(2024, 1, 1)))


def test_a_meeting_without_aspects_needs_no_heading_for_them():
    row = Suggestion.objects.create(meeting=factories.meeting(), position=1, text="完善机制。")
    for text in ("制定办法。", "修订规程。"):
        factories.task(row, text=text)
    headings = headings_of(opened(row.meeting, DAY(2024, 1, 1)))
    assert [heading for heading in headings if heading[1] in ("第1条意见建议", "制定办法。")] == [
        (2, "第1条意见建议"),
        (3, "制定办法。"),
    ]
    assert len([level for level, _text in headings if level == 2]) == 2, "the other one is above the late tasks"


def test_rows_of_one_aspect_stand_together_and_those_without_come_last():
    meeting = factories.meeting()
    Suggestion.objects.create(meeting=meeting, position=1, text="无方面。")
    for aspect in ("培训", "宣传", "培训"):
        factories.task(factories.suggestion(meeting, aspect=aspect))
    aspects = [text for level, text in headings_of(opened(meeting, DAY(2023, 12, 1))) if level == 2]
    assert aspects == ["培训", "宣传", "其他意见建议"]


def test_a_suggestion_of_which_no_task_was_made_is_told_of_and_counted_besides(eventful):
    lost = factories.suggestion(eventful, aspect="数字化", text="没有人理会的建议。")
    again = factories.suggestion(factories.meeting(issued_on=DAY(2025, 1, 1)), text="又提了一次。")
    link_earlier_suggestion(
        suggestion_id=again.pk, earlier_id=lost.pk, actor=factories.secretariat(), expected_earlier_id=None
    )
    document = opened(eventful, DAY(2025, 7, 1))
    assert "1 more suggestion has not been made a task yet." in in_english(eventful, DAY(2025, 7, 1))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[texts.index("没有人理会的建议。") + 1] == "尚未分解为工作任务。"
    assert "尚未分解为工作任务。" in text_of(opened(again.meeting, DAY(2025, 7, 1)))


def test_it_says_the_outcome_of_its_own_suggestions():
    task = factories.task()
    factories.move(task, Status.CLOSED, on=DAY(2024, 2, 1))
    entries = record_outcome(
        task_id=task.pk, version=task.version, actor=factories.secretariat(), outcome="resolved", reply="已全部落实。"
    )
    assert "已全部落实。" in text_of(opened(task.suggestion.meeting, entries[0].effective_on))


def test_the_reason_of_an_ending_is_not_that_of_a_batch_which_was_undone():
    task = factories.task()
    factories.move(task, Status.TERMINATED, on=DAY(2024, 2, 1), note="并入其他任务。")
    batch = factories.batch(task, note="误操作。", status=Status.IN_PROGRESS)
    undo_batch(batch_id=batch.pk, actor=factories.secretariat())
    report = build_progress_report(task.suggestion.meeting, timezone.localdate())
    assert {pk: entry.note for pk, entry in report.status_entries.items()} == {task.pk: "并入其他任务。"}


def in_english(meeting: Meeting, day: datetime.date) -> str:
    with translation.override("en"):
        blocks = report_document(build_progress_report(meeting, day)).blocks
    return "\n".join(block.text for block in blocks if hasattr(block, "text"))


def headings_of(document) -> list[tuple[int, str]]:
    styles = {f"Heading {level}": level for level in (1, 2, 3, 4)}
    return [
        (styles[paragraph.style.name], paragraph.text)
        for paragraph in document.paragraphs
        if paragraph.style.name in styles
    ]


def text_of(document) -> str:
    cells = [cell for table in document.tables for row in rows_of(table) for cell in row]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


# --- the cost, and the command ------------------------------------------------------------------

REPORT = [
    "the tasks with their suggestions and aspects",
    "departments of the tasks",
    "leaders of the tasks",
    "each department's last report",
    "the suggestions",
    "their sources",
    "their outcomes",
    "later deadlines that wait for a decision",
    "how the ended ones ended",
    "the figures",
    "the figures of each department",
    "the figures of nobody's tasks",
    "the entries that extended a deadline",
    "the suggestions that come back to earlier ones",
    "the tasks of the earlier ones",
    "departments of the earlier ones",
    "leaders of the earlier ones",
    "their departments' last reports",
    "outcomes of the earlier ones",
]


@pytest.mark.long
def test_it_costs_as_many_queries_for_many_tasks_as_for_few(eventful):
    synthetic.generate(120, seed=4)
    biggest = max(Meeting.objects.with_counts(), key=lambda meeting: meeting.task_count)
    for meeting in (eventful, biggest):
        with CaptureQueriesContext(connection) as queries:
            build_progress_report(meeting, DAY(2026, 1, 1))
        assert len(queries) <= len(REPORT), "\n".join(query["sql"][:150] for query in queries)


def test_the_command_writes_it_for_an_id_and_for_a_document_number(meeting_81, tmp_path):
    texts = []
    for name in (str(meeting_81.pk), meeting_81.document_number):
        path = tmp_path / "报告.docx"
        call_command("report", name, str(path), as_of="2024-02-09")
        texts.append(text_of(docx.Document(str(path))))
    assert texts[0] == texts[1] == text_of(opened(meeting_81, REVIEWS_MISSED))


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["{pk}", "out.pdf"], {}),
        (["999999", "out.docx"], {}),
        (["没有这个文号", "out.docx"], {}),
        (["{pk}", "out.docx"], {"as_of": "2999-01-01"}),
        (["{pk}", "out.docx"], {"as_of": "2023-11-07"}),
        (["{pk}", "out.docx"], {"as_of": "soon"}),
        (["{pk}", "no/such/folder/out.docx"], {}),
    ],
)
def test_bad_input_of_the_command_is_one_sentence_and_no_file(meeting_81, tmp_path, monkeypatch, arguments, options):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("report", *(argument.format(pk=meeting_81.pk) for argument in arguments), **options)
    assert len(str(refused.value).splitlines()) == 1
    assert not list(tmp_path.rglob("*"))
