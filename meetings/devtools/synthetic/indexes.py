"""Indexes and triggers, which may wait until many rows are written."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

from meetings.models.text_search import INDEXES


@contextmanager
def postponed_indexes(*models: type[Model]) -> Iterator[None]:
    """Drop indexes and triggers of some tables, and make them anew in the end.

    To be used in a transaction, which brings them back where it fails. The caller fills what triggers would fill, but
    for the indexes of texts.
    """
    tables = [model._meta.db_table for model in models]
    postponed = _postponed_on_sqlite if connection.vendor == "sqlite" else _postponed_on_postgresql
    with postponed(tables):
        yield


@contextmanager
def _postponed_on_sqlite(tables: list[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        found = [row for row in cursor.fetchall() if row[0] in ("index", "trigger") and row[2] in tables]
        for kind, name, _table, _sql in found:
            cursor.execute(f"DROP {kind} {connection.ops.quote_name(name)}")
        last_ids = {}
        for index in INDEXES:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {index.table}")
            last_ids[index] = cursor.fetchone()[0]
    yield
    with connection.cursor() as cursor:
        for index, last_id in last_ids.items():
            # An FTS5 table takes all rows of one statement together, and each of a trigger by itself.
            grams = index.grams_sql(index.columns)
            cursor.execute(
                f"INSERT INTO {index.fts_table} (rowid, grams) SELECT id, {grams} FROM {index.table} WHERE id > %s",
                [last_id],
            )
        for _kind, _name, _table, sql in found:
            cursor.execute(sql)


@contextmanager
def _postponed_on_postgresql(tables: list[str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        # Foreign keys are checked for each row in the end, but by one join where they are added to a full table.
        cursor.execute(
            "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),"
            " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])"
            " UNION ALL SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)"
            " FROM pg_index WHERE indrelid = ANY (%s::regclass[])"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
            [tables, tables],
        )
        found = cursor.fetchall()
        # What waits to be checked keeps a table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for drop, _create in found:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _drop, create in reversed(found):
            cursor.execute(create)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
