"""What stands in the rows of the list of tasks: whatever somebody wrote is text there, and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings import permissions
from meetings.models import DepartmentRole, Task
from meetings.tasks.listing import list_tasks
from meetings.tasks.tables import TaskTable
from tests import factories
from tests.depth import examples

pytestmark = pytest.mark.django_db

SPECIAL = ["<script>x()</script>", "&lt;", "{0}"]
TEXTS = st.text(min_size=1) | st.text("<>&\"'{}%/=", min_size=1) | st.sampled_from(SPECIAL)


class Markup(HTMLParser):
    """The elements of a piece of HTML with the names of their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[str]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [name for name, _value in attrs]))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page() -> dict:
    """The context of a list of one task that shows every column, none of them empty where somebody wrote."""
    secretariat, today = factories.secretariat(), timezone.localdate()
    lead, supporting = factories.department("甲部"), factories.department("乙部")
    suggestion = factories.suggestion(sources=[(factories.person("李四"), "委员")])
    roles = [(lead, DepartmentRole.LEAD), (supporting, DepartmentRole.SUPPORTING)]
    task = factories.task(suggestion, departments=roles, remarks="每半年通报一次。")
    for department in (lead, supporting):
        factories.progress(task, on=today, department=department)
    request = RequestFactory().get("/tasks/", {"columns": ",".join(TaskTable.base_columns)})
    request.user = secretariat
    listing = list_tasks(request, permissions.readable_tasks(secretariat, today), today)
    listing.names_meetings = True
    return {"listing": listing, "request": request, "selecting": True}


def write_everywhere(task: Task, text: str) -> int:
    """Write ``text``, in memory, wherever a task has words; return in how many places of its row it then stands."""
    suggestion = task.suggestion
    task.text = task.remarks = task.day_deadline_text = task.original_deadline_text = text
    suggestion.text = suggestion.aspect.title = suggestion.meeting.title = suggestion.meeting.document_number = text
    parts = task.task_departments.all()
    for part in parts:
        part.department.name = text
    for entry in task.department_reports:
        entry.note = entry.department.name = text
    for part in [*task.task_leaders.all(), *(sources := suggestion.suggestion_sources.all())]:
        part.person.name = text
    for source in sources:
        source.capacity = text
    of_people = len(parts) + len(task.task_leaders.all()) + 2 * len(sources) + 2 * len(task.department_reports)
    # The four texts of the task, those of its suggestion, and the number of its meeting beneath its own text.
    return 4 + 3 + 1 + of_people


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS)
@pytest.mark.same_on_both
def test_whatever_somebody_wrote_is_the_text_of_a_row_and_nothing_else(page, text):
    table = page["listing"].table
    (row,) = table.paginated_rows
    write_everywhere(row.record, "普通")
    usual = Markup(table.draw_rows(page))
    number = write_everywhere(row.record, text)
    drawn = Markup(table.draw_rows(page))
    assert drawn.elements == usual.elements
    assert drawn.text == usual.text.replace("普通", text)
    assert usual.text.count("普通") == number
