"""`migrate` as the owner of the tables: the application's role works, and cannot touch what guards the logs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from meetings.models import Task, TaskLog, TaskState
from tests import factories

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def application_role(settings) -> Iterator[None]:
    """Connect as a role that owns nothing, after `migrate` as the owner has granted it its rights."""
    owner = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    # A role is the whole server's, and tests beside this one make theirs.
    role = f"application_of_{owner['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role} LOGIN")
    settings.MIGRATION_DATABASE = owner
    connection.close()
    connection.settings_dict["USER"] = role
    call_command("migrate", stdout=StringIO())
    assert connection.settings_dict["USER"] == role
    yield
    connection.close()
    connection.settings_dict.update(owner)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


@pytest.mark.usefixtures("application_role")
def test_the_application_works_with_rows_and_cannot_pass_by_the_triggers():
    task = factories.task()
    factories.progress(task, "已启动。", on=datetime.date(2023, 11, 20))
    table = TaskLog._meta.db_table
    output = StringIO()
    call_command("verify_register", stdout=output)
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        f"DROP TRIGGER {table}_refuse_update ON {table}",
        f"TRUNCATE {table} CASCADE",
        f"DROP TABLE {table}",
        f"UPDATE {table} SET note = 'x'",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert task.log.count() == 2


@pytest.mark.usefixtures("application_role")
def test_tables_of_the_same_name_that_the_application_makes_deceive_no_trigger():
    task = factories.task()
    meeting = task.suggestion.meeting
    TaskState.objects.filter(task=task).delete()
    with connection.cursor() as cursor:
        for name in ("meetings_meeting", "meetings_suggestion", "meetings_task"):
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM public.{name}")
        cursor.execute("UPDATE pg_temp.meetings_meeting SET is_demonstration = true")
        for statement in (
            f"DELETE FROM public.meetings_tasklog WHERE task_id = {task.pk}",
            f"UPDATE public.meetings_meeting SET is_demonstration = true WHERE id = {meeting.pk}",
        ):
            with pytest.raises(DatabaseError, match="never changed|becomes no"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute(f"UPDATE public.meetings_meeting SET issued_on = '2030-01-01' WHERE id = {meeting.pk}")
        cursor.execute("DROP TABLE pg_temp.meetings_meeting, pg_temp.meetings_suggestion, pg_temp.meetings_task")
    assert Task.objects.get().issued_on == datetime.date(2030, 1, 1)


def test_every_function_of_a_trigger_looks_for_tables_where_it_was_made():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.proconfig, p.prosecdef FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal"
        )
        functions = cursor.fetchall()
    assert functions
    assert {(tuple(config or ()), definer) for _name, config, definer in functions} == {
        (("search_path=public, pg_temp",), False)
    }
