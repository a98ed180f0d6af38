"""The schema that `verify_register` compares with is the one that the migrations make."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

import pytest
from django.db import connection
from django.utils.translation import override

from meetings.operations.schema import SCHEMA, expected_schema, read_schema
from meetings.operations.verification import check_schema

pytestmark = pytest.mark.django_db


def test_the_schema_that_is_expected_is_that_of_a_new_database():
    """After a new migration: WRITE_SCHEMA=1, on both databases."""
    with connection.cursor() as cursor:
        present = read_schema(cursor)
    if os.environ.get("WRITE_SCHEMA"):
        of_both = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}
        SCHEMA.write_text(json.dumps({**of_both, connection.vendor: present}, indent=1, sort_keys=True) + "\n")
    assert present == expected_schema()


CHANGED_ON_SQLITE = [
    (
        "DROP TRIGGER {log}_refuse_delete",
        "CREATE TRIGGER {log}_refuse_delete BEFORE DELETE ON {log} WHEN 0 BEGIN SELECT 1; END",
    ),
    ("CREATE TRIGGER other AFTER INSERT ON {log} BEGIN SELECT 1; END",),
    ("ALTER TABLE {log} ADD COLUMN other text",),
    ("DROP INDEX log_recorded", "CREATE INDEX log_recorded ON {log} (note)"),
    ("CREATE TABLE meetings_other (id integer)",),
]
CHANGED_ON_POSTGRESQL = [
    ("ALTER TABLE {log} ENABLE REPLICA TRIGGER {log}_refuse_update",),
    ("CREATE OR REPLACE FUNCTION {log}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",),
    ("ALTER FUNCTION {log}_refuse_delete() RESET search_path",),
    (
        "ALTER TABLE {log} DROP CONSTRAINT log_kind_known",
        "ALTER TABLE {log} ADD CONSTRAINT log_kind_known CHECK (true)",
    ),
    ("ALTER TABLE {log} ALTER COLUMN note TYPE varchar(10000)",),
    ("ALTER TABLE {log} ADD COLUMN other text",),
    ("CREATE TRIGGER other AFTER INSERT ON {log} FOR EACH ROW EXECUTE FUNCTION {log}_refuse()",),
    ("CREATE RULE other AS ON DELETE TO {log} DO INSTEAD NOTHING",),
    ("DROP INDEX log_recorded", "CREATE INDEX log_recorded ON {log} (note)"),
    ("CREATE TABLE meetings_other (id integer)",),
]


def assert_change_is_told(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(log="meetings_tasklog"))
    with override("en"):
        (told,) = check_schema()
    assert "this version" in told or "that works" in told


@pytest.mark.long
@pytest.mark.sqlite
@pytest.mark.parametrize("statements", CHANGED_ON_SQLITE, ids=" ".join)
def test_what_was_changed_in_the_tables_is_told_on_sqlite(statements):
    assert_change_is_told(statements)


@pytest.mark.postgresql
@pytest.mark.parametrize("statements", CHANGED_ON_POSTGRESQL, ids=" ".join)
def test_what_was_changed_in_the_tables_is_told_on_postgresql(statements):
    assert_change_is_told(statements)
