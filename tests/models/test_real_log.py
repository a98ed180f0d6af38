"""The log of a real meeting stays, whatever is done to what leads from it to its meeting, on the engine in use.

The log of a demonstration may be deleted (docs/decisions/018-a-demonstration-can-be-removed.md): so nothing real may
come under one, by no statement and no sequence of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from meetings.models import Acknowledgement, ChangeLog, Meeting, Suggestion, Task, TaskLog
from tests import factories

pytestmark = pytest.mark.django_db

MEETING, SUGGESTION, TASK = (model._meta.db_table for model in (Meeting, Suggestion, Task))
UNKNOWN = 999_999


@dataclass
class Side:
    """A meeting with one task: the real one's, or the demonstration's."""

    meeting: Meeting
    suggestion: Suggestion
    task: Task

    @classmethod
    def make(cls, *, is_demonstration: bool) -> Side:
        task = factories.task(factories.suggestion(factories.meeting(is_demonstration=is_demonstration)))
        return cls(task.suggestion.meeting, task.suggestion, task)


@pytest.fixture
def real() -> Side:
    return Side.make(is_demonstration=False)


@pytest.fixture
def invented() -> Side:
    return Side.make(is_demonstration=True)


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def values_of(row: models.Model, **others: Any) -> dict[str, Any]:
    """Return the row's columns as the database has them, with some of them changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True)) | others


def insert(table: str, values: dict[str, Any], verb: str = "INSERT") -> None:
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join("%s" for _name in values)
    run(f"{verb} INTO {table} ({names}) VALUES ({places})", *values.values())


