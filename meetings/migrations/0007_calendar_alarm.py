"""Whether a person's private calendar rings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0006_review_days")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="calendar_alarm",
            field=models.BooleanField(
                default=True,
                help_text="The private calendar rings on the day of each event.",
                verbose_name="alarm in the calendar",
            ),
        ),
    ]
