"""What `export_breakdown` writes is read back: numbers, texts, sources, the unions of each row.

So docs/domain.md promises (Contracts). Registers are made up by Hypothesis. Its texts are sentences, not any
characters: a text that itself begins with (1), or is a line of head words, is a different document once it is printed.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.breakdown.export.document import write_breakdown_document
from meetings.breakdown.export.workbook import write_breakdown
from meetings.core.text import fold_text
from meetings.devtools import synthetic
from meetings.exports.formatting import distinct, leader_names
from meetings.minutes.documents import read_content
from meetings.minutes.parser.minutes import parse_minutes
from meetings.models import Meeting, Suggestion, Task, TaskDepartment
from tests import factories
from tests.depth import examples

# What is printed and read again is the work of Python; the rows it comes from are saved on both in test_accept.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

WRITERS = {"xlsx": write_breakdown, "docx": write_breakdown_document}
ISSUED_ON = datetime.date(2023, 11, 8)

SUBJECTS = [
    "认可规则",
    "能力验证",
    "CNAS政策",
    "《实验室管理条例》",
    "“三个清单”",
    "GB 19489",
    "8-10次培训",
    "审定与核查",
]
VERBS = ["进一步完善", "加大宣传", "持续跟踪", "研究制定", "按 15% 的比例增加", "组织开展（含线上）", "适时修订"]
ENDS = ["。", "", "；推动落实。", "，形成合力。", "：分两步走。"]
NAMES = ["肖良", "陈云华", "刘晓红", "张虹", "欧阳明远", "曹高峰", "易春"]
CAPACITIES = ["执委", "最终用户专门委员会委员", "信息技术专业委员会委员", "评定专门委员会副主任"]
DEPARTMENTS = ["技术部", "评审员部", "党群工作部(纪委办公室)", "办公室", "中心领导班子", "国际部"]
DEADLINES = ["2023.12", "2024.6", "2026.12", "持续跟踪", "每季度", "2024年上半年"]

sentences = st.builds(
    lambda verb, subject, more, end: f"{verb}{subject}{more}{end}",
    st.sampled_from(VERBS),
    st.sampled_from(SUBJECTS),
    st.sampled_from(["的办法", "工作", "的水平\n并及时通报", "（试行）"]),
    st.sampled_from(ENDS),
)
tasks = st.fixed_dictionaries(
    {
        "text": sentences,
        "departments": st.lists(
            st.tuples(st.sampled_from(DEPARTMENTS), st.sampled_from(["responsible", "lead", "supporting"])),
            min_size=1,
            max_size=3,
            unique_by=lambda part: part[0],
        ),
        "leaders": st.lists(st.sampled_from(NAMES), max_size=3, unique=True),
        "deadline": st.sampled_from(DEADLINES),
    }
)
rows = st.fixed_dictionaries(
    {
        "text": sentences,
        "lead_in": st.sampled_from(["", "", "分三个方面推进："]),
        "sources": st.lists(
            st.tuples(st.sampled_from(NAMES), st.sampled_from(CAPACITIES)),
            max_size=4,
            unique_by=lambda source: source[0],
        ),
        "tasks": st.lists(tasks, min_size=1, max_size=4, unique_by=lambda task: task["text"]),
        "aspect": st.sampled_from(["加强认可宣传", "强化认可服务", "加强调研力度，推进工作落实落地"]),
    }
)


def enter(made_up: list[dict[str, Any]]) -> Meeting:
    meeting = factories.meeting(ISSUED_ON, breakdown_title="落实第一次会议委员建议任务分解表")
    aspects = list(dict.fromkeys(row["aspect"] for row in made_up))
    for row in sorted(made_up, key=lambda row: aspects.index(row["aspect"])):
        of = factories.suggestion(
            meeting,
            aspect=row["aspect"],
            text=row["text"],
            lead_in=row["lead_in"] if len(row["tasks"]) > 1 else "",
            sources=[(factories.person(name), capacity) for name, capacity in row["sources"]],
        )
        for task in row["tasks"]:
            factories.task(
                of,
                text=task["text"],
                deadline=task["deadline"],
                departments=[(factories.department(name), role) for name, role in task["departments"]],
                leaders=[factories.person(name) for name in task["leaders"]],
            )
    return meeting


def parts_of(task: Task) -> list[TaskDepartment]:
    return list(task.task_departments.select_related("department"))


def first_roles(parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each department once: a row that prints one in two roles says them of no single task."""
    roles: dict[str, str] = {}
    for name, role in parts:
        roles.setdefault(name, role)
    return list(roles.items())


def said_by_register(suggestion: Suggestion) -> dict[str, Any]:
    of = list(suggestion.tasks.order_by("number"))
    return {
        "number": suggestion.number,
        "aspect": suggestion.aspect.title,
        "suggestion": fold_text(suggestion.text),
        "lead_in": fold_text(suggestion.lead_in),
        "tasks": [fold_text(task.text).rstrip(";") for task in of],
        "departments": first_roles((part.department.name, part.role) for task in of for part in parts_of(task)),
        "leaders": distinct(name for task in of for name in leader_names(task)),
        "deadlines": {fold_text(task.deadline_text) for task in of},
        "sources": [(source.capacity, source.person.name) for source in suggestion.suggestion_sources.all()],
        "remarks": distinct(task.remarks for task in of if task.remarks),
    }


def said_by_file(row) -> dict[str, Any]:
    return {
        "number": row.number,
        "aspect": row.aspect,
        "suggestion": fold_text(row.suggestion or ""),
        "lead_in": fold_text(row.lead_in),
        "tasks": [fold_text(task.text).rstrip(";") for task in row.tasks],
        "departments": first_roles((each.name, str(each.role)) for task in row.tasks for each in task.departments),
        "leaders": distinct(name for task in row.tasks for name in task.leaders),
        "deadlines": {
            fold_text(line)
            for task in row.tasks
            for deadline in (*task.milestones, task.deadline)
            for line in deadline.text.split("\n")
        },
        "sources": [(person.capacity or "", person.name) for person in row.sources],
        "remarks": [row.remarks] if row.remarks else [],
    }


def read_back(meeting: Meeting, ending: str) -> list[dict[str, Any]]:
    file = io.BytesIO()
    WRITERS[ending](file, meeting, ISSUED_ON)
    return [said_by_file(row) for row in parse_minutes(read_content(file.getvalue())).rows]


def in_register(meeting: Meeting) -> list[dict[str, Any]]:
    return [said_by_register(suggestion) for suggestion in meeting.suggestions.order_by("position")]


@pytest.mark.long
@pytest.mark.parametrize("ending", WRITERS)
def test_the_real_meeting_is_read_back(ending):
    factories.real_meeting()
    meeting = Meeting.objects.get()
    assert read_back(meeting, ending) == in_register(meeting)


@pytest.mark.long
@pytest.mark.parametrize("ending", WRITERS)
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_up=st.lists(rows, min_size=1, max_size=4, unique_by=lambda row: row["text"]))
def test_any_register_is_read_back(ending, made_up):
    with transaction.atomic():
        meeting = enter(made_up)
        assert read_back(meeting, ending) == in_register(meeting)
        transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.parametrize("ending", WRITERS)
def test_made_up_meetings_are_read_back(ending):
    synthetic.generate(40, seed=11)
    for meeting in Meeting.objects.all():
        assert read_back(meeting, ending) == in_register(meeting)
