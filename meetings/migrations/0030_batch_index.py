"""An index of the entries of batches: every page asks whether one of them waits for consent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0029_sign_in_entries"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="tasklog",
            index=models.Index(condition=models.Q(("batch__isnull", False)), fields=["batch"], name="log_of_batch"),
        ),
    ]
