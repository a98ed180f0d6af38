"""Rows of many tables, written in the database's own way for many."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Field, JSONField, Model, UUIDField

from meetings.models.fields import PinyinField

_NEXT_KEYS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 1000)"


class RowWriter:
    """Collects new rows with their keys, and writes them by COPY or executemany.

    Making objects of a model and what `bulk_create` does to each of their values take many times as long.
    """

    def __init__(self, *models: type[Model]) -> None:
        # Itself, and not what looks it up for each value.
        connection = connections[DEFAULT_DB_ALIAS]
        self.tables = {model: _Table(model, connection) for model in models}

    def add(self, model: type[Model], **values: Any) -> SimpleNamespace:
        """Return a new row of ``model`` by its columns; it may be changed until `flush`."""
        table = self.tables[model]
        if not values.keys() <= table.defaults.keys():
            raise TypeError(f"{model.__name__} has no columns {values.keys() - table.defaults.keys()}.")
        row = SimpleNamespace(**(table.defaults | values | {"id": next(table.keys)}))
        table.rows.append(row)
        return row

    def add_object(self, row: Model) -> None:
        """Give ``row`` its key and keep it for `flush`."""
        table = self.tables[type(row)]
        row.pk = next(table.keys)
        table.rows.append(row)

    def flush(self) -> None:
        """Write all rows, in the order of the models."""
        for table in self.tables.values():
            table.write()


class _Table:
    """The rows of a model that wait to be written."""

    def __init__(self, model: type[Model], connection: BaseDatabaseWrapper) -> None:
        fields = model._meta.concrete_fields
        self.model, self.connection, self.rows = model, connection, list[Any]()
        self.name = connection.ops.quote_name(model._meta.db_table)
        self.columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        self.defaults = {field.attname: field.get_default() for field in fields}
        self.values: Callable[[Any], tuple] = attrgetter(*self.defaults)
        self.converted = [(at, convert) for at, field in enumerate(fields) if (convert := self._converter_of(field))]
        self.spellings = [field for field in fields if isinstance(field, PinyinField)]
        self.keys = self._new_keys()

    def _new_keys(self) -> Iterator[int]:
        if self.connection.vendor == "sqlite":
            # Whoever writes is alone.
            last = self._ask("SELECT seq FROM sqlite_sequence WHERE name = %s", self.model._meta.db_table)
            yield from count(last[0] + 1 if last else 1)
        while True:
            yield from self._ask(_NEXT_KEYS, self.name)

    def _ask(self, question: str, name: str) -> list[int]:
        with self.connection.cursor() as cursor:
            cursor.execute(question, [name])
            return [number for (number,) in cursor.fetchall()]

    def write(self) -> None:
        lines = [self._line(row) for row in self.rows]
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "sqlite":
                marks = ", ".join(["%s"] * len(self.model._meta.concrete_fields))
                cursor.executemany(f"INSERT INTO {self.name} ({self.columns}) VALUES ({marks})", lines)
            else:
                with cursor.copy(f"COPY {self.name} ({self.columns}) FROM STDIN") as copy:
                    for line in lines:
                        copy.write_row(line)
        self.rows.clear()

    def _line(self, row: Any) -> list[Any]:
        for field in self.spellings:
            field.pre_save(row, add=True)
        line = list(self.values(row))
        for at, convert in self.converted:
            if line[at] is not None:
                line[at] = convert(line[at])
        return line

    def _converter_of(self, field: Field) -> Callable[[Any], Any] | None:
        """Return what makes the stored value of one, unless they are the same."""
        if type(field) is DateField:
            return str if self.connection.vendor == "sqlite" else None
        if isinstance(field, DateField | JSONField | UUIDField):
            return partial(field.get_db_prep_save, connection=self.connection)
        return None
