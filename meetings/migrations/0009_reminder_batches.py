"""A batch may be of reminders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0008_front_page_label"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="batch", name="batch_source_known"),
        migrations.AlterField(
            model_name="batch",
            name="source",
            field=models.CharField(
                choices=[("list", "Selected in the list"), ("fill_in", "Fill-in workbook"), ("reminder", "Reminder")],
                max_length=20,
                verbose_name="source",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(source__in=["list", "fill_in", "reminder"]), name="batch_source_known"
            ),
        ),
    ]
