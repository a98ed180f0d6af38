"""The database itself refuses to change or delete an entry of the log (DESIGN.md, The log is append-only).

`QuerySet.update()`, `QuerySet.delete()`, raw SQL and other programs pass by the model; the triggers do not let
them. An UPDATE that changes nothing passes, for a second `loaddata` of the same fixture writes such ones. On
SQLite a later migration that remakes the table drops its triggers and has to create them again: see
`tests/test_append_only.py`, which fails when they are missing.
"""

from django.db import migrations

REFUSAL = "Entries of the task log are never changed or deleted."


def create_triggers(apps, schema_editor):
    table = apps.get_model("meetings", "TaskLog")._meta.db_table
    columns = [field.column for field in apps.get_model("meetings", "TaskLog")._meta.concrete_fields]
    if schema_editor.connection.vendor == "sqlite":
        differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} WHEN {differs} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    else:
        schema_editor.execute(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {table}_refuse()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {table}_refuse()"
        )


def drop_triggers(apps, schema_editor):
    table = apps.get_model("meetings", "TaskLog")._meta.db_table
    on_table = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
    schema_editor.execute(f"DROP TRIGGER {table}_refuse_update{on_table}")
    schema_editor.execute(f"DROP TRIGGER {table}_refuse_delete{on_table}")
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute(f"DROP FUNCTION {table}_refuse()")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
