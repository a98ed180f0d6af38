"""What every page asks is built once and asked anew each time."""

import datetime
import gc
import logging
import threading
import weakref

import pytest
from django.db import connection
from django.db.models import QuerySet, Subquery, TextChoices, Value
from django.utils import timezone

from meetings import permissions
from meetings.models import DeadlineKind, Department, Role, Status, Task
from meetings.models.prepared import Later, PreparedQuery, keep_for_each_thread
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_answer_is_that_of_the_moment_and_the_query_is_built_once_for_its_arguments(django_assert_num_queries):
    built = []

    @PreparedQuery
    def called(name: str):
        built.append(name)
        return Department.objects.filter(name=name).order_by().values_list("name")

    assert (called.fetch("甲%部"), called.count("甲%部")) == ([], 0)
    for name in ("甲%部", "乙部"):
        factories.department(name)
    with django_assert_num_queries(2):
        assert called.fetch("甲%部") == [("甲%部",)]
        assert called.count("乙部") == 1
    Department.objects.filter(name="乙部").update(name="丙部")
    assert (called.count("乙部"), called.count("丙部")) == (0, 1)
    assert built == ["甲%部", "乙部", "丙部"]


def test_a_status_stands_in_the_sql_and_what_somebody_typed_does_not():
    """SQLite plans a query anew each time where a parameter may decide whether a partial index will do."""
    asked = PreparedQuery(
        lambda text: (
            Task.objects.filter(status=Status.CLOSED, deadline_kind__in=[*DeadlineKind], text__contains=text)
            .order_by("pk")
            .values_list("pk", Value("50%"))
        )
    )
    world = factories.small_world()
    sent = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert asked.fetch("closed") == []
        assert asked.fetch(world.closed.text) == [(world.closed.pk, "50%")]
    assert "'closed'" in sent[0][0]
    assert sent[0][0] == sent[1][0]
    assert not any(isinstance(each, TextChoices) for _sql, params in sent for each in params)
    assert any(world.closed.text in str(each) for each in sent[1][1])


def test_what_can_hold_nothing_is_not_asked(django_assert_num_queries):
    nothing = PreparedQuery(lambda: Department.objects.none().values_list("pk"))
    with django_assert_num_queries(0):
        assert (nothing.fetch(), nothing.count()) == ([], 0)


def test_a_queryset_is_an_argument_by_what_it_depends_on(django_assert_num_queries):
    built = []

    @PreparedQuery
    def counted(tasks):
        built.append(tasks)
        return tasks.order_by("pk").for_listing()

    task = factories.small_world().overdue
    day = timezone.localdate()
    reader = factories.account(Role.READER)
    for _time in range(2):
        found = counted.fetch(permissions.readable_tasks(reader, day))
        assert task in found
        with django_assert_num_queries(0):
            assert [part.department.name for part in found[0].task_departments.all()], "what is prefetched is there"
    assert len(built) == 1
    assert {row.pk for row in counted.fetch(permissions.readable_tasks(reader, day).filter(pk=task.pk))} == {task.pk}
    assert {row.pk for row in counted.fetch(permissions.readable_tasks(reader, day).exclude(pk=task.pk))} == {
        row.pk for row in found if row != task
    }
    assert len(built) == 3, "what is derived is another query, and is not mistaken for it"


def test_each_day_role_and_account_has_tasks_of_its_own():
    """The SQL is one for most of them; what is asked must not be."""
    world = factories.small_world()
    today = timezone.localdate()
    asked = PreparedQuery(lambda tasks: tasks.order_by("pk"))
    for account in (world.secretariat, world.leader, world.liaison):
        for day in (today, today - datetime.timedelta(days=40), today - datetime.timedelta(days=400)):
            tasks = permissions.own_tasks(account, permissions.readable_tasks(account, day))
            rows = [(row.pk, row.health, row.next_day, row.day_status) for row in asked.fetch(tasks)]
            assert rows == [(row.pk, row.health, row.next_day, row.day_status) for row in tasks.order_by("pk")]


def test_what_due_soon_means_may_change(settings):
    factories.small_world()
    day = timezone.localdate()
    asked = PreparedQuery(lambda tasks: tasks.values_list("pk", "health").order_by("pk"))
    account = factories.account(Role.READER)
    for days in (1, 3000):
        settings.DUE_SOON_DAYS = days
        tasks = permissions.readable_tasks(account, day)
        assert asked.fetch(tasks) == list(tasks.values_list("pk", "health").order_by("pk"))


def test_a_number_is_put_in_when_the_query_is_asked():
    built = []

    @PreparedQuery
    def named(pk: int, others: int):
        built.append(pk)
        return Department.objects.filter(pk=pk).exclude(pk=others).values_list("name", flat=True)

    first, second = factories.department("甲部"), factories.department("乙部")
    assert named.fetch(Later(first.pk), Later(second.pk)) == ["甲部"]
    assert named.fetch(Later(second.pk), Later(first.pk)) == ["乙部"]
    assert named.count(Later(second.pk), Later(second.pk)) == 0
    assert len(built) == 1
    assert named.fetch(Later(10**20), Later(0)) == [], "no row has a number that no database knows"


