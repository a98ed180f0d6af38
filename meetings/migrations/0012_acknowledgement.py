"""Departments take over their tasks of a meeting.

Nobody was asked before: the departments of the meetings that are there count as having taken over. Like the other
logs, the database lets nothing in this one be changed or deleted.
"""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

append_only = import_module("meetings.migrations.0002_append_only")
REFUSAL = "Acknowledgements are never changed or deleted."


def create_triggers(apps, schema_editor):
    model = apps.get_model("meetings", "Acknowledgement")
    table, columns = model._meta.db_table, [field.column for field in model._meta.concrete_fields]
    if schema_editor.connection.vendor == "sqlite":
        statements = append_only.on_sqlite(table, columns, [("id",), ("meeting_id", "department_id")], REFUSAL)
    else:
        statements = append_only.on_postgresql(table, REFUSAL)
    for statement in statements:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    table = apps.get_model("meetings", "Acknowledgement")._meta.db_table
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for event in ("update", "delete", "replace") if is_sqlite else ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {table}_refuse_{event}{'' if is_sqlite else f' ON {table}'}")
    if not is_sqlite:
        schema_editor.execute(f"DROP FUNCTION {table}_refuse()")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0011_robots"),
    ]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="acknowledgement_asked_on",
            field=models.DateField(
                blank=True,
                help_text="Since when they are asked; without a day they count as having taken over.",
                null=True,
                verbose_name="departments asked to take over",
            ),
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="meetings.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="meetings.meeting",
                        verbose_name="meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "acknowledgement",
                "verbose_name_plural": "acknowledgements",
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("meeting", "department"), name="acknowledgement_once")],
            },
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
