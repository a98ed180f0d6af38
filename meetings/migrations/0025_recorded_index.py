"""An index of the entries by when they were recorded: what is new since one looked is few of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0024_part_index"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="tasklog",
            index=models.Index(fields=["recorded_at"], name="log_recorded"),
        ),
    ]
