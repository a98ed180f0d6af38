"""An index that has the tasks of a department by itself: what is one's own is asked for on every page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0023_first_names"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="taskdepartment",
            index=models.Index(fields=["department", "role", "task"], name="task_department_tasks"),
        ),
    ]
