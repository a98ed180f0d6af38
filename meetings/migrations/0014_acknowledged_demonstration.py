"""With a demonstration go the acknowledgements of its departments (see 0010)."""

from importlib import import_module

from django.db import migrations

demonstration = import_module("meetings.migrations.0010_demonstration")
acknowledgement = import_module("meetings.migrations.0012_acknowledgement")


def create_triggers(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    table, meeting = (demonstration.table_of(apps, name) for name in ("Acknowledgement", "Meeting"))
    exempt = f"SELECT 1 FROM {meeting} m WHERE m.id = OLD.meeting_id AND m.is_demonstration"
    schema_editor.execute(f"DROP TRIGGER {table}_refuse_delete{'' if is_sqlite else f' ON {table}'}")
    create = demonstration.delete_on_sqlite if is_sqlite else demonstration.delete_on_postgresql
    for statement in create(table, exempt, acknowledgement.REFUSAL):
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    acknowledgement.drop_triggers(apps, schema_editor)
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute(f"DROP FUNCTION {demonstration.table_of(apps, 'Acknowledgement')}_refuse_delete()")
    acknowledgement.create_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0013_workbook_handout")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