def delete(*rows: models.Model) -> None:
    for row in rows:
        run(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


@contextmanager
def refused(words: str = "becomes no demonstration") -> Iterator[None]:
    """Expect the database's own refusal, in a savepoint so that the test can go on."""
    entries = TaskLog.objects.count()
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield
    assert TaskLog.objects.count() == entries


# --- moved ------------------------------------------------------------------------------------------


def test_no_suggestion_moves_between_a_real_meeting_and_a_demonstration(real, invented):
    for one, other in ((real, invented), (invented, real)):
        with refused():
            run(
                f"UPDATE {SUGGESTION} SET meeting_id = %s, position = 9 WHERE id = %s",
                other.meeting.pk,
                one.suggestion.pk,
            )


def test_no_task_moves_between_them(real, invented):
    for one, other in ((real, invented), (invented, real)):
        with refused():
            run(f"UPDATE {TASK} SET suggestion_id = %s, number = 9 WHERE id = %s", other.suggestion.pk, one.task.pk)


@pytest.mark.parametrize("part", ["meeting", "suggestion", "task"])
def test_no_key_on_the_way_from_the_log_to_its_meeting_changes(real, invented, part):
    table = getattr(real, part)._meta.db_table
    for side in (real, invented):
        with refused():
            run(f"UPDATE {table} SET id = %s WHERE id = %s", UNKNOWN, getattr(side, part).pk)


def test_nothing_moves_by_way_of_what_is_not_there(real, invented):
    with refused():
        run(f"UPDATE {SUGGESTION} SET meeting_id = %s WHERE id = %s", UNKNOWN, real.suggestion.pk)
    with refused():
        run(f"UPDATE {TASK} SET suggestion_id = %s WHERE id = %s", UNKNOWN, real.task.pk)


def test_within_one_kind_everything_moves_as_before(real, invented):
    for side in (real, invented):
        other = Side.make(is_demonstration=side.meeting.is_demonstration)
        run(
            f"UPDATE {SUGGESTION} SET meeting_id = %s, position = 9 WHERE id = %s", other.meeting.pk, side.suggestion.pk
        )
        run(f"UPDATE {TASK} SET suggestion_id = %s, number = 9 WHERE id = %s", other.suggestion.pk, side.task.pk)
    assert Suggestion.objects.update(text="改写") == 4


# --- made anew --------------------------------------------------------------------------------------


def test_no_meeting_is_made_anew_as_a_demonstration(real):
    values = values_of(real.meeting, is_demonstration=True)
    with refused():
        delete(real.meeting)
        insert(MEETING, values)


@pytest.mark.parametrize("log", [ChangeLog, Acknowledgement])
def test_nor_is_one_that_has_nothing_but_another_log(log):
    meeting = factories.meeting()
    others = {"kind": "corrected"} if log is ChangeLog else {"department": factories.department()}
    log.objects.create(meeting=meeting, **others)
    values = values_of(meeting, is_demonstration=True)
    with refused():
        delete(meeting)
        insert(MEETING, values)


def test_no_suggestion_and_no_task_is_made_anew_under_a_demonstration(real, invented):
    suggestion = values_of(real.suggestion, meeting_id=invented.meeting.pk, position=9)
    task = values_of(real.task, suggestion_id=invented.suggestion.pk, number=9)
    with refused():
        delete(real.suggestion)
        insert(SUGGESTION, suggestion)
    with refused():
        delete(real.task)
        insert(TASK, task)
    for rows in (
        ((SUGGESTION, suggestion), (TASK, values_of(real.task))),
        ((TASK, values_of(real.task)), (SUGGESTION, suggestion)),
    ):
        with refused():
            delete(real.task, real.suggestion, real.meeting)
            for table, values in rows:
                insert(table, values)


def test_a_way_with_a_hole_leads_nowhere(real):
    """First all but the meeting, then a demonstration in its place; the log cannot go in between either."""
    suggestion, task = values_of(real.suggestion, meeting_id=UNKNOWN), values_of(real.task)
    meeting = values_of(real.meeting, id=UNKNOWN, is_demonstration=True)
    with refused():
        delete(real.task, real.suggestion, real.meeting)
        insert(SUGGESTION, suggestion)
        insert(TASK, task)
        insert(MEETING, meeting)
    with refused("never changed or deleted"):
        delete(real.task, real.suggestion, real.meeting)
        run(f"DELETE FROM {TaskLog._meta.db_table} WHERE task_id = %s", real.task.pk)


@pytest.mark.sqlite
@pytest.mark.parametrize("by", ["key", "other column"])
def test_nothing_is_replaced_by_a_row_under_a_demonstration(real, invented, by):
    """INSERT OR REPLACE takes a row's place without a DELETE, by any of its unique columns."""
    verb = "INSERT OR REPLACE"
    if by == "key":
        with refused():
            insert(MEETING, values_of(real.meeting, is_demonstration=1), verb)
        with refused():
            insert(SUGGESTION, values_of(real.suggestion, meeting_id=invented.meeting.pk, position=9), verb)
        with refused():
            insert(TASK, values_of(real.task, suggestion_id=invented.suggestion.pk, number=9), verb)
    else:
        before = values_of(real.meeting, is_demonstration=1, title="另一个名称", document_number="")
        with refused():
            insert(MEETING, values_of(real.meeting, id=UNKNOWN, is_demonstration=1), verb)
            insert(MEETING, before)


# --- what may be done -------------------------------------------------------------------------------


def test_a_demonstration_is_made_and_goes_with_its_log(invented):
    entries = models.QuerySet(TaskLog).filter(task=invented.task)
    assert entries._raw_delete(connection.alias) == 1
    assert Meeting.objects.count() == 1


def test_an_empty_meeting_goes_and_comes_as_before():
    meeting = factories.meeting()
    values = values_of(meeting, is_demonstration=True)
    delete(meeting)
    insert(MEETING, values)
    assert Meeting.objects.get().is_demonstration


def test_the_triggers_are_there():
    """A migration that remakes a table on SQLite drops its triggers: it has to create them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        triggers = set(cursor.fetchall())
    insertion = "replace" if connection.vendor == "sqlite" else "insert"
    for table in (MEETING, SUGGESTION, TASK):
        assert {(table, f"{table}_refuse_update"), (table, f"{table}_refuse_{insertion}")} <= triggers
