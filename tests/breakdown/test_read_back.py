"""What was exported is read back as it was (docs/domain.md, Contracts: export_breakdown)."""

import io
import json

import pytest
from django.core.management import call_command

from meetings.models import DepartmentRole, Meeting
from tests import factories

# What is printed and read again is the work of Python; its queries are asked on both by test_permissions.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture(params=[".xlsx", ".docx"])
def read_back(request, tmp_path):
    """Return the function that exports a meeting and returns the rows that are read out of the file."""

    def read(meeting):
        path, output = tmp_path / f"annex{request.param}", io.StringIO()
        call_command("export_breakdown", str(meeting.pk), str(path))
        call_command("import_minutes", str(path), "--json", stdout=output)
        return json.loads(output.getvalue())["rows"]

    return read


def union(row, what):
    return list(dict.fromkeys(value for task in row["tasks"] for value in what(task)))


@pytest.mark.long
def test_the_real_meeting(read_back):
    factories.real_meeting()
    meeting = Meeting.objects.get()
    rows = read_back(meeting)
    suggestions = list(meeting.suggestions.order_by("position"))
    assert [(row["number"], row["aspect"], row["suggestion"], row["lead_in"]) for row in rows] == [
        (suggestion.number, suggestion.aspect.title, suggestion.text, suggestion.lead_in) for suggestion in suggestions
    ]
    for row, suggestion in zip(rows, suggestions, strict=True):
        tasks = list(suggestion.tasks.order_by("number"))
        assert [task["text"] for task in row["tasks"]] == [task.text for task in tasks]
        assert union(row, lambda task: [part["name"] for part in task["departments"]]) == list(
            dict.fromkeys(part.department.name for task in tasks for part in task.task_departments.all())
        )
        assert set(union(row, lambda task: [task["deadline"]["text"]])) <= {task.deadline_text for task in tasks}
        assert [(source["capacity"], source["name"]) for source in row["sources"]] == [
            (source.capacity, source.person.name) for source in suggestion.suggestion_sources.all()
        ]


@pytest.mark.long
def test_roles_lead_ins_and_milestones(read_back):
    meeting = factories.meeting(breakdown_title="委员建议任务分解表")
    parts = [("技术部", "lead"), ("党群工作部(纪委办公室)", "responsible"), ("国际部", "supporting")]
    departments = [(factories.department(name), DepartmentRole(role)) for name, role in parts]
    first = factories.suggestion(meeting, aspect="强化认可服务", lead_in="加强双边、多边的互认。", text="建议甲。")
    # The last as stored; the others get the ； back.
    factories.task(first, text="重新梳理双边认可协议", departments=departments)
    second = factories.suggestion(meeting, aspect="强化认可服务", text="建议乙。")
    factories.task(second, text="加强国际人才梯队建设。", deadline="2024.12", milestones=["2024.6"])
    factories.task(first, text="适时签署协议。", departments=departments)
    one, two = read_back(meeting)
    assert (one["lead_in"], [task["text"] for task in one["tasks"]]) == (
        "加强双边、多边的互认。",
        ["重新梳理双边认可协议", "适时签署协议。"],
    )
    assert [(part["name"], part["role"]) for part in one["tasks"][0]["departments"]] == parts
    (task,) = two["tasks"]
    assert task["deadline"]["due_date"] == "2024-12-31"
    assert [milestone["due_date"] for milestone in task["milestones"]] == ["2024-06-30"]


@pytest.mark.long
def test_a_row_longer_than_a_page(read_back):
    meeting = factories.meeting(breakdown_title="委员建议任务分解表")
    texts = [
        "".join(f"第{number}句，持续做好CNAS合作；" for number in range(150)),
        "\n".join(f"第{number}行一句" for number in range(1, 120)),
        "一句话到底" * 400,
    ]
    for text in texts:
        suggestion = factories.suggestion(
            meeting, aspect="强化认可服务", text=text, sources=[(factories.person("易春"), "委员")]
        )
        factories.task(suggestion, text=text.replace("一", "二"), remarks="待查")
        factories.task(factories.suggestion(meeting, aspect="强化认可服务", text="建议乙。"), text="办理乙。")
    rows = read_back(meeting)
    assert [row["suggestion"] for row in rows[::2]] == texts
    assert [row["suggestion"] for row in rows[1::2]] == ["建议乙。"] * 3
    assert [[task["text"] for task in row["tasks"]] for row in rows[::2]] == [
        [text.replace("一", "二")] for text in texts
    ]
    assert {(row["aspect"], row["remarks"]) for row in rows[::2]} == {("强化认可服务", "待查")}
    assert [[source["name"] for source in row["sources"]] for row in rows] == [["易春"], []] * 3
