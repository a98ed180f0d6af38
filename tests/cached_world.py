"""Worlds that are made once and put back after that, in a tenth of the queries that making one takes.

Where something is in the register already, a world is made as the verbs make it.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import get_language

from meetings.core.hash_chain import link_entry
from meetings.models import Task, TaskLog
from meetings.models.log_hash import COLUMNS, REFERENCES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pytest_django import DjangoDbBlocker

World = TypeVar("World", bound="DataclassInstance")
Rows = list[tuple[type[models.Model], list[dict[str, Any]]]]


class Statement:
    """What was executed, and where in its values stands what is another each time."""

    def __init__(self, sql: str, values: Sequence[Any], changing: dict[Any, Hashable]) -> None:
        # PostgreSQL is given a list of values for each column.
        self.sql, self.values = sql, [list(value) if isinstance(value, list) else value for value in values]
        self._places = [
            (inside, place, changing[value])
            for inside in [self.values, *(value for value in self.values if isinstance(value, list))]
            for place, value in enumerate(inside)
            if isinstance(value, str | datetime.datetime) and value in changing
        ]

    def fill_in(self, changing: dict[Hashable, Any]) -> list[Any]:
        """Return the values with those that are others now."""
        for inside, place, key in self._places:
            inside[place] = changing[key]
        return self.values


class Snapshot:
    """All rows of the register, as they were when it was taken, and when making them began and ended."""

    def __init__(self, begun_at: datetime.datetime) -> None:
        self.begun_at, self.made_at = begun_at, timezone.now()
        self.rows: Rows = [
            (model, list(model._base_manager.values())) for model in _models() if model._base_manager.exists()
        ]
        self._statements: list[Statement] = []

    def put_back(self) -> None:
        """Write the rows; what was recorded in the making is recorded as much later as this is later.

        From the second time on by the statements of the first: to compile them takes longer than to execute them.
        """
        later = timezone.now() - self.made_at
        with transaction.atomic():
            if not self._statements:
                self._write(later)
                return
            changing = self._find_changing(later, self._read_rows(TaskLog, later))
            with connection.cursor() as cursor:
                for statement in self._statements:
                    cursor.execute(statement.sql, statement.fill_in(changing))
                    if cursor.description:
                        cursor.fetchall()

    def _write(self, later: datetime.timedelta) -> None:
        written = {model: self._read_rows(model, later) for model, _values in self.rows}
        changing = {value: key for key, value in self._find_changing(later, written.get(TaskLog, [])).items()}
        executed = []

        def keep(execute: Callable[..., Any], sql: str, values: Sequence[Any] | None, *rest: Any) -> Any:
            executed.append(Statement(sql, values or (), changing))
            return execute(sql, values, *rest)

        with connection.execute_wrapper(keep):
            for model, rows in written.items():
                model._base_manager.bulk_create(rows)
            # SQLite counts on from the highest key that was written; PostgreSQL's sequences have to be told.
            statements = connection.ops.sequence_reset_sql(no_style(), list(written))
            if statements:
                with connection.cursor() as cursor:
                    cursor.execute("\n".join(statements))
        self._statements = executed

    def _read_rows(self, model: type[models.Model], later: datetime.timedelta) -> list[Any]:
        moments = [field.attname for field in model._meta.fields if isinstance(field, models.DateTimeField)]
        values = next((values for each, values in self.rows if each is model), [])
        rows: list[Any] = [model(**row | {name: self._moved(row[name], later) for name in moments}) for row in values]
        if model is TaskLog:
            self._chain(rows)
        return rows

    def _find_changing(self, later: datetime.timedelta, entries: list[TaskLog]) -> dict[Hashable, Any]:
        """Return what is another each time as the database is given it: moments, and hashes by their entry's key."""
        moments = {
            row[field.attname]
            for model, values in self.rows
            for field in model._meta.fields
            if isinstance(field, models.DateTimeField)
            for row in values
        }
        adapt = connection.ops.adapt_datetimefield_value
        moved = {moment: self._moved(moment, later) for moment in moments}
        changing = {moment: adapt(new) for moment, new in moved.items() if new != moment}
        return changing | {entry.pk: entry.hash for entry in entries}

    def _chain(self, entries: list[TaskLog]) -> None:
        """Give the entries, which were recorded later now, the hashes of what they say."""
        stable_ids: dict[tuple[Any, int], UUID] = {
            (model, row["id"]): row["stable_id"] for model, rows in self.rows for row in rows if "stable_id" in row
        }
        before: dict[int, str] = {}
        for entry in sorted(entries, key=lambda entry: entry.sequence):
            said = {name: getattr(entry, name) for name in COLUMNS}
            for name in REFERENCES:
                if key := getattr(entry, f"{name}_id"):
                    said[name] = stable_ids[TaskLog._meta.get_field(name).related_model, key]
            task = entry.task_id
            before[task] = entry.hash = link_entry(before.get(task) or str(stable_ids[Task, task]), said)

    def _moved(self, moment: datetime.datetime | None, later: datetime.timedelta) -> datetime.datetime | None:
        return moment + later if moment is not None and moment >= self.begun_at else moment


