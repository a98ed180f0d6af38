"""Nothing that a log hangs on comes under a demonstration, or leaves it.

Of a demonstration the log may be deleted (0010): a task, suggestion or meeting that was moved there, whose key was
given to another, or that was deleted and inserted anew would have taken its log along. On SQLite a later migration that
remakes one of the tables has to drop the triggers before, and create them again.
"""

from importlib import import_module

from django.db import migrations

demonstration = import_module("meetings.migrations.0010_demonstration")
table_of, REFUSAL = demonstration.table_of, demonstration.REFUSAL

# Model, the column that leads towards the meeting, whether it ends in a demonstration, and what hangs on the row.
WAY = [
    (
        "Meeting",
        "is_demonstration",
        "{row}.is_demonstration",
        [("Suggestion", "meeting_id"), ("ChangeLog", "meeting_id"), ("Acknowledgement", "meeting_id")],
    ),
    (
        "Suggestion",
        "meeting_id",
        "(SELECT m.is_demonstration FROM {meeting} m WHERE m.id = {row}.meeting_id)",
        [("Task", "suggestion_id")],
    ),
    (
        "Task",
        "suggestion_id",
        "(SELECT m.is_demonstration FROM {suggestion} s JOIN {meeting} m ON m.id = s.meeting_id"
        " WHERE s.id = {row}.suggestion_id)",
        [("TaskLog", "task_id")],
    ),
]


def create_triggers(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    tables = {name.lower(): table_of(apps, name) for name, *_rest in WAY}
    drop_former(schema_editor, is_sqlite, tables["meeting"])
    for name, column, ends, hanging in WAY:
        old, new = (ends.format(row=row, **tables) for row in ("OLD", "NEW"))
        has_any = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table_of(apps, model)} h WHERE h.{reference} = NEW.id)"
            for model, reference in hanging
        )
        create = on_sqlite if is_sqlite else on_postgresql
        for statement in create(tables[name.lower()], column, old, new, has_any):
            schema_editor.execute(statement)


def drop_former(schema_editor, is_sqlite, meeting):
    """Drop what 0010 made, which was of the meeting alone."""
    if is_sqlite:
        schema_editor.execute(f"DROP TRIGGER {meeting}_refuse_update")
        schema_editor.execute(f"DROP TRIGGER {meeting}_refuse_replace")
    else:
        schema_editor.execute(f"DROP FUNCTION {meeting}_refuse() CASCADE")


def on_sqlite(table, column, old, new, has_any):
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    yield (
        f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} WHEN OLD.id IS NOT NEW.id "
        f"OR OLD.{column} IS NOT NEW.{column} AND {old} IS NOT {new} {refuse}"
    )
    # INSERT OR REPLACE, too, takes a row's place without an UPDATE or a trigger of DELETE.
    yield f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {new} AND ({has_any}) {refuse}"


def on_postgresql(table, column, old, new, has_any):
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    yield (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF OLD.id <> NEW.id OR {old} IS DISTINCT FROM {new} THEN {refuse}; END IF; "
        f"ELSIF {new} AND ({has_any}) THEN {refuse}; END IF; RETURN NEW; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.id <> NEW.id OR OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {table}_refuse()"
    )
    yield (
        f"CREATE TRIGGER {table}_refuse_insert BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )


def drop_triggers(apps, schema_editor):
    """Leave what 0010 made."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    tables = {name.lower(): table_of(apps, name) for name, *_rest in WAY}
    for table in tables.values():
        drop_former(schema_editor, is_sqlite, table)
    for statement in (demonstration.flag_on_sqlite if is_sqlite else demonstration.flag_on_postgresql)(**tables):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0014_acknowledged_demonstration")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
