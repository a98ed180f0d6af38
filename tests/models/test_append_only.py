"""Nothing changes or deletes an entry of the log, on the engine in use (docs/domain.md, The log is append-only)."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from meetings.models import Acknowledgement, AppendOnlyError, Batch, ChangeLog, Task, TaskLog
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> TaskLog:
    task = factories.task()
    factories.progress(task, "已启动。", on=datetime.date(2023, 11, 20))
    return task.log.get(sequence=2)


def refused():
    """Expect the database's own refusal, in a savepoint so that the test can go on."""
    return pytest.raises(DatabaseError, match="never changed or deleted")


def run(sql: str, *parameters) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_the_queryset_refuses_by_itself(entry):
    with pytest.raises(AppendOnlyError):
        TaskLog.objects.filter(pk=entry.pk).update(note="另一说法")
    with pytest.raises(AppendOnlyError):
        TaskLog.objects.filter(pk=entry.pk).delete()
    with pytest.raises(AppendOnlyError):
        TaskLog.objects.bulk_update([entry], ["note"])
    with pytest.raises(AppendOnlyError):
        entry.delete()


def test_the_database_refuses_where_the_queryset_is_passed_by(entry):
    plain = QuerySet(TaskLog).filter(pk=entry.pk)
    with refused(), transaction.atomic():
        plain.update(note="另一说法")
    with refused(), transaction.atomic():
        plain._raw_delete(using=connection.alias)
    entry.refresh_from_db()
    assert entry.note == "已启动。"


def test_the_database_refuses_a_saved_change(entry):
    entry.note = "另一说法"
    with refused(), transaction.atomic():
        entry.save()
    entry.refresh_from_db()
    assert entry.note == "已启动。"


@pytest.mark.parametrize(
    "column",
    [field.column for field in TaskLog._meta.concrete_fields if field.name not in ("id", "task")],
)
def test_the_database_refuses_raw_updates_of_any_column(entry, column):
    other = {
        "sequence": 99,
        "kind": "review",
        "effective_on": "2023-11-21",
        "recorded_at": "2023-11-21 00:00:00+00:00",
        "actor_id": factories.account().pk,
        "department_id": factories.department().pk,
        "is_report": False,
        "note": "另一说法",
        "changes": "{}",
        "hash": "f" * 64,
        "batch_id": Batch.objects.create(made_by=factories.account(), source="list").pk,
    }[column]
    with refused():
        run(f"UPDATE {TaskLog._meta.db_table} SET {column} = %s WHERE id = %s", other, entry.pk)


def test_the_database_refuses_a_raw_delete(entry):
    with refused():
        run(f"DELETE FROM {TaskLog._meta.db_table} WHERE id = %s", entry.pk)
    assert TaskLog.objects.filter(pk=entry.pk).exists()


def test_an_update_that_changes_nothing_passes(entry):
    entry.save()
    run(f"UPDATE {TaskLog._meta.db_table} SET note = note, changes = changes")
    assert QuerySet(TaskLog).filter(pk=entry.pk).update(note=entry.note) == 1


def test_a_task_with_a_log_cannot_be_deleted(entry):
    with pytest.raises(DatabaseError):
        Task.objects.filter(pk=entry.task_id).delete()


def test_the_triggers_are_there():
    """A migration that remakes SQLite's table drops them: it has to create them again."""
    table = TaskLog._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        names = {name for (name,) in cursor.fetchall() if "_refuse_" in name}
    on_sqlite = {f"{table}_refuse_replace"} if connection.vendor == "sqlite" else set()
    assert names == {f"{table}_refuse_update", f"{table}_refuse_delete"} | on_sqlite


@pytest.mark.sqlite
@pytest.mark.parametrize("same", ["id", "sequence"])
def test_an_entry_is_not_replaced_by_another_one(entry, same):
    """INSERT OR REPLACE deletes what is in its way without firing a trigger of DELETE."""
    table = TaskLog._meta.db_table
    columns = [field.column for field in TaskLog._meta.concrete_fields if same == "id" or field.column != "id"]
    taken = ", ".join("'另一说法'" if column == "note" else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with refused():
        run(f"INSERT OR REPLACE INTO {table} ({names}) SELECT {taken} FROM {table} WHERE id = %s", entry.pk)
    entry.refresh_from_db()
    assert entry.note == "已启动。"


def test_the_change_log_is_append_only_too():
    change = ChangeLog.objects.create(meeting=factories.meeting(), kind="corrected", note="错字")
    with pytest.raises(AppendOnlyError):
        ChangeLog.objects.update(note="另一说法")
    with pytest.raises(AppendOnlyError):
        ChangeLog.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        change.delete()
    table = ChangeLog._meta.db_table
    for statement in (f"UPDATE {table} SET note = 'x'", f"DELETE FROM {table}"):
        with refused():
            run(statement)
    change.refresh_from_db()
    assert change.note == "错字"


def test_acknowledgements_are_append_only_too():
    made = Acknowledgement.objects.create(meeting=factories.meeting(), department=factories.department())
    with pytest.raises(AppendOnlyError):
        Acknowledgement.objects.all().delete()
    table = Acknowledgement._meta.db_table
    for statement in (f"UPDATE {table} SET recorded_at = '2023-11-21 00:00:00+00:00'", f"DELETE FROM {table}"):
        with refused():
            run(statement)
    made.refresh_from_db()