def remembered(make: Callable[[datetime.date], World]) -> Callable[..., World]:
    """Return ``make`` (a function of the day that returns a frozen dataclass of rows) with a memory."""
    known: dict[Hashable, tuple[World, Snapshot]] = {}

    @wraps(make)
    def put_back_or_make(day: datetime.date | None = None) -> World:
        day = day or timezone.localdate()
        if not _is_empty():
            return make(day)
        key = (day, *_surroundings())
        if key not in known:
            begun_at = timezone.now()
            world = make(day)
            known[key] = (copy.deepcopy(world), Snapshot(begun_at))
            return world
        world, snapshot = known[key]
        snapshot.put_back()
        return _read_again(world)

    return put_back_or_make


def remembered_rows(make: Callable[[], None]) -> Callable[[], None]:
    """Return ``make`` (a function that fills the register) with a memory."""
    known: dict[Hashable, Snapshot] = {}

    @wraps(make)
    def put_back_or_make() -> None:
        if not _is_empty():
            make()
            return
        key = (timezone.localdate(), *_surroundings())
        if key in known:
            known[key].put_back()
            return
        begun_at = timezone.now()
        make()
        known[key] = Snapshot(begun_at)

    return put_back_or_make


@contextmanager
def filled_register(blocker: DjangoDbBlocker, fill: Callable[[], None]) -> Iterator[None]:
    """Fill the register once for many tests: what each writes is rolled back to there.

    For fixtures of a module. Those of its tests that want an empty register stand before those that ask for it.
    """
    with blocker.unblock(), transaction.atomic():
        fill()
        yield
        transaction.set_rollback(True)


def _surroundings() -> tuple[Hashable, ...]:
    """Return what the making of a world depends on besides its day."""
    return (connection.vendor, get_language(), settings.REVIEW_INTERVAL_MONTHS, settings.PASSWORD_HASHERS[0])


def _models() -> list[type[models.Model]]:
    return list(apps.get_app_config("meetings").get_models(include_auto_created=True))


def _is_empty() -> bool:
    roots = ("Account", "Department", "Person", "Meeting")
    return not any(apps.get_model("meetings", name).objects.exists() for name in roots)


def _read_again(world: World) -> World:
    """Return the world with fresh instances of its rows; one query for each model."""
    wanted: dict[type[models.Model], set[int]] = {}
    for field in fields(world):
        row = getattr(world, field.name)
        if isinstance(row, models.Model):
            wanted.setdefault(type(row), set()).add(row.pk)
    found = {model: model._base_manager.in_bulk(keys) for model, keys in wanted.items()}
    return replace(
        world,
        **{
            field.name: found[type(row)][row.pk]
            for field in fields(world)
            if isinstance(row := getattr(world, field.name), models.Model)
        },
    )
