"""How the first department and the first leader are spelled stands in the row of the task, written by triggers.

Lists sorted by them come from an index so. Whatever changes the parts of a task, or the name of a department or a
person, changes the task with it. On SQLite a later migration that remakes one of the tables has to call
`create_triggers` again.
"""

from importlib import import_module

from django.db import migrations, models

present_state = import_module("meetings.migrations.0019_present_state")
table_of = present_state.table_of

# The column, the table of the parts, what a part names, and which parts are none.
NAMES = [
    ("department_spelling", "TaskDepartment", "Department", " AND p.role <> 'supporting'"),
    ("leader_spelling", "TaskLeader", "Person", ""),
]


def names_of(apps):
    """Yield each column with the tables of parts and names, the key that joins them, and the query of its value."""
    for column, part, named, condition in NAMES:
        parts, names = table_of(apps, part), table_of(apps, named)
        key = f"{named.lower()}_id"
        value = (
            f"(SELECT n.spelling FROM {parts} p JOIN {names} n ON n.id = p.{key}"
            f" WHERE p.task_id = {{row}}.id{condition} ORDER BY p.position LIMIT 1)"
        )
        yield column, parts, names, key, value


def fill_columns(apps, schema_editor):
    task = table_of(apps, "Task")
    values = ", ".join(f"{column} = {value.format(row=task)}" for column, *_tables, value in names_of(apps))
    schema_editor.execute(f"UPDATE {task} SET {values}")


def create_triggers(apps, schema_editor):
    create = on_sqlite if schema_editor.connection.vendor == "sqlite" else on_postgresql
    for statement in create(table_of(apps, "Task"), list(names_of(apps))):
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    task, names = table_of(apps, "Task"), list(names_of(apps))
    if schema_editor.connection.vendor == "sqlite":
        triggers = [(task, "insert"), (task, "update")]
        for _column, of_parts, of_names, *_rest in names:
            triggers += [(of_parts, change) for change in ("insert", "update", "delete")] + [(of_names, "update")]
        for table, change in triggers:
            schema_editor.execute(f"DROP TRIGGER {table}_spell_{change}")
    else:
        for table in (task, *(table for _column, *tables, _key, _value in names for table in tables)):
            schema_editor.execute(f"DROP FUNCTION {table}_spell() CASCADE")


def on_sqlite(task, all_names):
    columns = ", ".join(column for column, *_rest in all_names)
    differs = " OR ".join(f"NEW.{column} IS NOT {value.format(row='NEW')}" for column, *_tables, value in all_names)
    values = ", ".join(f"{column} = {value.format(row=task)}" for column, *_tables, value in all_names)
    for change, event in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
        yield (
            f"CREATE TRIGGER {task}_spell_{change} AFTER {event} ON {task} WHEN {differs} "
            f"BEGIN UPDATE {task} SET {values} WHERE id = NEW.id; END"
        )
    for column, parts, names, key, value in all_names:
        value = value.format(row=task)
        spell = f"UPDATE {task} SET {column} = {value} WHERE {column} IS NOT {value} AND id"
        for change, tasks in (
            ("insert", "= NEW.task_id"),
            ("update", "IN (OLD.task_id, NEW.task_id)"),
            ("delete", "= OLD.task_id"),
        ):
            yield f"CREATE TRIGGER {parts}_spell_{change} AFTER {change} ON {parts} BEGIN {spell} {tasks}; END"
        yield (
            f"CREATE TRIGGER {names}_spell_update AFTER UPDATE OF spelling ON {names} "
            f"WHEN OLD.spelling IS NOT NEW.spelling "
            f"BEGIN {spell} IN (SELECT task_id FROM {parts} WHERE {key} = NEW.id); END"
        )


def on_postgresql(task, all_names):
    def function(table, body, result):
        return (
            f"CREATE FUNCTION {table}_spell() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN {result}; END $$"
        )

    def trigger(table, change, when):
        return f"CREATE TRIGGER {table}_spell_{change} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_spell()"

    columns = ", ".join(column for column, *_rest in all_names)
    values = (f"NEW.{column} := {value.format(row='NEW')};" for column, *_tables, value in all_names)
    yield function(task, " ".join(values), "NEW")
    yield trigger(task, "insert", "BEFORE INSERT")
    yield trigger(task, "update", f"BEFORE UPDATE OF {columns}")
    for column, parts, names, key, value in all_names:
        value = value.format(row=task)
        spell = f"UPDATE {task} SET {column} = {value} WHERE {column} IS DISTINCT FROM {value} AND id"
        yield function(
            parts,
            f"IF TG_OP <> 'DELETE' THEN {spell} = NEW.task_id; END IF;"
            f" IF TG_OP <> 'INSERT' THEN {spell} = OLD.task_id; END IF;",
            "NULL",
        )
        for change in ("insert", "update", "delete"):
            yield trigger(parts, change, f"AFTER {change}")
        yield function(names, f"{spell} IN (SELECT task_id FROM {parts} WHERE {key} = NEW.id);", "NULL")
        yield trigger(names, "update", "AFTER UPDATE OF spelling")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0022_health_index")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, present_state.put_triggers_back),
        migrations.AddField(
            model_name="task",
            name="department_spelling",
            field=models.TextField(editable=False, null=True, verbose_name="spelling"),
        ),
        migrations.AddField(
            model_name="task",
            name="leader_spelling",
            field=models.TextField(editable=False, null=True, verbose_name="spelling"),
        ),
        migrations.RunPython(fill_columns, present_state.set_triggers_aside),
        migrations.RunPython(create_triggers, drop_triggers),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("department_spelling"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_department",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("leader_spelling"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_leader",
            ),
        ),
    ]
