"""How many queries each page costs, every one of them named; as many for a thousand tasks as for eighteen.

A query more is a decision: it gets its name here, or it is found to be one for each row.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from meetings.breakdown.views.meetings import TASKS_PER_PAGE
from meetings.devtools import synthetic
from meetings.models import (
    Account,
    Aspect,
    Department,
    DepartmentRole,
    Health,
    ImportIssue,
    Meeting,
    Person,
    Role,
    Status,
    Task,
)
from meetings.tasks.filter_choices import offered_rows
from meetings.tasks.filters import TaskFilterSet
from meetings.tasks.services.saved_views import save_view
from meetings.tasks.tables import TaskTable
from meetings.ui.widgets import MAX_OPTIONS, SHORT_LIST_LENGTH, offered_choices
from tests.workbooks.workbook_files import edited, fetched, fill_every_row, handed_in

from . import factories
from .cached_world import filled_register
from .jobs.samples import note
from .query_names import (
    API_LOG,
    API_MEETINGS,
    API_SUGGESTIONS,
    API_TASK,
    API_TASKS,
    ARRANGE,
    AT_WORK,
    CHASED,
    COMPARISON,
    CONFIRMATIONS,
    DASHBOARD,
    DRAFT,
    DUE_CALENDAR,
    EDIT_TASK,
    FILL_IN,
    FILL_IN_REVIEW,
    FILL_IN_WORKBOOK,
    INBOX,
    INBOX_PAGE,
    LIST,
    MEETING,
    MEETINGS,
    NOTHING_FOUND,
    OPTIONS,
    OWN_DEPARTMENTS,
    PARTS,
    RAISED_BEFORE,
    REPORTS,
    SEARCH,
    SIGNED_IN,
    TASK,
    WORD,
    WRONG,
)

pytestmark = pytest.mark.django_db


def set_up_real_meeting() -> None:
    factories.real_meeting()


def set_up_thousand_tasks() -> None:
    synthetic.generate(1000, seed=7)


@pytest.mark.same_on_both
def test_the_page_of_jobs_costs_as_many_queries_for_any_number_of_them(db, spend):
    for number in range(3):
        note.enqueue(str(number))
    spend(factories.account(Role.ADMINISTRATOR), "/jobs/", [*SIGNED_IN, "how many jobs", "the jobs of the page"])


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_draft_costs_as_many_queries_for_many_rows_as_for_few(db, spend):
    account = factories.account(Role.SECRETARIAT)
    client = Client()
    client.force_login(account)
    for count in (2, 40):
        rows = [f"{number}\t新增托育床位{number}百张\t卫健局{number}\t王强\t待定" for number in range(1, count + 1)]
        response = client.post("/import/", {"text": "\n".join(["序号\t工作任务\t责任单位\t分管领导\t完成时限", *rows])})
        found = spend(account, response["Location"], DRAFT + INBOX[Role.SECRETARIAT])
        assert len(found.context["page"].rows) == count


# As many queries for a thousand as for eighteen: that is so on both databases where it is on one.
@pytest.fixture(
    params=[
        set_up_real_meeting,
        pytest.param(set_up_thousand_tasks, marks=[pytest.mark.same_on_both, pytest.mark.slow]),
    ],
    ids=["18 tasks", "1000 tasks"],
    scope="module",
)
def register(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with filled_register(django_db_blocker, request.param):
        yield


def account_of(role: str, task: Task) -> Account:
    """Return an account that has most to see: a part in ``task``, where its role has parts."""
    # A task made up for a measurement may have a lead alone.
    department = task.task_departments.exclude(role=DepartmentRole.SUPPORTING).first().department
    leader = task.task_leaders.first().person
    return factories.account(role, departments=[department] if role == Role.LIAISON else [], person=leader)


def with_all_filters(task: Task) -> str:
    """Return the list narrowed by every filter there is."""
    ids = {
        "meeting": task.suggestion.meeting_id,
        "aspect": Aspect.objects.first().pk,
        "department": Department.objects.first().pk,
        "supporting": Department.objects.last().pk,
        "leader": task.task_leaders.first().person_id,
        "source": Person.objects.filter(suggestion_sources__isnull=False).first().pk,
    }
    filters = "&".join(f"{name}={pk}" for name, pk in ids.items())
    words = "&".join([f"status={value}" for value in Status.values] + [f"health={value}" for value in Health.values])
    return f"/tasks/?{filters}&{words}&due_after=2000-01-01&due_before=2099-12-31&q=的&sort=-progress&per_page=200"


@pytest.mark.long
@pytest.mark.parametrize("role", Role.values)
def test_the_queries_of_every_page_are_those_named(register, spend, role):
    task = Task.objects.filter(
        task_departments__role=DepartmentRole.RESPONSIBLE, task_leaders__isnull=False, due_date__isnull=True
    ).first()
    account = account_of(role, task)
    own = OWN_DEPARTMENTS if role == Role.LIAISON else []
    leader = ["the leader's name"] if role == Role.LEADER else []
    inbox = INBOX.get(role, [])
    past = f"as_of={timezone.localdate() - datetime.timedelta(days=1)}"

    silent = CHASED if role == Role.SECRETARIAT else []
    spend(account, "/", DASHBOARD + own + leader + silent + AT_WORK.get(role, []))
    spend(account, f"/?scope=all&{past}", DASHBOARD + own + silent + inbox)

    found = spend(account, "/tasks/", LIST + inbox)
    assert found.context["listing"].row_count == Task.objects.count()
    spend(account, f"/tasks/?per_page=200&page=1&sort=department&{past}", LIST + inbox)
    spend(account, "/tasks/?q=没有这样的任务", NOTHING_FOUND + inbox)
    spend(account, with_all_filters(task), NOTHING_FOUND + inbox)
    spend(account, "/tasks/?health=purple", WRONG + inbox)

    spend(account, f"/tasks/{task.pk}/", TASK + own + inbox)
    spend(account, f"/tasks/{task.pk}/?{past}", [name for name in TASK if name != "its import issues"] + inbox)

    spend(account, "/meetings/", MEETINGS + inbox)
    meeting = Meeting.objects.first()
    longer = ["the rows of the axis, of which the page has some"] if meeting.tasks.count() > TASKS_PER_PAGE else []
    spend(account, f"/meetings/{meeting.pk}/", MEETING + longer + inbox)
    spend(
        account,
        f"/meetings/{meeting.pk}/?{past}",
        [name for name in MEETING if name != "its change log"] + longer + inbox,
    )


@pytest.mark.long
def test_an_inbox_costs_as_many_queries_whatever_waits_in_it(register, spend, settings):
    settings.BACK_DATING_DAYS = 10
    leader = Person.objects.annotate(number=Count("task_leaders")).order_by("-number").first()
    accounts = factories.fill_inboxes(
        Department.objects.annotate(number=Count("task_departments")).order_by("-number")[0], leader
    )
    for role, account in accounts.items():
        found = spend(account, "/inbox/", INBOX_PAGE[role])
        assert len(found.context["groups"]) == INBOX_PAGE[role].count("the tasks of a group")
        assert all(page.object_list for _group, page in found.context["groups"])
    for role in (Role.READER, Role.ADMINISTRATOR):
        spend(factories.account(role), "/inbox/", SIGNED_IN)


def test_what_programs_read_costs_as_many_queries_for_any_number_of_rows(register, spend):
    account, task = factories.account(Role.READER), Task.objects.order_by("pk").last()
    spend(account, "/api/v1/tasks?per_page=200", API_TASKS)
    spend(account, f"/api/v1/tasks/{task.pk}", API_TASK)
    spend(account, f"/api/v1/tasks/{task.pk}/log", API_LOG)
    spend(account, "/api/v1/meetings", API_MEETINGS)
    spend(account, "/api/v1/suggestions?per_page=200", API_SUGGESTIONS)


# How many queries there are is Python's doing: that of the pages, above, is looked at on both.
@pytest.mark.same_on_both
@pytest.mark.long
def test_a_day_of_knowledge_costs_the_page_the_log_of_what_is_replayed(register):
    day = timezone.localdate() - datetime.timedelta(days=1)
    account = factories.account(Role.READER)
    client = Client()
    client.force_login(account)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/tasks/?known_on={day}").status_code == 200
    # What hides the tables, and shows them again.
    around = (
        "CREATE",
        "INSERT",
        "DELETE",
        "DROP",
        "ANALYZE",
        "SELECT current_schema()",
        "SAVEPOINT",
        "RELEASE SAVEPOINT",
    )
    # Of many rows it is written how many times.
    statements = [re.sub(r"^\d+ times: ", "", query["sql"]) for query in queries]
    asked = [sql for sql in statements if not sql.startswith(around)]
    assert len(asked) == len([*LIST, "the log of what is replayed"]), "\n".join(sql[:200] for sql in asked)


@pytest.mark.same_on_both
@pytest.mark.long
def test_a_column_costs_nothing_while_it_is_hidden_and_at_most_one_query_where_it_is_shown(register, spend):
    account = factories.account(Role.READER)
    needs = {"department": PARTS[:1], "supporting": PARTS[:1], "leader": PARTS[1:], "source": ["sources"]}
    needs["progress"] = LIST[-1:]
    bare = LIST[:-3]
    for column in TaskTable.base_columns:
        spend(account, f"/tasks/?columns=text,{column}", bare + needs.get(column, []))
        spend(account, f"/tasks/?columns=text&sort=-{column}", bare)
    every = [*LIST, "sources"]
    spend(account, f"/tasks/?columns={','.join(TaskTable.base_columns)}", every)
    assert len(every + INBOX[Role.LIAISON]) <= 11


@pytest.mark.long
@pytest.mark.same_on_both
def test_saved_views_cost_the_list_nothing_and_their_own_page_one_query_for_all_their_words(register, spend):
    account = factories.account(Role.READER)
    for number in range(12):
        save_view(owner=account, name=str(number), query=f"status=closed&department={number}&columns=text")
    assert len(spend(account, "/tasks/", LIST).context["listing"].views) == 12
    asked = ["what they ask for, in one union", "the same numbers as names, for some are no ids"]
    spend(account, "/views/", [*SIGNED_IN, "how many views", "the views with their owners", *asked])


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_a_filter_offers_costs_as_many_queries_whatever_there_is(register, spend):
    reader = factories.account(Role.READER)
    for name, kind in TaskFilterSet.id_filters().items():
        is_long = offered_rows(kind, timezone.localdate()).count() > SHORT_LIST_LENGTH
        used = ["which were used most"] if is_long and kind not in ("meeting", "aspect") else []
        spend(reader, f"/tasks/options/{name}/", OPTIONS + used)
        spend(reader, f"/tasks/options/{name}/?find=没有这样的", OPTIONS[:-1])


@pytest.mark.same_on_both
def test_all_filters_at_once_cost_no_more_than_the_list_and_a_word(register, spend):
    """The same filters without those that exclude each other, so that there is a page of tasks to load."""
    task = Task.objects.filter(task_leaders__isnull=False).first()
    account = factories.account(Role.READER)
    department = task.task_departments.exclude(role=DepartmentRole.SUPPORTING).first().department_id
    source = task.suggestion.suggestion_sources.first().person_id
    words = "&".join([f"status={value}" for value in Status.values] + [f"health={value}" for value in Health.values])
    response = spend(
        account,
        f"/tasks/?meeting={task.suggestion.meeting_id}&aspect={task.suggestion.aspect_id}&department={department}"
        f"&leader={task.task_leaders.first().person_id}&source={source}&{words}&q={task.text[:2]}&sort=-due",
        LIST + WORD,
    )
    assert response.context["listing"].row_count
    assert len(LIST + INBOX[Role.LIAISON]) <= 10
    assert len(DASHBOARD + OWN_DEPARTMENTS + INBOX[Role.LIAISON]) <= 17


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_queue_of_confirmations_costs_as_much_for_many_tasks_as_for_few(register, spend):
    for task in Task.objects.all()[:60]:
        ImportIssue.objects.get_or_create(task=task, column="leaders", code="several_people")
    for role in (Role.READER, Role.SECRETARIAT):
        spend(factories.account(role), "/confirmations/", CONFIRMATIONS + INBOX.get(role, []))
    # Of many people the page offers those used most: a leader of few tasks would have to be asked for besides.
    busiest = Person.objects.annotate(tasks_led=Count("task_leaders")).order_by("-tasks_led").first()
    task = Task.objects.filter(status=Status.NOT_STARTED, extension_count=0, task_leaders__person=busiest).first()
    frequent = ["the people used most, of many"] if Person.objects.count() > MAX_OPTIONS else []
    spend(
        factories.account(Role.SECRETARIAT), f"/tasks/{task.pk}/edit/", EDIT_TASK + frequent + INBOX[Role.SECRETARIAT]
    )


@pytest.mark.same_on_both
def test_searching_everything_costs_as_many_queries_whatever_there_is(register, spend):
    spend(account_of(Role.READER, Task.objects.first()), "/search/?q=认可", SEARCH)


@pytest.mark.same_on_both
def test_arranging_a_table_costs_as_many_queries_whatever_is_in_it(register, spend):
    account = account_of(Role.SECRETARIAT, Task.objects.first())
    spend(account, f"/meetings/{Meeting.objects.first().pk}/arrange/", ARRANGE + INBOX[Role.SECRETARIAT])


@pytest.mark.same_on_both
def test_the_pages_of_departments_and_people_cost_as_many_queries_whatever_there_is(register, spend):
    account = factories.account(Role.READER)
    counts = ["how many there are", "counts by department, or by leader"]
    names = ["former names", "names merged into them"]
    of_page = [*SIGNED_IN, *counts, "those of the page with their sizes", *names]
    spend(account, "/organisation/", [*of_page, "their liaisons"])
    spend(account, "/organisation/people/", of_page)
    about = ["counts by health", "the most urgent tasks, on their axis", *names, "its changes"]
    department, leader = Department.objects.first(), Person.objects.filter(task_leaders__isnull=False).first()
    of_department = ["the department with its head", *about, "how many it supports", "its liaisons"]
    spend(account, department.get_absolute_url(), [*SIGNED_IN, *of_department])
    of_person = [
        "the person",
        *about,
        "meetings attended",
        "how many suggestions they made: none",
        "accounts",
        "departments headed",
    ]
    spend(account, leader.get_absolute_url(), [*SIGNED_IN, *of_person])


@pytest.mark.same_on_both
def test_choosing_from_all_departments_and_people_is_one_query_each(register, django_assert_num_queries):
    for offered in (
        Department.objects.selectable(),
        Person.objects.selectable(),
        Person.objects.selectable_as_leaders(),
    ):
        with django_assert_num_queries(1):
            assert offered_choices(offered, empty="")


@pytest.mark.same_on_both
def test_reports_and_meetings_side_by_side_cost_as_many_queries_whatever_is_in_them(register, spend):
    meetings = list(Meeting.objects.filter(suggestions__isnull=False).distinct())
    newest, oldest = meetings[0], meetings[-1]
    reader, staff = factories.account(Role.READER), factories.account(Role.SECRETARIAT)
    spend(reader, "/reports/", REPORTS)
    spend(reader, "/reports/calendar/", DUE_CALENDAR)
    if newest != oldest:
        spend(reader, f"/meetings/compare/?a={newest.pk}&b={oldest.pk}", COMPARISON)
        # A word that all have, so that there is something to choose from.
        suggestion = newest.suggestions.first()
        address = f"/suggestions/{suggestion.pk}/raised-before/?q={oldest.suggestions.first().text[:1]}"
        spend(staff, address, RAISED_BEFORE + INBOX[Role.SECRETARIAT])


@pytest.mark.same_on_both
@pytest.mark.long
def test_fill_in_workbooks_cost_as_many_queries_for_any_number_of_rows(register, spend):
    account = factories.account(Role.SECRETARIAT)
    inbox = INBOX[Role.SECRETARIAT]
    spend(account, "/fill-in/", FILL_IN + inbox)
    spend(account, "/fill-in/workbook/", FILL_IN_WORKBOOK)
    # With the sheets of others, a task has a row for each of its departments, and the rules are asked in turn.
    department = Department.objects.annotate(tasks_given=Count("task_departments")).order_by("-tasks_given").first()
    content = edited(fetched(account, f"?department={department.pk}"), fill_every_row)
    upload = handed_in(account, content).context["upload"]
    response = spend(account, f"/fill-in/{upload.pk}/", FILL_IN_REVIEW + inbox)
    assert len(response.context["review"].accepted) > 5
