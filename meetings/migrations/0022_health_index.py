"""Indexes of the tasks that were joined into others, and of what a health is worked out of.

Every list asks for the tasks that were joined into none, which are nearly all: SQLite took an index of all of them for
one that tells much.
"""

import django.db.models.deletion
from django.db import migrations, models


def drop_index(apps, schema_editor):
    """Drop the index that Django made with the column; altering that would remake the table, without its triggers."""
    task = apps.get_model("meetings", "Task")
    column = task._meta.get_field("joined_into").column
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, task._meta.db_table)
    for name, constraint in constraints.items():
        if constraint["columns"] == [column] and constraint["index"] and not constraint["unique"]:
            schema_editor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")


def create_index(apps, schema_editor):
    task = apps.get_model("meetings", "Task")
    fields = [task._meta.get_field("joined_into")]
    schema_editor.execute(schema_editor._create_index_sql(task, fields=fields))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0021_reminders_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_index, create_index)],
            state_operations=[
                migrations.AlterField(
                    model_name="task",
                    name="joined_into",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Is no task of its own any more: it has no state on any day, and is in no list.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joined",
                        to="meetings.task",
                        verbose_name="joined into",
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("joined_into__isnull", False)), fields=["joined_into"], name="task_joined"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("joined_into__isnull", True)),
                fields=[
                    "status",
                    "next_due",
                    "next_review",
                    "deadline_kind",
                    "issued_on",
                    "meeting",
                    "suggestion_position",
                    "number",
                    "id",
                ],
                name="task_by_health",
            ),
        ),
    ]
