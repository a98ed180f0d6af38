"""Migrations after the first release leave a running application working (docs/operations.md, Upgrades).

While several processes are restarted one after the other, those of the former release meet the new tables. The rules
are those of django-migration-linter for PostgreSQL, and some about locks and the guards of the logs that it has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

from meetings.models.append_only import AppendOnlyModel

# Nobody runs an application of before this one beside a later one.
FIRST_RELEASE = "0030_batch_index"

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


GUARDS = re.compile(
    # `SET search_path` takes nothing from a guard.
    r"(DROP|ALTER) TRIGGER|(DISABLE|ENABLE)( \w+)? TRIGGER|OR REPLACE (TRIGGER|FUNCTION)|DROP FUNCTION"
    r"|ALTER FUNCTION (?!.*\bSET search_path\b)|session_replication_role",
    re.IGNORECASE | re.DOTALL,
)
WRITES = re.compile(r"\s*(WITH\b.*\b)?(UPDATE|DELETE|INSERT|MERGE|TRUNCATE)\b|.*\bFOR (NO KEY )?UPDATE\b", re.I | re.S)
CONSTRAINT = re.compile(r"ALTER TABLE (?:ONLY )?(\S+) ADD (?:CONSTRAINT \S+ )?(?:CHECK|FOREIGN KEY|EXCLUDE)\b", re.I)
LOGS = "|".join(
    model._meta.db_table for model in apps.get_app_config("meetings").get_models() if issubclass(model, AppendOnlyModel)
)


def find_own_breaches(statements: Sequence[str], *, atomic: bool) -> Iterator[str]:
    """Yield the codes of our own rules that ``statements`` break."""
    made = {match[1] for sql in statements if (match := re.match(r"CREATE TABLE (\S+)", sql))}
    for sql in statements:
        if re.match(r"\s*LOCK\b", sql, re.IGNORECASE):
            yield "LOCK_TABLE"
        if GUARDS.search(sql):
            yield "GUARDS"
        if (match := CONSTRAINT.search(sql)) and "NOT VALID" not in sql.upper() and match[1] not in made:
            yield "CONSTRAINT_AT_ONCE"
        if re.search(rf'ALTER TABLE "?({LOGS})"? DROP CONSTRAINT', sql, re.IGNORECASE):
            yield "CONSTRAINT_OF_LOGS"
        if atomic and WRITES.match(sql):
            yield "WRITES_AT_ONCE"
    if atomic and any("NOT VALID" in sql for sql in statements) and any("VALIDATE" in sql for sql in statements):
        yield "CONSTRAINT_AT_ONCE"


def find_breaches(operations: Sequence[Operation], state: ProjectState, *, atomic: bool = True) -> set[str]:
    """Return the codes of the rules that ``operations`` break, after ``state``."""
    # What RunPython sends itself; the rest is collected, and not run.
    sent: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        sent.append(sql)
        return execute(sql, *arguments)

    with connection.schema_editor(collect_sql=True, atomic=False) as editor, connection.execute_wrapper(note):
        for operation in operations:
            before = state.clone()
            operation.state_forwards("meetings", state)
            operation.database_forwards("meetings", editor, before, state)
    statements = [line for line in editor.collected_sql if not line.startswith("--")]
    if atomic:
        statements = ["BEGIN;", *statements, "COMMIT;"]
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, statements)
    own = find_own_breaches([*statements, *sent], atomic=atomic)
    return {*(issue.code for issue in (*errors, *warnings)), *own}


def test_no_later_migration_breaks_a_process_of_the_former_release():
    loader = MigrationExecutor(connection).loader
    nodes = loader.graph.forwards_plan(("meetings", max(name for app, name in loader.graph.nodes if app == "meetings")))
    later = nodes[nodes.index(("meetings", FIRST_RELEASE)) + 1 :]
    broken = {}
    for app, name in later:
        migration = loader.get_migration(app, name)
        state = loader.project_state((app, name), at_end=False)
        if breaches := find_breaches(migration.operations, state, atomic=migration.atomic):
            broken[name] = breaches
    assert not broken, "see docs/operations.md, Upgrades"


def fill(apps, schema_editor):
    apps.get_model("meetings", "Task").objects.update(remarks="")


def test_a_constraint_is_not_added_and_validated_in_one_transaction():
    operations = [AddConstraintNotValid("task", SHORT), ValidateConstraint("task", "short")]
    assert find_breaches(operations, ProjectState.from_apps(apps)) == {"CONSTRAINT_AT_ONCE"}


COLUMN = models.TextField(null=True)
SHORT = models.CheckConstraint(condition=models.Q(text__lt="z"), name="short")


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (migrations.RemoveField("task", "remarks"), "DROP_COLUMN"),
        (migrations.RenameField("task", "remarks", "notes"), "RENAME_COLUMN"),
        (migrations.AddField("task", "mood", models.IntegerField(default=1)), "NOT_NULL"),
        (migrations.AlterField("task", "remarks", models.CharField(max_length=10)), "ALTER_COLUMN"),
        (migrations.DeleteModel("SavedView"), "DROP_TABLE"),
        (migrations.AlterModelTable("SavedView", "views"), "RENAME_TABLE"),
        (migrations.AddIndex("task", models.Index(fields=["number"], name="by_number")), "CREATE_INDEX"),
        (migrations.AddConstraint("task", models.UniqueConstraint(fields=["text"], name="once")), "ADD_UNIQUE"),
        (migrations.AddConstraint("task", SHORT), "CONSTRAINT_AT_ONCE"),
        (migrations.RunSQL("ALTER TABLE meetings_task ADD CHECK (text <> '')"), "CONSTRAINT_AT_ONCE"),
        (migrations.RemoveConstraint("tasklog", "log_sequence"), "CONSTRAINT_OF_LOGS"),
        (migrations.RemoveConstraint("tasklog", "log_kind_known"), "CONSTRAINT_OF_LOGS"),
        (migrations.RunSQL("UPDATE meetings_task SET remarks = ''"), "WRITES_AT_ONCE"),
        (migrations.RunSQL("WITH t AS (SELECT 1) UPDATE meetings_task SET remarks = ''"), "WRITES_AT_ONCE"),
        (migrations.RunPython(fill), "WRITES_AT_ONCE"),
        (migrations.RunSQL("SELECT 1 FROM meetings_task FOR UPDATE"), "WRITES_AT_ONCE"),
        (migrations.RunSQL("LOCK TABLE meetings_task IN EXCLUSIVE MODE"), "LOCK_TABLE"),
        (migrations.RunSQL("DROP TRIGGER meetings_tasklog_refuse_update ON meetings_tasklog"), "GUARDS"),
        (migrations.RunSQL("ALTER TABLE meetings_tasklog DISABLE TRIGGER USER"), "GUARDS"),
        (migrations.RunSQL("ALTER TABLE meetings_tasklog ENABLE REPLICA TRIGGER meetings_tasklog_refuse"), "GUARDS"),
        (migrations.RunSQL("CREATE OR REPLACE FUNCTION meetings_tasklog_refuse() RETURNS trigger AS ''"), "GUARDS"),
        (migrations.RunSQL("DROP FUNCTION meetings_tasklog_refuse() CASCADE"), "GUARDS"),
        (migrations.RunSQL("ALTER FUNCTION meetings_tasklog_refuse() RENAME TO other"), "GUARDS"),
        (migrations.RunSQL("SET session_replication_role = replica"), "GUARDS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_break_one_is_found(operation, rule):
    assert rule in find_breaches([operation], ProjectState.from_apps(apps))


@pytest.mark.parametrize(
    ("operation", "atomic"),
    [
        (migrations.AddField("task", "mood", COLUMN), True),
        (migrations.AddField("task", "mood", models.IntegerField(db_default=1)), True),
        (migrations.CreateModel("Mood", [("id", models.AutoField(primary_key=True)), ("word", COLUMN)]), True),
        (
            migrations.CreateModel("Mood", [("task", models.OneToOneField("Task", models.CASCADE, primary_key=True))]),
            True,
        ),
        (AddIndexConcurrently("task", models.Index(fields=["number"], name="by_number")), False),
        (AddConstraintNotValid("task", SHORT), True),
        (migrations.RunSQL("ALTER TABLE meetings_task VALIDATE CONSTRAINT short"), True),
        (migrations.RunPython(fill), False),
        (migrations.RunSQL("ALTER FUNCTION meetings_tasklog_refuse() SET search_path = public, pg_temp"), True),
    ],
    ids=[
        *("a column that may be empty", "a column that the database fills", "a table", "a table that refers to one"),
        *("an index made meanwhile", "a constraint for new rows", "a constraint for the others", "rows by themselves"),
        "a guard that looks nowhere else",
    ],
)
def test_what_a_former_process_can_live_with_passes(operation, atomic):
    assert find_breaches([operation], ProjectState.from_apps(apps), atomic=atomic) == set()
