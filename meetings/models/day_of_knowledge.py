"""据当时所知: the register as it was known on a day (docs/domain.md, As-of).

Within `known_on` every query reads the log as it was recorded by the end of that day, and the intervals that follow
from it: temporary relations of the connection have the names of the tables and hide them. So lists, counts, exports
and reports need to know nothing of it (docs/decisions/024-a-day-of-knowledge.md).
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from django.db import OperationalError, connection, connections, models, transaction
from django.db.models.expressions import RawSQL

from meetings.core.as_of import day_bounds, hold_known_day, known_day

from .acknowledgement import Acknowledgement
from .choices import EntryKind
from .evidence import Evidence
from .extension import ExtensionRequest, ExtensionStatus
from .instruction import Instruction
from .log import TaskLog, TaskState, replay
from .meeting import Meeting
from .outcome import SuggestionOutcome
from .task import Task

# Table of the tasks whose intervals are replayed from the log as known.
_REPLAYED = "meetings_replayed"


@dataclass(frozen=True, slots=True)
class _Reference:
    """How a row looks where entries that it refers to were not known yet.

    Without ``entry`` the row is left out. Where an entry in ``later`` was not known, that column is NULL, and further
    columns have the values given, as SQL.
    """

    entry: str
    later: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_REFERENCES: dict[type[models.Model], _Reference] = {
    ExtensionRequest: _Reference("asked_id", {"decided_id": {"status": f"'{ExtensionStatus.REQUESTED.value}'"}}),
    Instruction: _Reference("given_id", {"answer_id": {"answered_on": "NULL"}}),
    Evidence: _Reference("entry_id", {"removal_id": {}}),
}


@contextmanager
def known_on(day: datetime.date | None) -> Iterator[None]:
    """Let all queries see only what was recorded by the end of ``day``; None: all.

    For reading alone: the hidden tables cannot be written to. Do not ask for days after ``day`` within.
    """
    if day is None or day == known_day():
        yield
        return
    # On PostgreSQL the relations are of one transaction, so that a pool of connections may stand before it. On SQLite
    # a transaction begins with the lock that writers wait for; the connection is this thread's own.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        names = _Names.find()
        try:
            _hide_tables(day, names)
            with hold_known_day(day):
                yield
        except BaseException:
            if connection.vendor != "postgresql":
                _show_tables(names)
            raise
        _show_tables(names)


@dataclass(frozen=True, slots=True)
class _Names:
    """The schemas of the tables and of what hides them."""

    tables: str
    temporary: str

    @classmethod
    def find(cls) -> "_Names":
        if connection.vendor == "sqlite":
            return cls("main", "temp")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            return cls(connection.ops.quote_name(cursor.fetchone()[0]), "pg_temp")

    def table(self, model: type[models.Model]) -> str:
        return f"{self.tables}.{connection.ops.quote_name(model._meta.db_table)}"

    def hiding(self, model: type[models.Model]) -> str:
        return f"{self.temporary}.{connection.ops.quote_name(model._meta.db_table)}"


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _select(columns: Iterable[str], model: type[models.Model], names: _Names) -> str:
    return f"SELECT {', '.join(map(connection.ops.quote_name, columns))} FROM {names.table(model)}"  # nosec B608 # names of tables and columns, never a value


def _hide_tables(day: datetime.date, names: _Names) -> None:
    _begin, end = day_bounds(day, day)
    with connection.cursor() as cursor:
        # Others write meanwhile, and each statement sees what was committed before it. So the intervals come first:
        # `_note_replayed` finds what was recorded since they were copied, and what is replayed is known for good.
        _copy_states(cursor, names, day)
        _note_replayed(cursor, names, day, end)
        for model, select in _views(names, end).items():
            cursor.execute(f"CREATE TEMPORARY VIEW {connection.ops.quote_name(model._meta.db_table)} AS {select}")
        _replay_states(cursor, names)


def _show_tables(names: _Names) -> None:
    """Drop whatever hides tables; where it is still read, close the connection."""
    hidden: tuple[type[models.Model], ...] = (*_REFERENCES, SuggestionOutcome, Acknowledgement, Meeting, TaskLog)
    try:
        with connection.cursor() as cursor:
            for model in hidden:
                cursor.execute(f"DROP VIEW IF EXISTS {names.hiding(model)}")
            cursor.execute(f"DROP TABLE IF EXISTS {names.hiding(TaskState)}")
            cursor.execute(f"DROP TABLE IF EXISTS {names.temporary}.{_REPLAYED}")
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
        # A query that was given up half-way locks them: the next request must not find them.
        connection.close()


def _note_replayed(cursor: Any, names: _Names, day: datetime.date, end: datetime.datetime) -> None:
    """Find the tasks about which something was recorded later that counts by ``day``.

    Of the others the intervals up to that day are the same; those of a task that was joined into another are gone.
    """
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_REPLAYED} AS SELECT DISTINCT task_id FROM {names.table(TaskLog)}"  # nosec B608 # names of tables and columns, never a value
        " WHERE recorded_at >= %s AND (effective_on <= %s OR kind = %s)"
        f" UNION SELECT id FROM {names.table(Task)} WHERE joined_into_id IS NOT NULL",
        [connection.ops.adapt_datetimefield_value(end), day, EntryKind.UNDONE.value],
    )


def _views(names: _Names, end: datetime.datetime) -> dict[type[models.Model], str]:
    """Return the SQL of the views that hide the tables. Views take no parameters."""
    moment = f"'{connection.ops.adapt_datetimefield_value(end)}'"
    log = names.table(TaskLog)

    def is_known(entry: str) -> str:
        return f"EXISTS (SELECT 1 FROM {log} AS entry WHERE entry.id = {entry} AND entry.recorded_at < {moment})"  # nosec B608 # names of tables and columns, never a value

    views: dict[type[models.Model], str] = {
        model: f"{_select(_columns(model), model, names)} WHERE recorded_at < {moment}"
        for model in (TaskLog, Acknowledgement)
    }
    # If all tasks of a meeting were entered later, the meeting was entered with them.
    of_meeting = f"SELECT 1 FROM {names.table(Task)} AS task{{}} WHERE task.meeting_id = meeting.id"  # nosec B608 # names of tables and columns, never a value
    first = f" JOIN {log} AS entry ON entry.task_id = task.id AND entry.sequence = 1"
    views[Meeting] = (
        f"{_select(_columns(Meeting), Meeting, names)} AS meeting WHERE NOT EXISTS ({of_meeting.format('')})"
        f" OR EXISTS ({of_meeting.format(first)} AND entry.recorded_at < {moment})"
    )
    views[SuggestionOutcome] = _outcomes(names, moment)
    for model, reference in _REFERENCES.items():
        written = {column: connection.ops.quote_name(column) for column in _columns(model)}
        for later, others in reference.later.items():
            for column, otherwise in {later: "NULL", **others}.items():
                name = connection.ops.quote_name(column)
                written[column] = (
                    f"CASE WHEN {is_known(f'referring.{later}')} THEN {name} ELSE {otherwise} END AS {name}"
                )
        views[model] = (
            f"SELECT {', '.join(written.values())} FROM {names.table(model)} AS referring"  # nosec B608 # names of tables and columns, never a value
            f" WHERE {is_known(f'referring.{reference.entry}')}"
        )
    return views


def _outcomes(names: _Names, moment: str) -> str:
    """Return the SQL of the view of outcomes, each as it was last known."""

    def find_last(value: str) -> str:
        return (
            f"(SELECT {value} FROM {names.table(TaskLog)} AS entry"  # nosec B608 # names of tables and columns, never a value
            f" JOIN {names.table(Task)} AS task ON task.id = entry.task_id"
            f" WHERE task.suggestion_id = recorded.suggestion_id AND entry.kind = '{EntryKind.OUTCOME.value}'"
            f" AND entry.recorded_at < {moment} AND {value} IS NOT NULL"
            " ORDER BY entry.recorded_at DESC, entry.id DESC LIMIT 1)"
        )

    def find_new(name: str) -> str:
        is_sqlite = connection.vendor == "sqlite"
        return find_last(
            f"json_extract(entry.changes, '$.{name}.new')" if is_sqlite else f"entry.changes #>> '{{{name},new}}'"
        )

    of_row = {"outcome": find_new("outcome"), "reply": find_new("reply"), "entry_id": find_last("entry.id")}
    columns = ", ".join(
        f"{of_row.get(column, f'recorded.{column}')} AS {connection.ops.quote_name(column)}"
        for column in _columns(SuggestionOutcome)
    )
    table = names.table(SuggestionOutcome)
    return f"SELECT {columns} FROM {table} AS recorded WHERE {of_row['entry_id']} IS NOT NULL"  # nosec B608 # names of tables and columns, never a value


def _copy_states(cursor: Any, names: _Names, day: datetime.date) -> None:
    """Copy the intervals up to ``day`` into the table that hides theirs."""
    fields = TaskState._meta.concrete_fields
    quoted = [connection.ops.quote_name(field.column) for field in fields]
    types = ", ".join(f"{column} {field.db_type(connection)}" for column, field in zip(quoted, fields, strict=True))
    name = connection.ops.quote_name(TaskState._meta.db_table)
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ({types}, PRIMARY KEY (task_id, since))")
    cursor.execute(
        f"INSERT INTO {names.hiding(TaskState)} ({', '.join(quoted)})"  # nosec B608 # names of tables and columns, never a value
        f" {_select(_columns(TaskState), TaskState, names)} WHERE since <= %s",
        [day],
    )


def _replay_states(cursor: Any, names: _Names) -> None:
    """Replace the intervals of `_REPLAYED` tasks by those that the known log makes."""
    fields = TaskState._meta.concrete_fields
    quoted = [connection.ops.quote_name(field.column) for field in fields]
    table = names.hiding(TaskState)
    cursor.execute(f"DELETE FROM {table} WHERE task_id IN (SELECT task_id FROM {_REPLAYED})")  # nosec B608 # names of tables and columns, never a value
    places = ", ".join(["%s"] * len(fields))
    # Each asking of the proxy finds the connection anew.
    states, database = _replay(), connections[connection.alias]
    # In portions that are whole before they are sent: the log is read by the same connection.
    while portion := list(islice(states, 1000)):
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(quoted)}) VALUES ({places})",  # nosec B608 # names of tables and columns, never a value
            [
                [field.get_db_prep_save(getattr(state, field.attname), database) for field in fields]
                for state in portion
            ],
        )
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {table}")


def _replay() -> Iterator[TaskState]:
    """Replay the known logs of the tasks that `_note_replayed` found."""
    entries = TaskLog.objects.filter(task__in=RawSQL(f"SELECT task_id FROM {_REPLAYED}", [])).chronological()  # nosec B608, B611 # names of tables and columns, never a value
    number = 0
    for task_id, of_task in groupby(entries, key=lambda entry: entry.task_id):
        log = list(of_task)
        # What was entered later is not there yet, and what had been joined into another task no more.
        if log[0].kind != EntryKind.ENTERED or any("joined_into" in entry.changes for entry in log):
            continue
        for state in replay(task_id, log):
            number -= 1
            state.pk = number
            yield state