def test_what_hangs_on_the_rows_is_what_django_prefetches(django_assert_num_queries):
    world = factories.small_world()
    day = timezone.localdate()
    factories.progress(world.overdue, "方案已报批。", on=day, by=world.liaison, department=world.technology)
    tasks = permissions.readable_tasks(world.secretariat, day)
    asked = PreparedQuery(lambda tasks: tasks.order_by("pk").for_listing().with_department_reports(day))

    def say(rows):
        return [
            (
                row.pk,
                [(part.department.name, part.role, part.task is row) for part in row.task_departments.all()],
                [part.person.name for part in row.task_leaders.all()],
                [(report.note, report.is_shared, report.task is row) for report in row.department_reports],
                list(row.task_departments.filter(role="lead")),
            )
            for row in rows
        ]

    found = say(asked.fetch(tasks))
    assert found == say(tasks.order_by("pk").for_listing().with_department_reports(day))
    assert any(reports for _pk, _departments, _leaders, reports, _lead in found)
    factories.progress(world.overdue, "已完成。", on=day, by=world.liaison, department=world.technology)
    with django_assert_num_queries(4):
        notes = {report.note for row in asked.fetch(tasks) for report in row.department_reports}
    assert "已完成。" in notes, "the SQL is kept, the rows are those of the moment"
    assert "方案已报批。" not in notes


@pytest.mark.long
@pytest.mark.same_on_both
def test_no_request_is_kept_with_what_somebody_typed(client, monkeypatch):
    """A query is kept by what it depends on; an account would bring the request along, passwords and all."""
    # What pytest captures of a refusal for its report holds the request.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    for role in (Role.LIAISON, Role.SECRETARIAT, Role.READER):
        account = factories.account(role, departments=[factories.department()] if role == Role.LIAISON else ())
        client.force_login(account)
        for address in ("/tasks/", "/", "/inbox/"):
            client.get(address)
        refused = client.post("/accounts/settings/password/", {"old_password": "my own old one"})
        assert refused.status_code == 422
        request = weakref.ref(refused.wsgi_request)
        del refused
        gc.collect()
        assert request() is None
        pages = [weakref.ref(client.get(address).wsgi_request) for address in ("/tasks/", "/", "/inbox/")]
        gc.collect()
        assert [page() for page in pages] == [None] * 3


def test_an_account_that_gets_another_role_gets_its_queries():
    account = factories.account(Role.LIAISON, departments=[factories.department()])
    before = account.identity
    account.role = Role.READER
    assert account.identity != before


@pytest.mark.long
def test_what_was_red_yesterday_stays_red_as_of_yesterday(client, monkeypatch):
    """What is kept of today's query is not asked of the same day once that is past."""
    task = factories.task(deadline="2024.1")
    client.force_login(factories.account(Role.READER))
    yesterday = datetime.date(2024, 3, 1)

    def live_on(day: datetime.date) -> None:
        now = datetime.datetime.combine(day, datetime.time(10), timezone.get_default_timezone())
        monkeypatch.setattr(timezone, "now", lambda: now)

    live_on(yesterday)
    for address in ("/tasks/?health=overdue", "/?scope=all"):
        assert task.text in client.get(address).content.decode()
    live_on(yesterday + datetime.timedelta(days=1))
    factories.move(task, "closed", on=timezone.localdate())
    assert task.text not in client.get("/tasks/?health=overdue").content.decode()
    for address in ("/tasks/?health=overdue&as_of=2024-03-01", "/?scope=all&as_of=2024-03-01"):
        assert task.text in client.get(address).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_accounts_of_a_role_share_a_query_and_each_has_its_own_answer(role):
    built = []

    @PreparedQuery
    def own(account):
        built.append(account.identity)
        tasks = permissions.own_tasks(account, Task.objects.order_by("pk"))
        return permissions.annotate_liaison_roles(account, tasks)

    world = factories.small_world()
    other = factories.account(role, departments=[world.office], person=factories.person("另一人"))
    for account in (world.accounts[role], other, factories.account(role, departments=[world.technology])):
        assert own.fetch(account) == list(permissions.own_tasks(account, Task.objects.order_by("pk")))
    # With a person, or with none: a leader always has one.
    assert len(built) == len(set(built)) == (1 if role == Role.LEADER else 2)


def test_no_thread_makes_the_sql_of_subqueries_that_another_one_makes_it_of(world):
    found = []

    def find_subqueries() -> None:
        tasks = permissions.own_tasks(world.liaison, permissions.readable_tasks(world.liaison, world.day))
        parts = [part for annotation in tasks.query.annotations.values() for part in annotation.flatten()]
        found.append([part.query for part in parts if isinstance(part, Subquery)])

    for _thread in range(2):
        thread = threading.Thread(target=find_subqueries)
        thread.start()
        thread.join()
    first, second = found
    assert len(first) == len(second) > 0
    assert not {id(query) for query in first} & {id(query) for query in second}


def test_a_thread_finds_again_what_it_kept():
    made = []

    @keep_for_each_thread(2)
    def tasks_of(number: int) -> QuerySet:
        made.append(number)
        return Task.objects.filter(pk=number)

    for number in (1, 1, 2, 1, 3, 1, 2):
        tasks_of(number)
    assert made == [1, 2, 3, 2]
