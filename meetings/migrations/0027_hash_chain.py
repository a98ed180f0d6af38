"""Each entry of a task's log holds a hash of what it says and of the entry before it.

For that, tasks, accounts, departments and batches get a stable id: their keys and names are others elsewhere, or later.
SQLite remakes their tables and the log's; its triggers are set aside meanwhile.
"""

from importlib import import_module
from itertools import groupby, islice
from operator import attrgetter
from uuid import uuid4

from django.db import migrations, models

import meetings.models.fields
from meetings.core.hash_chain import link_entry

append_only = import_module("meetings.migrations.0002_append_only")
present_state = import_module("meetings.migrations.0019_present_state")

WITH_STABLE_ID = ("account", "batch", "department", "task")
COLUMNS = ("sequence", "kind", "effective_on", "recorded_at", "is_report", "note", "changes")
REFERENCES = ("actor", "department", "batch")
ROWS_AT_ONCE = 2000


def fill_stable_ids(apps, schema_editor):
    for name in WITH_STABLE_ID:
        model = apps.get_model("meetings", name)
        prepare = model._meta.get_field("stable_id").get_db_prep_save
        keys = list(model._base_manager.using(schema_editor.connection.alias).values_list("pk", flat=True))
        values = ((prepare(uuid4(), schema_editor.connection), key) for key in keys)
        update_column(schema_editor, model, "stable_id", values)


def fill_hashes(apps, schema_editor):
    log = apps.get_model("meetings", "TaskLog")
    # On SQLite no trigger is there now.
    is_guarded = schema_editor.connection.vendor == "postgresql"
    if is_guarded:
        # A table whose checks wait is not altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute(f"ALTER TABLE {log._meta.db_table} DISABLE TRIGGER USER")
    update_column(schema_editor, log, "hash", hashes_of(apps, schema_editor.connection.alias))
    if is_guarded:
        schema_editor.execute(f"ALTER TABLE {log._meta.db_table} ENABLE TRIGGER USER")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def hashes_of(apps, alias):
    """Yield the hash of each entry with its key."""
    log = apps.get_model("meetings", "TaskLog")
    stable_ids = {
        name: dict(apps.get_model("meetings", model)._base_manager.using(alias).values_list("pk", "stable_id"))
        for name, model in (("actor", "Account"), ("department", "Department"), ("batch", "Batch"))
    }
    entries = log._base_manager.using(alias).select_related("task").only("task__stable_id", *COLUMNS, *REFERENCES)
    for task, of_task in groupby(entries.order_by("task_id", "sequence").iterator(ROWS_AT_ONCE), attrgetter("task")):
        before = str(task.stable_id)
        for entry in of_task:
            said = {name: getattr(entry, name) for name in COLUMNS}
            said |= {name: stable_ids[name].get(getattr(entry, f"{name}_id")) for name in REFERENCES}
            before = link_entry(before, said)
            yield before, entry.pk


def update_column(schema_editor, model, column, values):
    """Set the column of rows by ``values``, pairs of the new one and the key."""
    values = iter(values)
    with schema_editor.connection.cursor() as cursor:
        while rows := list(islice(values, ROWS_AT_ONCE)):
            cursor.executemany(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", rows)


def put_triggers_back(apps, schema_editor):
    """Create SQLite's triggers anew; that of the log names its columns, of which there is one more."""
    present_state.put_triggers_back(apps, schema_editor)
    replace_update_trigger(apps, schema_editor)


def set_triggers_aside(apps, schema_editor):
    replace_update_trigger(apps, schema_editor, without=("hash",))
    present_state.set_triggers_aside(apps, schema_editor)


def replace_update_trigger(apps, schema_editor, without=()):
    if schema_editor.connection.vendor != "sqlite":
        return
    log = apps.get_model("meetings", "TaskLog")
    table = log._meta.db_table
    columns = [field.column for field in log._meta.concrete_fields if field.name not in without]
    refusal = next(sentence for name, _keys, sentence in append_only.LOGS if name == "TaskLog")
    schema_editor.execute(f"DROP TRIGGER {table}_refuse_update")
    statement, *_others = append_only.on_sqlite(table, columns, [], refusal)
    schema_editor.execute(statement)


def stable_id_field(**options):
    return meetings.models.fields.StableIdField(editable=False, verbose_name="stable id", **options)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0026_state_by_day")]

    operations = [
        migrations.RunPython(present_state.set_triggers_aside, put_triggers_back),
        *(
            migrations.AddField(name, "stable_id", stable_id_field(default=None, null=True, unique=False))
            for name in WITH_STABLE_ID
        ),
        migrations.RunPython(fill_stable_ids, migrations.RunPython.noop),
        *(
            migrations.AlterField(name, "stable_id", stable_id_field(default=uuid4, unique=True))
            for name in WITH_STABLE_ID
        ),
        migrations.AddField(
            "tasklog",
            "hash",
            models.CharField(default="", editable=False, max_length=64, verbose_name="SHA-256"),
            preserve_default=False,
        ),
        migrations.RunPython(fill_hashes, migrations.RunPython.noop),
        migrations.AddConstraint(
            "tasklog", models.CheckConstraint(condition=~models.Q(hash=""), name="log_entry_has_a_hash")
        ),
        migrations.RunPython(put_triggers_back, set_triggers_aside),
    ]
