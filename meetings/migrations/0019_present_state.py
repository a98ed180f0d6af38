"""What a list of today filters and orders by stands in the row of the task, written by triggers.

``meeting``, ``issued_on`` and ``suggestion_position`` repeat the suggestion's place in the register, ``next_due`` and
``reported_on`` the last interval. Whatever changes the rows that they repeat, a service, a fixture or plain SQL, changes
them with it. On SQLite a later migration that remakes one of the tables has to call `create_triggers` again.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import meetings.models.orders

table_of = import_module("meetings.migrations.0010_demonstration").table_of

MODELS = {"task": "Task", "suggestion": "Suggestion", "meeting": "Meeting", "state": "TaskState", "log": "TaskLog"}
PLACE = "meeting_id, issued_on, suggestion_position"
PLACE_OF = (
    "SELECT s.meeting_id, m.issued_on, s.position FROM {suggestion} s JOIN {meeting} m ON m.id = s.meeting_id"
    " WHERE s.id = {row}.suggestion_id"
)
STATE = "next_due, reported_on"
STATE_OF = (
    "SELECT st.next_due, l.effective_on FROM {state} st LEFT JOIN {log} l ON l.id = st.last_report_id"
    " WHERE st.task_id = {row}.id AND st.until IS NULL"
)
REPORT = "(SELECT l.effective_on FROM {log} l WHERE l.id = NEW.last_report_id)"


def fill_columns(apps, schema_editor):
    tables = tables_of(apps)
    place, state = (select.format(row=tables["task"], **tables) for select in (PLACE_OF, STATE_OF))
    schema_editor.execute(f"UPDATE {tables['task']} SET ({PLACE}) = ({place}), ({STATE}) = ({state})")
    if schema_editor.connection.vendor == "postgresql":
        # The new foreign key's rows are checked now: no index is made on a table whose checks wait.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def create_triggers(apps, schema_editor):
    create = on_sqlite if schema_editor.connection.vendor == "sqlite" else on_postgresql
    for statement in create(tables_of(apps)):
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    tables = tables_of(apps)
    if schema_editor.connection.vendor == "sqlite":
        for table, change in CHANGES:
            schema_editor.execute(f"DROP TRIGGER {tables[table]}_repeat_{change}")
    else:
        for table in dict.fromkeys(table for table, _change in CHANGES):
            schema_editor.execute(f"DROP FUNCTION {tables[table]}_repeat() CASCADE")


def set_triggers_aside(apps, schema_editor):
    """Drop all triggers on SQLite, which remakes the table of tasks to take the columns back."""
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            SET_ASIDE.update(cursor.fetchall())
        for name in SET_ASIDE:
            schema_editor.execute(f"DROP TRIGGER {name}")


def put_triggers_back(apps, schema_editor):
    while SET_ASIDE:
        schema_editor.execute(SET_ASIDE.popitem()[1])


def tables_of(apps):
    return {name: table_of(apps, model) for name, model in MODELS.items()}


# Triggers that come back, by name.
SET_ASIDE = {}
# The triggers by their table and what they wait for.
CHANGES = [
    ("task", "insert"),
    ("task", "place"),
    ("task", "state"),
    ("suggestion", "update"),
    ("meeting", "update"),
    ("state", "insert"),
    ("state", "update"),
]


def on_sqlite(tables):
    task, suggestion, meeting, state = (tables[name] for name in ("task", "suggestion", "meeting", "state"))
    place_of_new, state_of_new = (select.format(row="NEW", **tables) for select in (PLACE_OF, STATE_OF))
    place_of_row, state_of_row = (select.format(row=task, **tables) for select in (PLACE_OF, STATE_OF))
    report = REPORT.format(**tables)
    set_place = f"UPDATE {task} SET ({PLACE}) = ({place_of_row})"
    is_elsewhere = f"(NEW.meeting_id, NEW.issued_on, NEW.suggestion_position) IS NOT ({place_of_new})"
    yield (
        f"CREATE TRIGGER {task}_repeat_insert AFTER INSERT ON {task} WHEN {is_elsewhere} "
        f"BEGIN {set_place} WHERE id = NEW.id; END"
    )
    yield (
        f"CREATE TRIGGER {task}_repeat_place AFTER UPDATE OF suggestion_id, {PLACE} ON {task} WHEN {is_elsewhere} "
        f"BEGIN {set_place} WHERE id = NEW.id; END"
    )
    yield (
        f"CREATE TRIGGER {task}_repeat_state AFTER UPDATE OF {STATE} ON {task} "
        f"WHEN EXISTS ({state_of_new}) AND (NEW.next_due, NEW.reported_on) IS NOT ({state_of_new}) "
        f"BEGIN UPDATE {task} SET ({STATE}) = ({state_of_row}) WHERE id = NEW.id; END"
    )
    yield (
        f"CREATE TRIGGER {suggestion}_repeat_update AFTER UPDATE OF meeting_id, position ON {suggestion} "
        f"WHEN OLD.meeting_id IS NOT NEW.meeting_id OR OLD.position IS NOT NEW.position "
        f"BEGIN {set_place} WHERE suggestion_id = NEW.id; END"
    )
    yield (
        f"CREATE TRIGGER {meeting}_repeat_update AFTER UPDATE OF issued_on ON {meeting} "
        f"WHEN OLD.issued_on IS NOT NEW.issued_on "
        f"BEGIN UPDATE {task} SET issued_on = NEW.issued_on WHERE meeting_id = NEW.id; END"
    )
    for change in ("INSERT", "UPDATE"):
        yield (
            f"CREATE TRIGGER {state}_repeat_{change.lower()} AFTER {change} ON {state} WHEN NEW.until IS NULL "
            f"BEGIN UPDATE {task} SET next_due = NEW.next_due, reported_on = {report} WHERE id = NEW.task_id "
            f"AND (next_due IS NOT NEW.next_due OR reported_on IS NOT {report}); END"
        )


def on_postgresql(tables):
    task, suggestion, meeting, state = (tables[name] for name in ("task", "suggestion", "meeting", "state"))
    place_of_new, state_of_new = (select.format(row="NEW", **tables) for select in (PLACE_OF, STATE_OF))
    report = REPORT.format(**tables)
    place_of_row = PLACE_OF.format(row=task, **tables)

    def function(table, body, result):
        return (
            f"CREATE FUNCTION {table}_repeat() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"DECLARE place record; BEGIN {body} RETURN {result}; END $$"
        )

    def trigger(table, change, when):
        return f"CREATE TRIGGER {table}_repeat_{change} {when} FOR EACH ROW EXECUTE FUNCTION {table}_repeat()"

    yield function(
        task,
        f"SELECT p.* INTO place FROM ({place_of_new}) p (of_meeting, issued, position); "
        "NEW.meeting_id := place.of_meeting; NEW.issued_on := place.issued; "
        "NEW.suggestion_position := place.position; "
        # What is inserted has no interval yet, and what was joined into another task none any more.
        f"SELECT p.* INTO place FROM ({state_of_new}) p (due, reported); "
        "IF FOUND THEN NEW.next_due := place.due; NEW.reported_on := place.reported; END IF;",
        "NEW",
    )
    yield trigger(task, "insert", f"BEFORE INSERT ON {task}")
    yield trigger(task, "place", f"BEFORE UPDATE OF suggestion_id, {PLACE} ON {task}")
    yield trigger(task, "state", f"BEFORE UPDATE OF {STATE} ON {task}")
    yield function(suggestion, f"UPDATE {task} SET ({PLACE}) = ({place_of_row}) WHERE suggestion_id = NEW.id;", "NULL")
    yield trigger(
        suggestion,
        "update",
        f"AFTER UPDATE OF meeting_id, position ON {suggestion}",
    )
    yield function(meeting, f"UPDATE {task} SET issued_on = NEW.issued_on WHERE meeting_id = NEW.id;", "NULL")
    yield trigger(meeting, "update", f"AFTER UPDATE OF issued_on ON {meeting}")
    yield function(
        state,
        f"IF NEW.until IS NULL THEN UPDATE {task} SET next_due = NEW.next_due, reported_on = {report} "
        f"WHERE id = NEW.task_id AND (next_due IS DISTINCT FROM NEW.next_due "
        f"OR reported_on IS DISTINCT FROM {report}); END IF;",
        "NULL",
    )
    yield trigger(state, "insert", f"AFTER INSERT ON {state}")
    yield trigger(state, "update", f"AFTER UPDATE ON {state}")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0018_scans"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, put_triggers_back),
        migrations.AddField(
            model_name="task",
            name="issued_on",
            field=models.DateField(editable=False, null=True, verbose_name="issued on"),
        ),
        migrations.AddField(
            model_name="task",
            name="meeting",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="meetings.meeting",
                verbose_name="meeting",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="next_due",
            field=models.DateField(editable=False, null=True, verbose_name="due"),
        ),
        migrations.AddField(
            model_name="task",
            name="reported_on",
            field=models.DateField(editable=False, null=True, verbose_name="latest progress"),
        ),
        migrations.AddField(
            model_name="task",
            name="suggestion_position",
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="position"),
        ),
        migrations.RunPython(fill_columns, set_triggers_aside),
        migrations.RunPython(create_triggers, drop_triggers),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("joined_into__isnull", True)),
                fields=["-issued_on", "-meeting", "suggestion_position", "number", "id"],
                name="task_printed",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_number",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("status"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("next_due"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("next_review"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_review",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("reported_on"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_report",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("closed_on"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_closure",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("original_due_date"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_original",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                meetings.models.orders.NotZero("extension_count"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_extensions",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                meetings.models.orders.FirstLetters("text"),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_text",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                meetings.models.orders.Filled(meetings.models.orders.FirstLetters("remarks")),
                models.F("issued_on"),
                models.F("meeting_id"),
                models.F("suggestion_position"),
                models.F("number"),
                models.F("id"),
                condition=models.Q(("joined_into__isnull", True)),
                name="task_by_remarks",
            ),
        ),
    ]
