"""A meeting may be a demonstration: said when it is inserted, and never changed.

The log of a demonstration may be deleted, with all of it; of any other meeting the database refuses that as before
(docs/decisions/018-a-demonstration-can-be-removed.md). On SQLite a later migration that remakes one of the tables has
to call `create_triggers` again.
"""

from django.db import migrations, models

# Model, how its entry finds its meeting, and the sentence of the refusal.
LOGS = [
    (
        "TaskLog",
        "SELECT 1 FROM {task} t JOIN {suggestion} s ON s.id = t.suggestion_id JOIN {meeting} m ON m.id = s.meeting_id"
        " WHERE t.id = OLD.task_id AND m.is_demonstration",
        "Entries of the task log are never changed or deleted.",
    ),
    (
        "ChangeLog",
        "SELECT 1 FROM {meeting} m WHERE m.id = OLD.meeting_id AND m.is_demonstration",
        "Entries of the change log are never changed or deleted.",
    ),
]
REFUSAL = "A meeting becomes no demonstration, and a demonstration no meeting."


def create_triggers(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    tables = {name.lower(): table_of(apps, name) for name in ("Task", "Suggestion", "Meeting")}
    for name, of_demonstration, refusal in LOGS:
        table, exempt = table_of(apps, name), of_demonstration.format(**tables)
        schema_editor.execute(f"DROP TRIGGER {table}_refuse_delete{'' if is_sqlite else f' ON {table}'}")
        create = delete_on_sqlite if is_sqlite else delete_on_postgresql
        for statement in create(table, exempt, refusal):
            schema_editor.execute(statement)
    for statement in (flag_on_sqlite if is_sqlite else flag_on_postgresql)(**tables):
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    """Refuse every deletion again, as migration 0002 does."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    meeting = table_of(apps, "Meeting")
    for name, _of_demonstration, refusal in LOGS:
        table = table_of(apps, name)
        if is_sqlite:
            schema_editor.execute(f"DROP TRIGGER {table}_refuse_delete")
            refuse = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        else:
            schema_editor.execute(f"DROP FUNCTION {table}_refuse_delete() CASCADE")
            refuse = f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        schema_editor.execute(f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refuse}")
    if is_sqlite:
        schema_editor.execute(f"DROP TRIGGER {meeting}_refuse_update")
        schema_editor.execute(f"DROP TRIGGER {meeting}_refuse_replace")
    else:
        schema_editor.execute(f"DROP FUNCTION {meeting}_refuse() CASCADE")


def table_of(apps, name):
    return apps.get_model("meetings", name)._meta.db_table


def delete_on_sqlite(table, exempt, refusal):
    yield (
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
        f"WHEN NOT EXISTS ({exempt}) BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def delete_on_postgresql(table, exempt, refusal):
    yield (
        f"CREATE FUNCTION {table}_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({exempt}) THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {table}_refuse_delete()"
    )


def flag_on_sqlite(meeting, suggestion, **_tables):
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    yield (
        f"CREATE TRIGGER {meeting}_refuse_update BEFORE UPDATE ON {meeting} "
        f"WHEN OLD.is_demonstration IS NOT NEW.is_demonstration {refuse}"
    )
    # INSERT OR REPLACE takes a row's place without an UPDATE.
    yield (
        f"CREATE TRIGGER {meeting}_refuse_replace BEFORE INSERT ON {meeting} WHEN NEW.is_demonstration "
        f"AND EXISTS (SELECT 1 FROM {suggestion} s WHERE s.meeting_id = NEW.id) {refuse}"
    )


def flag_on_postgresql(meeting, **_tables):
    yield (
        f"CREATE FUNCTION {meeting}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {meeting}_refuse_update BEFORE UPDATE ON {meeting} FOR EACH ROW "
        f"WHEN (OLD.is_demonstration IS DISTINCT FROM NEW.is_demonstration) EXECUTE FUNCTION {meeting}_refuse()"
    )


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_reminder_batches")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="is_demonstration",
            field=models.BooleanField(default=False, editable=False, verbose_name="demonstration"),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
