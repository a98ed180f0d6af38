"""Migrations after the first release leave a running application working (docs/operations.md, Upgrades).

While several processes are restarted one after the other, those of the former release meet the new tables. The rules
are those of django-migration-linter for PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

# Nobody runs an application of before this one beside a later one.
FIRST_RELEASE = "0030_batch_index"

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def find_breaches(operations: Sequence[Operation], state: ProjectState, *, atomic: bool = True) -> set[str]:
    """Return the codes of the rules that ``operations`` break, after ``state``."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for operation in operations:
            before = state.clone()
            operation.state_forwards("meetings", state)
            operation.database_forwards("meetings", editor, before, state)
    statements = [line for line in editor.collected_sql if not line.startswith("--")]
    if atomic:
        statements = ["BEGIN;", *statements, "COMMIT;"]
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, statements)
    return {issue.code for issue in (*errors, *warnings)}


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


COLUMN = models.TextField(null=True)


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
        (AddIndexConcurrently("task", models.Index(fields=["number"], name="by_number")), False),
    ],
    ids=["a column that may be empty", "a column that the database fills", "a table", "an index made meanwhile"],
)
def test_what_a_former_process_can_live_with_passes(operation, atomic):
    assert find_breaches([operation], ProjectState.from_apps(apps), atomic=atomic) == set()
