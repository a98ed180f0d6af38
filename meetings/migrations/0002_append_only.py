"""The database itself refuses to change or delete what is in a log (DESIGN.md, The log is append-only).

`QuerySet.update()`, `QuerySet.delete()`, raw SQL and other programs pass by the model; the triggers do not let them.
An UPDATE that changes nothing passes, for a second `loaddata` of the same fixture writes such ones. SQLite's
`INSERT OR REPLACE` deletes without firing a trigger of DELETE, so it has one of its own; PostgreSQL's TRUNCATE is
left, for it is a right of the table's owner, who might as well drop the table. On SQLite a later migration that remakes a table drops its triggers and has to create
them again: see `tests/test_append_only.py`, which fails when they are missing.
"""

from django.db import migrations

# Model, the columns that name an entry besides its key, and the sentence of the refusal.
LOGS = [
    ("TaskLog", [("task_id", "sequence")], "Entries of the task log are never changed or deleted."),
    ("ChangeLog", [], "Entries of the change log are never changed or deleted."),
    ("SentMail", [], "Entries of the log of mails are never changed or deleted."),
]


def create_triggers(apps, schema_editor):
    for name, keys, refusal in LOGS:
        model = apps.get_model("meetings", name)
        columns = [field.column for field in model._meta.concrete_fields]
        if schema_editor.connection.vendor == "sqlite":
            statements = on_sqlite(model._meta.db_table, columns, [("id",), *keys], refusal)
        else:
            statements = on_postgresql(model._meta.db_table, refusal)
        for statement in statements:
            schema_editor.execute(statement)


def on_sqlite(table, columns, keys, refusal):
    refuse = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
    same = " OR ".join("(" + " AND ".join(f'"{column}" = NEW."{column}"' for column in key) + ")" for key in keys)
    yield f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} WHEN {differs} {refuse}"
    yield f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refuse}"
    yield (
        f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}"
    )


def on_postgresql(table, refusal):
    yield (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    refuse = f"EXECUTE FUNCTION {table}_refuse()"
    yield (
        f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.* IS DISTINCT FROM NEW.*) {refuse}"
    )
    yield f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}"


def drop_triggers(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, _keys, _refusal in LOGS:
        table = apps.get_model("meetings", name)._meta.db_table
        for event in ("update", "delete", "replace") if is_sqlite else ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_refuse_{event}{'' if is_sqlite else f' ON {table}'}")
        if not is_sqlite:
            schema_editor.execute(f"DROP FUNCTION {table}_refuse()")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
