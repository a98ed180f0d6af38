"""An index of the intervals by their end: a past day reads its own ones, and those alone."""

from django.db import migrations, models

from meetings.models.orders import OrNever


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0025_recorded_index"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="taskstate",
            index=models.Index(
                OrNever("until").desc(),
                *map(models.F, ("task", "since", "until", "status")),
                *map(models.F, ("next_due", "next_review", "deadline_kind", "last_report")),
                name="state_by_day",
            ),
        ),
    ]
